"""Is everything there that the configuration names? One line a check, in ``CHECKS``; none changes anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from openesim.adapters.db.looking import look_at_postgres, look_at_sqlite
from openesim.adapters.db.schema import HEAD
from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.cli.failing import explanation_of
from openesim.apps.conditions import rule_book_of
from openesim.apps.config import Config, config_path, data_folder, find_config
from openesim.apps.config_text import fields_of
from openesim.apps.keys import key_ring, open_pki
from openesim.apps.listeners import listeners_of
from openesim.apps.settings import (
    DATABASE_FILE,
    KEY_FILE,
    ServeSettings,
    SocketFile,
    serve_settings,
    workers_of,
)
from openesim.apps.sockets import bind_one
from openesim.apps.verifiers import authority_verifier, identity_provider, verifier_titles
from openesim.kernel.errors import ConfigError, OpenEsimError
from openesim.security.pki.certificate import Certificate

_SOON: Final = timedelta(days=30)
_LEAST_ROOM: Final = 1 << 30
_YOU: Final = "you"


class Verdict(StrEnum):
    """How a check ended: an error keeps the server from its work, a warning does not yet."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        verdict: how it ended.
        subject: what was looked at, such as ``database``.
        message: what was found.
        owner: whose move it is; empty where nobody has to do anything.
        next_step: what to do.
    """

    verdict: Verdict
    subject: str
    message: str
    owner: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks look at.

    Attributes:
        data: data folder, or the configuration file.
        config: what the file says.
        settings: of ``openesim serve``; None: the file does not say enough, flags have to.
        is_running: the server runs, so that its addresses are taken.
        now: aware, in UTC.
    """

    data: Path
    config: Config
    settings: ServeSettings | None
    is_running: bool
    now: datetime


Check = Callable[[Checked], Iterator[Finding]]


def check_configuration(data: Path, *, is_running: bool) -> list[Finding]:
    """Return what was found, the file itself first; if that is not in order, nothing else is looked at.

    Raises:
        ConfigError: the file cannot be read.
    """
    path = config_path(data)
    config, faults = find_config(data)
    if config is None:
        return [
            Finding(
                Verdict.ERROR,
                f"{path}:{fault.line}" if fault.line else str(path),
                str(fault),
                _YOU,
                "correct it; what may stand there: openesim config example",
            )
            for fault in faults
        ]
    found = "is well written" if path.is_file() else "is not there: defaults hold, and what is said as flags"
    findings = [Finding(Verdict.OK, str(path), found)]
    settings: ServeSettings | None = None
    try:
        settings = serve_settings(data, {})
    except ConfigError as error:
        findings.append(Finding(Verdict.WARNING, "serve", str(error), _YOU, "nothing, if flags say it"))
    checked = Checked(data, config, settings, is_running, datetime.now(UTC))
    for check in CHECKS:
        try:
            findings += check(checked)
        except OpenEsimError as error:
            told = explanation_of(error)
            findings.append(Finding(Verdict.ERROR, _subject(check), str(error), told.owner, told.next_step))
        except OSError as error:
            what = f"{error.filename}: {error.strerror}"
            next_step = "give it to the user that the server runs as, and run this command as that user"
            findings.append(Finding(Verdict.ERROR, _subject(check), what, _YOU, next_step))
    return findings


def _subject(check: Check) -> str:
    """Return what a check is about."""
    return check.__name__.removeprefix("check_").replace("_", " ")


def check_workers(checked: Checked) -> Iterator[Finding]:
    """Several processes need PostgreSQL."""
    if checked.settings is not None:
        yield Finding(Verdict.OK, "workers", str(workers_of(checked.settings)))


def check_pki(checked: Checked) -> Iterator[Finding]:
    """The PKI folder holds an SM-DP+, in its time."""
    if checked.config.serve.pki is None:
        return
    folder = open_pki(checked.config.serve.pki, checked.data)
    if not folder.server_identities:
        yield Finding(
            Verdict.ERROR,
            "pki",
            f"{folder.path} holds no SM-DP+ identity: dpauth.pem and dppb.pem with their keys are needed",
            _YOU,
            f"import what your CI gave you: openesim pki import --help; or make a test world: openesim pki init {folder.path}",
        )
        return
    cis = len(folder.server_identities)
    yield Finding(Verdict.OK, "pki", f"{folder.path}: an SM-DP+ below {cis} CI{'s' if cis > 1 else ''}")
    for text in folder.findings:
        yield Finding(Verdict.WARNING, "pki", text, _YOU, "mend it before chips or operators are turned away")
    for each in folder.sets:
        for label in ("dpauth", "dppb", "dptls"):
            if label in each.certificates:
                yield from _expiring(f"{each.path / label}.pem", each.certificates[label], checked.now)
    for name, certificate in folder.operators.items():
        yield from _expiring(f"operator {name}", certificate, checked.now)


def check_tls(checked: Checked) -> Iterator[Finding]:
    """There is a TLS certificate for our name, and an operator for ES2+."""
    settings = checked.settings
    if settings is None:
        return
    try:
        folder = open_pki(settings.pki, checked.data)
    except OpenEsimError:
        return  # that has been told
    if not settings.plain_http or (settings.es2 and checked.config.serve.es2_certificate == "tls"):
        material = folder.tls_material(settings.fqdn, os.urandom, checked.now)
        kind = (
            "a fresh one is issued at every start, by the CI key in the folder"
            if material.is_fresh
            else "is there"
        )
        yield Finding(Verdict.OK, "tls", f"certificate for {settings.fqdn}: {kind}")
    if settings.es2 is not None:
        yield _operators(folder)


def check_proxies(checked: Checked) -> Iterator[Finding]:
    """A proxy that hands certificates on has to be trusted; a listener without TLS is not for everybody."""
    serve = checked.config.serve
    if serve.es2_certificate == "proxy" and not serve.trusted_proxies:
        yield Finding(
            Verdict.ERROR,
            "proxies",
            'es2_certificate is "proxy", and nobody stands in trusted_proxies: every caller of ES2+ will be refused',
            _YOU,
            "name the proxy under [serve] trusted_proxies",
        )
    elif serve.trusted_proxies:
        yield Finding(Verdict.OK, "proxies", f"believed: {', '.join(serve.trusted_proxies)}")
    if checked.config.desks.plain_http:
        yield Finding(
            Verdict.WARNING,
            "desks",
            "people's passwords go without TLS",
            _YOU,
            "take plain_http under [desks] away, unless this is a laboratory on one machine",
        )


def check_database(checked: Checked) -> Iterator[Finding]:
    """The database can be reached, and stands at the step of the schema that we know."""
    storage, folder = checked.config.storage, data_folder(checked.data, checked.config)
    if storage.database is not None:
        try:
            step, place = look_at_postgres(storage.database), "PostgreSQL"
        except ConfigError as error:
            told = "; ".join(line.strip() for line in str(error).splitlines())
            yield Finding(
                Verdict.ERROR,
                "database",
                told,
                "you, and who runs the database",
                "see that it runs, and that user, password and name under [storage] database are right",
            )
            return
    else:
        path = folder / DATABASE_FILE
        yield from _folder(folder)
        if not path.exists():
            yield Finding(Verdict.OK, "database", f"{path} is not there yet; it is made at the first start")
            return
        step, place = look_at_sqlite(path), str(path)
    yield _schema(step, place)


def check_key_file(checked: Checked) -> Iterator[Finding]:
    """The key that subscriptions are sealed under is for its owner alone."""
    path = data_folder(checked.data, checked.config) / KEY_FILE
    if not path.exists():
        if checked.config.keys.provider == "pkcs11":
            return  # it need not be there
        yield Finding(Verdict.OK, "key file", f"{path} is not there yet; it is made with the first batch")
        return
    status = path.stat()
    if status.st_mode & 0o077:
        yield Finding(
            Verdict.ERROR,
            "key file",
            f"{path}: others may read it (mode {status.st_mode & 0o777:o})",
            _YOU,
            f"chmod 600 {path}",
        )
    elif not os.access(path, os.R_OK):
        yield Finding(
            Verdict.ERROR,
            "key file",
            f"{path} cannot be read by this user",
            _YOU,
            "run as its owner, or hand it over",
        )
    else:
        yield Finding(Verdict.OK, "key file", f"{path} is for its owner alone")


def check_files(checked: Checked) -> Iterator[Finding]:
    """Files that other sections name are there."""
    others = {checked.config.storage.folder, checked.config.serve.pki}
    for section in fields_of(Config):
        values = getattr(checked.config, section.name)
        for field in fields_of(type(values)) if isinstance(values, msgspec.Struct) else ():
            value = getattr(values, field.name)
            paths = value if isinstance(value, tuple) else (value,)
            for path in paths:
                if isinstance(path, Path) and not path.exists() and path not in others:
                    name = f"[{section.encode_name}] {field.encode_name}"
                    yield Finding(
                        Verdict.ERROR, name, f"{path} is not there", _YOU, "put it there, or correct the path"
                    )


def check_addresses(checked: Checked) -> Iterator[Finding]:
    """Nobody else listens where we want to."""
    if checked.settings is None:
        return
    for each in listeners_of(checked.settings):
        if each.address is None:
            continue
        if checked.is_running:
            yield Finding(Verdict.OK, each.name, f"{_place(each.address)}: not tried, the server runs")
            continue
        try:
            for opened in bind_one(each.address):
                opened.close()
        except ConfigError as error:
            yield Finding(Verdict.ERROR, each.name, str(error), _YOU, "if it is our own server: --running")
            continue
        if isinstance(each.address, SocketFile):
            each.address.path.unlink()
        yield Finding(Verdict.OK, each.name, f"{_place(each.address)} is free")


def check_token(checked: Checked) -> Iterator[Finding]:
    """The token can be opened, and its PIN is for its owner alone."""
    keys = checked.config.keys
    if keys.module is None:
        if keys.provider == "pkcs11":
            yield Finding(
                Verdict.ERROR,
                "token",
                "[keys] names no module",
                _YOU,
                "name the PKCS #11 module and the token",
            )
        return
    names = [name for name in key_ring(checked.data).names() if name.startswith("token-")]
    wraps = f"{names[0]} wraps" if names else "no key-encryption key yet, it is made at first need"
    yield Finding(Verdict.OK, "token", f"{keys.token}: opened; {wraps}")
    path = keys.pin_file
    if path is not None and path.exists() and path.stat().st_mode & 0o077:
        yield Finding(Verdict.WARNING, "token", f"{path}: others may read it", _YOU, f"chmod 600 {path}")


def check_rules(checked: Checked) -> Iterator[Finding]:
    """Rule packs can be read and fit together, and those that are named are there."""
    rules = rule_book_of(checked.config).rules
    known = sorted({pack.id for pack in rules.shelf})
    for name in sorted(rules.configured.packs - set(known)):
        yield Finding(
            Verdict.WARNING,
            "rules",
            f"[rules] names {name}, which is no pack of a file; there is {', '.join(known)}",
            _YOU,
            "nothing, if it was added to the database (openesim rules list); without it the server does not start",
        )
    yield Finding(
        Verdict.OK, "rules", f"usually {rules.configured.usual}; packs of files: {', '.join(known)}"
    )


def check_verifiers(checked: Checked) -> Iterator[Finding]:
    """Whoever verifies people can be called; nobody is."""
    verifiers = checked.config.verifiers
    verifier_titles(checked.config)
    for name, section in verifiers.oidc.items():
        identity_provider(name, section)
        yield from _laboratory(f"oidc {name}", is_plain=section.plain_http, is_sandbox=False)
    for name, asked in verifiers.authority.items():
        authority_verifier(name, asked)
        yield from _laboratory(f"authority {name}", is_plain=asked.plain_http, is_sandbox=asked.sandbox)


CHECKS: tuple[Check, ...] = (
    check_workers,
    check_pki,
    check_tls,
    check_proxies,
    check_database,
    check_key_file,
    check_token,
    check_files,
    check_verifiers,
    check_rules,
    check_addresses,
)


def _laboratory(subject: str, *, is_plain: bool, is_sandbox: bool) -> Iterator[Finding]:
    """Tell whether a verifier is good for more than a laboratory."""
    if is_sandbox:
        yield Finding(
            Verdict.WARNING,
            "verifiers",
            f"{subject}: a sandbox, it verifies made-up people",
            _YOU,
            "never sell on it",
        )
    elif is_plain:
        yield Finding(
            Verdict.WARNING,
            "verifiers",
            f"{subject}: people's data go without TLS",
            _YOU,
            "take plain_http away",
        )
    else:
        yield Finding(Verdict.OK, "verifiers", f"{subject} is well described")


def _expiring(subject: str, certificate: Certificate, now: datetime) -> Iterator[Finding]:
    """Tell of a certificate whose time is nearly over."""
    if now <= certificate.not_after < now + _SOON:
        yield Finding(
            Verdict.WARNING,
            "pki",
            f"{subject}: ends on {certificate.not_after:%Y-%m-%d}",
            "you, and who issued it",
            "have it renewed, import it (openesim pki import), then: kill -HUP the server",
        )


def _operators(folder: PkiFolder) -> Finding:
    if folder.operators:
        return Finding(Verdict.OK, "operators", f"may call ES2+: {', '.join(sorted(folder.operators))}")
    return Finding(
        Verdict.WARNING,
        "operators",
        f"{folder.path}/operators is empty: only those may call ES2+ whose certificate the database keeps",
        _YOU,
        "put the operator's client certificate there as NAME.pem, or see: openesim operator --help",
    )


def _folder(folder: Path) -> Iterator[Finding]:
    """See whether the data folder can be written, and whether there is room."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            Verdict.ERROR, "data folder", f"{there} cannot be written by this user", _YOU, "run as its owner"
        )
    elif shutil.disk_usage(there).free < _LEAST_ROOM:
        yield Finding(Verdict.WARNING, "data folder", f"{there}: less than 1 GB is free", _YOU, "make room")


def _schema(step: str | None, place: str) -> Finding:
    """Tell at which step of the schema a database stands."""
    if step is None:
        return Finding(Verdict.OK, "database", f"{place} answers; our tables are made at the first start")
    if step < HEAD:
        return Finding(
            Verdict.OK, "database", f"{place} stands at step {step}; the next start brings it to {HEAD}"
        )
    note = (
        "" if step == HEAD else f", later than ours ({HEAD}): that is how it should be while releases change"
    )
    return Finding(Verdict.OK, "database", f"{place} answers, and stands at step {step}{note}")


def _place(address: object) -> str:
    if isinstance(address, SocketFile):
        return f"unix:{address.path}"
    host, port = getattr(address, "host", ""), getattr(address, "port", 0)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

"""``openesim keys``: what the database's secrets hang on, and keys that live in a token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from openesim.adapters.keystore.files import PkiFolder
    from openesim.services.keys import KeyCensus, KeyRotation

app = typer.Typer(
    help="Keys: of the database, in a file or a token, and of the servers in a token.", no_args_is_help=True
)

Pki = Annotated[Path, typer.Argument(metavar="PKI", help="PKI folder.")]


# --- keys of the database ---


@app.command("show")
@json_errors
def show(data: Data, as_json: AsJson = False) -> None:
    """Show which keys there are, and how much hangs on each; no key itself."""
    with _rotation(data) as rotation:
        census = rotation.census()
    if as_json:
        print_json(_census_fields(census))
        return
    rows: list[tuple[str, ...]] = [("KEY-ENCRYPTION KEY", "DATA KEYS", "")]
    for number, (name, count) in enumerate(census.wrapping.items()):
        rows.append((name, str(count), "" if number else "wraps"))
    if census.strangers:
        rows.append(("(a key that is not here)", str(census.strangers), "cannot be opened"))
    print_table(rows)
    print()
    rows = [("DATA KEY", "MADE", "RECORDS")]
    for key in census.data_keys:
        rows.append(
            (str(key.number), f"{key.created_at:%Y-%m-%d %H:%M} UTC", str(census.records_under(key.number)))
        )
    in_batches = _under_batch_keys(census)
    rows += [("of each batch", "", str(in_batches))] if in_batches else []
    rows += [("none, in clear", "", str(census.records_in_clear()))] if census.records_in_clear() else []
    print_table(rows)


@app.command("rotate")
@json_errors
def rotate(
    data: Data,
    data_keys: Annotated[
        bool, typer.Option("--data-keys", help="Make a new data key, and seal every record again.")
    ] = False,
    prepare: Annotated[
        bool,
        typer.Option(
            "--prepare",
            help="Only put the next key into the file, to be copied to every machine before it is used.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Renew the key-encryption key, in small steps beside running servers.

    Old and new are accepted meanwhile. Interrupted, it is begun again and goes on.
    """
    if data_keys:
        _rotate_data_keys(data, as_json=as_json)
    elif prepare:
        from openesim.apps.keys import key_file

        name = key_file(data).prepare()
        _tell(
            {"next": name},
            f"{name} will wrap after the next rotation; copy the file to every machine",
            as_json,
        )
    else:
        _rotate_wrapping(data, as_json=as_json)


@app.command("reseal")
@json_errors
def reseal(data: Data, as_json: AsJson = False) -> None:
    """Seal what is still in clear or under an older data key; in small steps beside running servers."""
    with _rotation(data, is_resealing=True) as rotation:
        count = _reseal(rotation, as_json=as_json)
    _tell({"resealed": count}, f"{count} records sealed under the newest data key", as_json)


@app.command("forget")
@json_errors
def forget(
    data: Data,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Destroy key-encryption keys that wrap nothing any more. Backups from before cannot be read without them."""
    if not yes:
        typer.confirm("Backups that were made before the rotation need these keys. Destroy them?", abort=True)
    with _rotation(data) as rotation:
        names = rotation.forget_old()
    _tell({"forgotten": names}, f"destroyed: {', '.join(names)}" if names else "there was none", as_json)


# --- keys of the servers ---


@app.command("import")
@json_errors
def import_(
    pki: Pki,
    data: Data,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the key files away once the token has proven each key.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the keys of DPauth, DPpb and DSauth from their files into the token, from which they never come back."""
    from openesim.adapters.keystore.reading import SERVERS
    from openesim.adapters.keystore.token_keys import TokenSigners, import_signing_key
    from openesim.apps.keys import open_token
    from openesim.kernel.errors import ConfigError

    token = open_token(data)
    imported = []
    for each in _folder(pki).sets:
        for label in SERVERS:
            if label not in each.issued:
                continue
            name = f"{each.path.name}/{label}"
            import_signing_key(token, each.issued[label].private_key, f"openesim {name}")
            if TokenSigners(token).find(name, each.certificates[label]) is None:
                raise ConfigError(f"{name}: the key is not found in the token")
            if remove:
                (each.path / f"{label}.key").unlink()
            imported.append(name)
    if not imported:
        raise ConfigError(f"{pki} holds no key of a server: dpauth.key, dppb.key or dsauth.key")
    left = "" if remove else "; the files are still there: take them away, or use --remove"
    _tell(
        {"imported": imported, "removed": remove},
        f"in the token {token.place.label}: {', '.join(imported)}{left}",
        as_json,
    )


@app.command("generate")
@json_errors
def generate(pki: Pki, data: Data, as_json: AsJson = False) -> None:
    """Make keys for DPauth, DPpb and DSauth in the token, and have the folder's test CI certify them."""
    import os
    from datetime import UTC, datetime

    from openesim.adapters.keystore.atomic import write_file
    from openesim.adapters.keystore.pem import certificate_pem
    from openesim.adapters.keystore.reading import SERVERS
    from openesim.adapters.keystore.token_keys import generate_signing_key
    from openesim.apps.keys import open_token
    from openesim.kernel.errors import ConfigError
    from openesim.security.pki.world import certify_server

    token, made = open_token(data), []
    for each in _folder(pki).sets:
        if "ci" not in each.issued:
            continue
        for label in SERVERS:
            name = f"{each.path.name}/{label}"
            key = generate_signing_key(token, each.issued["ci"].private_key.curve, f"openesim {name}")
            certificate = certify_server(each.issued["ci"], label, key, os.urandom, datetime.now(UTC))
            (each.path / f"{label}.key").unlink(missing_ok=True)
            write_file(each.path / f"{label}.pem", certificate_pem(certificate), force=True)
            made.append(name)
    if not made:
        raise ConfigError(f"{pki} holds no ci.key: its CI has to certify keys elsewhere")
    _tell(
        {"generated": made},
        f"made in the token {token.place.label}, and certified: {', '.join(made)}",
        as_json,
    )


@app.command("request")
@json_errors
def request(
    out: Annotated[Path, typer.Argument(metavar="OUT.csr", help="File to write: PKCS #10, PEM.")],
    data: Data,
    label: Annotated[str, typer.Option(help="Label of the new key in the token.")],
    organization: Annotated[str, typer.Option(help="Organization of the certificate's subject.")],
    common_name: Annotated[str, typer.Option(help="Common name of the certificate's subject.")],
    oid: Annotated[
        str | None, typer.Option(help="Object identifier of the server, as its CI registered it.")
    ] = None,
    brainpool: Annotated[
        bool, typer.Option("--brainpool", help="A key on brainpoolP256r1 instead of P-256.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a key in the token, and a request with which a CI certifies it; the certificate goes into the PKI folder."""
    from openesim.adapters.keystore.atomic import write_file
    from openesim.adapters.keystore.pem import to_pem
    from openesim.adapters.keystore.token_keys import generate_signing_key, signer_of
    from openesim.apps.keys import open_token
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Oid
    from openesim.security.crypto.curves import Curve
    from openesim.security.pki.names import Name
    from openesim.security.pki.oids import COMMON_NAME, ORGANIZATION
    from openesim.security.pki.request import build_request

    if out.exists():
        raise ConfigError(f"{out} is there already; no key was made")
    try:
        registered = Oid.parse(oid) if oid else None
        subject = Name.build((ORGANIZATION, organization), (COMMON_NAME, common_name))
    except DecodeError as error:
        raise ConfigError(f"{error}; no key was made") from None
    token = open_token(data)
    key = generate_signing_key(token, Curve.BRAINPOOL_P256R1 if brainpool else Curve.P256, label)
    octets = build_request(subject, registered, key, signer_of(token, key))
    write_file(out, to_pem("CERTIFICATE REQUEST", octets))
    _tell(
        {"file": str(out), "label": label, "token": token.place.label},
        f"{out}: have it certified; the key {label} stays in the token {token.place.label}",
        as_json,
    )


@app.command("list")
@json_errors
def list_(data: Data, as_json: AsJson = False) -> None:
    """List the keys of the token."""
    from openesim.adapters.keystore.token_keys import list_keys
    from openesim.apps.keys import open_token

    keys = list_keys(open_token(data))
    if as_json:
        print_json(
            [
                {"kind": each.kind, "label": each.label, "id": each.key_id.hex(), "can_leave": each.can_leave}
                for each in keys
            ]
        )
        return
    rows: list[tuple[str, ...]] = [("KIND", "LABEL", "ID", "")]
    rows += [
        (each.kind, each.label, each.key_id.hex(), "CAN BE TAKEN OUT" if each.can_leave else "stays in")
        for each in keys
    ]
    print_table(rows)


@app.command("check")
@json_errors
def check(
    data: Data,
    pki: Annotated[Path | None, typer.Option(help="PKI folder whose certificates need their keys.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check that every key that is needed is there and fits; exit code 1 if one does not."""
    from openesim.apps.keys import open_pki

    findings = []
    with _rotation(data) as rotation:
        census = rotation.census()
    if census.strangers:
        findings.append(f"{census.strangers} data keys stand under a key-encryption key that is not here")
    if census.records_in_clear():
        findings.append(f"{census.records_in_clear()} records are in clear: openesim keys reseal")
    servers = {}
    if pki is not None:
        folder = open_pki(pki, data)
        findings += folder.findings
        servers = {
            f"{each.path.name}/{label}": _place(each.signers, each.issued, label)
            for each in folder.sets
            for label in ("dpauth", "dppb", "dsauth")
            if label in each.certificates
        }
        findings += [f"{name}.pem has no key" for name, place in servers.items() if place is None]
    if as_json:
        print_json({"ok": not findings, "findings": findings, "servers": servers})
    else:
        for name, place in servers.items():
            print(f"{name}: key in the {place}" if place else f"{name}: no key")
        for finding in findings:
            print(f"finding: {finding}")
        if not findings:
            print("every key is there and fits")
    if findings:
        raise typer.Exit(1)


# --- the parts of it ---


@contextmanager
def _rotation(data: Path, *, is_resealing: bool = False) -> Iterator[KeyRotation]:
    """Open the database of a data folder and its keys."""
    from openesim.apps.keys import key_ring
    from openesim.services.keys import KeyRotation

    with opened(data, must_exist=True, holds="keys") as work:
        if is_resealing:
            work.overwrite_what_goes()
        yield KeyRotation(work, key_ring(data))
        if is_resealing:
            work.settle()


def _rotate_wrapping(data: Path, *, as_json: bool) -> None:
    with _rotation(data) as rotation:
        name = None if rotation.is_unfinished() else rotation.renew()
        total, _ = rotation.count()
        with progress("wrap again", total, is_shown=not as_json) as on_progress:
            count = rotation.rewrap(on_progress)
        name = name or next(iter(rotation.census().wrapping))
    _tell(
        {"wraps": name, "rewrapped": count},
        f"{name} wraps now; {count} data keys were wrapped again. The key before it is still accepted, and backups "
        "from before need it: destroy it with openesim keys forget",
        as_json,
    )


def _rotate_data_keys(data: Path, *, as_json: bool) -> None:
    from datetime import UTC, datetime

    with _rotation(data, is_resealing=True) as rotation:
        number = rotation.renew_data_key()
        count = _reseal(rotation, as_json=as_json)
        removed = rotation.remove_empty_data_keys(datetime.now(UTC))
    _tell(
        {"data_key": number, "resealed": count, "removed": removed},
        f"data key {number} seals now; {count} records were sealed again",
        as_json,
    )


def _reseal(rotation: KeyRotation, *, as_json: bool) -> int:
    _, total = rotation.count()
    with progress("seal again", total, is_shown=not as_json) as on_progress:
        return rotation.reseal(on_progress)


@contextmanager
def progress(what: str, total: int, *, is_shown: bool) -> Iterator[Callable[[int], None]]:
    """Give what shows how far something is, on standard error: it is told how many rows more."""
    if not is_shown:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=total)
        yield lambda more: shown.advance(task, more)


def _folder(pki: Path) -> PkiFolder:
    from datetime import UTC, datetime

    from openesim.adapters.keystore.files import PkiFolder

    return PkiFolder(pki, datetime.now(UTC))


def _place(signers: Any, issued: Any, label: str) -> str | None:
    """Return where the key of a certificate is."""
    return "token" if label in signers else "file" if label in issued else None


def _under_batch_keys(census: KeyCensus) -> int:
    from openesim.services.keys import SealedTable

    total, by_key = census.records[SealedTable.SUBSCRIPTIONS]
    return total - sum(by_key.values())


def _census_fields(census: KeyCensus) -> dict[str, Any]:
    return {
        "key_encryption_keys": [
            {"name": name, "data_keys": count, "wraps": not number}
            for number, (name, count) in enumerate(census.wrapping.items())
        ],
        "data_keys_of_strangers": census.strangers,
        "data_keys": [
            {
                "number": key.number,
                "created_at": key.created_at.isoformat(),
                "records": census.records_under(key.number),
            }
            for key in census.data_keys
        ],
        "records_under_keys_of_batches": _under_batch_keys(census),
        "records_in_clear": census.records_in_clear(),
    }


def _tell(document: dict[str, Any], text: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        print(text)

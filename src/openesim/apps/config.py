"""The configuration file ``openesim.toml``: one for all processes, in the data folder or named instead of it.

Whatever is told on the command line goes before what stands in the file. A folder without a file is one laboratory on
SQLite. A section is a struct, whose docstring describes its fields for ``openesim config example`` and
``docs/configuration.md``; relative paths begin in the folder of the file.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from openesim.apps.addresses import Address, SocketFile, parse_listen
from openesim.apps.config_text import Fault, Text, parse_text, read_text
from openesim.conditions.rules.words import Assurance, DocumentKind
from openesim.kernel.errors import ConfigError, DecodeError
from openesim.messages.sgp22.activation_code import parse_address
from openesim.services.conditions.accounts.roles import Role

CONFIG_FILE: Final = "openesim.toml"

Workers = Annotated[int, msgspec.Meta(ge=1, le=256)]


class Fqdn(Text):
    """A host name."""

    ALLOWED = "a host name, such as smdp.example.com"
    EXAMPLE = "smdp.example.com"

    @classmethod
    def parse(cls, text: str, _folder: Path) -> Text:
        """Return the name as LPAs call it."""
        try:
            return cls(parse_address(text))
        except DecodeError as error:
            raise ValueError(f"{text!r} is not {cls.ALLOWED} ({error})") from None


class Listen(Text):
    """Where to listen."""

    ALLOWED = "HOST:PORT, such as 127.0.0.1:8443 or [::1]:8443, or unix:PATH"
    EXAMPLE = "127.0.0.1:8443"

    @classmethod
    def parse(cls, text: str, folder: Path) -> Text:
        """Return the place."""
        try:
            place = parse_listen(text)
        except ConfigError as error:
            raise ValueError(str(error)) from None
        return cls(f"unix:{folder / place.path}" if isinstance(place, SocketFile) else text)

    @property
    def place(self) -> Address | SocketFile:
        """The same, read."""
        return parse_listen(self)


class WebAddress(Text):
    """An address on the web."""

    ALLOWED = "an address such as https://id.example.com/path"
    EXAMPLE = "https://id.example.com"

    @classmethod
    def parse(cls, text: str, _folder: Path) -> Text:
        """Return the address."""
        try:
            url = urlsplit(text)
        except ValueError:
            url = urlsplit("")
        is_fit = (
            url.scheme in {"https", "http"} and url.hostname and url.username is None and not url.fragment
        )
        if not is_fit or not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError(f"{text!r} is not {cls.ALLOWED}")
        return cls(text)


class ProxyAddress(Text):
    """Whom to believe."""

    ALLOWED = 'an IP address, a network such as 10.0.0.0/8, or "unix" for whoever may use our unix sockets'

    @classmethod
    def parse(cls, text: str, _folder: Path) -> Text:
        """Return the address."""
        if text != "unix":
            try:
                ipaddress.ip_network(text)
            except ValueError:
                raise ValueError(f"{text!r} is not {cls.ALLOWED}") from None
        return cls(text)


class Serve(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``openesim serve`` is, and where it listens.

    Attributes:
        fqdn: name under which LPAs call the server; it stands in activation codes.
        pki: folder of certificates and keys, see ``openesim pki``.
        es9: where LPAs are heard (ES9+).
        es2: where operators are heard (ES2+); absent: nowhere.
        api: where operators are heard who do not speak ES2+ (the REST API); absent: nowhere.
        desks: where people are heard: the pages of regulator, operators, vendors and subscribers; absent: nowhere.
        plain_http: LPAs, the REST API and the desks are heard without TLS, behind a proxy that speaks it.
        es2_certificate: who verifies that a caller of ES2+ holds the key of his certificate. "tls": we do, with mutual
            TLS. "proxy": a proxy does, and hands the certificate on in the header X-Client-Certificate; ES2+ is heard
            without TLS then, and only from trusted_proxies.
        trusted_proxies: whose headers X-Forwarded-For and X-Client-Certificate are believed.
        workers: number of processes; more than one needs PostgreSQL. Absent: one, which cannot be renewed by SIGHUP.
        drain_s: how long a server that is told to end goes on as before, while /readyz says that it ends; for load
            balancers that ask now and then.
        ppk: protect every profile with random keys of its own (ReplaceSessionKeys).
    """

    fqdn: Fqdn | None = None
    pki: Path | None = None
    es9: Listen | None = None
    es2: Listen | None = None
    api: Listen | None = None
    desks: Listen | None = None
    plain_http: bool = False
    es2_certificate: Literal["tls", "proxy"] = "tls"
    trusted_proxies: tuple[ProxyAddress, ...] = ()
    workers: Workers | None = None
    drain_s: Annotated[float, msgspec.Meta(ge=0, le=600)] = 0.0
    ppk: bool = False


class Storage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where orders, subscriptions and everything else are kept.

    Attributes:
        folder: of the SQLite database and of the key file; absent: the folder of the file.
        database: connection string of a PostgreSQL database; absent: SQLite in the folder.
        connections: to PostgreSQL, a process.
    """

    folder: Path | None = None
    database: str | None = None
    connections: Annotated[int, msgspec.Meta(ge=1, le=64)] = 2


class Smds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The SM-DS: alone with ``openesim smds serve``, or beside the SM-DP+ in ``openesim serve``.

    Attributes:
        fqdn: name under which LPAs call it; absent: that of the SM-DP+.
        es11: where LPAs are heard (ES11); absent: there is no SM-DS.
        es12: where SM-DP+s and other SM-DSs are heard (ES12, ES15), with mutual TLS; absent: at es11. Who verifies
            certificates, we or a proxy, is said by es2_certificate under [serve].
        root: address of the root SM-DS that events are forwarded to; absent: this one is a root.
        event_days: days after which an event goes that nobody deleted; 0: never.
    """

    fqdn: Fqdn | None = None
    es11: Listen | None = None
    es12: Listen | None = None
    root: Fqdn | None = None
    event_days: Annotated[int, msgspec.Meta(ge=0, le=36500)] = 365


class Es12(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How SM-DSs are reached: by the SM-DP+, and by an alternative SM-DS.

    Attributes:
        resolve: where to connect for a name, as HOST:PORT; the name is verified all the same.
        trust: certificates to believe beside the CIs of the PKI folder: files or folders.
        system_roots: believe the machine's roots too.
        roots: addresses of root SM-DSs; every other one is told to forward events to its root.
        allowed: addresses of SM-DSs that operators may name in their orders; absent: any.
    """

    resolve: dict[str, str] = {}
    trust: tuple[Path, ...] = ()
    system_roots: bool = False
    roots: tuple[str, ...] = ("lpa.ds.gsma.com",)
    allowed: tuple[str, ...] | None = None


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where keys are kept that need not be files.

    Attributes:
        provider: where the key-encryption key and the keys of DPauth, DPpb and DSauth live. What the other place has
            is still accepted, so that a database can move.
        module: path of the PKCS #11 module.
        token: label of the token.
        pin_file: file with the PIN of the token's user; absent: OPENESIM_TOKEN_PIN.
        wrapping_key: label of the key-encryption keys in the token.
        labels: label of a key in the token by the name of its certificate, such as ``"nist/dpauth"``; left out, the
            key is found by CKA_ID, the certificate's subject key identifier.
    """

    provider: Literal["files", "pkcs11"] = "files"
    module: str | None = None
    token: str | None = None
    pin_file: Path | None = None
    wrapping_key: str = "openesim-kek"
    labels: dict[str, str] = {}


class OutboxSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long messages to operators and webhooks are tried.

    Attributes:
        give_up_after_hours: age at which a message that cannot be delivered is given up.
        keep_stuck_days: how long one that was given up is kept for people.
        longest_pause_s: pause between two attempts that no other exceeds.
        lease_s: how long messages of a process that died stay with it.
    """

    give_up_after_hours: Annotated[float, msgspec.Meta(gt=0)] = 72.0
    keep_stuck_days: Annotated[int, msgspec.Meta(ge=1)] = 30
    longest_pause_s: Annotated[float, msgspec.Meta(ge=1)] = 3600.0
    lease_s: Annotated[float, msgspec.Meta(ge=1)] = 60.0


class CallbacksSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How operators are called back over ES2+.

    Attributes:
        certificate: client certificate, PEM; absent: CERT.DPtls of the PKI folder.
        key: its private key, PEM.
        trust: files or folders with certificates that operators' servers are believed by, beside the PKI folder's CIs.
        uses_system_roots: believe the machine's roots, too.
    """

    certificate: Path | None = None
    key: Path | None = None
    trust: tuple[Path, ...] = ()
    uses_system_roots: bool = True


class WebhooksSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How webhooks are told.

    Attributes:
        allow_private: let webhooks be in private networks and without TLS (a laboratory).
        trust: files or folders with certificates to believe beside the machine's roots.
    """

    allow_private: bool = False
    trust: tuple[Path, ...] = ()


class Log(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told on standard error, as JSON lines.

    Attributes:
        level: least weight of an event; ``OPENESIM_LOG`` goes before it.
        access: one line a request, besides.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    access: bool = False


class Ops(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where those who run the server look: ``/metrics``, ``/healthz`` and ``/readyz``, in plain HTTP.

    Attributes:
        listen: where, in a network that is not everybody's; absent: nowhere.
    """

    listen: Listen | None = None


PerMinute = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
PerMinuteOrNone = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class RateLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much may be asked in a minute, a process; absent: as much as comes.

    Attributes:
        requests_per_address: of one address: IPv4, or a network of 64 bits of IPv6.
        downloads_per_eid: that one chip begins.
        requests_per_operator: of one operator, on ES2+ and the API.
        wrong_codes_per_address: matching ids without an order that come from one address; 0: as many as come.
        wrong_codes_per_eid: the same of one chip.
    """

    requests_per_address: PerMinute | None = None
    downloads_per_eid: PerMinute | None = None
    requests_per_operator: PerMinute | None = None
    wrong_codes_per_address: PerMinuteOrNone = 300
    wrong_codes_per_eid: PerMinuteOrNone = 30


Times = Annotated[int, msgspec.Meta(ge=0, le=1000)] | Literal["unlimited"]


class Orders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules of orders.

    Attributes:
        redownloads: how often a chip may fetch a profile again, with the same code, after it had it; 0: never, the
            operator issues the order again; or ``"unlimited"``.
        redownloads_of: the same for single operators, by name.
    """

    redownloads: Times = 0
    redownloads_of: dict[str, Times] = {}


class OidcVerifierSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An identity provider that verifies people with verified claims (OpenID Connect for Identity Assurance).

    Attributes:
        title: what people read in the place of its name, by language: en, zh.
        issuer: its issuer identifier.
        client_id: our name there.
        redirect_uri: where browsers come back to; registered there, and for this provider alone.
        client_secret_file: file with the secret by which it knows us.
        client_key: private key, PEM, by which it knows us instead of a secret (private_key_jwt).
        scopes: asked for beside openid.
        claims_parameter: name the claims that are wanted, as the standard has it; false for a provider that knows them by
            scopes.
        frameworks: trust frameworks that are believed, such as de_aml, each with what it stands for beside what the
            provider says was done, in the words of rule packs.
        country: of the rules, two or three letters; documents of others are foreign.
        documents: kinds of documents, in the words of rule packs, by further words of this provider.
        oldest_days: how old the verification of a person may be; absent: as old as it likes.
        hosts: further host names that the provider's addresses may be on.
        trust: files or folders with certificates to believe beside the machine's roots.
        uses_system_roots: believe the machine's roots, too.
        timeout_s: how long a call may take in all.
        plain_http: call it without TLS (a laboratory).
    """

    issuer: WebAddress
    client_id: str
    redirect_uri: WebAddress
    frameworks: dict[str, tuple[Assurance, ...]]
    title: dict[str, str] = {}
    client_secret_file: Path | None = None
    client_key: Path | None = None
    scopes: tuple[str, ...] = ()
    claims_parameter: bool = True
    country: str = "CN"
    documents: dict[str, DocumentKind] = {}
    oldest_days: Annotated[int, msgspec.Meta(ge=1, le=36500)] | None = None
    hosts: tuple[str, ...] = ()
    trust: tuple[Path, ...] = ()
    uses_system_roots: bool = True
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=120)] = 20.0
    plain_http: bool = False


class AuthorityVerifierSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An authority that is asked whether a person is as he was shown.

    Attributes:
        address: of its service; the paths of the protocol come behind it.
        title: what people read in the place of its name, by language: en, zh.
        token_file: file with the bearer token by which it knows us.
        certificate: client certificate, PEM, by which it knows us instead of a token or besides.
        key: its private key, PEM.
        sandbox: it is a sandbox, and its answers about made-up people are taken (a laboratory).
        trust: files or folders with certificates to believe beside the machine's roots.
        uses_system_roots: believe the machine's roots, too.
        timeout_s: how long a call may take in all.
        plain_http: call it without TLS (a laboratory).
    """

    address: WebAddress
    title: dict[str, str] = {}
    token_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    sandbox: bool = False
    trust: tuple[Path, ...] = ()
    uses_system_roots: bool = True
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=120)] = 20.0
    plain_http: bool = False


class Verifiers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who says who somebody is, beside clerks at counters.

    Attributes:
        oidc: identity providers, each in a section of its own.
        authority: authorities, each in a section of its own.
    """

    oidc: dict[str, OidcVerifierSection] = {}
    authority: dict[str, AuthorityVerifierSection] = {}


class RulesSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rule packs apply to whom, see ``openesim rules``; what the regulator put in force goes before it.

    Attributes:
        usual: pack of every operator who is not named here.
        operators: pack by operator.
        services: pack by operator and class of service, such as ``"qinghe/iot" = "cn-iot"``; goes before operators.
        folder: folder with packs of your own, beside those that are shipped.
        checklists: folder with checklists for licences of your own, beside those that are shipped.
    """

    usual: str = "open"
    operators: dict[str, str] = {}
    services: dict[str, str] = {}
    folder: Path | None = None
    checklists: Path | None = None


class Zone(Text):
    """A time zone."""

    ALLOWED = "a time zone, such as Asia/Shanghai or UTC"
    EXAMPLE = "Asia/Shanghai"

    @classmethod
    def parse(cls, text: str, _folder: Path) -> Text:
        """Return the zone's name."""
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{text!r} is not {cls.ALLOWED}") from None
        return cls(text)


class DesksSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The desks: pages for people, heard where desks under [serve] says.

    Attributes:
        zone: time zone in which pages tell times.
        test: every page says that nothing here is real (a laboratory).
        styleguide: show every component under /styleguide (for whoever builds pages).
        plain_http: the desks are heard without TLS, LPAs as before (a laboratory on one machine).
        second_factor: roles that do not work without a second factor; others may have one.
        idle_minutes: after which somebody who does nothing has to sign in again.
        longest_hours: after which everybody has to.
    """

    zone: Zone = Zone("UTC")
    test: bool = False
    styleguide: bool = False
    plain_http: bool = False
    second_factor: tuple[Role, ...] = (Role.CHIEF, Role.INSPECTOR, Role.MANAGER)
    idle_minutes: Annotated[int, msgspec.Meta(ge=1, le=24 * 60)] = 30
    longest_hours: Annotated[int, msgspec.Meta(ge=1, le=30 * 24)] = 12


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file.

    Attributes:
        serve: ``[serve]``.
        storage: ``[storage]``.
        smds: ``[smds]``.
        es12: ``[es12]``.
        keys: ``[keys]``.
        outbox: ``[outbox]``.
        callbacks: ``[callbacks]``.
        webhooks: ``[webhooks]``.
        log: ``[log]``.
        ops: ``[ops]``.
        limits: ``[limits]``.
        orders: ``[orders]``.
        rules: ``[rules]``.
        desks: ``[desks]``.
        verifiers: ``[verifiers.oidc.NAME]``, ``[verifiers.authority.NAME]``.
    """

    serve: Serve = Serve()
    storage: Storage = Storage()
    keys: Keys = Keys()
    outbox: OutboxSection = OutboxSection()
    callbacks: CallbacksSection = CallbacksSection()
    webhooks: WebhooksSection = WebhooksSection()
    log: Log = Log()
    ops: Ops = Ops()
    limits: RateLimits = RateLimits()
    smds: Smds = Smds()
    es12: Es12 = Es12()
    orders: Orders = Orders()
    rules: RulesSection = RulesSection()
    desks: DesksSection = DesksSection()
    verifiers: Verifiers = Verifiers()


def config_path(data: Path) -> Path:
    """Return the configuration file of a data folder, which need not be there; or the file itself, if it was named."""
    is_file = data.suffix == ".toml" and not data.is_dir()
    return data if is_file else data / CONFIG_FILE


def find_config(data: Path) -> tuple[Config | None, list[Fault]]:
    """Return what a configuration file says, or everything that is wrong with it.

    Raises:
        ConfigError: it cannot be read.
    """
    path = config_path(data)
    if not path.exists() and path != data:
        return Config(), []
    return parse_text(read_text(path), Config, path)


def read_config(data: Path) -> Config:
    """Return what the file of a data folder says, or the defaults where there is none.

    Args:
        data: the data folder, or the file itself.

    Raises:
        ConfigError: the file cannot be read, or says something that is not in the schema.
    """
    config, faults = find_config(data)
    if config is None:
        path = config_path(data)
        told = [str(path) + (f":{fault.line}: " if fault.line else ": ") + str(fault) for fault in faults]
        raise ConfigError("\n".join(told))
    return config


def data_folder(data: Path, config: Config | None = None) -> Path:
    """Return the folder of database and key file.

    Args:
        data: the data folder, or the configuration file.
        config: what the file says, if it was read already.

    Raises:
        ConfigError: the file cannot be read, or says something that is not in the schema.
    """
    return (config or read_config(data)).storage.folder or config_path(data).parent

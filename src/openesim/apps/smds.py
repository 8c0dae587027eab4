"""The SM-DS as part of a process: its service, its listeners, and the way to other SM-DSs."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from openesim.adapters.http_client.rsp_peer import RspHttpPeer
from openesim.adapters.http_client.target import HttpOptions
from openesim.adapters.http_client.trust import read_certificates
from openesim.adapters.http_server.dispatcher import Dispatcher, TransportError, mount
from openesim.adapters.http_server.exchange import Application, Request, Response
from openesim.adapters.http_server.listener import HttpServer
from openesim.adapters.http_server.proxies import Proxies
from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.config import Config, Es12
from openesim.apps.settings import Address, Listen
from openesim.apps.wiring import SystemClock, server_tls
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConfigError, DecodeError
from openesim.messages.sgp22 import es11, es12
from openesim.messages.sgp22.activation_code import parse_address
from openesim.messages.sgp22.function import Function
from openesim.provisioning.smdp.context import Smdp
from openesim.provisioning.smds.context import Smds, SmdsPolicy
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.chain import ChainError, EumCache, verify_server_certificate
from openesim.security.pki.oids import Role
from openesim.services.announcing import Announcer
from openesim.services.event_registration import EventRegistrar
from openesim.services.guards import Guards
from openesim.services.ports import AnyWork
from openesim.services.smds import SmdsService
from openesim.services.sweeping import keep_swept

Around = Callable[[Application, str], Application]
"""Returns the application of an interface, watched."""

_CONNECT_S: Final = 5.0
_READ_S: Final = 15.0
_MOST_OCTETS: Final = 64 << 10
_REGISTRANTS: Final = (Role.DP_TLS, Role.DS_TLS)
_REGISTRATION: Final = (*es12.FUNCTIONS, *es12.ES15_FUNCTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmdsSettings:
    """What the SM-DS is told.

    Attributes:
        fqdn: name under which LPAs call it.
        es11: where LPAs are heard.
        es12: where SM-DP+s and other SM-DSs are heard; None: where LPAs are.
        plain_http: LPAs are heard without TLS.
        root: address of the root SM-DS; None: this one is a root.
        event_days: days after which an event goes that nobody deleted; 0: never.
        proxies: who is believed when he says for whom he asks.
        is_behind: a proxy verifies certificates and hands them on.
    """

    fqdn: str
    es11: Listen
    es12: Listen | None = None
    plain_http: bool = False
    root: str | None = None
    event_days: int = 365
    proxies: tuple[str, ...] = ()
    is_behind: bool = False

    @property
    def es11_scheme(self) -> str:
        """How LPAs are heard."""
        return "http" if self.plain_http else "https"

    @property
    def es12_scheme(self) -> str:
        """How servers are heard."""
        return "http" if self.is_behind else "https"


def smds_settings(config: Config, fqdn: str | None, *, plain_http: bool = False) -> SmdsSettings | None:
    """Return what the section ``[smds]`` says, None where it names no listener.

    Args:
        config: the configuration.
        fqdn: the name where the section has none.
        plain_http: LPAs are heard without TLS.

    Raises:
        ConfigError: something has to be mended first.
    """
    told, is_behind = config.smds, config.serve.es2_certificate == "proxy"
    if told.es11 is None:
        return None
    name = told.fqdn or fqdn
    if name is None:
        raise ConfigError("the SM-DS does not know its name: say --fqdn NAME, or write fqdn under [smds]")
    if plain_http and told.es12 is None and not is_behind:
        raise ConfigError(
            "without TLS nobody who registers events could be known: say --es12 HOST:PORT beside --plain-http"
        )
    return SmdsSettings(
        fqdn=name,
        es11=told.es11.place,
        es12=None if told.es12 is None else told.es12.place,
        plain_http=plain_http,
        root=told.root,
        event_days=told.event_days,
        proxies=config.serve.trusted_proxies,
        is_behind=is_behind,
    )


@dataclass(frozen=True, slots=True)
class SmdsPart:
    """The SM-DS of a process.

    Attributes:
        settings: what it was told.
        folder: certificates and keys.
        service: its functions.
    """

    settings: SmdsSettings
    folder: PkiFolder
    service: SmdsService

    def es11(self, around: Around) -> HttpServer:
        """Return what hears LPAs, watched; and servers, where they are heard at the same place."""
        application, tls = build_es11(self.folder, self.settings, self.service)
        hears_servers = self.settings.es12 is None and self.settings.is_behind
        return HttpServer(around(application, "es11"), tls, self._proxies(verify_certificates=hears_servers))

    def es12(self, around: Around) -> HttpServer:
        """Return what hears SM-DP+s and other SM-DSs, watched."""
        application, tls = build_es12(self.folder, self.settings, self.service)
        return HttpServer(
            around(application, "es12"), tls, self._proxies(verify_certificates=self.settings.is_behind)
        )

    def _proxies(self, *, verify_certificates: bool) -> Proxies:
        """Return who is believed when he says for whom he asks."""
        return Proxies.of(self.settings.proxies, verify_certificates=verify_certificates)

    async def sweep(self) -> None:
        """Remove expired sessions and old events, a small step at a time."""
        await keep_swept(self.service.sweep)


def build_part(
    folder: PkiFolder,
    settings: SmdsSettings,
    config: Config,
    work: AnyWork,
    guards: Guards | None = None,
) -> SmdsPart:
    """Return the SM-DS of a process.

    Args:
        folder: certificates and keys.
        settings: what it is told.
        config: of the process.
        work: the database.
        guards: what chips are held back by.

    Raises:
        ConfigError: something has to be mended before work can begin.
    """
    smds = build_smds(folder, settings)
    registrar = None
    if smds.root is not None:
        requester = str(next(iter(smds.identities.values())).oid or smds.fqdn)
        registrar = build_registrar(folder, config.es12, smds.fqdn, requester, Role.DS_TLS)
    ambient = Ambient(SystemClock(), os.urandom)
    return SmdsPart(settings, folder, SmdsService(smds, work, ambient, registrar, guards))


def build_smds(folder: PkiFolder, settings: SmdsSettings) -> Smds:
    """Return the SM-DS for a PKI folder.

    Raises:
        ConfigError: the folder holds no identity of an SM-DS.
    """
    identities = {identity.ci_key_id: identity for identity in folder.smds_identities}
    if not identities:
        raise ConfigError(
            f"{folder.path} holds no SM-DS identity: dsauth.pem and dsauth.key are needed; "
            f"make a test world with: openesim pki init {folder.path}"
        )
    lifetime = timedelta(days=settings.event_days) if settings.event_days else None
    policy = SmdsPolicy(event_lifetime=lifetime)
    return Smds(settings.fqdn, identities, folder.trust, policy, EumCache(), settings.root)


def build_registrar(
    folder: PkiFolder, section: Es12, fqdn: str, requester: str, role: Role
) -> EventRegistrar:
    """Return the way to SM-DSs: ES12 for an SM-DP+, ES15 for an alternative SM-DS.

    Our certificate is loaded with the first call: who is never asked for an SM-DS needs none.

    Args:
        folder: certificates and keys.
        section: how SM-DSs are reached.
        fqdn: our name.
        requester: how we name ourselves in a call.
        role: DP_TLS or DS_TLS: what our certificate says that we are.

    Source: SGP.22 v2.5 §2.6.6, §5.9, §5.10.
    """

    def present(context: ssl.SSLContext) -> None:
        folder.tls_material(fqdn, os.urandom, datetime.now(UTC), role).load_into(context)

    given = (octets for path in section.trust for octets in read_certificates(path))
    options = HttpOptions(
        trust=(*given, *(anchor.octets for anchor in folder.trust.anchors)),
        uses_system_roots=section.system_roots,
        resolve={name.lower(): _place(name, place) for name, place in section.resolve.items()},
        connect_timeout_s=_CONNECT_S,
        read_timeout_s=_READ_S,
        most_octets=_MOST_OCTETS,
        present=present,
    )
    functions = es12.ES15_FUNCTIONS if role is Role.DS_TLS else es12.FUNCTIONS
    return EventRegistrar(RspHttpPeer(options), os.urandom, requester, functions)


def build_announcer(folder: PkiFolder, section: Es12, smdp: Smdp) -> Announcer:
    """Return what announces the orders of an SM-DP+ at SM-DSs.

    Raises:
        ConfigError: the section names what is no place, or a file that is not there.
    """
    requester = str(next(iter(smdp.identities.values())).oid or smdp.fqdn)
    registrar = build_registrar(folder, section, smdp.fqdn, requester, Role.DP_TLS)
    roots = frozenset(_address("roots", name) for name in section.roots)
    allowed = None
    if section.allowed is not None:
        allowed = frozenset(_address("allowed", name) for name in section.allowed)
    return Announcer(smdp.fqdn, registrar, roots, allowed)


def build_es11(
    folder: PkiFolder, settings: SmdsSettings, service: SmdsService
) -> tuple[Application, ssl.SSLContext | None]:
    """Return the application for LPAs and its TLS context; for SM-DP+s too, if they are heard at the same place."""
    lpas = Dispatcher(mount(es11.FUNCTIONS, service), with_asn1=True)
    tls = None if settings.plain_http else server_tls(folder, settings.fqdn, Role.DS_TLS)
    if settings.es12 is not None:
        return lpas, tls
    servers, _ = build_es12(folder, settings, service)
    if tls is not None:
        _ask_for_certificates(tls, folder, ssl.CERT_OPTIONAL)
    return _by_path(servers, _REGISTRATION, lpas), tls


def build_es12(
    folder: PkiFolder, settings: SmdsSettings, service: SmdsService
) -> tuple[Application, ssl.SSLContext | None]:
    """Return the application for SM-DP+s and other SM-DSs, and its TLS context: only servers of a CI come in.

    Source: SGP.22 v2.5 §2.6.6, §5.9, §5.10.
    """
    application = Dispatcher(mount(_REGISTRATION, service), identify=identify_registrant(folder))
    if settings.is_behind:
        return application, None
    context = server_tls(folder, settings.fqdn, Role.DS_TLS)
    _ask_for_certificates(context, folder, ssl.CERT_REQUIRED)
    return application, context


def _ask_for_certificates(context: ssl.SSLContext, folder: PkiFolder, mode: ssl.VerifyMode) -> None:
    """Have a context ask callers for a certificate below one of our CIs."""
    context.verify_mode = mode
    # CIs are trusted by their keys: a vintage that is not self-signed is one, too.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=b"".join(anchor.octets for anchor in folder.trust.anchors))


def identify_registrant(folder: PkiFolder) -> Callable[[Request], str]:
    """Return what names the server behind a connection.

    It is known by object identifier and name, which stay when it renews its certificate.
    """

    def identify(request: Request) -> str:
        if request.client_certificate is None:
            raise TransportError(
                403, "events are registered by who shows the TLS certificate of an RSP server"
            )
        try:
            role = Certificate.decode(request.client_certificate).role
            if role not in _REGISTRANTS:
                raise TransportError(
                    403, "this client certificate is not the TLS certificate of an RSP server"
                )
            now = datetime.now(UTC)
            server = verify_server_certificate(
                request.client_certificate, role, folder.trust, now
            ).certificate
        except (DecodeError, ChainError) as error:
            raise TransportError(403, f"this client certificate does not hold: {error}") from None
        return f"{server.oid} {server.subject}"

    return identify


def _by_path(first: Application, functions: tuple[Function, ...], second: Application) -> Application:
    """Return an application that hands the paths of some functions to one, all others to another."""
    paths = {function.path for function in functions}

    async def answer(request: Request) -> Response:
        """Hand a request to the application that knows its path."""
        return await (first if request.path in paths else second)(request)

    return answer


def _address(name: str, text: str) -> str:
    """Return the address of a server.

    Raises:
        ConfigError: no host name.
    """
    try:
        return parse_address(text)
    except DecodeError as error:
        raise ConfigError(f"{name} {text!r}: {error}") from None


def _place(name: str, text: str) -> tuple[str, int]:
    """Return host and port of an entry of ``resolve``.

    Raises:
        ConfigError: not HOST:PORT.
    """
    try:
        place = Address.parse(text)
    except ConfigError as error:
        raise ConfigError(f"resolve {name}: {error}") from None
    return place.host, place.port

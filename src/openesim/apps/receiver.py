"""A receiver of call-backs: hears ES2+ HandleDownloadProgressInfo over mutual TLS and prints each, for tests and to look.

It can be told to fail, to refuse or to be slow, as operators' systems are at times.
"""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openesim.adapters.http_server.addresses import bind
from openesim.adapters.http_server.dispatcher import Dispatcher, TransportError, mount
from openesim.adapters.http_server.exchange import Request
from openesim.adapters.http_server.listener import HttpServer
from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.settings import Address
from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.es2plus import (
    HANDLE_DOWNLOAD_PROGRESS_INFO,
    HandleDownloadProgressInfoRequest,
)
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.security.pki.certificate import Certificate

Told = Callable[[HandleDownloadProgressInfoRequest, str, str], None]
"""Hears of a call: the request, who called, and how it was answered; first that it arrived, where answers are slow."""

ARRIVED = "arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverSettings:
    """What the receiver is told.

    Attributes:
        listen: where.
        fqdn: name under which it is called.
        trust: certificates by which callers are believed, DER.
        fail: calls that are answered 503 before the first that is taken.
        refuse: calls that are answered Failed before the first that is taken.
        slow_s: pause before every answer.
        count: calls to take before it ends; None: it goes on.
    """

    listen: Address
    fqdn: str
    trust: tuple[bytes, ...] = ()
    fail: int = 0
    refuse: int = 0
    slow_s: float = 0.0
    count: int | None = None


class Receiver:
    """Answers calls as it is told to."""

    def __init__(self, settings: ReceiverSettings, told: Told) -> None:
        """Take what to do, and who hears of each call."""
        self._fail = settings.fail
        self._refuse = settings.refuse
        self._slow_s = settings.slow_s
        self._left = settings.count
        self._told = told
        self.is_over = asyncio.Event()

    async def handle_download_progress_info(
        self, request: HandleDownloadProgressInfoRequest, caller: str
    ) -> Status | None:
        """Take a call, refuse it, or fail."""
        if self._slow_s:
            self._told(request, caller, ARRIVED)
            await asyncio.sleep(self._slow_s)
        if self._fail > 0:
            self._fail -= 1
            self._told(request, caller, "503")
            raise TransportError(503, "told to fail")
        if self._refuse > 0:
            self._refuse -= 1
            self._told(request, caller, "Failed")
            return Status(Subject.PROFILE_ICCID, Reason.UNKNOWN, "told to refuse")
        self._told(request, caller, "taken")
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self.is_over.set()
        return None


async def receive(
    settings: ReceiverSettings, folder: PkiFolder, told: Told, announce: Callable[[str], None]
) -> None:
    """Hear call-backs until there were as many as asked for, or SIGTERM or SIGINT comes.

    Raises:
        ConfigError: the address is in use, or there is no certificate for the name.
    """
    receiver = Receiver(settings, told)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, receiver.is_over.set)
    mounts = mount((HANDLE_DOWNLOAD_PROGRESS_INFO,), receiver)
    server = HttpServer(Dispatcher(mounts, identify=_caller), _mutual_tls(settings, folder))
    sockets = bind(settings.listen.host, settings.listen.port)
    host, port = sockets[0].getsockname()[:2]
    await server.open(sockets)
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    announce(f"es2 call-backs heard on https://{place} as {settings.fqdn} (pid {os.getpid()})")
    await receiver.is_over.wait()
    await server.close()


def _mutual_tls(settings: ReceiverSettings, folder: PkiFolder) -> ssl.SSLContext:
    """Return a context that believes callers below the folder's CIs, and those that were given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    host = settings.listen.host
    folder.tls_material(settings.fqdn, os.urandom, datetime.now(UTC), addresses=(host,)).load_into(context)
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    trust = (*(each.octets for each in folder.trust.anchors), *settings.trust)
    context.load_verify_locations(cadata=b"".join(trust))
    return context


def _caller(request: Request) -> str:
    """Return who calls, as the certificate says."""
    try:
        return str(Certificate.decode(request.client_certificate or b"").subject)
    except DecodeError:
        return "unknown"


def call_fields(request: HandleDownloadProgressInfoRequest, caller: str, answer: str) -> dict[str, Any]:
    """Return what is printed of a call for programs."""
    return {
        "answer": answer,
        "caller": caller,
        "request": HANDLE_DOWNLOAD_PROGRESS_INFO.request.encode(request),
    }

"""The sandbox authority: answers the authority protocol about made-up people, in a process of its own.

It keeps everything in memory, and every answer says that a sandbox gave it. Faces are not compared: what happens to
somebody is his scenario. It logs nothing of whom it is asked about.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import signal
import ssl
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from openesim.adapters.http_server.addresses import bind
from openesim.adapters.http_server.exchange import Request, Response
from openesim.adapters.http_server.listener import HttpServer
from openesim.apps.addresses import Address
from openesim.apps.sandbox.people import SandboxPerson, Scenario
from openesim.conditions.identity.authority_messages import (
    MOST_QUESTION,
    PATH,
    VERSION,
    AnswerMessage,
    QuestionMessage,
    decode_question,
    encode_message,
)
from openesim.conditions.identity.findings import Doubt
from openesim.conditions.rules.words import Assurance
from openesim.encoding.jsonbinding import encode_object
from openesim.kernel.errors import ConfigError, DecodeError
from openesim.kernel.secret import Secret

MARK: Final = "sandbox"
_MOST_REMEMBERED: Final = 10_000
_PENDING_TIMES: Final = 2
_PENDING_S: Final = 1.0
_DOWN_S: Final = 5
_HEADERS: Final = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-openesim-sandbox", b"authority"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """What the sandbox authority is told.

    Attributes:
        listen: where.
        token: bearer token that is asked for; None: whoever has a certificate that is believed may ask.
        certificate: for TLS, PEM with the chain; None: HTTP without TLS.
        key: its private key, PEM.
        clients: certificates below which callers are believed, PEM; None: callers need none.
        slow_s: how long the slow ones take.
    """

    listen: Address
    token: Secret[str] | None = None
    certificate: Path | None = None
    key: Path | None = None
    clients: Path | None = None
    slow_s: float = 10.0


class SandboxAuthority:
    """Answers requests: the application of the listener."""

    def __init__(
        self, people: Sequence[SandboxPerson], token: Secret[str] | None, slow_s: float = 10.0
    ) -> None:
        """Take whom it knows, who may ask, and how slow the slow ones are."""
        self._people: Final = {(each.document, each.number): each for each in people}
        self._token: Final = token
        self._slow_s: Final = slow_s
        self._asked: Final[OrderedDict[str, tuple[bytes, int]]] = OrderedDict()

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        if request.path != PATH:
            return _failure(404, "there is no such path")
        if request.method != "POST":
            return _failure(405, "questions are posted")
        if not self._may_ask(request):
            return _failure(401, "the bearer token is missing or not known")
        try:
            question = decode_question(request.body)
        except DecodeError as error:
            return _failure(400, f"the question cannot be read: {error}")
        times = self._count(question, request.body)
        if times == 0:
            return _failure(409, "this request id was used for another question")
        person = self._people.get((question.person.document, question.person.number))
        if person is not None and person.scenario is Scenario.DOWN:
            return _failure(503, "told to be down", ((b"retry-after", str(_DOWN_S).encode()),))
        if person is not None and person.scenario is Scenario.SLOW:
            await asyncio.sleep(self._slow_s)
        return Response(200, _HEADERS, encode_message(_answer(question, person, times)))

    def _may_ask(self, request: Request) -> bool:
        """Tell whether somebody may ask: TLS has seen to certificates already."""
        if self._token is None:
            return True
        shown = request.headers.get(b"authorization", b"")
        return hmac.compare_digest(shown, b"Bearer " + self._token.reveal().encode())

    def _count(self, question: QuestionMessage, body: bytes) -> int:
        """Return how often a question was asked, this time counted; 0: its name is another question's."""
        digest = hashlib.sha256(body).digest()
        known, times = self._asked.get(question.request_id, (digest, 0))
        if known != digest:
            return 0
        self._asked[question.request_id] = (digest, times + 1)
        if len(self._asked) > _MOST_REMEMBERED:
            self._asked.popitem(last=False)
        return times + 1


def _answer(question: QuestionMessage, person: SandboxPerson | None, times: int) -> AnswerMessage:
    """Return what the sandbox says of somebody."""
    doubt = _doubt(question, person)
    # The same question has the same reference, and none says who it was about.
    reference = "SANDBOX-" + hashlib.sha256(question.request_id.encode()).hexdigest()[:16].upper()
    status: Literal["verified", "not-verified", "pending"] = "verified" if doubt is None else "not-verified"
    if doubt is None and person and person.scenario is Scenario.PENDING and times <= _PENDING_TIMES:
        status = "pending"
    seen = (Assurance.DOCUMENT, Assurance.FACE_MATCH) if question.face else (Assurance.DOCUMENT,)
    return AnswerMessage(
        version=VERSION,
        request_id=question.request_id,
        status=status,
        reference=reference,
        assurance=seen if status == "verified" else (),
        reason=doubt,
        is_final=doubt is Doubt.LISTED,
        retry_after_s=_PENDING_S if status == "pending" else None,
        sandbox=True,
    )


def _doubt(question: QuestionMessage, person: SandboxPerson | None) -> Doubt | None:
    """Return why somebody is not verified; None: he is."""
    asked = question.person
    if person is None:
        return Doubt.NO_SUCH_DOCUMENT
    if asked.name != person.name or asked.born not in {None, person.born} or asked.group is not person.group:
        return Doubt.DOES_NOT_MATCH
    if person.scenario is Scenario.FACE_DIFFERS and question.face is not None:
        return Doubt.FACE_DIFFERS
    return {Scenario.DOCUMENT_EXPIRED: Doubt.DOCUMENT_EXPIRED, Scenario.LISTED: Doubt.LISTED}.get(
        person.scenario
    )


def _failure(status: int, what: str, more: tuple[tuple[bytes, bytes], ...] = ()) -> Response:
    body = encode_object({"error": f"{MARK} authority: {what}", "sandbox": True})
    return Response(status, (*_HEADERS, *more), body)


async def serve_authority(
    settings: SandboxSettings, people: Sequence[SandboxPerson], announce: Callable[[str], None]
) -> None:
    """Answer until SIGTERM or SIGINT comes.

    Raises:
        ConfigError: the address is in use, or the certificates cannot be used.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tls = _tls(settings)
    application = SandboxAuthority(people, settings.token, settings.slow_s)
    server = HttpServer(application, tls, most_body_octets=MOST_QUESTION)
    sockets = bind(settings.listen.host, settings.listen.port)
    host, port = sockets[0].getsockname()[:2]
    await server.open(sockets)
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    scheme = "http" if tls is None else "https"
    announce(
        f"SANDBOX authority, {len(people)} made-up people, listening on {scheme}://{place} (pid {os.getpid()})"
    )
    await stop.wait()
    await server.close()


def _tls(settings: SandboxSettings) -> ssl.SSLContext | None:
    """Return the context of the listener; None: it speaks plain HTTP.

    Raises:
        ConfigError: the certificates cannot be used.
    """
    if settings.certificate is None:
        if settings.clients is not None:
            raise ConfigError("client certificates need TLS: name --certificate and --key")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.certificate, settings.key)
        if settings.clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.load_verify_locations(settings.clients)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the certificates cannot be used: {error}") from None
    return context

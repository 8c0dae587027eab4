"""Around the routes of the desks: who comes, in which language, and what every answer carries.

The session is asked for once a request, before a route is chosen, so that pages of errors too know who reads them.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

from litestar import Request

from openesim.adapters.web.desks.assets import STATIC_PATH
from openesim.adapters.web.desks.components.live import Streams
from openesim.adapters.web.desks.cookies import LANGUAGE, SESSION, THEME, VISIT, YEAR_S, Cookies, is_secure
from openesim.adapters.web.desks.pages import Pages
from openesim.adapters.web.desks.problems import tell
from openesim.adapters.web.desks.visit import SCOPE_KEY, Sessions, Visit, parameters_of
from openesim.adapters.web.languages import language_of
from openesim.adapters.web.serving import Asgi, Message, Send
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import OpenEsimError
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.explained.entries import Language
from openesim.services.conditions.accounts.desk_sessions import Visit as SignedIn
from openesim.services.conditions.accounts.desk_sessions import new_token
from openesim.services.request_trace import current_request

THEMES: Final = ("auto", "light", "dark")

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from anywhere else, nothing in line: a name that somebody typed can be no script."""

HEADERS: Final = (
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=(), payment=()"),
)
_TLS_HEADER: Final = (b"strict-transport-security", b"max-age=31536000")
_NOT_KEPT: Final = (b"cache-control", b"no-store")
"""What a page tells is for its reader alone."""


@dataclass(frozen=True, slots=True)
class Visiting:
    """An application whose requests are visits.

    Attributes:
        application: the routes.
        sessions: who is behind a token.
        pages: templates.
        ambient: clock and randomness.
        streams: of progress that are open.
    """

    application: Asgi
    sessions: Sessions
    pages: Pages
    ambient: Ambient
    streams: Streams = field(default_factory=Streams)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if _is_file(scope):
            await self.application(scope, receive, _dressing(send, HEADERS))
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        cookies = Cookies(headers.get("cookie", ""), is_secure=is_secure(scope))
        taste = _taste(scope, cookies)
        signed_in, fault = await self._signed_in(cookies, taste)
        visit = self._visit(scope, headers, cookies, signed_in)
        scope[SCOPE_KEY] = visit
        sending: Any = _dressing(
            send, (*HEADERS, _NOT_KEPT, *((_TLS_HEADER,) if cookies.is_secure else ())), cookies
        )
        if fault is None:
            await self.application(scope, receive, sending)
            return
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        await tell(request, fault).to_asgi_response(None, request)(scope, receive, sending)

    async def _signed_in(
        self, cookies: Cookies, taste: dict[str, str]
    ) -> tuple[SignedIn | None, OpenEsimError | None]:
        """Return who is signed in, or why that cannot be said now; what he chose is kept with his account."""
        token = cookies.get(SESSION)
        if not token:
            return None, None
        try:
            signed_in = await self.sessions.visit(Secret(token))
            if signed_in is not None and taste:
                await self.sessions.set_taste(signed_in, **taste)
        except OpenEsimError as fault:
            return None, fault
        trace = current_request()
        if trace is not None and signed_in is not None:
            trace.operator = signed_in.account.operator or ""
        return signed_in, None

    def _visit(
        self,
        scope: MutableMapping[str, Any],
        headers: dict[str, str],
        cookies: Cookies,
        signed_in: SignedIn | None,
    ) -> Visit:
        """Return the visit."""
        if not cookies.get(VISIT):
            cookies.keep(VISIT, new_token(self.ambient).reveal())
        account = None if signed_in is None else signed_in.account
        languages = (cookies.get(LANGUAGE), account and account.language)
        themes = (cookies.get(THEME), account and account.theme)
        return Visit(
            scope,
            self.pages,
            cookies,
            self.ambient.clock,
            signed_in=signed_in,
            language=next((Language(one) for one in languages if one in set(Language)), language_of(headers)),
            theme=next((one for one in themes if one and one in THEMES), "auto"),
            sessions=self.sessions,
            streams=self.streams,
        )


def _is_file(scope: Any) -> bool:
    """Tell whether a static file is asked for, whoever asks."""
    folder, _, name = scope["path"].rpartition("/")
    return scope["method"] == "GET" and folder == STATIC_PATH and bool(name)


def _taste(scope: Any, cookies: Cookies) -> dict[str, str]:
    """Return language and theme that are chosen in the address, and remember them in the browser."""
    chosen, taste = dict(parameters_of(scope)), {}
    if chosen.get("lang") in set(Language):
        taste["language"] = chosen["lang"]
        cookies.keep(LANGUAGE, chosen["lang"], YEAR_S)
    if chosen.get("theme") in THEMES:
        taste["theme"] = chosen["theme"]
        cookies.keep(THEME, chosen["theme"], YEAR_S)
    return taste


def _dressing(send: Send, headers: tuple[tuple[bytes, bytes], ...], cookies: Cookies | None = None) -> Send:
    """Return what sends messages on, with headers that every answer carries unless it says otherwise."""

    async def sending(message: Message) -> None:
        """Send one message on."""
        if message["type"] == "http.response.start":
            own = list(message.get("headers", ()))
            said = {name.lower() for name, _ in own}
            own += [header for header in headers if header[0] not in said]
            own += [] if cookies is None else cookies.headers()
            message = {**message, "headers": own}
        await send(message)

    return sending

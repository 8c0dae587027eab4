"""A visit: who looks at a page, in which language, and how he is answered.

Every route asks for one by the name ``visit``, and answers with ``visit.page(…)`` or ``visit.go(…)``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlencode

from litestar import MediaType, Request, Response
from litestar.response import Redirect
from markupsafe import Markup

from openesim.adapters.web.desks.components.live import Streams
from openesim.adapters.web.desks.cookies import FLASH, SESSION, VISIT, Cookies
from openesim.adapters.web.desks.desk import DeskPlan, Item
from openesim.adapters.web.desks.formats import TAGS, Formats
from openesim.adapters.web.desks.forms import Form, read_form
from openesim.adapters.web.desks.pages import Pages
from openesim.kernel.ambient import Clock
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.explained.entries import Language
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.desk_sessions import Opened, Stage, Whence, csrf_of
from openesim.services.conditions.accounts.desk_sessions import Visit as SignedIn
from openesim.services.conditions.accounts.roles import Desk
from openesim.services.request_trace import current_request

SCOPE_KEY: Final = "openesim.visit"
"""Where the visit of a request stands in its scope."""

NUL: Final = "\x00"
"""PostgreSQL takes it in no text."""

_MOST_FLASH: Final = 1500
_MOST_PARAMETERS: Final = 40
_FLASHES: Final = ("done", "note", "trouble")


class Sessions(Protocol):
    """Knows who is behind a token."""

    async def visit(self, token: Secret[str]) -> SignedIn | None:
        """Return who is behind a cookie; None: nobody, or it is over."""
        ...

    async def still_holds(self, visit: SignedIn) -> bool:
        """Tell whether a session is open yet; to ask is not to use it."""
        ...

    async def set_taste(
        self, visit: SignedIn, *, language: str | None = None, theme: str | None = None
    ) -> None:
        """Keep language or theme, with the session and the account; None: as it was."""
        ...


class Visit:
    """One request of somebody to the desks.

    Attributes:
        signed_in: session and account, whatever is still awaited of the sign-in; None: nobody.
        account: who is signed in, all that is asked for done; None: nobody.
        language: of the pages.
        theme: ``light``, ``dark`` or ``auto``.
        cookies: that came, and that are set.
        now: the moment of the request, aware UTC; of a stream, that of its last look.
        path: that was asked for.
        is_sent: something was sent to it: what the answer shows, the same address may not show again.
        query: parameters of the address, in order.
        whence: where the request comes from.
        is_test: nothing here is real.
        streams: of progress that are open in this process.
    """

    def __init__(
        self,
        scope: Mapping[str, Any],
        pages: Pages,
        cookies: Cookies,
        clock: Clock,
        *,
        signed_in: SignedIn | None,
        language: Language,
        theme: str,
        sessions: Sessions,
        streams: Streams,
    ) -> None:
        """Take who looks, and how."""
        self.streams: Final = streams
        self._sessions: Final = sessions
        self.path: Final[str] = scope["path"]
        self.is_sent: Final = scope["method"] == "POST"
        self.whence: Final = _whence(scope)
        self.query: Final = parameters_of(scope)
        self.pages: Final = pages
        self.cookies: Final = cookies
        self.now = clock.now()
        self._clock: Final = clock
        self.signed_in: Final = signed_in
        is_open = signed_in is not None and signed_in.session.stage is Stage.OPEN
        self.account: Final = signed_in.account if signed_in is not None and is_open else None
        self.language: Final = language
        self.theme: Final = theme
        self.is_test: Final = pages.is_test
        self._request: Request[Any, Any, Any] | None = None

    # --- who

    @property
    def me(self) -> Account:
        """Who is signed in; for routes whose reach asks for somebody."""
        assert self.account is not None  # noqa: S101 (the guard has looked)
        return self.account

    @property
    def operator(self) -> str:
        """The operator whose people these are; for routes of the tenancy ``OPERATOR``."""
        operator = self.me.operator
        assert operator is not None  # noqa: S101 (the guard has looked)
        return operator

    @property
    def vendor_id(self) -> int:
        """The vendor whose people these are; for routes of the tenancy ``VENDOR``."""
        vendor_id = self.me.vendor_id
        assert vendor_id is not None  # noqa: S101 (the guard has looked)
        return vendor_id

    @property
    def me_signed_in(self) -> SignedIn:
        """The session, for services of accounts."""
        assert self.signed_in is not None  # noqa: S101 (the guard has looked)
        return self.signed_in

    @property
    def session_digest(self) -> bytes:
        """By which the session is known; empty: there is none."""
        return b"" if self.signed_in is None else self.signed_in.session.digest

    async def is_still_here(self) -> bool:
        """Tell whether the session still holds, for answers that take long; who came without one stays. It is later then."""
        self.now = self._clock.now()
        return self.signed_in is None or await self._sessions.still_holds(self.signed_in)

    def seat(self, opened: Opened) -> None:
        """Keep a session that was opened or renewed."""
        self.cookies.keep(SESSION, opened.token.reveal())

    @property
    def request_id(self) -> str:
        """The number under which the log knows this request; empty where nobody counts."""
        trace = current_request()
        return "" if trace is None else trace.request_id

    @property
    def csrf_token(self) -> str:
        """What a form has to bring back: known to this browser and this session alone."""
        return csrf_of(Secret(self.cookies.get(SESSION) or self.cookies.get(VISIT)))

    # --- words

    @property
    def format(self) -> Formats:
        """Writes numbers and dates."""
        return self.pages.formats[self.language]

    @property
    def language_tag(self) -> str:
        """As HTML names the language."""
        return TAGS[self.language]

    def t(self, key: str, **values: Any) -> Markup:
        """Return the text of a whole key, such as ``regulator.models.title``."""
        return self.pages.wording.say(key, self.language, **values)

    def say(self, key: str, **values: Any) -> str:
        """Return the text of a whole key as it is, for views: a template escapes it when it draws it."""
        return self.t(key, **values).unescape()

    # --- where

    @property
    def plan(self) -> DeskPlan | None:
        """The desk that the page belongs to: by its path, else that of who is signed in."""
        first = self.path.split("/", 2)[1]
        for plan in self.pages.plans:
            if plan.desk.value == first:
                return plan
        return self._own_plan()

    @property
    def menu(self) -> list[Item]:
        """The lines of the menu that he sees."""
        return [] if self.plan is None else self.plan.items_for(self.account)

    def is_here(self, path: str) -> bool:
        """Tell whether the page is that of a path, or below it; a desk's own page has none below."""
        home = {plan.path for plan in self.pages.plans}
        return self.path == path or (path not in home and self.path.startswith(f"{path}/"))

    @property
    def home(self) -> str:
        """Where he begins."""
        plan = self._own_plan()
        return "/" if plan is None else plan.path

    def address(self, **changes: Any) -> str:
        """Return this page's address with parameters changed; None takes one away."""
        kept = [(name, value) for name, value in self.query if name not in changes]
        new = [(name, str(value)) for name, value in changes.items() if value is not None]
        query = urlencode(kept + new)
        return f"{self.path}?{query}" if query else self.path

    def asked(self, name: str) -> str:
        """Return a parameter of the address, the last of its name; empty where there is none."""
        return dict(self.query).get(name, "")

    # --- forms

    async def form(self, words: str) -> Form:
        """Return the form that came, read once.

        Args:
            words: beginning of the keys of its words, such as ``regulator.models``.
        """
        assert self._request is not None  # noqa: S101 (a route has it)
        return await read_form(self._request, self, words)

    def blank(self, words: str, **values: str) -> Form:
        """Return a form to be filled, with what is known already."""
        return Form(self, words, {name: (value,) for name, value in values.items()})

    # --- answers

    def page(
        self, template: str, *, http_status: int = 200, headers: Mapping[str, str] | None = None, **view: Any
    ) -> Response[str]:
        """Return a page.

        Args:
            template: its file.
            http_status: 200, or 422 for a form that has to be mended.
            headers: of the answer, besides.
            view: what the template calls its values.
        """
        content = self.pages.render(self.language, template, {"visit": self, **view})
        return Response(
            content, status_code=http_status, media_type=MediaType.HTML, headers=dict(headers or {})
        )

    def piece(self, template: str, **view: Any) -> str:
        """Return a piece of a page, for streams of progress."""
        return self.pages.render(self.language, template, {"visit": self, **view})

    def go(self, path: str, flash: str = "", *, kind: str = "done", **values: str | int) -> Redirect:
        """Send him on after something was done, so that a reload does not do it again.

        Args:
            path: of ours.
            flash: key of what he is told there; empty: nothing. Nothing personal may be in its values.
            kind: ``done``, ``note`` or ``trouble``.
            values: of the text.
        """
        if flash:
            told = json.dumps([kind, flash, values], separators=(",", ":")).encode()
            self.cookies.keep(FLASH, base64.urlsafe_b64encode(told).decode()[:_MOST_FLASH])
        return Redirect(path, status_code=303)

    def take_flash(self) -> tuple[str, Markup] | None:
        """Return what he is to be told since the last page, with its kind, once."""
        told = self.cookies.get(FLASH)
        if not told:
            return None
        self.cookies.drop(FLASH)
        try:
            kind, key, values = json.loads(base64.urlsafe_b64decode(told))
            return kind if kind in _FLASHES else "note", self.t(key, **values)
        except (ValueError, KeyError, TypeError, IndexError):
            return None  # cut off, or not ours

    def _own_plan(self) -> DeskPlan | None:
        desk: Desk | None = None if self.account is None else self.account.desk
        return next((plan for plan in self.pages.plans if plan.desk is desk), None)


def parameters_of(scope: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the parameters of an address, the first forty, without what no database takes in a text."""
    found = parse_qsl(scope.get("query_string", b"").decode("latin-1"))[:_MOST_PARAMETERS]
    return tuple((name, value.replace(NUL, "")) for name, value in found)


def _whence(scope: Mapping[str, Any]) -> Whence:
    """Return where a request comes from."""
    agent = dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1")[:200]
    return Whence(address=(scope.get("client") or ("", 0))[0], agent=agent)


def visit_of(request: Request[Any, Any, Any]) -> Visit:
    """Return the visit of a request, for routes that ask for ``visit``."""
    visit: Visit = request.scope[SCOPE_KEY]  # type: ignore[typeddict-item]
    visit._request = request  # noqa: SLF001 (it is built before there is one)
    return visit

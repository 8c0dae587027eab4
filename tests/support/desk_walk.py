"""All pages of the desks, called in memory by somebody: every route, and what its table can be asked for besides."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from html import unescape
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from openesim.adapters.web.desks.app import DeskRules, build_routes, handlers_of
from openesim.adapters.web.desks.assets import Assets
from openesim.adapters.web.desks.pages import Pages
from openesim.adapters.web.desks.reach import Reach, reach_of
from openesim.adapters.web.desks.wording import read_wording
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import GRANTS, Role
from tests.support.desks import DeskSite
from tests.support.memory import MemoryWork

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_LINK = re.compile(r'(?:href|data-live)="([^"]*)"')
_OTHER_DRESS = {"lang", "theme"}
_NOT_OURS = ("/static/", "/styleguide")


@dataclass(frozen=True)
class Told:
    """What a page answered.

    Attributes:
        path: that was asked for, with its query.
        http_status: of the answer.
        headers: of it, small letters.
        octets: all of it; of a stream its first pieces.
    """

    path: str
    http_status: int
    headers: Mapping[str, str]
    octets: bytes

    @cached_property
    def text(self) -> str:
        """All of it as text."""
        return self.octets.decode("utf-8", "replace")

    @property
    def media_type(self) -> str:
        """Such as ``text/html``."""
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def is_page(self) -> bool:
        """Whether a person reads it as a page."""
        return self.media_type == "text/html"


@cache
def pages_to_get() -> tuple[tuple[str, Reach], ...]:
    """Returns path and reach of every route that only shows something."""
    site = DeskSite(MemoryWork())
    app = build_routes(site.services, Pages(read_wording(), Assets()), DeskRules())
    found = []
    for handler in handlers_of(app):
        if "GET" in handler.http_methods:
            paths = {
                each.path_format for each in app.routes if handler in getattr(each, "route_handlers", ())
            }
            found += [(path, reach_of(handler)) for path in paths if not path.startswith(_NOT_OURS)]
    return tuple(sorted(found, key=lambda one: one[0]))


def parameters_of(path: str) -> list[str]:
    """Returns the names of the parameters of a path."""
    return PARAMETER.findall(path)


def is_for(stated: Reach, role: Role | None) -> bool:
    """Tells whether a route is for a role."""
    return stated.permission is None or (role is not None and role in GRANTS[stated.permission])


def addresses(path: str, things: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns the addresses of a path: for everything that can stand in it, and everything that it can be asked with.

    Args:
        path: of a route.
        things: by parameter, or by several with commas between (and in the values); by ``?`` and a path its queries.
    """
    names = parameters_of(path)
    rows: list[Sequence[str]] = []
    if len(names) > 1:
        rows += [each.split(",") for each in things.get(",".join(names), ())]
    rows = rows or list(product(*(things.get(name, ("nothing",)) for name in names)))
    paths = [filled(path, dict(zip(names, row, strict=True))) for row in rows]
    return paths + [f"{each}?{query}" for each in paths for query in things.get(f"?{path}", ())]


def filled(path: str, values: Mapping[str, str]) -> str:
    """Returns a path with its parameters filled."""
    return PARAMETER.sub(lambda match: values[match[1]], path)


@dataclass(frozen=True)
class Walker:
    """Somebody before a screen.

    Attributes:
        app: the desks.
        run: runs a coroutine where the stores are.
        token: of his session; empty: he is not signed in.
        language: that he reads.
    """

    app: Any
    run: Callable[[Any], Any]
    token: str = ""
    language: str = "en"

    @property
    def _headers(self) -> dict[str, str]:
        headers = {"host": "desks.test", "accept-language": self.language, "user-agent": "a walker"}
        if self.token:
            headers["cookie"] = f"session={self.token}; visit={'v' * 43}"
        return headers

    def get(self, path: str) -> Told:
        """Returns what a path answers."""
        told: Told = self.run(ask(self.app, path, self._headers))
        return told

    def post(self, path: str, **fields: str) -> Told:
        """Sends a form, and returns what is answered."""
        form = urlencode({"csrf_token": csrf_of(Secret(self.token)), **fields})
        told: Told = self.run(ask(self.app, path, self._headers, form))
        return told

    def walk(self, path: str, most: int = 12) -> Iterator[Told]:
        """Yields a page and everything that its table can be asked for: chips, sorts, the next page, the file."""
        first = self.get(path)
        yield first
        for link in links_to_itself(first)[:most]:
            yield self.get(link)


def links_to_itself(told: Told) -> list[str]:
    """Returns the addresses in a page that lead to the same page, asked for something else."""
    own = urlsplit(told.path).path
    found = dict.fromkeys(unescape(each) for each in _LINK.findall(told.text))
    ways = [(link, urlsplit(link)) for link in found]
    return [
        link
        for link, way in ways
        if way.path in {own, ""}
        and way.query
        and not _OTHER_DRESS & set(parse_qs(way.query))
        and link != told.path
    ]


async def ask(app: Any, path: str, headers: Mapping[str, str], form: str | None = None) -> Told:
    """Calls an ASGI application in memory; of a stream that goes on, the first pieces are taken.

    Args:
        app: the application.
        path: with its query.
        headers: of the request.
        form: that is sent; None: a page is asked for.
    """
    if form is not None:
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "sec-fetch-site": "same-origin",
        } | dict(headers)
    place = urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET" if form is None else "POST",
        "scheme": "http",
        "path": place.path,
        "raw_path": place.path.encode(),
        "root_path": "",
        "query_string": place.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 40000),
        "server": ("desks.test", 80),
    }
    messages: list[Any] = []
    is_enough = asyncio.Event()
    asked = [{"type": "http.request", "body": (form or "").encode(), "more_body": False}]

    async def receive() -> Any:
        if asked:
            return asked.pop()
        await is_enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)
        is_last = message["type"] == "http.response.body" and not message.get("more_body")
        pieces = sum(bool(each.get("body")) for each in messages[1:])
        is_piece = pieces > 1 and _media_type(messages[0]) == "text/event-stream"
        if is_last or is_piece:
            is_enough.set()

    call = asyncio.ensure_future(app(scope, receive, send))
    enough = asyncio.ensure_future(is_enough.wait())
    await asyncio.wait({call, enough}, return_when=asyncio.FIRST_COMPLETED)
    enough.cancel()
    if _media_type(messages[0]) == "text/event-stream":
        call.cancel()
        await asyncio.wait({call})
    else:
        await call
    body = b"".join(each.get("body", b"") for each in messages[1:])
    told: dict[str, str] = {}
    for name, value in messages[0]["headers"]:
        told[name.decode().lower()] = value.decode()
    return Told(path, messages[0]["status"], told, body)


def _media_type(head: Any) -> str:
    headers = {name.lower(): value for name, value in head["headers"]}
    text: str = headers.get(b"content-type", b"").decode().partition(";")[0]
    return text

"""Somebody at a desk without a browser: keeps his session, sends forms, goes where he is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from tests.support.desks import LiveDesks

_TAG = re.compile(r"<[^>]+>")


@dataclass
class DeskVisitor:
    """Somebody who is signed in.

    Attributes:
        desks: where.
        token: of his session.
        language: that he reads.
        path: where he is.
        status: of the last page.
        page: the last page.
    """

    desks: LiveDesks
    token: str
    language: str = "en"
    path: str = ""
    status: int = 0
    page: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> str:
        """Opens a page and returns its text; goes on where it leads."""
        return self._ask("GET", path, "")

    def post(self, path: str = "", **fields: str | list[str]) -> str:
        """Sends a form and returns the text of the page that it comes to."""
        csrf = csrf_of(Secret(self.token))
        return self._ask("POST", path or self.path, urlencode({"csrf_token": csrf, **fields}, doseq=True))

    def _ask(self, method: str, path: str, body: str) -> str:
        for _ in range(5):
            self.path = path
            held = "; ".join(
                f"{name}={value}" for name, value in {"session": self.token, **self.cookies}.items()
            )
            headers = {"cookie": held, "accept_language": self.language, "sec_fetch_site": "same-origin"}
            self.status, told, self.page = self.desks.call(method, path, "", body, **headers)
            for line in told.get("set-cookie", "").splitlines():
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            if self.status != 303:
                break
            method, path, body = "GET", told["location"], ""
        return self.text

    @property
    def text(self) -> str:
        """What a person reads on the page."""
        main = self.page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
        return " ".join(unescape(_TAG.sub(" ", main)).split())

    @property
    def title(self) -> str:
        """The heading of the page."""
        return " ".join(
            unescape(_TAG.sub(" ", (re.findall(r"<h1>(.*?)</h1>", self.page) or [""])[0])).split()
        )

"""A world of two vendors, heard: made once for all pages of the desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import Role
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desks import DeskSite, LiveDesks, serving_desks, today
from tests.support.vendor_world import VendorWorld, trusted

TAGS = re.compile(r"<[^>]+>")
BOUNDARY = "----a-boundary"


@dataclass
class Makers:
    """Desks over the world of two vendors.

    Attributes:
        desks: that are heard.
        world: what is in it.
    """

    desks: LiveDesks
    world: VendorWorld

    def __post_init__(self) -> None:
        self._tokens: dict[tuple[str, str], str] = {}

    def token(self, vendor: str = "1", language: str = "en") -> str:
        """Returns what the cookie of somebody of a vendor holds, who reads a language; the same one each time."""
        key = (vendor, language)
        if key not in self._tokens:
            self._tokens[key] = self.desks.token(Role.VENDOR, vendor)
            self.desks.get(f"/vendor?lang={language}", self._tokens[key])
        return self._tokens[key]

    def get(self, path: str, vendor: str = "1", *, language: str = "en", http_status: int = 200) -> str:
        """Returns a page."""
        status, _, page = self.desks.get(path, self.token(vendor, language))
        assert status == http_status, (status, page)
        return page

    def post(
        self, path: str, vendor: str = "1", *, language: str = "en", **fields: Any
    ) -> tuple[int, str, str]:
        """Sends a form and returns status, where it leads, and the page."""
        token = self.token(vendor, language)
        body = urlencode({"csrf_token": csrf_of(Secret(token)), **fields}, doseq=True)
        status, headers, page = self.desks.call("POST", path, token, body)
        return status, headers.get("location", ""), page

    def send(
        self,
        path: str,
        file: tuple[str, str, bytes],
        vendor: str = "1",
        *,
        language: str = "en",
        **fields: str,
    ) -> tuple[int, str, str]:
        """Sends a form with a file (field, name, octets) and returns status, where it leads, and the page."""
        token = self.token(vendor, language)
        parts = [
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in ({"csrf_token": csrf_of(Secret(token))} | fields).items()
        ]
        field, name, octets = file
        head = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{field}"; filename="{name}"\r\ncontent-type: text/csv\r\n\r\n'
        body = b"".join(parts) + head.encode() + octets + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        status, headers, page = self.desks.call("POST", path, token, body, content_type=kind)
        return status, headers.get("location", ""), page

    def settled(self) -> None:
        """Waits until no import runs."""
        self.desks.run(self.desks.site.services.vendor.imports.settled())

    def model_id(self, name: str) -> int:
        """Returns the number of a model of the world."""
        return self.world.models[name].model_id


@pytest.fixture(scope="session")
def makers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Makers]:
    """A world of two vendors over a database of its own, heard."""
    folder = tmp_path_factory.mktemp("makers")
    path = new_database(make_template(folder), folder)
    with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING), trust=trusted())) as desks:
        world = VendorWorld(desks.site.work, today())

        async def fill() -> None:
            world.everything()
            await desks.site.parts.conditions.following.refresh()

        desks.run(fill())
        yield Makers(desks, world)


def plain(page: str) -> str:
    """Returns what a person reads of a page, in one line."""
    return " ".join(unescape(TAGS.sub(" ", page)).split())

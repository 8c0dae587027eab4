"""A regulator's world, heard: made once for all of his pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.conditions.licensing.licence import Licence
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import Role
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desks import DeskSite, LiveDesks, serving_desks, today
from tests.support.regulator_world import RegulatorWorld

TAGS = re.compile(r"<[^>]+>")


@dataclass
class Nation:
    """Desks over a regulator's world.

    Attributes:
        desks: that are heard.
        world: makes more of it; in the thread of the desks.
        licences: by what they are there for.
    """

    desks: LiveDesks
    world: RegulatorWorld
    licences: dict[str, Licence]

    def __post_init__(self) -> None:
        self._tokens: dict[Role, str] = {}

    def token(self, role: Role = Role.CHIEF) -> str:
        """Returns what the cookie of somebody of a role holds; the same one each time."""
        if role not in self._tokens:
            self._tokens[role] = self.desks.token(role)
        return self._tokens[role]

    def get(self, path: str, role: Role = Role.CHIEF, **headers: str) -> str:
        """Returns a page that has to be there, in English unless the path says otherwise."""
        if "lang=" not in path and not headers:
            path += ("&" if "?" in path else "?") + "lang=en"
        status, _, page = self.desks.get(path, self.token(role), **headers)
        assert status == 200, (status, page)
        return page

    def post(self, path: str, role: Role = Role.CHIEF, /, **fields: str | list[str]) -> tuple[int, str, str]:
        """Sends a form and returns status, where it leads, and the page."""
        token = self.token(role)
        body = urlencode({"csrf_token": csrf_of(Secret(token)), **fields}, doseq=True)
        status, headers, page = self.desks.call("POST", path, token, body)
        return status, headers.get("location", ""), page

    def applied(self, operator: str = "qinghe") -> Licence:
        """Returns a fresh application that was submitted."""

        async def make() -> Licence:
            return self.world.applied(operator)

        licence: Licence = self.desks.run(make())
        return licence


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nation]:
    """A regulator's world over a database of its own, heard."""
    folder = tmp_path_factory.mktemp("nation")
    path = new_database(make_template(folder), folder)
    with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING))) as desks:
        world = RegulatorWorld(desks.site.work, today())

        async def fill() -> dict[str, Licence]:
            world.operators()
            made = world.licences()
            world.decisions(150)
            await desks.site.parts.conditions.following.refresh()
            return made

        yield Nation(desks, world, desks.run(fill()))


def plain(page: str) -> str:
    """Returns what a person reads of a page, in one line."""
    return " ".join(TAGS.sub(" ", page).split())

"""A register of terminals with people who have devices, recalls, holds and a watch-list, heard: made once for all of its pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import Role
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desks import DeskSite, serving_desks, today
from tests.support.register_world import RegisterWorld, fill_supervision
from tests.support.regulator_world import RegulatorWorld
from tests.web.regulator.conftest import Nation, plain

__all__ = ["plain"]


@dataclass
class Office(Nation):
    """Desks over a register.

    Attributes:
        register: makes more of it; in the thread of the desks.
        things: numbers by what they are there for.
    """

    register: RegisterWorld = field(kw_only=True)
    things: dict[str, str] = field(kw_only=True)

    def upload(
        self, path: str, name: str, file: tuple[str, bytes], role: Role = Role.CHIEF, /, **fields: str
    ) -> tuple[int, str, str]:
        """Sends a form with a file and returns status, where it leads, and the page."""
        token, mark = self.token(role), os.urandom(8).hex()
        parts = [("csrf_token", csrf_of(Secret(token))), *fields.items()]
        body = b"".join(
            f'--{mark}\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in parts
        )
        body += (
            f'--{mark}\r\ncontent-disposition: form-data; name="{name}"; filename="{file[0]}"\r\n'.encode()
        )
        body += b"content-type: text/csv\r\n\r\n" + file[1] + f"\r\n--{mark}--\r\n".encode()
        status, headers, page = self.desks.call(
            "POST",
            path,
            token,
            body.decode("latin-1"),
            content_type=f"multipart/form-data; boundary={mark}",
        )
        return status, headers.get("location", ""), page

    def stale(self, role: Role = Role.CHIEF) -> str:
        """Returns what the cookie of somebody holds who proved half an hour ago who he is."""
        token = self.desks.token(role)

        async def age() -> None:
            site = self.desks.site
            visit = await site.door.sessions.visit(Secret(token))
            assert visit is not None
            ago = site.ambient.clock.now() - timedelta(minutes=30)
            session = replace(visit.session, proved_at=ago)
            await site.work.run(lambda stores: stores.save_desk_session(session))
            site.door.sessions.forget(session.digest)

        self.desks.run(age())
        return token

    def deeds(self, subject: str) -> list[dict[str, str]]:
        """Returns what the ledger tells of something, newest first."""
        from openesim.services.conditions.ledger.ledger import Query, find_page

        async def read() -> list[dict[str, str]]:
            page = self.desks.site.work.run_now(
                lambda stores: find_page(stores, Query(subject=subject), None, 50)
            )
            return [dict(kept.entry.facts) for kept in page.entries if kept.entry is not None]

        found: list[dict[str, str]] = self.desks.run(read())
        return found

    def seal(self) -> None:
        """Gives everything in the ledger its place."""

        async def do() -> None:
            self.register.seal()

        self.desks.run(do())


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A register over a database of its own, heard."""
    folder = tmp_path_factory.mktemp("register")
    path = new_database(make_template(folder), folder)
    with serving_desks(lambda: DeskSite(SqliteWork(path, WRAPPING))) as desks:
        things = fill_supervision(desks, 120)
        work = desks.site.work
        yield Office(
            desks,
            RegulatorWorld(work, today()),
            {},
            register=RegisterWorld(work, today(), first_tac=86500000),
            things=things,
        )

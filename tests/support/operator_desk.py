"""Desks of operators in tests: one whom the rules ask nothing, and one whom they ask everything."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from openesim.adapters.db.group_commit import SqliteWork
from openesim.apps.config import Config, RulesSection
from openesim.conditions.identity.case import Case
from openesim.conditions.licensing.licence import Scope
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.ids import Eid, Iccid
from openesim.kernel.secret import Secret
from openesim.provisioning.smdp.orders import Order
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.ledger.ledger import Ledger, Query
from openesim.transparency.entries import EntryKind
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import DeskSite, LiveDesks
from tests.support.gate import PACK, case_of, licence_of
from tests.support.operator_world import OperatorWorld

FREE, ASKED = "qinghe", "yuanshan"
"""Operators: the rules ask nothing of the first, and everything of the second."""

BOUNDARY = "a-boundary-of-tests"


def make_site(folder: Path) -> DeskSite:
    """Returns desks over a new database, with a pack that asks something of one operator."""
    packs = folder / "packs"
    packs.mkdir()
    (packs / "asking.toml").write_text(PACK, encoding="utf-8")
    path = new_database(make_template(folder), folder)
    rules = RulesSection(operators={ASKED: "asking"}, folder=packs)
    return DeskSite(SqliteWork(path, WRAPPING), config=Config(rules=rules))


@dataclass
class OperatorDesk:
    """An operator's people before their desk.

    Attributes:
        desks: heard.
        operator: whose they are.
    """

    desks: LiveDesks
    operator: str

    def do(self, deed: Callable[[OperatorWorld], Any]) -> Any:
        """Does something to the operator's world, in the thread of the stores, and lets the process know of it."""

        async def doing() -> Any:
            site = self.desks.site
            done = deed(OperatorWorld(site.work, site.ambient.clock.now(), self.operator))
            await site.parts.conditions.following.load()
            return done

        return self.desks.run(doing())

    def ask(self, unit: Callable[[Any], Any]) -> Any:
        """Runs a unit and returns what it returns."""

        async def asking() -> Any:
            return await self.desks.site.work.run(unit)

        return self.desks.run(asking())

    def somebody(self, role: Role = Role.MANAGER, language: str = "en") -> DeskVisitor:
        """Signs somebody of the operator in."""
        return DeskVisitor(self.desks, self.desks.token(role, self.operator), language)

    def license(self) -> None:
        """Gives the operator a licence for phones."""
        begun = self.desks.site.ambient.clock.now() - timedelta(days=30)
        scope = Scope(begins=begun)
        self.do(
            lambda world: world.work.run_now(
                lambda stores: stores.add_licence(licence_of(self.operator, 0, asked=scope, granted=scope))
            )
        )

    def verify(self, eid: Eid, name: str = "Wang") -> Case:
        """Keeps the case of a person who was verified an hour ago for a chip."""
        at = self.desks.site.ambient.clock.now() - timedelta(hours=1)
        case = case_of(
            eid,
            name,
            self.operator,
            created_at=at,
            changed_at=at,
            verified_at=at,
            case_id=f"{name.upper()}{eid[-6:]}",
        )

        def unit(stores: Any) -> None:
            stores.add_case(case)
            stores.hold_person(case.person, at)

        self.ask(unit)
        return case

    def deeds(self, order: Order | None = None) -> list[str]:
        """Returns what the ledger tells of deeds in the operator's matters, or of an order, oldest first."""
        query = Query(
            kind=EntryKind.DEED, operator=self.operator, order_id=None if order is None else order.order_id
        )
        page = self.desks.run(Ledger(self.desks.site.work).page(query, limit=200))
        return [str(kept.entry.facts["deed"]) for kept in page.entries][::-1]

    def order(self, iccid: str) -> Order:
        """Returns the order of a profile as it stands."""
        found: Order = self.ask(lambda stores: stores.order_of_profile(Iccid(iccid)))
        return found


def live_a_day(desks: LiveDesks) -> dict[str, str]:
    """Lets an operator have a day, and returns the ICCIDs of some of its orders, by how they stand."""

    def live(world: OperatorWorld) -> list[Order]:
        world.stock(80, low_stock=50)
        world.stock(40, profile_type="qinghe-watch", number=2, low_stock=10)
        world.plan()
        world.plan(
            "watch",
            "青禾手表独立号",
            profile_type="qinghe-watch",
            price=1000,
            service=ServiceClass.WATCH,
            titles={"en": "Qinghe watch, number of its own", "zh": "青禾手表独立号"},
        )
        return world.some_day(60)

    made = OperatorDesk(desks, FREE).do(live)
    found = {order.state.value.lower(): str(order.iccid) for order in reversed(made)}
    return found | {"held": str(made[-1].iccid)}


def upload(
    visitor: DeskVisitor,
    path: str,
    fields: Mapping[str, str],
    files: Mapping[str, tuple[str, bytes]],
) -> tuple[int, str]:
    """Sends a form with files, and returns status and where it leads, or the page."""
    parts = [
        f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {"csrf_token": csrf_of(Secret(visitor.token)), **fields}.items()
    ]
    for name, (file_name, octets) in files.items():
        head = f'content-disposition: form-data; name="{name}"; filename="{file_name}"'
        parts += [
            f"--{BOUNDARY}\r\n{head}\r\ncontent-type: application/octet-stream\r\n\r\n".encode(),
            octets,
            b"\r\n",
        ]
    body: Any = b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])
    http_status, headers, page = visitor.desks.call(
        "POST",
        path,
        visitor.token,
        body,
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        accept_language=visitor.language,
        sec_fetch_site="same-origin",
    )
    visitor.status, visitor.page = http_status, page
    return http_status, headers.get("location", page)


def await_end(visitor: DeskVisitor, path: str, patience_s: float = 20.0) -> str:
    """Looks at an import until it has ended, and returns what its page says then."""
    ends = time.monotonic() + patience_s
    while "data-live" in (visitor.get(path) and visitor.page):
        assert time.monotonic() < ends, visitor.text
        time.sleep(0.05)
    return visitor.text

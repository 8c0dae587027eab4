"""Whatever operators, clerks, inspectors and phones do in whatever order, these things hold under rules that ask something:

* No order is released, handed out or installed but with evidence of a person behind it, if the rules ask for one.
* No package leaves while the case is revoked, the licence is not in force, or person or chip is on the watch-list and nobody
  has looked at that entry.
* Nobody has more lines on their way or on chips than the limits allow, at any operator and at all of them.
* Whatever is issued stands in the ledger with order, chip, profile and evidence, and the ledger's entries are as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from openesim.conditions.admission.admission import LineState
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.rules.asking import asks_nothing
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import OpenEsimError
from openesim.kernel.ids import Eid, Iccid
from openesim.provisioning.smdp.orders import OrderEvent, OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.services.conditions.following import Following
from openesim.services.conditions.gate.holds import Holds
from openesim.services.conditions.gate.watch_book import WatchBook
from openesim.services.orders import cancel_order, issue_again
from openesim.services.rules import shipped_packs
from openesim.transparency.entries import EntryKind
from tests.support.gate import PACK, GatedRig, books_of, case_of, gate_of, licence_of, person_of
from tests.support.rig import NOW, eid_of, make_chip, new_runner

ISSUED = {OrderState.RELEASED, OrderState.DOWNLOADED, OrderState.INSTALLED}
CHIPS = (1, 2, 3, 4)
NAMES = ("Wang", "Li")
OPERATORS = ("operator", "other")

chips = st.sampled_from(CHIPS)
# One of each meets its limits, the other shows that limits are of one.
names = st.sampled_from(["Wang", "Wang", "Wang", "Li"])
operators = st.sampled_from(["operator", "operator", "operator", "other"])
orders = st.integers(0, 5)


@cache
def asking() -> tuple[Pack, ...]:
    """Returns the shipped packs that ask something."""
    return tuple(pack for pack in shipped_packs() if not asks_nothing(pack))


def _save_case(stores: Any, case: Any) -> None:
    stores.save_case(case)


def _admission(stores: Any, order_id: int) -> Any:
    return stores.admission(order_id)


def _add_watched(stores: Any, entry: Watched) -> Any:
    return stores.add_watched(entry)


def _lift(stores: Any, entry: Watched) -> None:
    stores.lift_watched(entry, NOW)


def _lines(stores: Any, name: str) -> Any:
    return stores.lines_of_person(person_of(name))


class Country(RuleBasedStateMachine):
    """Two operators, two persons, three chips, one gate."""

    usual: str | None = None

    @initialize()
    def begin(self) -> None:
        books = books_of(PACK) if self.usual is None else books_of(PACK, operators=(), usual=self.usual)
        self.runner_context = new_runner()
        self.rig = GatedRig(self.runner_context.__enter__(), books)
        if self.usual is not None:
            books.licences.learn(licence_of(name, n) for n, name in enumerate(OPERATORS, 1))  # type: ignore[attr-defined]
        self.iccids: list[Iccid] = []
        self.licensed = dict.fromkeys(OPERATORS, True)
        self.cases: dict[str, Any] = {}
        self.delivered: list[tuple[Iccid, str]] = []
        self.watched: list[Watched] = []
        assert isinstance(books.watched, WatchBook)
        self.following = Following(self.rig.work, [books.watched])
        self.rig.run(self.following.load())

    def teardown(self) -> None:
        if hasattr(self, "runner_context"):
            self.runner_context.__exit__(None, None, None)

    # --- what the inspector does

    @precondition(lambda self: len(self.watched) < 3)
    @rule(name=names, chip=st.none() | chips)
    def watch(self, name: str, chip: int | None) -> None:
        self._watch(person_of(name) if chip is None else bytes.fromhex(eid_of(chip)))

    @precondition(lambda self: self.watched)
    @rule(which=orders)
    def lift(self, which: int) -> None:
        entry = self.watched.pop(which % len(self.watched))
        self.rig.work.run_now(partial(_lift, entry=entry))
        self.rig.run(self.following.refresh())

    def _watch(self, subject: bytes) -> None:
        entry = Watched(
            kind=WatchedKind.CHIP if len(subject) == 16 else WatchedKind.PERSON,
            subject=subject,
            score=1,
            is_listed=True,
            reason="reported by two banks",
            created_at=NOW,
            created_by="inspector",
        )
        self.watched.append(self.rig.work.run_now(partial(_add_watched, entry=entry)))
        self.rig.run(self.following.refresh())

    def _is_watched(self, admission: Any, chip: int) -> bool:
        """Whether something counts against the person or the chip that nobody looked at."""
        subjects = {admission.person, bytes.fromhex(eid_of(chip))}
        return any(
            entry.subject in subjects and f"watched:{entry.entry_id}" not in admission.cleared
            for entry in self.watched
        )

    def is_licence_asked(self, operator: str) -> bool:
        pack = self.rig.books.rules.pack_for(operator, ServiceClass.PHONE, NOW)
        return pack.service[ServiceClass.PHONE].needs_licence

    def iccid(self, number: int) -> Iccid | None:
        return self.iccids[number % len(self.iccids)] if self.iccids else None

    # --- what people do

    @rule(chip=chips, name=names, operator=operators)
    def verify(self, chip: int, name: str, operator: str) -> None:
        case = case_of(eid_of(chip), name, operator)
        if case.case_id not in self.cases:
            self.cases[case.case_id] = self.rig.keep(case)

    @rule(chip=chips, name=names, operator=operators)
    def verify_and_order(self, chip: int, name: str, operator: str) -> None:
        self.verify(chip, name, operator)
        self.order(chip, operator, release=True, linked=True)

    @precondition(lambda self: self.cases)
    @rule(which=orders, state=st.sampled_from([*[CaseState.VERIFIED] * 10, *CaseState]))
    def change_case(self, which: int, state: CaseState) -> None:
        case_id = sorted(self.cases)[which % len(self.cases)]
        self.cases[case_id] = changed = replace(self.cases[case_id], state=state)
        self.rig.work.run_now(lambda stores: stores.save_case(changed))

    @rule(operator=operators, state=st.sampled_from([*[LicenceState.APPROVED] * 4, LicenceState.SUSPENDED]))
    def change_licence(self, operator: str, state: LicenceState) -> None:
        number = OPERATORS.index(operator) + 1
        self.rig.books.licences.learn([licence_of(operator, number, state=state)])  # type: ignore[attr-defined]
        self.licensed[operator] = state is LicenceState.APPROVED

    # --- what operators do

    @rule(chip=chips, operator=operators, release=st.booleans(), linked=st.booleans())
    def order(self, chip: int, operator: str, release: bool, linked: bool) -> None:
        if len(self.iccids) > 10:
            return
        iccid = self.rig.stock()
        self.iccids.append(iccid)
        self.rig.operator = operator
        named = {"iccid": str(iccid)} | ({"eid": str(eid_of(chip))} if linked else {})
        self.rig.call_es2("downloadOrder", **named)
        self.rig.call_es2("confirmOrder", **named, releaseFlag=release)

    @rule(which=orders, operator=operators)
    def release(self, which: int, operator: str) -> None:
        iccid = self.iccid(which)
        if iccid is not None:
            self.rig.operator = operator
            self.rig.call_es2("releaseProfile", iccid=str(iccid))

    @rule(which=orders, back=st.booleans())
    def cancel(self, which: int, back: bool) -> None:
        iccid = self.iccid(which)
        event = OrderEvent.CANCEL_AVAILABLE if back else OrderEvent.CANCEL_UNAVAILABLE

        def unit(stores: Any) -> None:
            cancel_order(stores, stores.order_of_profile(iccid), event, self.rig.clock.now())

        self._try(iccid, unit)

    @rule(which=orders, chip=st.none() | chips, force=st.booleans())
    def reissue(self, which: int, chip: int | None, force: bool) -> None:
        iccid = self.iccid(which)
        wish = Wish(eid=None if chip is None else eid_of(chip), is_forced=force)
        gate = gate_of(self.rig.books)

        def unit(stores: Any) -> None:
            code = f"AGAIN-{self.rig.clock.now():%H%M%S%f}"
            issue_again(stores, stores.order_of_profile(iccid), wish, code, self.rig.clock.now(), gate)

        self._try(iccid, unit)

    @rule(which=orders)
    def clear(self, which: int) -> None:
        iccid = self.iccid(which)
        if iccid is None:
            return
        holds = Holds(self.rig.work, self.rig.operators, self.rig.clock)
        try:
            self.rig.run(holds.clear(self.rig.of(iccid).order_id, "inspector", "looked at it"))
        except OpenEsimError:
            return

    def _try(self, iccid: Iccid | None, unit: Any) -> None:
        if iccid is None:
            return
        try:
            self.rig.work.run_now(unit)
        except OpenEsimError:
            return

    # --- what phones do

    @rule(
        which=orders,
        chip=st.none() | chips,
        is_stopped=st.sampled_from([False, False, False, True]),
        by=st.sampled_from(["licence", "case", "list"]),
    )
    def download(self, which: int, chip: int | None, is_stopped: bool, by: str) -> None:
        iccid = self.iccid(which)
        if iccid is None:
            return
        order = self.rig.of(iccid)
        chip = chip or next((number for number in CHIPS if eid_of(number) == order.eid), 1)
        lpa = self.rig.lpa(make_chip(chip))
        if order.matching_id is None or lpa.announce(order.matching_id).pair is not None:
            return
        if is_stopped and by == "licence" and self.is_licence_asked(order.operator):
            self.change_licence(order.operator, LicenceState.SUSPENDED)
        elif is_stopped and by == "list":
            self._watch(bytes.fromhex(eid_of(chip)))
        elif is_stopped:
            self._revoke_cases_of(eid_of(chip))
        admission = self.rig.work.run_now(lambda stores: stores.admission(order.order_id))
        code = self.rig.code(self.cases[admission.case_id])
        reply = lpa.get_package(code)
        if reply.pair is None:
            assert not is_stopped
            assert not self._is_watched(admission, chip)
            assert self.licensed[order.operator] or not self.is_licence_asked(order.operator)
            self.delivered.append((iccid, str(eid_of(chip))))
            lpa.deliver(lpa.install())
            self.rig.process()

    def _revoke_cases_of(self, eid: Eid) -> None:
        for case_id, case in self.cases.items():
            if case.eid == eid:
                revoked = replace(case, state=CaseState.REVOKED)
                self.cases[case_id] = revoked
                self.rig.work.run_now(partial(_save_case, case=revoked))

    # --- what holds

    def all_orders(self) -> Iterator[tuple[Any, Any]]:
        for iccid in self.iccids:
            order = self.rig.of(iccid)
            yield order, self.rig.work.run_now(partial(_admission, order_id=order.order_id))

    @invariant()
    def nothing_is_issued_without_evidence(self) -> None:
        if not hasattr(self, "rig"):
            return
        for order, admission in self.all_orders():
            if order.state not in ISSUED:
                continue
            assert order.is_admitted
            assert admission is not None
            assert admission.verdict is Verdict.ALLOW or (
                admission.verdict is Verdict.HOLD and admission.held_until is not None and admission.signs
            )
            assert admission.evidence is not None
            assert admission.eid == order.eid
            assert order.confirmation_hash is not None

    @invariant()
    def limits_hold(self) -> None:
        if not hasattr(self, "rig") or self.usual is not None:
            return
        for name in NAMES:
            lines = self.rig.work.run_now(partial(_lines, name=name))
            held = [line for line in lines if line.state is not LineState.ENDED]
            assert len(held) <= 3
            for operator in OPERATORS:
                assert sum(line.operator == operator for line in held) <= 2

    @invariant()
    def what_was_issued_stands_in_the_ledger(self) -> None:
        if not hasattr(self, "rig"):
            return
        rows = self.rig.work.run_now(lambda stores: list(stores.ledger_rows.values()))
        assert all(row.entry.digest == row.digest for row in rows)
        told = [row.entry.facts for row in rows if row.entry.kind is EntryKind.DECISION]
        handed = {
            (each["iccid"], each["eid"])
            for each in told
            if each["gate"] == "delivery" and each["verdict"] == "allow"
        }
        assert {(str(iccid), eid) for iccid, eid in self.delivered} <= handed
        assert all(
            "evidence" in each for each in told if each["gate"] == "delivery" and each["verdict"] == "allow"
        )


def run(machine: type[Country]) -> None:
    """Runs a machine."""
    steps = settings(
        max_examples=60, stateful_step_count=40, deadline=None, phases=(Phase.generate, Phase.shrink)
    )
    run_state_machine_as_test(machine, settings=steps)


@pytest.mark.slow
def test_nothing_is_issued_without_a_person_a_licence_and_a_free_line() -> None:
    run(Country)


@pytest.mark.slow
@pytest.mark.parametrize("pack", [pack.id for pack in asking()])
def test_no_path_through_any_pack_leads_to_a_profile_without_evidence(pack: str) -> None:
    machine = type("Under", (Country,), {"usual": pack})
    steps = settings(
        max_examples=15, stateful_step_count=30, deadline=None, phases=(Phase.generate, Phase.shrink)
    )
    run_state_machine_as_test(machine, settings=steps)

"""Terminals at the regulator's desk: what was done is seen at once, with its history and with who would be hit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.fields import read_eins, read_tacs
from openesim.conditions.terminals.forms import FormError
from openesim.conditions.terminals.makers import Build, EumCertificate
from openesim.conditions.terminals.models import ModelEvent, ModelState
from openesim.conditions.terminals.recalls import RecallKind, Target
from openesim.conditions.terminals.vendors import Standing, StandingEvent
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.services.conditions.following import Following
from openesim.services.conditions.terminals import recall_list, terminals
from openesim.services.conditions.terminals.book import TerminalBook
from openesim.services.conditions.terminals.deeds import TerminalDeeds
from openesim.services.conditions.terminals.desk import TerminalDesk
from openesim.services.conditions.terminals.recall_list import RecallFilter, RecallList
from tests.stores.test_terminal_stores import (
    APPROVAL,
    FORM,
    IMEI,
    TAC,
    VENDOR,
    do,
    make_chips,
    register,
    with_orders,
)
from tests.support.rig import NOW, Rig, SteppedClock, eid_of

ZHOU = "account:zhou"


class Office:
    """A process with its books, and the services of the desk over them."""

    def __init__(self, work: Any) -> None:
        self.work = work
        self.clock = SteppedClock(NOW)
        self.book = TerminalBook()
        following = Following(work, (self.book,))
        asyncio.run(following.load())
        self.desk = TerminalDesk(work, self.clock, self.book)
        self.deeds = TerminalDeeds(work, self.clock, following)
        self.recalls = RecallList(work, self.book)


@pytest.fixture
def office(work: Any) -> Office:
    return Office(work)


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def deeds_of(seen: Any) -> list[str]:
    return [kept.entry.facts["deed"] for kept in seen.history.entries]


def test_a_vendor_is_registered_changed_and_struck_off_and_seen_at_once(office: Office) -> None:
    vendor = run(
        office.deeds.register_vendor(
            {"name": "Far", "kind": "foreign", "country": "US", "agent": "Hai"}, ZHOU
        )
    )
    assert office.desk.vendor_names() == {vendor.vendor_id: "Far"}
    run(
        office.deeds.change_vendor(
            vendor.vendor_id, {"name": "Farther", "kind": "private", "country": "CN"}, ZHOU
        )
    )
    assert office.desk.vendor_names() == {vendor.vendor_id: "Farther"}
    run(office.deeds.move_vendor(vendor.vendor_id, StandingEvent.STRIKE_OFF, "gone", ZHOU))
    seen = run(office.desk.vendor(vendor.vendor_id))
    assert (seen.vendor.state, seen.moves) == (Standing.STRUCK_OFF, frozenset())
    assert deeds_of(seen) == ["strike-off", "change-vendor", "register-vendor"]
    assert seen.history.actors[ZHOU].told == ZHOU
    with pytest.raises(FormError) as caught:
        run(office.deeds.register_vendor({"name": "=1+1", "kind": "foreign", "country": "US"}, ZHOU))
    assert [each.field for each in caught.value.errors] == ["name", "agent"]
    with pytest.raises(NotFoundError):
        run(office.desk.vendor(99))


def test_a_model_waits_and_is_reviewed_with_its_history(office: Office) -> None:
    do(office.work, terminals.register_vendor, VENDOR, "ada", NOW)
    model = do(office.work, terminals.submit_model, FORM, "ada", NOW)
    later = terminals.submit_model
    second = do(
        office.work, later, FORM.__class__(vendor=VENDOR.name, name="Q2", category=FORM.category), "ada", NOW
    )
    office = Office(office.work)
    (first,), goes_on = run(office.desk.queue(None, 1))
    assert (first.model.model_id, first.vendor) == (model.model_id, VENDOR.name)
    rest, end = run(office.desk.queue(goes_on, 9))
    assert ([each.model.model_id for each in rest], end) == ([second.model_id], None)

    run(office.deeds.add_tacs(model.model_id, read_tacs(f"{TAC}-35290620"), ZHOU))
    run(office.deeds.review_model(model.model_id, ModelEvent.ASK_BACK, "which chip is in it?", ZHOU))
    seen = run(office.desk.model(model.model_id))
    assert (seen.state, seen.moves) == (
        ModelState.ASKED_BACK,
        frozenset({ModelEvent.SUBMIT, ModelEvent.REFUSE}),
    )
    assert [(each.first, each.last) for each in seen.tacs] == [(TAC, "35290620")]
    assert deeds_of(seen) == ["ask-back-model", "add-tacs", "submit-model"]
    do(office.work, terminals.answer_model, model.model_id, FORM, "a new one", "vendor", NOW)
    approved = run(office.deeds.approve_model(model.model_id, APPROVAL, ZHOU))
    assert approved.state is ModelState.APPROVED
    vendor = run(office.desk.vendor(model.vendor_id))
    assert dict(vendor.models) == {ModelState.APPROVED: 1, ModelState.SUBMITTED: 1}
    run(office.deeds.remove_tacs(TAC, ZHOU))
    assert office.desk.sizes["tac_ranges"] == 0
    office.clock.advance(days=400)
    assert run(office.desk.model(model.model_id)).state is ModelState.EXPIRED
    with pytest.raises(NotFoundError):
        run(office.desk.model(99))


def test_a_chip_maker_is_kept_with_all_that_is_his(office: Office) -> None:
    maker = run(office.deeds.register_maker("Chips", ZHOU))
    vendor = run(office.deeds.register_vendor({"name": "Far", "kind": "private", "country": "CN"}, ZHOU))
    number = maker.maker_id
    run(office.deeds.add_certificate(number, EumCertificate(key_id=b"k" * 20, octets=b"der"), ZHOU))
    run(office.deeds.add_build(number, Build(version="4.2.0"), ZHOU))
    run(office.deeds.add_eins(number, read_eins("89044"), ZHOU))
    run(office.deeds.assign_maker(number, vendor.vendor_id, ZHOU))
    run(office.deeds.move_maker(number, StandingEvent.SUSPEND, "keys were lost", ZHOU))
    seen = run(office.desk.maker(number))
    assert (seen.maker.state, seen.vendor) == (Standing.SUSPENDED, vendor.__class__(**_fields(vendor)))
    assert [each.first[:6] for each in seen.eins] == ["890440"]
    assert seen.moves == frozenset({StandingEvent.RESUME, StandingEvent.STRIKE_OFF})
    assert len(seen.history.entries) == 6
    assert office.desk.maker_names() == {number: "Chips"}
    run(office.deeds.remove_eins(seen.eins[0].first, ZHOU))
    assert run(office.desk.maker(number)).eins == ()
    with pytest.raises(NotFoundError):
        run(office.desk.maker(99))


def _fields(vendor: Any) -> dict[str, Any]:
    return {name: getattr(vendor, name) for name in vendor.__dataclass_fields__}


def test_who_would_be_hit_is_told_of_models_vendors_and_chip_makers(work: Any, rig: Rig) -> None:
    register(work)
    make_chips(work)
    with_orders(work, rig)
    office = Office(work)
    model = next(iter(office.book.registry.models))
    by_model = run(office.desk.hit_by_model(model.model_id))
    assert (by_model.orders, by_model.models) == (
        run(office.desk.hit_by_vendor(model.vendor_id)).orders,
        ("Q1",),
    )
    target = Target.parse(RecallKind.MODEL, str(model.model_id))
    assert run(office.deeds.preview(target)) == by_model
    assert sum(by_model.orders.values()) > 0
    maker = next(iter(office.book.registry.makers))
    assert sum(run(office.desk.hit_by_maker(maker.maker_id)).orders.values()) > 0


def test_a_chip_and_a_device_are_found_by_each_other(office: Office) -> None:
    register(office.work)
    office = Office(office.work)
    run(office.deeds.bind(eid_of(1), IMEI, ZHOU))
    for device in (Device(eid=str(eid_of(1))), Device(eid="", imei=str(IMEI))):
        assert run(office.desk.bond(device)).imei == IMEI
    assert run(office.desk.bond(Device(eid="", tac=TAC))) is None
    assert office.desk.describe(Device(eid="", imei=str(IMEI))).model == "Q1"
    run(office.deeds.release(eid_of(1), "the board was replaced", ZHOU))
    assert run(office.desk.bond(Device(eid=str(eid_of(1))))) is None


def test_recalls_are_told_newest_first_with_what_they_name(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = register(office.work)
    office = Office(office.work)
    maker = run(office.deeds.register_maker("Chips", ZHOU))
    run(office.deeds.add_certificate(maker.maker_id, EumCertificate(key_id=b"k" * 20, octets=b"der"), ZHOU))
    targets = [
        Target.parse(RecallKind.MODEL, str(model.model_id)),
        Target.parse(RecallKind.EUM, (b"k" * 20).hex()),
        Target.parse(RecallKind.BUILD, "1.0.0-1.9.9", maker.maker_id),
        Target.parse(RecallKind.TAC, TAC),
    ]
    made = [run(office.deeds.recall(target, "the battery burns", ZHOU)) for target in targets]
    assert office.desk.sizes["recalls"] == 4
    assert run(office.desk.model(model.model_id)).recalls == (made[3], made[0])
    assert run(office.desk.maker(maker.maker_id)).recalls == (made[2], made[1])
    with pytest.raises(ConflictError):  # a form that was sent twice
        run(office.deeds.recall(targets[1], "the battery burns", ZHOU))
    lifted = run(office.deeds.lift(made[0].recall_id, "it was replaced", "account:li"))
    page, goes_on = run(office.recalls.page(RecallFilter(), 0, 3))
    assert [each.name for each in page] == ["", "Chips", "Chips"]
    rest, end = run(office.recalls.page(RecallFilter(), goes_on, 3))
    assert ([each.name for each in rest], end) == (["Q1"], 0)
    assert (rest[0].by.told, rest[0].lifted_by.told) == (ZHOU, "account:li")
    assert run(office.recalls.one(lifted.recall_id)) == rest[0]
    holding, _ = run(office.recalls.page(RecallFilter(is_lifted=False, kind=RecallKind.TAC), 0, 9))
    assert [each.recall.target.first for each in holding] == [TAC]
    monkeypatch.setattr(recall_list, "LOOKED_AT", 2)
    assert run(office.recalls.page(RecallFilter(is_lifted=True), 0, 9)) == ([], made[2].recall_id)
    with pytest.raises(NotFoundError):
        run(office.recalls.one(99))

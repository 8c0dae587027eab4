"""The contract of terminals on every kind of stores: what goes in comes out, changes are found behind a revision."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from openesim.conditions.admission.admission import Line, LineState
from openesim.conditions.admission.facts import Standing as Admitted
from openesim.conditions.admission.facts import Terminal
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.fields import read_eins, read_tacs
from openesim.conditions.terminals.forms import FormKind, ModelForm
from openesim.conditions.terminals.makers import Build, EumCertificate
from openesim.conditions.terminals.models import Ability, Approval, Model, ModelEvent, ModelState
from openesim.conditions.terminals.recalls import RecallKind, Target
from openesim.conditions.terminals.vendors import Standing, StandingEvent, Vendor, VendorKind
from openesim.kernel.errors import ConflictError, NotFoundError, StateError
from openesim.kernel.ids import Imei
from openesim.services.conditions.following import Following
from openesim.services.conditions.terminals import bindings, chip_makers, recalls, terminals
from openesim.services.conditions.terminals.book import NAME, TerminalBook
from openesim.services.conditions.terminals.csv_file import RowsError
from openesim.services.conditions.terminals.importing import Progress, Stage, TerminalImport
from openesim.services.conditions.terminals.lookup import look_up
from tests.stores.test_smdp_stores import ask
from tests.support.rig import NOW, Rig, eid_of

LATER = NOW + timedelta(days=400)
VENDOR = Vendor(name="青禾终端", kind=VendorKind.PRIVATE, country="CN", created_at=NOW)
FOREIGN = Vendor(name="Far", kind=VendorKind.FOREIGN, country="US", agent="Haitang", created_at=NOW)
FORM = ModelForm(
    vendor=VENDOR.name,
    name="Q1",
    category=ServiceClass.PHONE,
    abilities=frozenset({Ability.CONSUMER, Ability.SM_DS}),
)
APPROVAL = Approval(number="02-1", begins=NOW - timedelta(days=1), ends=NOW + timedelta(days=300))
IMEI, OTHER_IMEI = Imei("352906110000007"), Imei("490154203237518")
TAC = "35290611"


def do(work: Any, deed: Any, *arguments: Any, **named: Any) -> Any:
    """Returns what a deed of the services returns, in a unit of work of its own."""
    return work.run_now(lambda stores: deed(stores, *arguments, **named))


def register(work: Any) -> Model:
    """Returns an approved model with TACs, of a vendor who is in force."""
    do(work, terminals.register_vendor, VENDOR, "ada", NOW)
    model = do(work, terminals.submit_model, FORM, "ada", NOW)
    do(work, terminals.add_tacs, model.model_id, read_tacs(f"{TAC}-35290620"), "ada", NOW)
    approved: Model = do(work, terminals.approve_model, model.model_id, APPROVAL, "ada", NOW)
    return approved


def make_chips(work: Any) -> int:
    """Returns the number of a chip maker whose EIDs are those of the rig."""
    maker = do(work, chip_makers.register_maker, "Chips", "ada", NOW)
    do(work, chip_makers.add_eins, maker.maker_id, read_eins("89049032"), "ada", NOW)
    number: int = maker.maker_id
    return number


def deeds(work: Any) -> list[str]:
    """Returns the deeds of the ledger, oldest first."""
    entries = work.run_now(lambda stores: stores.unsealed_entries(1000))
    rows = getattr(getattr(work, "stores", None), "ledger_rows", None)
    return [row.entry.facts["deed"] for row in rows.values()] if rows else ["?"] * len(entries)


# --- rows -------------------------------------------------------------------------------------------------------


def test_vendors_and_models_come_out_as_they_went_in(work: Any) -> None:
    for vendor in (VENDOR, FOREIGN):
        stored = do(work, terminals.register_vendor, vendor, "ada", NOW)
        assert ask(work, "vendor", stored.vendor_id) == ask(work, "vendor_named", vendor.name) == stored
    approved = do(work, terminals.submit_model, FORM, "ada", NOW)
    assert ask(work, "model", approved.model_id) == approved
    model = do(work, terminals.approve_model, approved.model_id, APPROVAL, "ada", NOW)
    assert ask(work, "model_named", 1, "Q1") == ask(work, "model", model.model_id) == model
    assert ask(work, "vendor", 99) is ask(work, "model", 99) is ask(work, "vendor_named", "nobody") is None


def test_lists_are_read_in_pages(work: Any) -> None:
    for vendor in (VENDOR, FOREIGN):
        do(work, terminals.register_vendor, vendor, "ada", NOW)
    names = ["b", "a", "c"]
    made = [do(work, terminals.submit_model, replace(FORM, name=name), "ada", NOW) for name in names]
    assert [each.name for each in ask(work, "vendors", 0, 1)] == [VENDOR.name]
    assert [each.name for each in ask(work, "vendors", 1, 9)] == [FOREIGN.name]
    assert ask(work, "models", made[0].model_id, 9) == made[1:]
    assert [each.name for each in ask(work, "models_of", 1, "a", 9)] == ["b", "c"]
    assert ask(work, "models_of", 2, "", 9) == []
    page = do(work, terminals.review_queue, None, 2)
    assert page == made[:2], "those that have waited longest come first"
    assert do(work, terminals.review_queue, (page[-1].changed_at, page[-1].model_id), 2) == made[2:]


def test_every_change_raises_the_one_revision_and_is_found_behind_it(work: Any) -> None:
    model = register(work)
    maker = make_chips(work)
    made = do(work, recalls.make_recall, Target.parse(RecallKind.TAC, TAC), "hot", "ada", NOW)
    assert ask(work, "revisions")[NAME] == made.revision == 7
    assert [each.revision for each in ask(work, "vendors_changed", (0, -1), 9)] == [1]
    assert ask(work, "models_changed", (0, -1), 9) == [model]
    assert ask(work, "models_changed", (model.revision, model.model_id), 9) == []
    assert [each.model_id for each in ask(work, "tac_ranges_changed", (0, -1), 9)] == [model.model_id]
    assert [each.maker_id for each in ask(work, "makers_changed", (0, -1), 9)] == [maker]
    assert [each.maker_id for each in ask(work, "ein_ranges_changed", (6, ""), 9)] == [maker]
    assert ask(work, "recalls_changed", (7, -1), 9) == [made]
    assert len(deeds(work)) == 7, "and every change is in the ledger"


def test_rows_of_one_revision_are_read_in_pages_without_a_gap(work: Any) -> None:
    model = register(work)

    def many(stores: Any) -> None:
        revision = stores.raise_revision(NAME)
        for number in range(10, 25):
            tacs = read_tacs(f"{number:08d}")
            stores.put_tac_range(
                replace(tac_row(model.model_id), first=tacs[0], last=tacs[1], revision=revision)
            )

    work.run_now(many)
    found, after = [], (4, -1)
    while page := ask(work, "tac_ranges_changed", after, 4):
        found += [each.first for each in page]
        after = (page[-1].revision, int(page[-1].first))
    assert found == [f"{number:08d}" for number in range(10, 25)]
    assert ask(work, "tac_spans", -1, 3) == [(number, number, model.model_id) for number in (10, 11, 12)]
    assert ask(work, "tac_spans", 24, 3) == [(35290611, 35290620, model.model_id)]


def tac_row(model_id: int) -> Any:
    from openesim.conditions.terminals.makers import TacRange

    return TacRange(first=TAC, last=TAC, model_id=model_id)


def test_ranges_may_not_overlap_and_come_back_after_they_were_removed(work: Any) -> None:
    model = register(work)
    for text in (TAC, "35290620-35290699", "35290000-35299999", "35290600-35290611"):
        with pytest.raises(ConflictError, match="Q1"):
            do(work, terminals.add_tacs, model.model_id, read_tacs(text), "ada", NOW)
    with pytest.raises(NotFoundError):
        do(work, terminals.remove_tacs, "35290612", "ada", NOW)
    removed = do(work, terminals.remove_tacs, TAC, "ada", NOW)
    assert removed.removed_at == NOW
    assert ask(work, "tac_range_before", "99999999") is None
    assert ask(work, "tac_ranges_of", model.model_id, "", 9) == ask(work, "tac_spans", -1, 9) == []
    again = do(work, terminals.add_tacs, model.model_id, read_tacs(f"{TAC}-35290612"), "ada", NOW)
    assert ask(work, "tac_range_before", "99999999") == again
    assert ask(work, "tac_ranges_changed", (removed.revision, -1), 9)[-1] == again


def test_leading_zeros_of_tacs_and_eids_are_kept(work: Any) -> None:
    model, maker = register(work), make_chips(work)
    tacs = do(work, terminals.add_tacs, model.model_id, read_tacs("00000007"), "ada", NOW)
    assert ask(work, "tac_ranges_of", model.model_id, "", 1) == [tacs]
    assert ask(work, "tac_ranges_of", model.model_id, "00000007", 9)[0].first == TAC
    eids = do(work, chip_makers.add_eins, maker, read_eins("00012"), "ada", NOW)
    assert ask(work, "ein_ranges_of", maker, "", 1) == [eids]
    first = int(eids.first)
    assert ask(work, "ein_spans", -1, 1) == [(first, int(eids.last), maker)]
    assert ask(work, "ein_spans", first, 9) == [
        (int("89049032".ljust(32, "0")), int("89049032".ljust(32, "9")), maker)
    ]


def test_a_chip_maker_comes_out_with_certificates_and_builds(work: Any) -> None:
    number = make_chips(work)
    other = do(work, chip_makers.register_maker, "Others", "ada", NOW)
    certificates = [EumCertificate(key_id=bytes([each]) * 20, octets=b"DER %d" % each) for each in (1, 2)]
    for each in certificates:
        do(work, chip_makers.add_certificate, number, each, "ada", NOW)
    maker = do(work, chip_makers.add_build, number, Build(version="4.2.0", remark="首版"), "ada", NOW)
    assert ask(work, "maker", number) == ask(work, "maker_named", "Chips") == maker
    assert (maker.certificates, maker.builds) == (
        tuple(certificates),
        (Build(version="4.2.0", remark="首版"),),
    )
    with pytest.raises(ConflictError, match="Chips"):
        do(work, chip_makers.add_certificate, other.maker_id, certificates[0], "ada", NOW)
    again = do(work, chip_makers.add_certificate, number, certificates[0], "ada", NOW)
    assert len(again.certificates) == 2
    assert do(work, chip_makers.maker_with_key, b"?" * 20) is None
    with pytest.raises(ConflictError, match="Chips"):
        do(work, chip_makers.add_eins, other.maker_id, read_eins("890490321"), "ada", NOW)
    with pytest.raises(NotFoundError):
        do(work, chip_makers.remove_eins, "1" * 32, "ada", NOW)
    do(work, chip_makers.remove_eins, "89049032".ljust(32, "0"), "ada", NOW)
    assert ask(work, "ein_range_before", str(eid_of(1))) is None


# --- what is refused --------------------------------------------------------------------------------------------


def test_names_are_unique(work: Any) -> None:
    register(work)
    make_chips(work)
    do(work, terminals.register_vendor, FOREIGN, "ada", NOW)
    with pytest.raises(ConflictError):
        do(work, terminals.register_vendor, VENDOR, "ada", NOW)
    with pytest.raises(ConflictError):
        do(work, terminals.submit_model, FORM, "ada", NOW)
    with pytest.raises(ConflictError):
        do(work, chip_makers.register_maker, "Chips", "ada", NOW)
    with pytest.raises(ConflictError):
        do(work, terminals.change_vendor, replace(FOREIGN, vendor_id=2, name=VENDOR.name), "ada", NOW)
    second = do(work, terminals.submit_model, replace(FORM, name="Q2"), "ada", NOW)
    with pytest.raises(ConflictError):
        do(work, terminals.answer_model, second.model_id, FORM, "", "ada", NOW)
    assert ask(work, "revisions")[NAME] == 8, "what was refused raised nothing"


def test_what_does_not_exist_cannot_be_changed(work: Any) -> None:
    missing = [
        (terminals.change_vendor, replace(VENDOR, vendor_id=9)),
        (terminals.submit_model, FORM),
        (terminals.approve_model, 9, APPROVAL),
        (terminals.add_tacs, 9, read_tacs(TAC)),
        (chip_makers.add_build, 9, Build(version="1.0.0")),
        (chip_makers.add_eins, 9, read_eins("89049")),
    ]
    for deed, *arguments in missing:
        with pytest.raises(NotFoundError):
            do(work, deed, *arguments, "ada", NOW)
    for deed, event in (
        (terminals.move_vendor, StandingEvent.SUSPEND),
        (terminals.review_model, ModelEvent.REVOKE),
        (chip_makers.move_maker, StandingEvent.SUSPEND),
    ):
        with pytest.raises(NotFoundError):
            do(work, deed, 9, event, "because", "ada", NOW)


def test_a_vendor_changes_and_keeps_his_standing(work: Any) -> None:
    vendor = do(work, terminals.register_vendor, FOREIGN, "ada", NOW)
    do(work, terminals.move_vendor, vendor.vendor_id, StandingEvent.SUSPEND, "no answer", "ada", NOW)
    changed = do(
        work, terminals.change_vendor, replace(vendor, name="Farther", agent="Yuanshan"), "ada", LATER
    )
    assert (changed.name, changed.agent, changed.state) == ("Farther", "Yuanshan", Standing.SUSPENDED)
    assert (changed.created_at, changed.remark) == (NOW, "no answer")
    with pytest.raises(StateError):
        do(work, terminals.move_vendor, vendor.vendor_id, StandingEvent.SUSPEND, "again", "ada", NOW)
    with pytest.raises(ConflictError, match="reason"):
        do(work, terminals.move_vendor, vendor.vendor_id, StandingEvent.RESUME, " ", "ada", NOW)


def test_a_model_goes_its_way_and_no_other(work: Any) -> None:
    do(work, terminals.register_vendor, VENDOR, "ada", NOW)
    model = do(work, terminals.submit_model, FORM, "vendor", NOW)
    number = model.model_id
    asked = do(work, terminals.review_model, number, ModelEvent.ASK_BACK, "which chip?", "ada", NOW)
    assert (asked.state, asked.remark) == (ModelState.ASKED_BACK, "which chip?")
    with pytest.raises(StateError):
        do(work, terminals.approve_model, number, APPROVAL, "ada", NOW)
    answered = do(work, terminals.answer_model, number, replace(FORM, name="Q1 Pro"), "that one", "v", NOW)
    assert (answered.state, answered.name, answered.remark) == (ModelState.SUBMITTED, "Q1 Pro", "that one")
    for event in (ModelEvent.APPROVE, ModelEvent.SUBMIT):
        with pytest.raises(StateError):
            do(work, terminals.review_model, number, event, "x", "ada", NOW)
    do(work, terminals.approve_model, number, APPROVAL, "ada", NOW)
    with pytest.raises(ConflictError, match="reason"):
        do(work, terminals.review_model, number, ModelEvent.SUSPEND, "", "ada", NOW)
    do(work, terminals.review_model, number, ModelEvent.SUSPEND, "hot", "ada", NOW)
    do(work, terminals.review_model, number, ModelEvent.RESUME, "", "ada", NOW)
    with pytest.raises(StateError):
        do(work, terminals.answer_model, number, FORM, "", "v", NOW)
    again = do(work, terminals.answer_model, number, FORM, "", "v", LATER)
    assert again.state is ModelState.SUBMITTED, "it had expired"
    assert do(work, terminals.review_model, number, ModelEvent.REFUSE, "no", "ada", LATER).state is (
        ModelState.REFUSED
    )


def test_a_vendor_gives_tacs_only_while_his_model_is_in_review(work: Any) -> None:
    do(work, terminals.register_vendor, VENDOR, "ada", NOW)
    model = do(work, terminals.submit_model, FORM, "v", NOW)
    with pytest.raises(NotFoundError):
        do(work, terminals.add_tacs, model.model_id, read_tacs(TAC), "v", NOW, vendor_id=2)
    do(work, terminals.add_tacs, model.model_id, read_tacs(TAC), "v", NOW, vendor_id=1)
    do(work, terminals.approve_model, model.model_id, APPROVAL, "ada", NOW)
    with pytest.raises(ConflictError, match="approved"):
        do(work, terminals.add_tacs, model.model_id, read_tacs("35290612"), "v", NOW, vendor_id=1)


def test_a_vendor_who_is_not_in_force_submits_nothing(work: Any) -> None:
    model = register(work)
    do(work, terminals.move_vendor, 1, StandingEvent.SUSPEND, "no answer", "ada", NOW)
    with pytest.raises(ConflictError, match="suspended"):
        do(work, terminals.submit_model, replace(FORM, name="Q2"), "v", NOW)
    with pytest.raises(ConflictError, match="suspended"):
        do(work, terminals.approve_model, model.model_id, APPROVAL, "ada", NOW)


# --- chip and device --------------------------------------------------------------------------------------------


def test_one_device_has_one_chip(work: Any) -> None:
    bond = do(work, bindings.bind, eid_of(1), IMEI, "counter", NOW)
    assert ask(work, "binding_of_chip", str(eid_of(1))) == ask(work, "binding_of_device", IMEI) == bond
    assert do(work, bindings.bind, eid_of(1), IMEI, "again", LATER) == bond
    with pytest.raises(ConflictError, match="device is bound to another chip"):
        do(work, bindings.bind, eid_of(2), IMEI, "counter", NOW)
    with pytest.raises(ConflictError, match="chip is bound to another device"):
        do(work, bindings.bind, eid_of(1), OTHER_IMEI, "counter", NOW)
    second = Bond(eid=str(eid_of(2)), imei=IMEI, source="counter", bound_at=NOW)
    with pytest.raises(ConflictError):
        ask(work, "add_binding", second)
    assert not ask(work, "bind", second)
    do(work, bindings.release, eid_of(1), "repaired", "ada", NOW)
    with pytest.raises(NotFoundError):
        do(work, bindings.release, eid_of(1), "repaired", "ada", NOW)
    assert ask(work, "bind", second)
    assert do(work, bindings.bind, eid_of(2), IMEI, "counter", NOW) == second


# --- recalls ----------------------------------------------------------------------------------------------------


def with_orders(work: Any, rig: Rig) -> None:
    """Adds three orders: two chips that are bound to devices, one that is not; two lines of one person."""
    for number in (1, 2, 3):
        order = rig.add_order(
            matching_id=f"M{number}", eid=eid_of(number), iccid=f"898821100000000{number:03d}0"
        )
        line = Line(
            order_id=order.order_id,
            person=b"p" * 32,
            operator="qinghe",
            service=ServiceClass.PHONE,
            iccid=order.iccid,
            state=next(iter(LineState)),
            begun_at=NOW,
            ended_at=None if number < 3 else NOW,
        )
        ask(work, "save_line", line)
    do(work, bindings.bind, eid_of(1), IMEI, "counter", NOW)
    do(work, bindings.bind, eid_of(2), OTHER_IMEI, "counter", NOW)


def test_a_preview_counts_who_is_hit_and_says_how_sure_it_is(work: Any, rig: Rig) -> None:
    model, maker = register(work), make_chips(work)
    do(work, chip_makers.add_certificate, maker, EumCertificate(key_id=b"\1" * 20, octets=b"DER"), "a", NOW)
    with_orders(work, rig)

    def preview(kind: RecallKind, text: str, maker_id: int | None = None) -> recalls.Preview:
        found: recalls.Preview = do(work, recalls.preview_recall, Target.parse(kind, text, maker_id))
        return found

    by_model = preview(RecallKind.MODEL, str(model.model_id))
    assert (by_model.models, by_model.ranges, by_model.is_by_bond) == (("Q1",), 1, True)
    assert (sum(by_model.orders.values()), by_model.lines, by_model.persons) == (1, 1, 1)
    by_tac = preview(RecallKind.TAC, "35290615-35290616")
    assert (by_tac.models, by_tac.orders, by_tac.lines) == (("Q1",), {}, 0)
    assert sum(preview(RecallKind.TAC, "00000000-99999999").orders.values()) == 2
    by_ein = preview(RecallKind.EIN, "890490")
    assert (sum(by_ein.orders.values()), by_ein.lines, by_ein.persons) == (3, 2, 1)
    assert not by_ein.is_at_least
    assert preview(RecallKind.EUM, "01" * 20) == by_ein
    assert preview(RecallKind.EUM, "02" * 20) == recalls.Preview()
    by_build = preview(RecallKind.BUILD, "4.2.0", maker)
    assert (sum(by_build.orders.values()), by_build.is_at_most) == (3, True)
    assert sum(preview(RecallKind.BUILD, "4.2.0").orders.values()) == 3
    with pytest.raises(NotFoundError):
        preview(RecallKind.MODEL, "99")
    with pytest.raises(NotFoundError):
        preview(RecallKind.BUILD, "4.2.0", 99)
    assert ask(work, "recalls", 0, 9) == [], "nothing was changed"


def test_a_preview_looks_at_no_more_than_it_says(
    work: Any, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_orders(work, rig)
    monkeypatch.setattr(recalls, "MOST_ORDERS", 2)
    found = do(work, recalls.preview_recall, Target.parse(RecallKind.EIN, "890490"))
    assert (sum(found.orders.values()), found.is_at_least) == (2, True)


def test_a_recall_is_made_and_lifted_and_stays_on_record(work: Any) -> None:
    target = Target.parse(RecallKind.BUILD, "4.2.0-4.2.9", make_chips(work))
    made = do(work, recalls.make_recall, target, "keys leak 密钥泄露", "ada", NOW)
    assert ask(work, "recall", made.recall_id) == made
    lifted = do(work, recalls.lift_recall, made.recall_id, "mended", "bo", LATER)
    assert (lifted.lifted_at, lifted.lifted_by, lifted.lifted_reason) == (LATER, "bo", "mended")
    assert ask(work, "recalls", 0, 9) == [lifted]
    assert lifted.revision > made.revision
    with pytest.raises(ConflictError, match="bo"):
        do(work, recalls.lift_recall, made.recall_id, "mended", "bo", LATER)
    with pytest.raises(NotFoundError):
        do(work, recalls.lift_recall, 99, "mended", "bo", LATER)
    with pytest.raises(ConflictError, match="reason"):
        do(work, recalls.make_recall, target, "  ", "ada", NOW)


# --- the book ---------------------------------------------------------------------------------------------------


def test_a_process_that_starts_knows_everything_that_holds(work: Any, rig: Rig) -> None:
    model = register(work)
    make_chips(work)
    made = do(work, recalls.make_recall, Target.parse(RecallKind.TAC, "35290620"), "hot", "ada", NOW)
    gone = do(work, terminals.add_tacs, model.model_id, read_tacs("11111111"), "ada", NOW)
    do(work, terminals.remove_tacs, gone.first, "ada", NOW)
    book = TerminalBook()
    rig.run(Following(work, [book]).load())
    assert book.sizes == {
        "vendors": 1,
        "models": 1,
        "makers": 1,
        "tac_ranges": 1,
        "ein_ranges": 1,
        "recalls": 1,
    }
    device = Device(eid=str(eid_of(1)), tac=TAC)
    assert book.terminal_of(device, NOW) == Terminal(
        model=Admitted.VALID, model_service=ServiceClass.PHONE, is_foreign=False, is_chip_known=True
    )
    assert book.terminal_of(device, LATER).model is Admitted.EXPIRED
    assert book.terminal_of(replace(device, tac="35290620"), NOW).is_recalled
    assert book.terminal_of(Device(eid=""), NOW) == Terminal(is_chip_known=False)
    told = book.describe(device, NOW)
    assert (told.model, told.vendor, told.maker, told.is_recalled) == ("Q1", VENDOR.name, "Chips", False)
    found = do(work, look_up, replace(device, tac="35290620"))
    assert (found.recall, found.model) == (made, model)
    assert do(work, look_up, Device(eid="", imei="111111110000000")).model is None


def test_a_process_hears_of_every_change(work: Any, rig: Rig) -> None:
    book = TerminalBook()
    following = Following(work, [book])
    rig.run(following.load())
    device = Device(eid=str(eid_of(1)), imei=IMEI, firmware=b"\4\2\0")

    def seen() -> Terminal:
        rig.run(following.refresh())
        return book.terminal_of(device, NOW)

    assert seen() == Terminal(is_chip_known=False)
    model = register(work)
    assert seen().model is Admitted.VALID
    do(work, terminals.review_model, model.model_id, ModelEvent.SUSPEND, "hot", "ada", NOW)
    assert seen().model is Admitted.SUSPENDED
    do(work, terminals.review_model, model.model_id, ModelEvent.RESUME, "", "ada", NOW)
    do(work, terminals.move_vendor, 1, StandingEvent.SUSPEND, "no answer", "ada", NOW)
    assert seen().model is Admitted.SUSPENDED
    do(work, terminals.move_vendor, 1, StandingEvent.STRIKE_OFF, "no answer", "ada", NOW)
    assert seen().model is Admitted.REVOKED
    maker = make_chips(work)
    assert not seen().is_recalled
    do(work, chip_makers.move_maker, maker, StandingEvent.SUSPEND, "audit", "ada", NOW)
    assert seen().is_recalled
    do(work, chip_makers.move_maker, maker, StandingEvent.RESUME, "audit passed", "ada", NOW)
    made = do(work, recalls.make_recall, Target.parse(RecallKind.BUILD, "4.2.0", maker), "bug", "ada", NOW)
    assert seen().is_recalled
    do(work, recalls.lift_recall, made.recall_id, "mended", "ada", NOW)
    assert not seen().is_recalled
    do(work, terminals.remove_tacs, TAC, "ada", NOW)
    assert seen().model is None


def test_a_process_hears_of_very_many_ranges_at_once(work: Any, rig: Rig) -> None:
    model = register(work)
    book = TerminalBook()
    following = Following(work, [book])
    rig.run(following.load())

    def many(stores: Any) -> None:
        revision = stores.raise_revision(NAME)
        for number in range(0, 6000, 2):
            text = f"{number:08d}"
            stores.put_tac_range(replace(tac_row(model.model_id), first=text, last=text, revision=revision))

    work.run_now(many)
    rig.run(following.refresh())
    assert book.sizes["tac_ranges"] == 3001
    assert book.terminal_of(Device(eid="", tac="00005998"), NOW).model is Admitted.VALID
    assert book.terminal_of(Device(eid="", tac="00005999"), NOW).model is None


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ({"state": ModelState.SUBMITTED}, Admitted.PENDING),
        ({"state": ModelState.ASKED_BACK}, Admitted.PENDING),
        ({"state": ModelState.REFUSED}, Admitted.REVOKED),
        ({"state": ModelState.REVOKED}, Admitted.REVOKED),
        ({"approval": replace(APPROVAL, begins=NOW + timedelta(days=1))}, Admitted.PENDING),
        ({"approval": None}, Admitted.PENDING),
        ({}, Admitted.VALID),
    ],
)
def test_the_gate_hears_how_an_approval_stands(model: dict[str, Any], expected: Admitted) -> None:
    approved = Model(
        model_id=1,
        vendor_id=1,
        name="Q1",
        category=ServiceClass.PHONE,
        state=ModelState.APPROVED,
        approval=APPROVAL,
        changed_at=NOW,
    )
    book = TerminalBook()
    registry = book._registry
    registry.put_models([replace(approved, **model)])
    registry.put_tacs([tac_row(1)])
    assert book.terminal_of(Device(eid="", tac=TAC), NOW).model is Admitted.PENDING, "no vendor is known"
    registry.put_vendors([replace(VENDOR, vendor_id=1)])
    assert book.terminal_of(Device(eid="", tac=TAC), NOW).model is expected


# --- imports ----------------------------------------------------------------------------------------------------


def take(work: Any, rig: Rig, kind: FormKind, text: str, **named: Any) -> list[Progress]:
    async def run() -> list[Progress]:
        file = BytesIO(text.encode())
        return [step async for step in TerminalImport(work, kind, file, "ada", NOW, **named).run()]

    steps: list[Progress] = rig.run(run())
    return steps


def test_everything_is_imported_and_found_again_and_once_more_changes_nothing(work: Any, rig: Rig) -> None:
    files = {
        FormKind.VENDORS: f"name,kind,country,agent\n{VENDOR.name},private,CN,\nFar,foreign,US,Haitang\n",
        FormKind.MODELS: "vendor,name,category,approval_number,approved_from,approved_to\n"
        f"{VENDOR.name},Q1,phone,02-1,2026-01-01,2027-12-31\nFar,F1,watch,,,\n",
        FormKind.TACS: f"tac,vendor,model\n35290611-35290620,{VENDOR.name},Q1\n01000000,Far,F1\n",
        FormKind.EINS: "ein,maker\n89049032,Chips\n8904903310-8904903320,Chips\n",
    }
    do(work, chip_makers.register_maker, "Chips", "ada", NOW)
    for kind, text in files.items():
        end = take(work, rig, kind, text)[-1]
        assert (end.stage, end.rows, end.stored, end.known) == (Stage.DONE, 2, 2, 0)
    for kind, text in files.items():
        end = take(work, rig, kind, text)[-1]
        assert (end.stage, end.rows, end.stored, end.known) == (Stage.DONE, 2, 0, 2)
    book = TerminalBook()
    rig.run(Following(work, [book]).load())
    known = book.describe(Device(eid=str(eid_of(1)), tac=TAC), NOW)
    assert (known.model, known.state, known.maker) == ("Q1", ModelState.APPROVED, "Chips")
    assert book.terminal_of(Device(eid="", tac="01000000"), NOW).model is Admitted.PENDING


def test_somebody_else_who_registers_meanwhile_is_seen(work: Any, rig: Rig) -> None:
    model = register(work)
    text = "tac,vendor,model\n" + "".join(f"{n:08d},{VENDOR.name},Q1\n" for n in range(20))

    async def run(disturb: Any) -> list[Progress]:
        steps = []
        async for step in TerminalImport(work, FormKind.TACS, BytesIO(text.encode()), "ada", NOW).run():
            steps.append(step)
            if step.stage is Stage.JUDGING:
                disturb()
        return steps

    def same() -> None:
        do(work, terminals.add_tacs, model.model_id, read_tacs("00000005"), "bo", NOW)

    def another() -> None:
        do(work, terminals.add_tacs, model.model_id, read_tacs("00000030-00000040"), "bo", NOW)

    def across() -> None:
        do(work, terminals.add_tacs, model.model_id, read_tacs("00000005-00000006"), "bo", NOW)

    steps = rig.run(run(same))
    assert (steps[-1].stored, steps[-1].known) == (19, 1)
    assert rig.run(run(another))[-1].known == 20
    for gone in ("00000004", "00000005", "00000006", "00000007"):
        do(work, terminals.remove_tacs, gone, "bo", NOW)
    with pytest.raises(RowsError) as caught:
        rig.run(run(across))
    assert [(each.row, each.field, each.told.word) for each in caught.value.errors] == [
        (7, "tac", "overlaps-known")
    ]
    assert ask(work, "tac_range_before", "00000004").first == "00000003", "of this chunk nothing was stored"

"""Imports: every row is judged before the first is stored, and what is wrong is told by row and field in two languages."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import read_eins
from openesim.conditions.terminals.forms import FormKind, ModelForm
from openesim.conditions.terminals.makers import read_certificate
from openesim.conditions.terminals.models import ModelEvent
from openesim.conditions.terminals.vendors import StandingEvent, Vendor, VendorKind
from openesim.security.crypto.curves import Curve
from openesim.security.pki.world import TEST_EIN
from openesim.services.conditions.following import Reading
from openesim.services.conditions.terminals import importing
from openesim.services.conditions.terminals.book import TerminalBook
from openesim.services.conditions.terminals.chip_makers import (
    add_certificate,
    add_eins,
    move_maker,
    register_maker,
)
from openesim.services.conditions.terminals.csv_file import FileError, RowsError
from openesim.services.conditions.terminals.importing import Progress, Stage, TerminalImport, Whose
from openesim.services.conditions.terminals.terminals import (
    move_vendor,
    register_vendor,
    review_model,
    submit_model,
)
from tests.support.memory import MemoryWork
from tests.support.rig import NOW, world_of

QINGHE = Vendor(name="Qinghe", kind=VendorKind.PRIVATE, country="CN", created_at=NOW)
FORM = ModelForm(vendor="Qinghe", name="Q1", category=ServiceClass.PHONE)


@pytest.fixture
def work() -> MemoryWork:
    return prepared()


def prepared() -> MemoryWork:
    """Returns a register with two vendors, a model and a chip maker."""
    work = MemoryWork()
    for vendor in (QINGHE, replace(QINGHE, name="Far")):
        work.run_now(lambda stores: register_vendor(stores, vendor, "ada", NOW))  # noqa: B023
    work.run_now(lambda stores: submit_model(stores, FORM, "ada", NOW))
    work.run_now(lambda stores: register_maker(stores, "Chips", "ada", NOW))
    return work


def take(work: Any, kind: FormKind, text: str, **named: Any) -> list[Progress]:
    async def run() -> list[Progress]:
        file = BytesIO(text.encode())
        return [step async for step in TerminalImport(work, kind, file, "ada", NOW, **named).run()]

    return asyncio.run(run())


def wrong(work: Any, kind: FormKind, text: str, **named: Any) -> list[tuple[int, str, str]]:
    """Returns row, field and word of everything that is wrong; nothing is stored by it."""
    before = work.stores.snapshot()
    with pytest.raises(RowsError, match="nothing was stored") as caught:
        take(work, kind, text, **named)
    assert work.stores.snapshot() == before
    for each in caught.value.errors:
        assert each.spoken("zh").cause != each.spoken("en").cause
        assert str(each).startswith(f"row {each.row}, {each.field}: ")
    return [(each.row, each.field, each.told.word) for each in caught.value.errors]


def test_what_is_wrong_is_told_by_row_and_field_and_nothing_is_stored(work: MemoryWork) -> None:
    text = (
        "name,kind,country,agent\n"
        "Good,private,CN,\n"
        "=HYPERLINK(),foreign,US,\n"
        '"open,state,CN,\n'
        "Good,state,CN,\n"
        "Qinghe,state,CN,\n"
        "Qinghe,private,CN,\n"
        "<script>,pirate,cn,\n"
        "short,state\n"
    )
    assert wrong(work, FormKind.VENDORS, text) == [
        (3, "name", "formula"),
        (3, "agent", "foreign-without-agent"),
        (4, "row", "quote"),
        (5, "name", "twice"),
        (6, "name", "known-otherwise"),
        (8, "name", "markup"),
        (8, "kind", "not-a-word"),
        (8, "country", "not-a-country"),
        (9, "row", "cells"),
    ]


def test_overlapping_ranges_are_named_with_their_rows(work: MemoryWork) -> None:
    text = (
        "tac,vendor,model\n00000010-00000020,Qinghe,Q1\n00000030,Qinghe,Q1\n00000020-00000025,Qinghe,Q1\n"
        "00000030,Qinghe,Q1\n0000001x,Qinghe,Q1\n00000040,Nobody,Q1\n00000041,Qinghe,Q9\n"
    )
    with pytest.raises(RowsError) as caught:
        take(work, FormKind.TACS, text)
    assert [(each.row, each.field, each.told.word) for each in caught.value.errors] == [
        (4, "tac", "overlaps-row"),
        (5, "tac", "overlaps-row"),
        (6, "tac", "not-a-tac"),
        (7, "vendor", "no-such-name"),
        (8, "model", "no-such-name"),
    ]
    assert caught.value.errors[0].spoken("en").cause == "overlaps 00000010-00000020 in row 2"
    assert caught.value.errors[0].spoken("zh").cause == "与第 2 行的 00000010-00000020 重叠"


def test_ranges_that_are_registered_for_another_are_refused_with_whose_they_are(work: MemoryWork) -> None:
    take(work, FormKind.TACS, "tac,vendor,model\n00000010-00000020,Qinghe,Q1\n")
    text = "tac,vendor,model\n00000010-00000020,Qinghe,Q1\n00000015,Qinghe,Q1\n"
    with pytest.raises(RowsError, match="00000010-00000020, which is registered for Q1"):
        take(work, FormKind.TACS, text)
    take(work, FormKind.EINS, "ein,maker\n89049032,Chips\n")
    with pytest.raises(RowsError, match="which is registered for Chips"):
        take(work, FormKind.EINS, "ein,maker\n8904903,Chips\n")
    assert wrong(work, FormKind.EINS, "ein,maker\n89,Chips\n89050,Nobody\n") == [
        (2, "ein", "not-an-ein"),
        (3, "maker", "no-such-name"),
    ]
    assert wrong(work, FormKind.EINS, "ein,maker\n89050,Chips\n890501,Chips\n") == [
        (3, "ein", "overlaps-row")
    ]


def test_models_need_a_vendor_in_force_and_a_name_of_their_own(work: MemoryWork) -> None:
    work.run_now(lambda stores: move_vendor(stores, 2, StandingEvent.SUSPEND, "no answer", "ada", NOW))
    text = (
        "vendor,name,category\nFar,F1,phone\nQinghe,Q1,phone\nQinghe,Q1,watch\nQinghe,Q2,iot\nQinghe,Q2,iot\n"
    )
    assert wrong(work, FormKind.MODELS, text) == [
        (2, "vendor", "not-in-force"),
        (4, "name", "known-otherwise"),
        (6, "name", "twice"),
    ]


def test_a_vendors_file_is_about_his_own_models_and_approves_nothing(work: MemoryWork) -> None:
    models = "vendor,name,category,approval_number,approved_from,approved_to\n"
    text = models + "Far,F1,phone,,,\nQinghe,Q2,phone,02-1,2027-01-01,2027-12-31\n"
    assert wrong(work, FormKind.MODELS, text, whose=Whose(vendor="Qinghe")) == [
        (2, "vendor", "not-your-name"),
        (3, "approval_number", "not-your-approval"),
    ]
    assert (
        take(work, FormKind.MODELS, models + "Qinghe,Q2,phone,,,\n", whose=Whose(vendor="Qinghe"))[-1].stored
        == 1
    )
    tacs = "tac,vendor,model\n00000010,Qinghe,Q1\n"
    assert take(work, FormKind.TACS, tacs, whose=Whose(vendor="Qinghe"))[-1].stored == 1
    work.run_now(lambda stores: review_model(stores, 1, ModelEvent.REFUSE, "no", "ada", NOW))
    assert wrong(work, FormKind.TACS, tacs.replace("10", "11"), whose=Whose(vendor="Qinghe")) == [
        (2, "model", "not-in-force")
    ]
    for kind in (FormKind.VENDORS, FormKind.EINS):
        with pytest.raises(FileError, match="models or TACs"):
            take(work, kind, "x\n", whose=Whose(vendor="Qinghe"))


def test_a_vendor_is_not_told_which_model_of_somebody_else_has_tacs(work: MemoryWork) -> None:
    work.run_now(lambda stores: submit_model(stores, replace(FORM, vendor="Far", name="Secret"), "ada", NOW))
    take(work, FormKind.TACS, "tac,vendor,model\n00000010-00000020,Far,Secret\n00000030,Qinghe,Q1\n")
    text = "tac,vendor,model\n00000015-00000029,Qinghe,Q1\n00000029-00000031,Qinghe,Q1\n"
    with pytest.raises(RowsError) as caught:
        take(work, FormKind.TACS, text, whose=Whose(vendor="Qinghe"))
    assert [each.spoken("en").cause for each in caught.value.errors] == [
        "00000015-00000020 is registered for somebody else",
        "overlaps 00000030-00000030, which is registered for Q1",
    ]
    assert "Secret" not in str(caught.value)


def test_a_chip_makers_file_is_about_his_own_eids_as_far_as_his_certificates_go(work: MemoryWork) -> None:
    octets = world_of(Curve.P256)["eum"].certificate.octets
    number = work.run_now(lambda stores: stores.maker_named("Chips")).maker_id
    work.run_now(lambda stores: add_certificate(stores, number, read_certificate(octets), "ada", NOW))
    other = work.run_now(lambda stores: register_maker(stores, "Other", "ada", NOW)).maker_id
    work.run_now(lambda stores: add_eins(stores, other, read_eins(f"{TEST_EIN}9"), "ada", NOW))
    whose = Whose(vendor="Qinghe", maker="Chips")
    text = f"ein,maker\n{TEST_EIN}1,Chips\n{TEST_EIN}2,Other\n89086030,Chips\n{TEST_EIN}95,Chips\n"
    assert wrong(work, FormKind.EINS, text, whose=whose) == [
        (3, "maker", "not-your-name"),
        (4, "ein", "not-certified"),
        (5, "ein", "overlaps-elsewhere"),
    ]
    assert take(work, FormKind.EINS, f"ein,maker\n{TEST_EIN}1,Chips\n", whose=whose)[-1].stored == 1
    work.run_now(lambda stores: move_maker(stores, number, StandingEvent.SUSPEND, "keys lost", "ada", NOW))
    assert wrong(work, FormKind.EINS, f"ein,maker\n{TEST_EIN}3,Chips\n", whose=whose) == [
        (2, "maker", "not-in-force")
    ]
    with pytest.raises(FileError, match="chip maker's"):
        take(work, FormKind.EINS, text, whose=Whose(vendor="Qinghe"))


def test_a_vendors_file_is_held_against_what_is_known_by_heart_and_then_against_the_rows_themselves(
    work: MemoryWork,
) -> None:
    work.run_now(lambda stores: submit_model(stores, replace(FORM, vendor="Far", name="Secret"), "ada", NOW))
    take(work, FormKind.TACS, "tac,vendor,model\n00000010-00000020,Far,Secret\n00000030,Qinghe,Q1\n")
    book = TerminalBook()
    asyncio.run(book.load(Reading(work)))
    whose = Whose(vendor="Qinghe", register=book.registry)
    models = "vendor,name,category\nQinghe,Q2,iot\nQinghe,Q1,phone\n"
    assert take(work, FormKind.MODELS, models, whose=whose)[-1].stored == 1
    assert work.stores.model_named(1, "Q2") is not None
    assert wrong(work, FormKind.MODELS, models.replace("Q1,phone", "Q1,watch"), whose=whose) == [
        (3, "name", "known-otherwise")
    ]
    tacs = "tac,vendor,model\n00000015,Qinghe,Q1\n00000030,Qinghe,Q1\n00000040,Qinghe,Q1\n"
    assert wrong(work, FormKind.TACS, tacs, whose=whose) == [(2, "tac", "overlaps-elsewhere")]
    last = take(work, FormKind.TACS, tacs.replace("00000015,Qinghe,Q1\n", ""), whose=whose)[-1]
    assert (last.stored, last.known) == (1, 1)
    take(work, FormKind.TACS, "tac,vendor,model\n00000050,Far,Secret\n")
    with pytest.raises(RowsError, match="00000050-00000050 is registered for somebody else"):
        take(work, FormKind.TACS, "tac,vendor,model\n00000050,Qinghe,Q1\n", whose=whose)
    assert take(work, FormKind.TACS, "tac,vendor,model\n00000040,Qinghe,Q1\n", whose=whose)[-1].stored == 0


def test_no_more_than_fifty_errors_are_told(work: MemoryWork) -> None:
    text = "tac,vendor,model\n" + "x,y,z\n" * 10_000
    with pytest.raises(RowsError) as caught:
        take(work, FormKind.TACS, text)
    assert (len(caught.value.errors), caught.value.is_more) == (50, True)


def test_progress_is_told_and_an_interrupted_import_is_finished_by_doing_it_again(
    work: MemoryWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 100)
    text = "tac,vendor,model\n" + "".join(f"{number:08d},Qinghe,Q1\n" for number in range(0, 700, 2))

    async def begin() -> None:
        steps = TerminalImport(work, FormKind.TACS, BytesIO(text.encode()), "ada", NOW).run()
        async for step in steps:
            if step.stage is Stage.STORING and step.stored == 200:
                return

    asyncio.run(begin())
    assert len(work.stores.tac_rows) == 200
    steps = take(work, FormKind.TACS, text)
    assert [step.stage for step in steps] == [Stage.JUDGING, *[Stage.STORING] * 4, Stage.DONE]
    assert (steps[-1].rows, steps[-1].stored, steps[-1].known) == (350, 150, 200)
    assert steps[0].octets == steps[-1].octets == len(text)
    entry = list(work.stores.ledger_rows.values())[-1].entry
    assert entry is not None
    assert entry.facts == {"deed": "import", "kind": "tacs", "lines": "302-351", "stored": "50"}


def test_a_file_that_changes_between_the_readings_is_noticed(work: MemoryWork) -> None:
    class Changing(BytesIO):
        """A file of which another one is read the second time."""

        def seek(self, offset: int, whence: int = 0) -> int:
            if self.tell():
                self.__init__(b"tac,vendor,model\n00000011,Qinghe,Q9\n")  # type: ignore[misc]
            return super().seek(offset, whence)

    async def run() -> None:
        file = Changing(b"tac,vendor,model\n00000011,Qinghe,Q1\n")
        async for _ in TerminalImport(work, FormKind.TACS, file, "ada", NOW).run():
            pass

    with pytest.raises(FileError, match="changed while it was read"):
        asyncio.run(run())
    assert not work.stores.tac_rows


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5)), min_size=1, max_size=25))
def test_an_import_stores_all_rows_or_none_and_never_two_that_overlap(spans: list[tuple[int, int]]) -> None:
    work = prepared()
    lines = [f"{first:08d}-{first + length:08d},Qinghe,Q1" for first, length in spans]
    clash = any(
        a[0] <= b[0] + b[1] and b[0] <= a[0] + a[1] for n, a in enumerate(spans) for b in spans[n + 1 :]
    )
    text = "\n".join(["tac,vendor,model", *lines])
    if clash:
        assert {word for _, _, word in wrong(work, FormKind.TACS, text)} == {"overlaps-row"}
    else:
        assert take(work, FormKind.TACS, text)[-1].stored == len(spans) == len(work.stores.tac_rows)

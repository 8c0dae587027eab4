"""Forms tell everything that is wrong at once, each thing at its field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.forms import (
    FIELDS,
    EinForm,
    FormError,
    FormKind,
    TacForm,
    read_approval,
    read_ein_form,
    read_model_form,
    read_tac_form,
    read_vendor_form,
)
from openesim.conditions.terminals.models import Ability
from openesim.conditions.terminals.vendors import Standing, VendorKind
from tests.support.rig import NOW

VENDOR = {"name": "Far", "kind": "foreign", "country": "US", "agent": "Haitang"}
MODEL = {
    "vendor": "Far",
    "name": "F1",
    "category": "phone",
    "is_foreign": "yes",
    "abilities": "consumer  sm-ds",
    "approval_number": "02-1",
    "approved_from": "2027-01-01",
    "approved_to": "2027-12-31",
}


def words(caught: pytest.ExceptionInfo[FormError]) -> list[tuple[str, str]]:
    return [(each.field, each.told.word) for each in caught.value.errors]


def test_a_vendor_comes_out_of_its_form() -> None:
    vendor = read_vendor_form(VENDOR, NOW)
    assert (vendor.name, vendor.kind, vendor.country, vendor.agent) == (
        *("Far", VendorKind.FOREIGN, "US", "Haitang"),
    )
    assert (vendor.state, vendor.created_at) == (Standing.IN_FORCE, NOW)
    assert read_vendor_form({**VENDOR, "kind": "state", "agent": ""}, NOW).agent is None


def test_everything_that_is_wrong_with_a_vendor_is_told() -> None:
    with pytest.raises(FormError) as caught:
        read_vendor_form({"name": "=x", "kind": "foreign", "agent": " "}, NOW)
    assert words(caught) == [("name", "formula"), ("country", "missing"), ("agent", "foreign-without-agent")]
    assert caught.value.path == ("name",)
    assert caught.value.errors[0].spoken("zh").cause.startswith("以 =")


def test_a_model_comes_out_of_its_form() -> None:
    form = read_model_form(MODEL)
    assert (form.vendor, form.name, form.category, form.is_foreign) == ("Far", "F1", ServiceClass.PHONE, True)
    assert form.abilities == {Ability.CONSUMER, Ability.SM_DS}
    assert form.approval is not None
    assert form.approval.ends == datetime(2027, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
    short = read_model_form({"vendor": "Far", "name": "F1", "category": "iot"})
    assert (short.is_foreign, short.abilities, short.approval) == (False, frozenset(), None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"approval_number": ""}, [("approval_number", "approval-incomplete")]),
        ({"approved_to": ""}, [("approved_to", "approval-incomplete")]),
        ({"approved_to": "2026-12-31"}, [("approved_to", "backwards")]),
        ({"abilities": "fly"}, [("abilities", "not-a-word")]),
        (
            {"category": "toaster", "is_foreign": "hm"},
            [("category", "not-a-word"), ("is_foreign", "not-yes-or-no")],
        ),
        ({"name": "<b>", "vendor": ""}, [("vendor", "missing"), ("name", "markup")]),
        ({"approved_from": "yesterday"}, [("approved_from", "not-a-day")]),
    ],
)
def test_what_is_wrong_with_a_model_is_told(changes: dict[str, str], expected: list[tuple[str, str]]) -> None:
    with pytest.raises(FormError) as caught:
        read_model_form({**MODEL, **changes})
    assert words(caught) == expected


def test_ranges_come_out_of_their_forms() -> None:
    tacs = read_tac_form({"tac": "35290611-35290620", "vendor": "Far", "model": "F1"})
    assert tacs == TacForm(span=("35290611", "35290620"), vendor="Far", model="F1")
    eins = read_ein_form({"ein": "89049032", "maker": "Chips"})
    assert eins == EinForm(span=("89049032".ljust(32, "0"), "89049032".ljust(32, "9")), maker="Chips")
    for read, cells in ((read_tac_form, {"tac": "1"}), (read_ein_form, {"ein": "1"})):
        with pytest.raises(FormError) as caught:
            read(cells)
        assert len(caught.value.errors) == len(cells) + (2 if read is read_tac_form else 1)


def test_an_approval_alone_is_all_or_nothing() -> None:
    assert read_approval({}) is None
    assert read_approval(MODEL) is not None
    with pytest.raises(FormError):
        read_approval({"approval_number": "02-1"})


def test_every_kind_of_form_states_its_fields() -> None:
    assert set(FIELDS) == set(FormKind)
    assert set(MODEL) == set(FIELDS[FormKind.MODELS].all)
    assert set(VENDOR) == set(FIELDS[FormKind.VENDORS].all)

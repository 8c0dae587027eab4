"""Numbers in a world are right in every digit: the forms of the desks take them."""

from __future__ import annotations

import random
from datetime import date

import pytest

from openesim.apps.world import documents
from openesim.conditions.identity.documents import parse_document
from openesim.conditions.identity.forms import parse_name
from openesim.conditions.rules.words import Group
from openesim.kernel.ids import Eid, Imei

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize("seed", range(60))
def test_whoever_comes_shows_a_document_that_is_taken(seed: int) -> None:
    identity = documents.somebody(random.Random(seed), TODAY.year)
    document = parse_document(identity.document, identity.number, TODAY)
    assert document.kind is identity.document
    assert parse_name(identity.document, identity.name)


def test_nobody_has_the_number_of_a_real_district() -> None:
    assert all(documents.resident_number(random.Random(seed), 1990)[2:6] == "0000" for seed in range(50))


def test_a_passport_has_a_zone_whose_five_digits_hold() -> None:
    identity = documents.foreigner(random.Random(1), 1984)
    document = parse_document(identity.document, identity.number, TODAY)
    assert document.issuer is not None
    assert document.born is not None
    assert document.born.year == 1984


def test_a_visitor_and_a_company_show_what_they_have() -> None:
    visitor = documents.visitor_from_hong_kong(random.Random(1))
    company = documents.company(random.Random(1))
    assert (visitor.group, company.group) == (Group.HK_MACAU_TAIWAN, Group.ORGANISATION)
    for identity in (visitor, company):
        parse_document(identity.document, identity.number, TODAY)


def test_chips_and_devices_have_right_check_digits() -> None:
    rng = random.Random(2)
    assert Eid.parse(documents.chip(rng, "89086101")).startswith("89086101")
    assert Imei.parse(documents.device(rng, "86100000")).tac == "86100000"

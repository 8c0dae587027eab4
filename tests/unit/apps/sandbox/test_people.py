"""People of the sandbox: nobody, the same for the same seed, and with numbers whose form is right."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from openesim.apps.sandbox.people import Scenario, make_people
from openesim.conditions.identity.documents import parse_document, parse_other
from openesim.conditions.rules.words import DocumentKind, Group

TODAY = date(2026, 11, 29)


def test_the_same_seed_makes_the_same_people() -> None:
    assert make_people(7, 100) == make_people(7, 100)
    assert make_people(7, 100) != make_people(8, 100)
    assert make_people(7, 100)[:10] == make_people(7, 10)


def test_nobody_has_the_number_of_another() -> None:
    people = make_people(1, 5000)
    assert len({each.number for each in people}) == 5000


@pytest.mark.parametrize("seed", range(3))
def test_numbers_have_the_form_of_their_document(seed: int) -> None:
    for each in make_people(seed, 200):
        if each.document is DocumentKind.PASSPORT:
            assert parse_other(each.document, each.number).number == each.number
            continue
        document = parse_document(each.document, each.number, TODAY)
        assert document.number == each.number
        assert document.born in {None, each.born}


def test_every_scenario_and_every_group_is_there() -> None:
    people = make_people(1, 70)
    assert set(Counter(each.scenario for each in people).values()) == {10}
    assert {each.scenario for each in people} == set(Scenario)
    assert {each.group for each in people} == {Group.NATIONAL, Group.FOREIGN, Group.HK_MACAU_TAIWAN}


def test_names_and_regions_say_that_they_are_nobodys() -> None:
    for each in make_people(1, 200):
        assert each.name.startswith(("沙箱", "Sandbox"))
        if each.document is DocumentKind.RESIDENT_ID:
            assert each.number[2:6] == "0000"

"""Operators: what each may do, until when, and what ends soon."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from openesim.services.conditions.accounts.roles import Role
from tests.web.regulator.conftest import Nation, plain

pytestmark = pytest.mark.sockets


def test_every_operator_is_listed_with_what_it_may_do(nation: Nation) -> None:
    text = plain(nation.get("/regulator/operators", Role.INSPECTOR))
    assert "青禾移动" in text
    assert re.search("远山电信 [a-z, ]*watch", text)
    status, headers, text = nation.desks.get("/regulator/operators?format=csv", nation.token())
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")


def test_one_operator_is_shown_with_licences_figures_and_rules(nation: Nation) -> None:
    text = plain(nation.get("/regulator/operators/yuanshan"))
    assert "within 30 days" in text
    assert "Suspend …" in text
    assert "In the last thirty days" in text
    assert "Under which rules it is now phone open" in text
    inspector = plain(nation.get("/regulator/operators/yuanshan", Role.INSPECTOR))
    assert "Suspend …" not in inspector


def test_licences_that_end_are_told_with_their_reminders(nation: Nation) -> None:
    text = plain(nation.get("/regulator/licences/ending"))
    assert "远山电信 watch" in text
    assert "within 30 days" in text


@pytest.mark.parametrize("name", ["nobody", "%3Cscript%3E", "..%2Fx", "青禾"])
def test_an_operator_that_is_none_is_not_there(nation: Nation, name: str) -> None:
    status, _, page = nation.desks.get(f"/regulator/operators/{quote(name, safe='%')}", nation.token())
    assert status == 404
    assert "<script>" not in page

"""The first page: what was issued and refused, explained; what waits; and it costs the same however much there is."""

from __future__ import annotations

import re

import pytest

from openesim.services.conditions.accounts.roles import Role
from tests.web.regulator.conftest import Nation, plain

pytestmark = pytest.mark.sockets


def test_what_was_decided_and_what_waits_is_told(nation: Nation) -> None:
    text = plain(nation.get("/regulator", Role.INSPECTOR))
    for told in ("Issued today", "Refused", "Applications for you", "Licences that end", "Recalls in force"):
        assert told in text
    assert re.search(r"Shanghai \d+ \d+ \d+ \d+%", text)
    assert re.search(r"青禾移动 \d+ \d+", text)
    assert "The operator has no valid approval for this service" in text
    assert "Apply for one, or have it renewed" in text


def test_it_speaks_chinese(nation: Nation) -> None:
    text = plain(nation.get("/regulator?lang=zh"))
    nation.get("/regulator?lang=en")
    assert "今日签发" in text
    assert "该运营商没有该业务的有效批准" in text
    assert "上海" in text


@pytest.mark.parametrize("name", ["region", "operator", "cause"])
def test_every_table_is_given_away_as_a_file(nation: Nation, name: str) -> None:
    status, headers, text = nation.desks.get(f"/regulator?format=csv-{name}", nation.token())
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert len(text.splitlines()) > 1


def test_behind_every_chart_stands_its_table(nation: Nation) -> None:
    page = nation.get("/regulator")
    assert page.count('class="behind"') == page.count('<figure class="chart">') == 2

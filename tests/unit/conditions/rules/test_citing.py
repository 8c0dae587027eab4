"""Every field of a pack answers: which rule, since when, says who."""

from __future__ import annotations

from datetime import date

import pytest

from openesim.conditions.rules.citing import cite
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Reliability
from openesim.services.rules import shipped_packs

PACKS = {pack.id: pack for pack in shipped_packs()}
TRIAL = PACKS["cn-2025-trial"]


def titles(pack: Pack, rule: str) -> list[str]:
    keys = {id(source): key for key, source in pack.sources.items()}
    return [keys[id(source)] for source in cite(pack, rule).sources]


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ("service.phone.channels", ["trial"]),
        ("service.phone.device.chip_binding", ["white-paper", "access-licence", "models", "chips"]),
        ("service.phone.device", ["white-paper", "access-licence", "models", "chips"]),
        ("service.phone.profiles_per_device", ["region"]),
        ("service.phone", ["trial"]),
        ("person", ["order-25"]),
        ("person.minor", ["ours"]),
        ("limits.per_operator", ["five-cards", "fraud-law"]),
        ("risk.reverify", ["card-notice", "fraud-law"]),
        ("risk.hold_from", ["ours"]),
        ("retention.evidence_years", ["ours"]),
        ("service", []),
        ("service.spoon.channels", []),
        ("service.watch.channels", []),
        ("pack", []),
    ],
)
def test_a_rule_is_cited_with_who_says_so(rule: str, keys: list[str]) -> None:
    citation = cite(TRIAL, rule)
    assert (citation.pack, citation.version, citation.rule) == ("cn-2025-trial", "2025-10-13", rule)
    assert citation.since == date(2025, 10, 13)
    assert titles(TRIAL, rule) == keys


@pytest.mark.parametrize("name", [name for name in PACKS if name not in {"open", "test"}])
def test_a_figure_of_a_shipped_pack_that_nobody_published_says_that_it_is_ours(name: str) -> None:
    pack = PACKS[name]
    assert pack.sources["ours"].reliability is Reliability.BACKGROUND
    for rule in ("risk.step_up_from", "risk.hold_from", "retention.evidence_years", "person.freshness_days"):
        head, field = rule.split(".")
        table = getattr(pack, head)
        if table.source and getattr(table, field) not in {0, 101}:
            assert "ours" in titles(pack, rule), rule

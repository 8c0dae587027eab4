"""Every deed that a service writes into the ledger is told in words of people, in both languages."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from openesim.conditions.identity.case import Field
from openesim.conditions.licensing.states import Event
from openesim.conditions.terminals.models import ModelEvent
from openesim.conditions.terminals.vendors import StandingEvent
from openesim.services.conditions.accounts.deeds import AccountDeed

ROOT = Path(__file__).parents[2] / "src" / "openesim"
WORDS = ROOT / "adapters" / "web" / "desks" / "words"
LITERAL = re.compile(r'"((?:case|person|webhook|api-key|rules|retention)-[a-z-]+[a-z])"')


def written(tree: ast.AST) -> Iterator[str]:
    """Yields the deeds that stand in the text of a program."""
    for node in ast.walk(tree):
        pairs: list[tuple[object, object]] = []
        if isinstance(node, ast.Dict):
            pairs = [
                (getattr(key, "value", None), value)
                for key, value in zip(node.keys, node.values, strict=True)
            ]
        elif isinstance(node, ast.Call):
            pairs = [(each.arg, each.value) for each in node.keywords]
        for key, value in pairs:
            if (
                key == "deed"
                and isinstance(value, ast.Constant)
                and isinstance(value.value, str)
                and value.value
            ):
                yield value.value


def test_every_look_has_words() -> None:
    """At the regulator's desk; operators tell a personal value by the texts of cases."""
    looks = {each.value for each in Field if each is not Field.FLOW} | {
        "lines",
        "evidence",
        "binding",
        "imei",
    }
    told = tomllib.loads((WORDS / "regulator" / "deed.toml").read_text())["look"]
    assert looks - set(told) == set()


def test_every_deed_has_words() -> None:
    deeds = {
        *(each.value for each in AccountDeed),
        *(each.value for each in StandingEvent),
        *(f"{each.value}-model" for each in ModelEvent),
        *(f"licence-{each.value}" for each in Event),
    }
    for path in (ROOT / "services").rglob("*.py"):
        text = path.read_text()
        deeds.update(written(ast.parse(text)))
        deeds.update(LITERAL.findall(text))
    assert len(deeds) > 90
    words = [
        tomllib.loads((WORDS / desk / "deed.toml").read_text())["name"] for desk in ("regulator", "operator")
    ]
    told = {name for each in words for name, texts in each.items() if {"en", "zh"} <= set(texts)}
    assert deeds - told == set()

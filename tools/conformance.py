"""Writes docs/conformance.md, docs/configuration.md and the states in docs/procedures from the sources; with --check only compares."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

from openesim.apps import config_pages
from openesim.conditions.identity import cases, texts
from openesim.conditions.licensing import states as licences
from openesim.conditions.licensing.texts import EVENTS, PARTIES, STATES
from openesim.conditions.terminals import models
from openesim.conditions.terminals.texts import MODEL_EVENTS, MODEL_STATES
from openesim.provisioning.smdp.orders import TRANSITIONS

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "openesim"
VERIFICATION = ROOT / "docs" / "procedures" / "verification.md"
LICENSING = ROOT / "docs" / "procedures" / "licensing.md"
TERMINALS = ROOT / "docs" / "procedures" / "terminals.md"
_SOURCE = re.compile(r"Source: (.+?)(?:\n\s*\n|\Z)", re.DOTALL)
_SECTION = re.compile(r"§\s?(\d+(?:\.\d+)*|[A-Z]\.\d+)|(Annex [A-Z])")


def conformance() -> str:
    """Return the table of sections of SGP.22 and the definitions that name them."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(SOURCES.rglob("*.py")):
        for name, docstring in _docstrings(path):
            for source in _SOURCE.findall(docstring):
                for document in source.split(";"):
                    if "SGP.22" in document:
                        for numbered, annex in _SECTION.findall(document):
                            found[f"§{numbered}" if numbered else annex].add(name)
    rows = [f"| {section} | {', '.join(sorted(found[section]))} |" for section in sorted(found, key=_order)]
    return "\n".join(
        [
            "# Which section of SGP.22 v2.5 is implemented where",
            "",
            "Made from the `Source:` lines of the docstrings by `make conformance`; do not edit.",
            "",
            "| section | definitions |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def order_states() -> str:
    """Return the page with the diagram of an order's life."""
    arrows = [
        f"    {state.value} --> {target.value}: {event.value.replace(':', '')}"
        for state, events in TRANSITIONS.items()
        for event, target in events.items()
    ]
    return "\n".join(
        [
            "# The life of an order",
            "",
            "Made from `TRANSITIONS` in `provisioning/smdp/orders.py` by `make conformance`; do not edit.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> Available",
            *arrows,
            "```",
            "",
        ]
    )


def case_states() -> str:
    """Return the page about verification, with the states of a case drawn anew."""
    names = {state: state.value.replace("-", "_") for state in cases.CaseState}
    arrows = [
        f"    {names[state]} --> {names[target]}: {texts.EVENT_TEXTS[event]['en']}"
        for state, events in cases.TRANSITIONS.items()
        for event, target in events.items()
    ]
    meanings = [
        f"| {state.value} | {texts.STATE_TEXTS[state]['en']} | {texts.STATE_TEXTS[state]['zh']} |"
        for state in cases.CaseState
    ]
    begin, end = "<!-- states: begin -->\n", "<!-- states: end -->\n"
    before, _, rest = VERIFICATION.read_text(encoding="utf-8").partition(begin)
    drawing = [
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {names[cases.CaseState.APPLIED]}",
        *arrows,
        "```",
        "",
    ]
    table = ["| state | in words | 含义 |", "|---|---|---|", *meanings, ""]
    return before + begin + "\n".join([*drawing, *table, ""]) + end + rest.partition(end)[2]


def licence_states() -> str:
    """Return the page about licences, with their states and moves drawn anew."""
    names = {state: state.value.replace("-", "_") for state in licences.LicenceState}
    arrows = [
        f"    {names[state]} --> {names[target]}: {EVENTS[event][0]}"
        for state, events in licences.TRANSITIONS.items()
        for event, target in events.items()
        if state is not target
    ]
    states = [f"| {state.value} | {' | '.join(STATES[state])} |" for state in licences.LicenceState]
    moves = [
        f"| {' | '.join(EVENTS[event])} | {', '.join(PARTIES[party][0] for party in sorted(parties))} "
        f"| {', '.join(state.value for state in licences.LicenceState if event in licences.TRANSITIONS[state])} |"
        for event, parties in licences.MOVES.items()
    ]
    begin, end = "<!-- states: begin -->\n", "<!-- states: end -->\n"
    before, _, rest = LICENSING.read_text(encoding="utf-8").partition(begin)
    drawing = ["", "```mermaid", "stateDiagram-v2", "    [*] --> draft", *arrows, "```", ""]
    table = ["| state | in words | 含义 |", "|---|---|---|", *states, ""]
    whose = ["| what is done | 操作 | whose move | while it is |", "|---|---|---|---|", *moves, ""]
    return before + begin + "\n".join([*drawing, *table, *whose, ""]) + end + rest.partition(end)[2]


def model_states() -> str:
    """Return the page about terminals, with the states of a model drawn anew."""
    names = {state: state.value.replace("-", "_") for state in models.ModelState}
    arrows = [
        f"    {names[state]} --> {names[target]}: {MODEL_EVENTS[event.value][0]}"
        for state, events in models.TRANSITIONS.items()
        for event, target in events.items()
    ]
    arrows.append(
        f"    {names[models.ModelState.APPROVED]} --> {names[models.ModelState.EXPIRED]}: last day over"
    )
    states = [f"| {state.value} | {' | '.join(MODEL_STATES[state.value])} |" for state in models.ModelState]
    begin, end = "<!-- states: begin -->\n", "<!-- states: end -->\n"
    before, _, rest = TERMINALS.read_text(encoding="utf-8").partition(begin)
    drawing = ["", "```mermaid", "stateDiagram-v2", "    [*] --> submitted", *arrows, "```", ""]
    table = ["| state | in words | 含义 |", "|---|---|---|", *states, ""]
    return before + begin + "\n".join([*drawing, *table, ""]) + end + rest.partition(end)[2]


def _docstrings(path: Path) -> list[tuple[str, str]]:
    """Return the dotted name and docstring of a module and of everything in it."""
    module = ".".join(path.relative_to(SOURCES).with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [(f"`{module}`", ast.get_docstring(tree) or "")]
    found += [
        (f"`{module}.{node.name}`", ast.get_docstring(node) or "")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    return found


def _order(section: str) -> tuple[int, list[int], str]:
    """Return the key that sorts §5.10 behind §5.9, and annexes last."""
    numbers = [int(part) for part in re.findall(r"\d+", section)]
    is_annex = not section.startswith("§") or not section[1].isdigit()
    return int(is_annex), numbers, section


def main() -> int:
    """Write the pages, or with --check tell whether they are what would be written."""
    stale = []
    for path, text in (
        (ROOT / "docs" / "conformance.md", conformance()),
        (ROOT / "docs" / "procedures" / "orders.md", order_states()),
        (VERIFICATION, case_states()),
        (LICENSING, licence_states()),
        (TERMINALS, model_states()),
        (ROOT / "docs" / "configuration.md", config_pages.page()),
    ):
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(str(path.relative_to(ROOT)))
    if stale:
        print(f"not what the sources say: {', '.join(stale)}; run: make conformance", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())

"""Whatever pair of subject and reason code our functions can answer is explained in words of its own, in both languages.

The pairs are read off the sources: wherever ``Subject.X`` and ``Reason.Y`` stand side by side, and wherever a docstring
writes a pair as the field does.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

import pytest

from openesim.messages.sgp22.explained import Language, explain_status, in_language
from openesim.messages.sgp22.status import Reason, Subject

SOURCES = Path(__file__).resolve().parents[2] / "src" / "openesim"
IN_WORDS = re.compile(r"(?<![\d./])(\d{1,2}(?:\.\d{1,2}){0,2})/(\d\.\d{1,2})(?![\d/])")


def members(node: ast.AST) -> str | None:
    """``Subject.EID`` as its text, or None."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return None


def pairs_in_code(tree: ast.AST) -> set[tuple[str, str]]:
    """Every subject with the reason that follows it in a call or a tuple."""
    found = set()
    for node in ast.walk(tree):
        items = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
        for first, second in pairwise(items):
            subject, reason = members(first) or "", members(second) or ""
            if subject.startswith("Subject.") and reason.startswith("Reason."):
                found.add((Subject[subject[8:]].value, Reason[reason[7:]].value))
    return found


def pairs_in_words(tree: ast.AST) -> set[tuple[str, str]]:
    """Every pair in the text of a docstring."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]
    return {(m[1], m[2]) for text in texts for m in IN_WORDS.finditer(text) if m[1][0] in "18"}


def all_pairs() -> list[tuple[str, str]]:
    """Of all sources but the catalogue itself."""
    found: set[tuple[str, str]] = set()
    for path in SOURCES.rglob("*.py"):
        if "explained" not in path.parts:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= pairs_in_code(tree) | pairs_in_words(tree)
    return sorted(found)


PAIRS = all_pairs()


def test_the_sources_tell_their_pairs() -> None:
    assert {("8.2.6", "3.8"), ("8.1", "6.1"), ("8.2.1", "3.5"), ("8.8", "4.2"), ("8.9.5", "3.9")} <= set(
        PAIRS
    )
    assert len(PAIRS) > 40


@pytest.mark.parametrize(("subject", "reason"), PAIRS)
def test_every_pair_that_we_answer_has_words_of_its_own(subject: str, reason: str) -> None:
    found = explain_status(subject, reason)
    assert found.detail == ("", ""), "only the subject is explained, not the pair"
    chinese = in_language(found, Language.CHINESE)
    assert chinese.cause != found.cause
    assert chinese.next_step != found.next_step
    assert all((found.cause, found.owner, found.next_step, chinese.cause, chinese.next_step))

"""Findings of the gate for people: cause, whose move, next step, with every word of the rules in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from openesim.adapters.web.desks.components.explained import ExplainedError, explained_from
from openesim.adapters.web.desks.components.naming import (
    channel_name,
    date_text,
    listed,
    number_name,
    region_name,
    service_name,
)
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission import codes
from openesim.conditions.admission.decision import Finding
from openesim.conditions.identity.texts import (
    DOCUMENT_TEXTS,
    GROUP_TEXTS,
    MISSING_TEXTS,
    TRIGGER_TEXTS,
    said,
)

_BETWEEN: Final = ", "
_UNKNOWN: Final = {"unknown", "none"}


def explained_finding(visit: Visit, finding: Finding) -> ExplainedError:
    """Return what a finding means to who reads."""
    facts = {name: _said(visit, name, text) for name, text in finding.facts.items()}
    told = codes.explained(codes.code_of(Finding(finding.verdict, finding.rule, finding.cause, facts)))
    assert told is not None  # noqa: S101 (every cause of the gate has its texts)
    return explained_from(told, visit.language)


def _said(visit: Visit, name: str, text: str) -> str:
    """Return a fact in words: where it is a word of the rules, what that is called."""
    say = _WORDS.get(name)
    if say is None:
        return text
    return listed(visit, [_word(visit, say, each) for each in text.split(_BETWEEN)])


def _word(visit: Visit, say: Callable[[Visit, str], str], text: str) -> str:
    if text in _UNKNOWN and say is not region_name:
        return visit.t(f"finding.{text}")
    try:
        return say(visit, "" if text in _UNKNOWN else text)
    except KeyError:
        return text  # a word of a pack of one's own


def _document(visit: Visit, text: str) -> str:
    return said(DOCUMENT_TEXTS, text, visit.language.value)


def _group(visit: Visit, text: str) -> str:
    return said(GROUP_TEXTS, text, visit.language.value)


def _missing(visit: Visit, text: str) -> str:
    return said(MISSING_TEXTS, text, visit.language.value)


def _trigger(visit: Visit, text: str) -> str:
    return said(TRIGGER_TEXTS, text, visit.language.value)


def _standing(visit: Visit, text: str) -> str:
    return visit.t(f"finding.standing.{text}")


def _binding(visit: Visit, text: str) -> str:
    return visit.t(f"finding.binding.{text}")


_WORDS: Final[dict[str, Callable[[Visit, str], str]]] = {
    "service": service_name,
    "device": service_name,
    "channel": channel_name,
    "number": number_name,
    "region": region_name,
    "home": region_name,
    "document": _document,
    "accepted": _document,
    "group": _group,
    "missing": _missing,
    "trigger": _trigger,
    "model": _standing,
    "licences": _standing,
    "asked": _binding,
    "found": _binding,
    "until": date_text,
}

"""What pages about subscribers have in common: states, names of documents and people, what the ledger tells, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from openesim.adapters.web.desks.components.explained import explained_from
from openesim.adapters.web.desks.components.flows import Step, Timeline
from openesim.adapters.web.desks.components.naming import channel_name, listed, service_name, verifier_name
from openesim.adapters.web.desks.components.table import Column, Row
from openesim.adapters.web.desks.components.values import Masked, Pill, Tone
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.admission import codes
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.texts import (
    DOCUMENT_TEXTS,
    FIELD_TEXTS,
    GROUP_TEXTS,
    MISSING_TEXTS,
    NEXT_TEXTS,
    REFUSAL_TEXTS,
    STATE_TEXTS,
    TRIGGER_TEXTS,
    said,
)
from openesim.services.conditions.operator.colleagues import Side, Who
from openesim.services.conditions.operator.subscribers import Subscriber
from openesim.services.conditions.persons.personal_data import HANDED_OVER, OWN, TO_VERIFIER
from openesim.transparency.entries import Entry, EntryKind

CASES: Final = "/operator/subscribers"

CASE_TONES: Final = {
    CaseState.APPLIED: Tone.WAIT,
    CaseState.DOCUMENTS: Tone.INFO,
    CaseState.STEP_UP: Tone.WAIT,
    CaseState.FOUR_EYES: Tone.WAIT,
    CaseState.VERIFIED: Tone.GOOD,
    CaseState.RE_VERIFY: Tone.WAIT,
    CaseState.EXPIRED: Tone.IDLE,
    CaseState.REFUSED: Tone.BAD,
    CaseState.REVOKED: Tone.BAD,
    CaseState.WITHDRAWN: Tone.IDLE,
}

_D: Final = "operator.deed"
_REASONS: Final = {OWN: "own", TO_VERIFIER: "to_verifier", HANDED_OVER: "handed_over"}
_BAD: Final = frozenset({"case-refuse", "case-revoke", "case-doubt", "line-dispute"})
_GOOD: Final = frozenset({"case-verify", "order", "licence-approve"})


def case_path(case_id: str) -> str:
    """Return the path of the page about a case."""
    return f"{CASES}/{case_id}"


def state_name(visit: Visit, state: CaseState) -> str:
    """Return where a case stands, in a word or two."""
    return say(visit, f"operator.case_state.{state}")


def case_pill(visit: Visit, case: Case) -> Pill:
    """Return where a case stands, with that in a sentence and what comes next."""
    language = visit.language.value
    why = f"{said(STATE_TEXTS, case.state, language)} · {said(NEXT_TEXTS, case.state, language)}"
    return Pill(state_name(visit, case.state), CASE_TONES[case.state], capital(why))


def document_name(visit: Visit, word: str) -> str:
    """Return what a kind of document is called."""
    return capital(said(DOCUMENT_TEXTS, word, visit.language.value))


def group_name(visit: Visit, word: str) -> str:
    """Return what a group of persons is called."""
    return capital(said(GROUP_TEXTS, word, visit.language.value))


def field_name(visit: Visit, field: Field | str) -> str:
    """Return what a personal value is."""
    return capital(said(FIELD_TEXTS, field, visit.language.value))


def trigger_name(visit: Visit, word: str) -> str:
    """Return what asks to verify again."""
    return capital(said(TRIGGER_TEXTS, word, visit.language.value))


def refusal_text(visit: Visit, word: str) -> str:
    """Return why a case ended."""
    return capital(said(REFUSAL_TEXTS, word, visit.language.value))


def missing_texts(visit: Visit, words: Iterable[str]) -> list[str]:
    """Return what is still to be shown or done."""
    return [capital(said(MISSING_TEXTS, word, visit.language.value)) for word in words]


def who_text(visit: Visit, who: Who | None) -> str:
    """Return who somebody is, as his operator is told it."""
    if who is None:
        return ""
    if who.side is Side.VERIFIER:
        return verifier_name(visit, who.name)
    return who.name or say(visit, f"operator.who.{who.side}")


# --- tables


def case_columns(visit: Visit, *, is_file: bool = False) -> list[Column]:
    """Return the columns of a table of cases; a file names the cases besides."""
    names = ("person", "number", "state", "service", "channel", "begun", *(("case",) if is_file else ()))
    return [Column(say(visit, f"operator.subscribers.column.{name}")) for name in names]


def case_row(visit: Visit, subscriber: Subscriber, address: str = "", *, is_file: bool = False) -> Row:
    """Return a case as a row.

    Args:
        visit: who looks.
        subscriber: the case.
        address: where it leads; empty: to the page about it.
        is_file: in a file, which names it besides.
    """
    case, shown = subscriber.case, subscriber.shown
    name = shown.get(Field.NAME)
    cells = (
        Masked(name) if name else say(visit, "operator.subscribers.nobody_yet"),
        Masked(shown[Field.NUMBER]) if Field.NUMBER in shown else None,
        case_pill(visit, case),
        service_name(visit, case.service),
        channel_name(visit, case.channel),
        case.created_at,
        *((case.case_id,) if is_file else ()),
    )
    return Row(cells, address or case_path(case.case_id))


# --- what the ledger tells


def story(visit: Visit, entries: Iterable[Entry], who: Mapping[str, Who]) -> Timeline:
    """Return what the ledger tells of a case as a timeline."""
    return Timeline(
        [
            Step(
                at=entry.at,
                title=entry_title(visit, entry),
                tone=_tone(entry),
                detail=entry_detail(visit, entry),
                actor=who_text(visit, who.get(entry.actor)),
            )
            for entry in entries
        ]
    )


def entry_title(visit: Visit, entry: Entry) -> str:
    """Return what an entry tells, in a few words."""
    facts = entry.facts
    if entry.kind is EntryKind.LOOK:
        names = facts.get("field", facts.get("look", "")).split(", ")
        return say(visit, f"{_D}.look", fields=listed(visit, [field_name(visit, each) for each in names]))
    if entry.kind is EntryKind.DECISION:
        verdict = _word(visit, f"{_D}.verdict", facts.get("verdict", "").replace("_", "-"))
        return say(
            visit, f"{_D}.decision", gate=_word(visit, f"{_D}.gate", facts.get("gate", "")), verdict=verdict
        )
    return _word(visit, f"{_D}.name", facts.get("deed", ""))


def entry_detail(visit: Visit, entry: Entry) -> str:
    """Return more of what an entry tells; empty: that was all."""
    facts = entry.facts
    if entry.kind is EntryKind.LOOK:
        reason = facts.get("reason", "")
        return say(visit, f"{_D}.reason.{_REASONS[reason]}") if reason in _REASONS else reason
    if entry.kind is EntryKind.DECISION:
        return "\n".join(_cause(visit, each) for each in facts.get("causes", "").split(",") if each)
    return _deed_detail(visit, facts)


def _deed_detail(visit: Visit, facts: Mapping[str, str]) -> str:
    parts: list[str] = []
    if "refusal" in facts:
        parts.append(refusal_text(visit, facts["refusal"]))
    if "missing" in facts:
        parts += missing_texts(visit, facts["missing"].split(", "))
    if "doubt" in facts:
        parts += missing_texts(visit, [facts["doubt"]])
    if "document" in facts:
        parts.append(document_name(visit, facts["document"]))
    if "trigger" in facts:
        parts.append(trigger_name(visit, facts["trigger"]))
    if facts.get("verifier"):
        parts.append(verifier_name(visit, facts["verifier"]))
    return " · ".join(parts)


def _cause(visit: Visit, word: str) -> str:
    """Return why the gate said no, without the figures that it held against it."""
    told = codes.explained(f"{codes.PREFIX}{word}")
    return word if told is None else explained_from(told, visit.language).cause


def _word(visit: Visit, key: str, word: str) -> str:
    """Return a word of the ledger in the reader's language; one that has none stays as it is."""
    whole = f"{key}.{word}"
    return say(visit, whole) if whole in visit.pages.wording else word


def _tone(entry: Entry) -> Tone:
    if entry.kind is EntryKind.DECISION:
        verdict = entry.facts.get("verdict")
        return Tone.GOOD if verdict == "allow" else Tone.WAIT if verdict == "hold" else Tone.BAD
    if entry.kind is EntryKind.LOOK:
        return Tone.IDLE
    deed = entry.facts.get("deed", "")
    return Tone.BAD if deed in _BAD else Tone.GOOD if deed in _GOOD else Tone.INFO

"""Entries of the ledger in words: what was done or looked at, about what, and what is told besides."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from openesim.adapters.web.desks.components.naming import (
    date_text,
    is_verifier,
    region_name,
    service_name,
    verifier_name,
)
from openesim.adapters.web.desks.components.records import LedgerEntry
from openesim.adapters.web.desks.components.values import Code, Link, Pill, Tone
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.rules.words import ServiceClass
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.gate.decisions import verdict_of
from openesim.services.conditions.ledger.actors import Actor
from openesim.transparency.chain import Kept
from openesim.transparency.entries import Entry, EntryKind

_W: Final = "regulator.deed"
_ELSEWHERE: Final = "operator.deed"
"""Deeds of operators have their words at their desk."""

_PLACES: Final[Mapping[str, str]] = {
    "model": "/regulator/terminals/models",
    "vendor": "/regulator/terminals/vendors",
    "maker": "/regulator/terminals/makers",
    "recall": "/regulator/recalls",
    "licence": "/regulator/applications",
    "account": "/regulator/accounts",
    "watched": "/regulator/watch-list",
}
"""Where the page about a subject is, by what it begins with."""

_LONG: Final = frozenset({"recorded"})
"""Facts that are for programs."""

_DIGEST: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""A key, or a digest."""
_EID: Final = re.compile(r"[0-9]{32}")

VERDICT_TONES: Final = {
    Verdict.ALLOW: Tone.GOOD,
    Verdict.STEP_UP: Tone.WAIT,
    Verdict.HOLD: Tone.WAIT,
    Verdict.REFUSE: Tone.BAD,
}


def _word(visit: Visit, *keys: str) -> str | None:
    """Return the first text that there is; None: there is none."""
    for key in keys:
        if key in visit.pages.wording:
            return say(visit, key)
    return None


def deed_title(visit: Visit, entry: Entry) -> str:
    """Return what an entry tells, in a few words; a deed that has no words is told by its name."""
    if entry.kind is EntryKind.DECISION:
        verdict = verdict_of(entry)
        said = "?" if verdict is None else say(visit, f"{_W}.verdict.{verdict_key(verdict)}.label")
        return say(visit, f"{_W}.decision", verdict=said)
    if entry.kind is EntryKind.LOOK:
        what = str(entry.facts.get("look") or entry.facts.get("field") or "")
        fields = [_word(visit, f"{_W}.look.{each.strip()}") or each.strip() for each in what.split(",")]
        return say(visit, f"{_W}.looked", fields=say(visit, "licence.comma").join(fields))
    deed = str(entry.facts.get("deed", ""))
    return _word(visit, f"{_W}.name.{deed}", f"{_ELSEWHERE}.name.{deed}") or deed


def verdict_key(verdict: Verdict) -> str:
    """Return how words name a verdict."""
    return verdict.name.lower().replace("_", "-")


def verdict_pill(visit: Visit, verdict: Verdict | None) -> Pill:
    """Return what came out; None: this release cannot read it."""
    if verdict is None:
        return Pill(say(visit, f"{_W}.unreadable"), Tone.BAD)
    return Pill.of(visit, f"{_W}.verdict.{verdict_key(verdict)}", VERDICT_TONES[verdict])


def fact_name(visit: Visit, name: str) -> str:
    """Return what a fact is called; one without words by its own name."""
    return _word(visit, f"{_W}.fact.{name}", f"{_ELSEWHERE}.fact.{name}") or name


def fact_pairs(visit: Visit, entry: Entry, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return what an entry tells besides, as pairs of name and text.

    Args:
        visit: who looks.
        entry: of the ledger.
        without: facts that are shown elsewhere.
    """
    left_out = {*without, *_LONG, "deed"}
    span = [str(entry.facts[name]) for name in ("first", "last") if entry.facts.get(name)]
    pairs = []
    if len(span) == 2:
        left_out |= {"first", "last"}
        is_model = entry.facts.get("kind") == "model"
        pairs.append((fact_name(visit, "model" if is_model else "range"), range_text(*span)))
    return pairs + [
        (fact_name(visit, name), _told(visit, name, str(text)))
        for name, text in entry.facts.items()
        if name not in left_out and text
    ]


def pair_text(visit: Visit, name: str, text: str) -> str:
    """Return a fact with its name, in a line; what is long and only compared is shown by how it begins."""
    shown = f"{text[:12]}…" if _DIGEST.fullmatch(text) else text
    if _EID.fullmatch(text):
        shown = f"{text[:8]}…{text[-4:]}"
    return say(visit, f"{_W}.pair", name=name, text=shown)


def range_text(first: str, last: str) -> str:
    """Return a range as a person reads it: EIDs that begin alike by what they begin with."""
    if first == last:
        return first
    begin = first.rstrip("0")
    begin += "0" * max(0, len(last.rstrip("9")) - len(begin))
    is_whole = len(first) > 8 and last == begin.ljust(len(last), "9")
    return f"{begin}…" if is_whole else f"{first}-{last}"


def _told(visit: Visit, name: str, text: str) -> str:
    if name in {"regions", "region"}:
        return say(visit, "licence.comma").join(region_name(visit, each) for each in text.split(","))
    if name == "verifier":
        return verifier_name(visit, text)
    if name in {"begins", "ends"}:
        return date_text(visit, text)
    if name == "service" and text in set(ServiceClass):
        return service_name(visit, text)
    if name == "role":
        return _word(visit, f"account.role.{text}") or text
    return _word(visit, f"{_W}.value.{name}.{text}") or text


def subject_value(visit: Visit, entry: Entry) -> object:
    """Return what an entry is about: a way to its page where there is one."""
    subject = entry.subject or ""
    if entry.kind is EntryKind.DECISION or (entry.order_id is not None and subject.startswith("order:")):
        number = say(visit, f"{_W}.order", number=entry.order_id or 0)
        return Link(number, f"/regulator/decisions?order={entry.order_id}")
    kind, _, name = subject.partition(":")
    if kind in _PLACES and name and (kind != "account" or visit.me.may(Permission.REGULATOR_STAFF)):
        called = _word(visit, f"{_W}.subject.{kind}")
        return Link(
            f"{called} {name}" if called and kind != "account" else called or subject,
            f"{_PLACES[kind]}/{name}",
        )
    if kind == "chip" and name:
        shown = f"{_word(visit, f'{_W}.subject.chip')} {name[:8]}…{name[-4:]}"
        return Link(shown, f"/regulator/terminals/device?number={name}")
    if kind in {"person", "case"} and name:
        return Code(f"{_word(visit, f'{_W}.subject.{kind}') or kind} {name[:16]}")
    return Code(subject) if subject else None


def actor_name(visit: Visit, actor: Actor) -> str:
    """Return who did something: somebody by his name, a verifier by its title."""
    return verifier_name(visit, actor.actor) if is_verifier(actor.actor) else actor.told


def entry_view(
    visit: Visit, kept: Kept, actors: Mapping[str, Actor], *, holds: bool | None = None
) -> LedgerEntry:
    """Return an entry in its place.

    Args:
        visit: who looks.
        kept: as it is kept.
        actors: by what the ledger calls them.
        holds: whether the chain holds there; None: not looked at.
    """
    entry = kept.entry
    actor = "" if entry is None else actor_name(visit, actors.get(entry.actor, Actor(entry.actor)))
    return LedgerEntry(
        title=say(visit, f"{_W}.unreadable") if entry is None else deed_title(visit, entry),
        at=kept.at,
        actor=actor,
        facts=() if entry is None else fact_pairs(visit, entry),
        digest=kept.digest.hex(),
        position=None if kept.head is None else kept.head.position,
        head="" if kept.head is None else kept.head.octets.hex(),
        holds=holds,
    )

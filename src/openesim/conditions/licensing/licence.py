"""A licence as it is kept: what was applied for, what was answered and said, what was granted.

``asked`` is the operator's wish; ``granted`` is the inspector's word, and may be less in every way but never more. Answers
and remarks may name people; they are no part of any log or ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from openesim.conditions.licensing.states import Event, LicenceState, Party
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a licence lets an operator do.

    Attributes:
        begins: first moment, aware UTC.
        ends: last moment; None: open.
        channels: where it lets sell; empty: everywhere.
        regions: where it lets write; empty: everywhere.
        numbers: what numbers it lets write; empty: all.
    """

    begins: datetime
    ends: datetime | None = None
    channels: frozenset[Channel] = frozenset()
    regions: frozenset[str] = frozenset()
    numbers: frozenset[NumberKind] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does something, and when.

    Attributes:
        actor: an account, or who is at the command line.
        party: on which side he stands; the table of ``states`` asks for it.
        now: aware UTC.
        operator: whose licences he may see and move; None: everybody's.
    """

    actor: str
    party: Party
    now: datetime
    operator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the operator says to an item of the checklist.

    Attributes:
        item: its name.
        text: what he says; ``yes`` or ``no`` where the item asks for that.
        at: when, aware UTC.
        actor: who.
    """

    item: str
    text: str = field(repr=False)
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One line of the dialogue: what was done or said, by whom and when.

    Both sides see all of it.

    Attributes:
        event: what was done.
        party: on which side.
        at: when, aware UTC.
        actor: who.
        text: what was said with it.
        item: the item of the checklist it is about; None: the whole.
    """

    event: Event
    party: Party
    at: datetime
    actor: str
    text: str = field(default="", repr=False)
    item: str | None = None


class Missing(StrEnum):
    """What an item of the checklist lacks."""

    ANSWER = "answer"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """An application, and the licence that comes of it.

    Attributes:
        licence_id: row number; 0 until stored.
        operator: whose it is.
        service: for what kind of device.
        state: where it stands.
        asked: what was applied for.
        checklist: name of the checklist that is answered.
        version: of the checklist.
        created_at: when it was begun, aware UTC.
        changed_at: when it changed last.
        granted: what was approved; None until then.
        conditions: what was approved under, in words.
        answers: to items of the checklist, by item.
        dialogue: what was done and said, oldest first.
        renews: number of the licence that it renews; None: it is a first one.
        inspector: who took it up last.
        reminded: days before the end that reminders were written for.
        revision: rises with every change.
    """

    licence_id: int = 0
    operator: str
    service: ServiceClass
    state: LicenceState
    asked: Scope
    checklist: str
    version: str
    created_at: datetime
    changed_at: datetime
    granted: Scope | None = None
    conditions: tuple[str, ...] = field(default=(), repr=False)
    answers: tuple[Answer, ...] = ()
    dialogue: tuple[Remark, ...] = ()
    renews: int | None = None
    inspector: str | None = None
    reminded: tuple[int, ...] = ()
    revision: int = 0

    @property
    def scope(self) -> Scope:
        """What was granted, or as long as nothing was, what was asked."""
        return self.asked if self.granted is None else self.granted

    def answer_to(self, item: str) -> Answer | None:
        """Return what the operator says to an item."""
        return next((each for each in self.answers if each.item == item), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A file that stands behind an answer; what is in it is kept apart from this.

    Attributes:
        file_id: row number; 0 until stored.
        licence_id: the licence.
        item: the item of the checklist.
        name: as the operator calls it, found harmless.
        media_type: what it was recognised as.
        digest: SHA-256, 32 octets.
        size: in octets.
        added_at: when, aware UTC.
        added_by: who.
    """

    file_id: int = 0
    licence_id: int
    item: str
    name: str = field(repr=False)
    media_type: str
    digest: bytes
    size: int
    added_at: datetime
    added_by: str

"""What is done to a licence: each deed takes one value and returns the next, or says why not.

Nothing here stores or looks anything up: who calls brings the checklist, and which items have files.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openesim.conditions.licensing.checklist import AnswerKind, Checklist, Demand, Item
from openesim.conditions.licensing.licence import Answer, By, Licence, Missing, Remark, Scope
from openesim.conditions.licensing.scopes import NOTHING_LESS, Narrowing, narrowed, verify_scope
from openesim.conditions.licensing.states import HELD, Event, LicenceState, after
from openesim.conditions.licensing.texts import STATES, explained
from openesim.conditions.licensing.wording import refused, verify_text
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConflictError, StateError
from openesim.kernel.records import changed

MOST_REMARKS: Final = 1000
MOST_CONDITIONS: Final = 30

_SAID_WITH: Final = frozenset({Event.ASK, Event.COMMENT, Event.REFUSE, Event.SUSPEND, Event.REVOKE})
"""Deeds that need words: somebody will ask why."""

_MISSING: Final = {Missing.ANSWER: ("answer", "未填写"), Missing.EVIDENCE: ("evidence", "缺附件")}


class IncompleteError(StateError):
    """An application that lacks something that is mandatory.

    Attributes:
        missing: items and what each lacks, in the order of the checklist.
    """

    def __init__(self, missing: Sequence[tuple[str, Missing]]) -> None:
        """Name every item."""
        self.missing = tuple(missing)
        told = tuple(
            "; ".join(f"{item} ({_MISSING[lacks][language]})" for item, lacks in self.missing)
            for language in (0, 1)
        )
        super().__init__(f"not complete: {told[0]}")
        self.explained(explained("incomplete", missing=(told[0], told[1])))


@dataclass(frozen=True, slots=True)
class Move:
    """Something that happens to a licence.

    Attributes:
        event: what.
        text: what is said with it.
        item: the item of the checklist that it is about; None: the whole.
    """

    event: Event
    text: str = field(default="", repr=False)
    item: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What an inspector approves.

    Attributes:
        narrowing: what he takes away.
        conditions: under what he approves, in words.
        text: what he says with it.
    """

    narrowing: Narrowing = NOTHING_LESS
    conditions: tuple[str, ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)


# --- the operator -------------------------------------------------------------------------------------------------


def begun(operator: str, service: ServiceClass, asked: Scope, checklist: Checklist, by: By) -> Licence:
    """Return a new application.

    Args:
        operator: who applies.
        service: for what.
        asked: what he wishes.
        checklist: that he will answer.
        by: who does it.

    Raises:
        StateError: it is no operator who does it.
        DecodeError: what is asked cannot be.
    """
    return Licence(
        operator=operator,
        service=service,
        # Who may fill in a draft may begin one.
        state=after(LicenceState.DRAFT, Event.ANSWER, by.party),
        asked=verify_scope(asked, by.now),
        checklist=checklist.id,
        version=checklist.version,
        created_at=by.now,
        changed_at=by.now,
    )


def renewal_of(licence: Licence, ends: datetime | None, checklist: Checklist, by: By) -> Licence:
    """Return an application to renew a licence: for the same, from its end on; its answers are taken over.

    Args:
        licence: that runs.
        ends: last moment of the renewal; None: open.
        checklist: that is in force now; files have to be attached anew, since they show how things are.
        by: who does it.

    Raises:
        ConflictError: the licence does not run, or has no end.
        DecodeError: the renewal would end before it begins.
    """
    end = licence.scope.ends
    if licence.state not in HELD or end is None:
        raise ConflictError(f"licence {licence.licence_id} cannot be renewed").explained(
            explained("renews-nothing", licence=licence.licence_id, state=STATES[licence.state])
        )
    asked = changed(licence.scope, begins=end, ends=ends)
    renewal = begun(licence.operator, licence.service, asked, checklist, by)
    answers = tuple(each for each in licence.answers if each.item in checklist.item)
    return changed(renewal, renews=licence.licence_id, answers=answers)


def amended(licence: Licence, asked: Scope, by: By) -> Licence:
    """Return the application with something else asked; a renewal begins where it has to.

    Raises:
        StateError: it cannot be changed now.
        DecodeError: what is asked cannot be.
    """
    state = after(licence.state, Event.ANSWER, by.party)
    if licence.renews is not None:
        asked = changed(asked, begins=licence.asked.begins)
    return changed(licence, state=state, asked=verify_scope(asked, by.now), changed_at=by.now)


def answered(licence: Licence, checklist: Checklist, item: str, text: str, by: By) -> Licence:
    """Return the application with an item answered; nothing said takes an answer back.

    Raises:
        StateError: it cannot be changed now.
        DecodeError: no such item, or no answer to it.
    """
    state = after(licence.state, Event.ANSWER, by.party)
    asked = item_of(checklist, item)
    said = verify_text(text, item, may_be_empty=True)
    if said and asked.answer is AnswerKind.YES_NO:
        said = said.lower()
        if said not in {"yes", "no"}:
            raise refused("yes-or-no", item, item=item)
    kept = tuple(each for each in licence.answers if each.item != item)
    if said:
        kept = (*kept, Answer(item=item, text=said, at=by.now, actor=by.actor))
    return changed(licence, state=state, answers=kept, changed_at=by.now)


def with_files(licence: Licence, checklist: Checklist, item: str, by: By) -> Licence:
    """Return the application, to which a file is attached or from which one is removed.

    Raises:
        StateError: it cannot be changed now.
        DecodeError: no such item, or one that asks for no files.
    """
    state = after(licence.state, Event.ANSWER, by.party)
    if item_of(checklist, item).files is Demand.NONE:
        raise refused("no-files-here", "item", item=item)
    return changed(licence, state=state, changed_at=by.now)


def submitted(
    licence: Licence, checklist: Checklist, files: Collection[str], by: By, text: str = ""
) -> Licence:
    """Return the application, submitted.

    Args:
        licence: the application.
        checklist: that it answers.
        files: items with at least one file.
        by: who does it.
        text: what he says with it.

    Raises:
        StateError: it was submitted before.
        IncompleteError: something mandatory is missing.
        DecodeError: what is asked has passed meanwhile.
    """
    moved_on = moved(licence, Move(Event.SUBMIT, text), by)
    verify_complete(licence, checklist, files)
    verify_scope(licence.asked, by.now)
    return moved_on


# --- the inspector --------------------------------------------------------------------------------------------------


def taken_up(licence: Licence, by: By) -> Licence:
    """Return the application in review.

    Raises:
        StateError: it was not submitted.
    """
    return changed(moved(licence, Move(Event.TAKE_UP), by), inspector=by.actor)


def approved(
    licence: Licence,
    checklist: Checklist,
    files: Collection[str],
    approval: Approval,
    by: By,
    renewed: Licence | None = None,
) -> Licence:
    """Return the licence.

    Args:
        licence: in review.
        checklist: that it answers.
        files: items with at least one file.
        approval: what is approved.
        by: who does it.
        renewed: the licence that it renews, where it renews one.

    Raises:
        StateError: it is not in review, or what it renews was suspended or revoked.
        IncompleteError: something mandatory is missing, which a submission never lacks.
        DecodeError: more than was asked, or a gap before a renewal.
    """
    moved_on = moved(licence, Move(Event.APPROVE, approval.text), by)
    verify_complete(licence, checklist, files)
    if renewed is not None:
        _verify_follows(renewed, approval.narrowing)
    if len(approval.conditions) > MOST_CONDITIONS:
        raise refused("too-many", "conditions", most=MOST_CONDITIONS)
    conditions = tuple(verify_text(each, "conditions") for each in approval.conditions)
    granted = narrowed(licence.asked, approval.narrowing, by.now)
    return changed(moved_on, granted=granted, conditions=conditions, inspector=by.actor)


def _verify_follows(renewed: Licence, narrowing: Narrowing) -> None:
    """Refuse a renewal of what fell, and one that would leave a gap.

    Raises:
        StateError: the licence that is renewed does not stand.
        DecodeError: another begin than its end.
    """
    if renewed.state not in {LicenceState.APPROVED, LicenceState.EXPIRED}:
        raise StateError(f"licence {renewed.licence_id} is {renewed.state.value}").explained(
            explained("renewed-fell", licence=renewed.licence_id, state=STATES[renewed.state])
        )
    if narrowing.begins is not None:
        raise refused("renewal-gap", "begins", licence=renewed.licence_id)


# --- either side, and the calendar ----------------------------------------------------------------------------------


def moved(licence: Licence, move: Move, by: By) -> Licence:
    """Return the licence after something that needs no more than words, and a line more in its dialogue.

    Raises:
        StateError: it is not possible now, or somebody else's move.
        DecodeError: words are missing, or too many.
    """
    state = after(licence.state, move.event, by.party)
    said = verify_text(move.text, "text", may_be_empty=move.event not in _SAID_WITH)
    if len(licence.dialogue) >= MOST_REMARKS:
        raise refused("too-many", "text", most=MOST_REMARKS)
    remark = Remark(event=move.event, party=by.party, at=by.now, actor=by.actor, text=said, item=move.item)
    return changed(licence, state=state, dialogue=(*licence.dialogue, remark), changed_at=by.now)


def item_of(checklist: Checklist, item: str) -> Item:
    """Return an item of a checklist.

    Raises:
        DecodeError: there is none of this name.
    """
    found = checklist.item.get(item)
    if found is None:
        raise refused("no-item", "item", checklist=checklist.id)
    return found


def verify_complete(licence: Licence, checklist: Checklist, files: Collection[str]) -> None:
    """Refuse an application that lacks something.

    Raises:
        IncompleteError: something mandatory is missing.
    """
    missing = checklist.missing(licence, files)
    if missing:
        raise IncompleteError(missing)


# --- a licence and its renewals -------------------------------------------------------------------------------------


def renewals_of(licence: Licence, others: Collection[Licence]) -> list[Licence]:
    """Return the renewals of a licence that were not refused or given up, and the renewals of those."""
    found: list[Licence] = []
    wanted = {licence.licence_id}
    for other in sorted(others, key=lambda each: each.licence_id):
        is_over = other.state in {LicenceState.REFUSED, LicenceState.WITHDRAWN}
        if other.renews in wanted and not is_over:
            wanted.add(other.licence_id)
            found.append(other)
    return found


def falls_with(renewal: Licence, licence: Licence, event: Event) -> bool:
    """Tell whether a renewal goes the way of the licence that it renews: nobody waits out a suspension.

    A renewal that was suspended for reasons of its own is not reinstated with the other.

    Args:
        renewal: approved once.
        licence: as it was before the event.
        event: that happens to it.
    """
    if event is Event.SUSPEND:
        return renewal.state is LicenceState.APPROVED
    if event is Event.REVOKE:
        return renewal.state in HELD
    if event is Event.REINSTATE:
        return renewal.state is LicenceState.SUSPENDED and last_of(renewal, Event.SUSPEND) == last_of(
            licence, Event.SUSPEND
        )
    return False


def last_of(licence: Licence, event: Event) -> datetime | None:
    """Return when something happened to a licence last."""
    return next((each.at for each in reversed(licence.dialogue) if each.event is event), None)

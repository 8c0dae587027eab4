"""Licences as both sides read them, who applies and who decides: the scope, the checklist, what was done and said.

What a side calls things by is its own: ``words`` is the beginning of its keys.
"""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from openesim.adapters.web.desks.components.flows import Step
from openesim.adapters.web.desks.components.naming import in_words, last_moment, scope_texts, twin
from openesim.adapters.web.desks.components.values import Fact, Quiet, Tone
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.licensing.checklist import AnswerKind, Item
from openesim.conditions.licensing.licence import Remark, Scope
from openesim.conditions.licensing.states import Event
from openesim.conditions.licensing.texts import EVENTS

_TONES: Final = {
    Event.ASK: Tone.WAIT,
    Event.APPROVE: Tone.GOOD,
    Event.REINSTATE: Tone.GOOD,
    Event.REFUSE: Tone.BAD,
    Event.SUSPEND: Tone.BAD,
    Event.REVOKE: Tone.BAD,
    Event.EXPIRE: Tone.IDLE,
    Event.WITHDRAW: Tone.IDLE,
}


class Asked(Protocol):
    """An item of a checklist as a side sees it."""

    @property
    def missing(self) -> Sized:
        """What it lacks, in words; empty: nothing."""
        ...


T = TypeVar("T", bound=Asked)


@dataclass(frozen=True, slots=True)
class SectionView(Generic[T]):
    """Several items about one thing.

    Attributes:
        title: what they are about.
        items: in their order.
    """

    title: str
    items: Sequence[T]

    @property
    def is_complete(self) -> bool:
        """Whether nothing that is mandatory is missing."""
        return not any(item.missing for item in self.items)


def scope_facts(visit: Visit, words: str, asked: Scope, granted: Scope | None) -> list[Fact]:
    """Return what is granted, or as long as nothing is, what is asked for; where something else was granted, both."""
    before = _values(visit, words, asked)
    now = before if granted is None else _values(visit, words, granted)
    facts = []
    for name, value in now.items():
        facts.append(Fact(visit.say(f"{words}.scope.{name}"), value))
        if value != before[name]:
            was = _plain(visit, before[name])
            facts.append(Fact("", Quiet(visit.say(f"{words}.scope.asked", value=was))))
    return facts


def _values(visit: Visit, words: str, scope: Scope) -> dict[str, str | datetime]:
    return {
        "begins": scope.begins,
        "ends": last_moment(scope.ends) or visit.say(f"{words}.open_end"),
        **scope_texts(visit, scope),
    }


def _plain(visit: Visit, value: str | datetime) -> str:
    return value if isinstance(value, str) else visit.format.exact(value)


def answer_text(visit: Visit, item: Item, text: str) -> str:
    """Return an answer; yes and no in the reader's language."""
    return visit.say(f"ui.{text}") if item.answer is AnswerKind.YES_NO and text in {"yes", "no"} else text


def remark_step(visit: Visit, words: str, remark: Remark, item: Item | None, actor: str) -> Step:
    """Return what was done or said.

    Args:
        visit: who reads.
        words: of his side.
        remark: what it was.
        item: of the checklist that it is about, where that has to be told.
        actor: who did it.
    """
    detail = remark.text
    if item is not None:
        detail = visit.say(f"{words}.about", question=in_words(visit, item.question), text=remark.text)
    return Step(
        at=remark.at,
        title=capital(twin(visit, EVENTS[remark.event.value])),
        tone=_TONES.get(remark.event, Tone.INFO),
        detail=detail,
        actor=actor,
    )

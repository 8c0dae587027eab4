"""What takes several steps: timelines of what was, wizards of what is to come, progress, and what asks once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from openesim.adapters.web.desks.components.values import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a timeline.

    Attributes:
        at: when, aware UTC; None: it has not come yet.
        title: what happened.
        tone: what it means.
        detail: more of it, in a sentence; empty: nothing.
        actor: who did it; empty: nobody in particular.
        explained: why it went wrong; None: it did not.
        raw: the message itself, one click away; empty: none.
    """

    at: datetime | None
    title: str
    tone: Tone = Tone.INFO
    detail: str = ""
    actor: str = ""
    explained: object | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, in order.

    Attributes:
        steps: the oldest first.
    """

    component: ClassVar[str] = "timeline"

    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class WizardStep:
    """A page of a wizard.

    Attributes:
        label: what it asks for.
        address: of the page; empty: it cannot be gone to yet.
    """

    label: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Wizard:
    """Questions, one a page.

    Attributes:
        steps: all pages.
        number: of this page, counted from 1.
    """

    steps: Sequence[WizardStep]
    number: int

    @property
    def back(self) -> str:
        """Address of the page before; empty on the first one."""
        return self.steps[self.number - 2].address if self.number > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """A deed that is asked about once more, with what follows from it and how many people it hits.

    Attributes:
        title: the question.
        consequence: what will be, in one or two sentences.
        hit: how many people or things it hits; None: none.
        hit_label: what is counted.
        action: path that does it.
        button: what the button says: the deed, not "yes".
        back: path of the page without it.
        is_grave: whether it is hard to undo.
        word: what has to be typed; empty: nothing.
        asks_reason: whether it takes a reason, sent as ``reason``.
        hidden: fields that are sent along.
    """

    title: str
    consequence: str
    hit: int | None
    hit_label: str
    action: str
    button: str
    back: str
    is_grave: bool = True
    word: str = ""
    asks_reason: bool = False
    hidden: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is.

    Attributes:
        label: what is done.
        done: how much of it is.
        of: of how much; None: nobody knows.
    """

    component: ClassVar[str] = "progress"

    label: str
    done: int
    of: int | None

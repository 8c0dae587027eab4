"""Values that stand in cells, lists of facts and sentences; ``c.show`` draws each as what it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from markupsafe import Markup


class Tone(StrEnum):
    """What a state means for whoever looks; never told by colour alone."""

    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"
    INFO = "info"
    IDLE = "idle"


class Sayer(Protocol):
    """Gives words in the reader's language: a visit."""

    def t(self, key: str, **values: object) -> Markup:
        """Return a text."""
        ...


@dataclass(frozen=True, slots=True)
class Pill:
    """A state, with its explanation on focus.

    Attributes:
        label: the state in a word or two.
        tone: what it means.
        why: what the state means, in a sentence; empty: it needs no explanation.
    """

    component: ClassVar[str] = "pill"

    label: str
    tone: Tone
    why: str = ""

    @classmethod
    def of(cls, sayer: Sayer, key: str, tone: Tone) -> Pill:
        """Return the pill of a state, whose texts are ``<key>.label`` and ``<key>.why``."""
        return cls(sayer.t(f"{key}.label").unescape(), tone, sayer.t(f"{key}.why").unescape())

    @property
    def plain(self) -> str:
        """As a file has it."""
        return self.label


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier: digits in fours, to be copied.

    Attributes:
        text: all of it, without blanks.
        is_digits: told in fours; else as it is.
        address: of the page about it; empty: none.
    """

    component: ClassVar[str] = "identifier"

    text: str
    is_digits: bool = True
    address: str = ""

    @property
    def plain(self) -> str:
        """As a file has it."""
        return self.text


@dataclass(frozen=True, slots=True)
class Masked:
    """A personal value of which only a part is shown, until somebody says why he has to see it.

    Attributes:
        shown: the part, such as ``张**``.
        action: path that takes the reason, notes the look, and shows the page with the value; empty: nobody here may.
        field: which value is asked for; sent as ``field``.
        value: the value itself, once it was asked for; empty: it was not.
    """

    component: ClassVar[str] = "masked"

    shown: str
    action: str = ""
    field: str = ""
    value: str = ""

    @property
    def plain(self) -> str:
        """As a file has it: never more than what is shown."""
        return self.shown


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page.

    Attributes:
        text: what it says.
        address: where it leads.
    """

    component: ClassVar[str] = "link"

    text: str
    address: str

    @property
    def plain(self) -> str:
        """As a file has it."""
        return self.text


@dataclass(frozen=True, slots=True)
class Quiet:
    """A text that is not looked at first.

    Attributes:
        text: what it says.
    """

    component: ClassVar[str] = "quiet"

    text: str

    @property
    def plain(self) -> str:
        """As a file has it."""
        return self.text


@dataclass(frozen=True, slots=True)
class Code:
    """A text that a program reads, or wrote.

    Attributes:
        text: what it says.
    """

    component: ClassVar[str] = "code"

    text: str

    @property
    def plain(self) -> str:
        """As a file has it."""
        return self.text


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a list of facts, or of answers to be checked.

    Attributes:
        label: what it is.
        value: what ``c.show`` can draw.
        address: of the page that changes it; empty: it cannot be changed here.
    """

    label: str
    value: object
    address: str = ""

"""A model that is being submitted: what was answered so far, carried in the address from question to question.

Nothing of it is personal, and nothing is stored until all of it was checked. A step whose answer is there may be gone
back to; when all answers are there, every step leads to the check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import LONGEST_REMARK, read_text, read_word
from openesim.conditions.terminals.models import Ability, Model
from openesim.services.conditions.vendor.deeds import Submission, read_spans

QUESTIONS: Final = ("name", "category", "market", "abilities", "tacs")
"""What is asked, a page each."""
CHECK: Final = "check"
ANSWER: Final = "answer"
"""What is asked besides where a model is submitted once more; comes first."""

HOME: Final = "home"
FOREIGN: Final = "foreign"
MARKETS: Final = (HOME, FOREIGN)
NONE: Final = "-"
"""Stands for an answer that is empty."""

_MOST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Answers as they were typed; empty: not answered yet.

    Attributes:
        name: of the model.
        category: a class of service.
        market: ``home`` or ``foreign``.
        abilities: words with blanks between, or ``-``.
        tacs: ranges with commas between, or ``-``.
        answer: what the vendor says to a question, or ``-``; of a model that is submitted once more.
    """

    name: str = ""
    category: str = ""
    market: str = ""
    abilities: str = ""
    tacs: str = ""
    answer: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Draft:
        """Return the draft that an address or a form carries."""
        known = {name: values.get(name, "")[:_MOST] for name in (*QUESTIONS, ANSWER)}
        return cls(**known)

    @classmethod
    def of_model(cls, model: Model) -> Draft:
        """Return the draft of a model that is to be submitted once more: TACs that it has stay."""
        return cls(
            name=model.name,
            category=model.category.value,
            market=FOREIGN if model.is_foreign else HOME,
            abilities=" ".join(sorted(model.abilities)) or NONE,
            tacs=NONE,
            answer=NONE,
        )

    def over(self, other: Draft) -> Draft:
        """Return this draft with the answers of another one where it has none."""
        names = [*QUESTIONS, ANSWER]
        return Draft(**{name: getattr(self, name) or getattr(other, name) for name in names})

    def changed(self, **answers: str) -> Draft:
        """Return it with answers changed; an empty one stands as ``-``."""
        return replace(self, **{name: text or NONE for name, text in answers.items()})

    def value(self, name: str) -> str:
        """Return an answer as it is shown in a field."""
        text: str = getattr(self, name)
        return "" if text == NONE else text

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """What an address carries of it."""
        names = (*QUESTIONS, ANSWER)
        return [(name, getattr(self, name)) for name in names if getattr(self, name)]

    @property
    def missing(self) -> str:
        """The first question that is not answered; empty: all are."""
        return next((name for name in QUESTIONS if not getattr(self, name)), "")

    def address(self, path: str) -> str:
        """Return the address of a path with all answers."""
        query = urlencode(self.parameters)
        return f"{path}?{query}" if query else path

    def submission(self) -> Submission:
        """Return what is submitted.

        Raises:
            DecodeError: an answer that cannot be taken.
        """
        return Submission(
            name=read_text(self.name),
            category=read_word(self.category, ServiceClass),
            is_foreign=self.market == FOREIGN,
            abilities=frozenset(read_word(each, Ability) for each in self.value("abilities").split()),
            spans=read_spans(self.value("tacs").replace(";", ",")),
            said=read_text(self.value(ANSWER), LONGEST_REMARK) if self.value(ANSWER) else "",
        )

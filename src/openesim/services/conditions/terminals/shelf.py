"""Models put in order once, and looked at often: every order in which somebody wanted them, and how many there are of each kind.

What is on a shelf holds until the register changes; then there is a new shelf. It is filled as it is asked, also from
threads: what two of them put up at the same time is the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.makers import ChipMaker
from openesim.conditions.terminals.models import Model, ModelState, state_at
from openesim.conditions.terminals.vendors import Vendor

Counts = Counter[tuple[ModelState, ServiceClass]]

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Register(Protocol):
    """Everything that is known of terminals."""

    @property
    def vendors(self) -> list[Vendor]:
        """All vendors."""
        ...

    @property
    def models(self) -> list[Model]:
        """All models."""
        ...

    @property
    def makers(self) -> list[ChipMaker]:
        """All chip makers."""
        ...

    @property
    def changes(self) -> int:
        """How often vendors or models changed."""
        ...


class ModelShelf:
    """All models as they are between two changes of the register.

    Attributes:
        register: where they are from.
        changes: how often it had changed.
        models: all of them.
        vendors: all of them.
        names: of vendors, by number.
        numbers: how many models a vendor has, by number.
    """

    def __init__(self, register: Register) -> None:
        """Take the models."""
        self.register: Final = register
        self.changes: Final = register.changes
        self.models: Final = register.models
        self.vendors: Final = register.vendors
        self.names: Final = {vendor.vendor_id: vendor.name for vendor in self.vendors}
        self.numbers: Final = Counter([model.vendor_id for model in self.models])
        self._sorted: Final[dict[str, list[Model]]] = {}
        self._texts: Final[dict[int, str]] = {}
        self._counts: tuple[datetime, datetime, Counts] | None = None

    def holds(self, register: Register) -> bool:
        """Tell whether nothing has changed since."""
        return self.register is register and self.changes == register.changes

    def sorted(self, sort: str) -> list[Model]:
        """Return all models in an order, those that are alike by number."""
        known = self._sorted.get(sort)
        if known is None:
            by = self._keys[sort]
            known = sorted(self.models, key=lambda model: (by(model), model.model_id))
            self._sorted[sort] = known
        return known

    def has(self, needle: str, model: Model) -> bool:
        """Tell whether something stands in the name of a model, its vendor's, or the number of its approval."""
        text = self._texts.get(model.model_id)
        if text is None:
            number = "" if model.approval is None else model.approval.number
            text = f"{model.name}\n{self.names.get(model.vendor_id, '')}\n{number}".casefold()
            self._texts[model.model_id] = text
        return needle in text

    def counts(self, now: datetime) -> Counts:
        """Return how many models there are by state and kind, counted again when an approval has ended."""
        known = self._counts
        if known is None or not known[0] <= now <= known[1]:
            ends = (each.approval.ends for each in self.models if each.approval is not None)
            known = (now, min((end for end in ends if end >= now), default=_NEVER), count(self.models, now))
            self._counts = known
        return known[2]

    @property
    def _keys(self) -> dict[str, Callable[[Model], Any]]:
        return {
            "name": lambda model: model.name.casefold(),
            "vendor": lambda model: self.names.get(model.vendor_id, "").casefold(),
            "changed": lambda model: model.changed_at,
        }


def count(models: Iterable[Model], now: datetime) -> Counts:
    """Return how many models there are by state and kind."""
    return Counter([(state_at(model, now), model.category) for model in models])

"""What a vendor sees at his desk: his overview, one model with its dialogue, what the regulator did, a device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from openesim.conditions.terminals.bindings import Bond
from openesim.conditions.terminals.hits import Hit
from openesim.conditions.terminals.makers import ChipMaker, TacRange
from openesim.conditions.terminals.models import Model, ModelState
from openesim.conditions.terminals.vendors import Vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What a vendor looks at first.

    Attributes:
        vendor: who he is, and how he stands.
        maker: the chip maker that he is; None: he is none.
        counts: of his models, by state.
        asked: models that wait for his answer, the longest waiting first.
        ending: approved models whose approval ends soon, the next one first.
        changed: models that were decided last, the newest first.
        hits: recalls that hold and hit him.
    """

    vendor: Vendor
    maker: ChipMaker | None
    counts: Mapping[ModelState, int]
    asked: tuple[Model, ...]
    ending: tuple[Model, ...]
    changed: tuple[Model, ...]
    hits: tuple[Hit, ...]

    @property
    def total(self) -> int:
        """How many models he has."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that was done to a model, or said of it.

    Attributes:
        at: when, aware UTC.
        deed: what, such as ``ask-back-model``.
        who: name of the vendor's own person; empty: the regulator, whose people are not named.
        facts: what it tells.
    """

    at: datetime
    deed: str
    who: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A model with everything about it.

    Attributes:
        model: the model.
        state: where it stands now.
        vendor: whose it is.
        tacs: its TACs, the first hundred ranges.
        has_more_tacs: there are more.
        talk: what was said and done, the oldest first.
        hits: recalls that hold and hit it.
    """

    model: Model
    state: ModelState
    vendor: Vendor
    tacs: tuple[TacRange, ...]
    has_more_tacs: bool
    talk: tuple[Said, ...]
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What the regulator did to a vendor's things.

    Attributes:
        vendor: who he is, and how he stands.
        maker: the chip maker that he is; None: he is none.
        hits: recalls that hold and hit him, the newest first.
        lifted: recalls that hit him and were lifted within a year, the newest first.
        decided: models that were decided last, the newest first.
    """

    vendor: Vendor
    maker: ChipMaker | None
    hits: tuple[Hit, ...]
    lifted: tuple[Hit, ...]
    decided: tuple[Model, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundDevice:
    """A device of a vendor's, and what it is held to.

    Attributes:
        model: its model.
        bond: with which chip; None: it is held to none.
    """

    model: Model
    bond: Bond | None

"""What a vendor does at his desk to his own models: submits them with their TACs, answers, adds and takes back TACs.

Each is one unit: a model whose last range of TACs cannot be taken is not submitted at all. What is another vendor's is
answered as what is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import Span, read_tacs
from openesim.conditions.terminals.forms import ModelForm
from openesim.conditions.terminals.makers import TacRange
from openesim.conditions.terminals.models import Ability, Model
from openesim.conditions.terminals.texts import Told, mistake, not_found
from openesim.conditions.terminals.vendors import Vendor
from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.services.conditions.terminals.terminals import (
    TerminalStores,
    add_tacs,
    answer_model,
    remove_tacs,
    submit_model,
    verify_free,
)

MOST_SPANS: Final = 50
"""Ranges that are submitted with a model; more of them come as a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A model as its vendor submits it.

    Attributes:
        name: its own.
        category: what kind of device it is.
        is_foreign: whether it is made for other markets.
        abilities: what it can do with an eSIM.
        spans: TACs that are new with it.
        said: what the vendor says to it, where he was asked; empty: nothing.
    """

    name: str
    category: ServiceClass
    is_foreign: bool = False
    abilities: frozenset[Ability] = frozenset()
    spans: tuple[Span, ...] = ()
    said: str = ""

    def form(self, vendor: str) -> ModelForm:
        """Return it as an inspector's form would have it, in the name of its vendor."""
        return ModelForm(
            vendor=vendor,
            name=self.name,
            category=self.category,
            is_foreign=self.is_foreign,
            abilities=self.abilities,
        )


def read_spans(text: str) -> tuple[Span, ...]:
    """Return ranges of TACs, one a line or with commas between.

    Raises:
        DecodeError: one that is none, too many of them, or one that overlaps another; the first thing that is wrong.
    """
    pieces = [
        piece for line in text.splitlines() for piece in line.replace("，", ",").split(",") if piece.strip()
    ]
    if len(pieces) > MOST_SPANS:
        raise mistake("too-many-ranges", given=len(pieces), most=MOST_SPANS)
    spans: list[Span] = []
    for piece in pieces:
        first, last = read_tacs(piece.strip())
        other = next((each for each in spans if each[0] <= last and first <= each[1]), None)
        if other is not None:
            raise mistake("overlaps-typed", first=other[0], last=other[1])
        spans.append((first, last))
    return tuple(spans)


def find_taken(stores: TerminalStores, spans: tuple[Span, ...], vendor_id: int) -> list[Told]:
    """Return what stands against some TACs: ranges that are registered, named one by one.

    Args:
        stores: of the unit of work.
        spans: first and last TAC of each, 8 digits.
        vendor_id: who asks; models of others are not named to him.
    """
    found = []
    for span in spans:
        try:
            verify_free(stores, span, vendor_id)
        except ConflictError as error:
            if isinstance(error.explanation, Told):
                found.append(error.explanation)
    return found


def submit(stores: TerminalStores, vendor_id: int, wish: Submission, who: str, now: datetime) -> Model:
    """Submit a new model with its TACs, and return it with its number.

    Args:
        stores: of the unit of work.
        vendor_id: whose it is.
        wish: the model.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such vendor.
        ConflictError: he is not in force, has a model of this name, or some TACs are another range's.
    """
    vendor = vendor_of(stores, vendor_id)
    model = submit_model(stores, wish.form(vendor.name), who, now)
    for span in wish.spans:
        add_tacs(stores, model.model_id, span, who, now, vendor_id=vendor_id)
    return model


def answer(
    stores: TerminalStores, vendor_id: int, model_id: int, wish: Submission, who: str, now: datetime
) -> Model:
    """Submit a model once more, with an answer and perhaps more TACs.

    Args:
        stores: of the unit of work.
        vendor_id: whose it is.
        model_id: which one.
        wish: the model as it is to be, and what he says to it.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such model of his.
        StateError: not possible where it stands.
        ConflictError: he is not in force, has another model of this name, or some TACs are another range's.
    """
    own_model(stores, vendor_id, model_id)
    model = answer_model(stores, model_id, wish.form(""), wish.said, who, now)
    for span in wish.spans:
        add_tacs(stores, model_id, span, who, now, vendor_id=vendor_id)
    return model


def add_spans(
    stores: TerminalStores, vendor_id: int, model_id: int, spans: tuple[Span, ...], who: str, now: datetime
) -> list[TacRange]:
    """Give a model that is in review more TACs: all of them or none.

    Args:
        stores: of the unit of work.
        vendor_id: whose it is.
        model_id: which one.
        spans: first and last TAC of each, 8 digits.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such model of his.
        ConflictError: the model is in review no more, or some TACs are another range's.
    """
    own_model(stores, vendor_id, model_id)
    return [add_tacs(stores, model_id, span, who, now, vendor_id=vendor_id) for span in spans]


def take_back(
    stores: TerminalStores, vendor_id: int, model_id: int, first: str, who: str, now: datetime
) -> TacRange:
    """Take TACs back from a model that is in review.

    Args:
        stores: of the unit of work.
        vendor_id: whose it is.
        model_id: which one.
        first: where the range begins, 8 digits.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such model of his, or it has no range that begins there.
        ConflictError: the model is in review no more.
    """
    own_model(stores, vendor_id, model_id)
    found = stores.tac_range_before(first)
    if found is None or found.first != first or found.model_id != model_id:
        raise NotFoundError("the model has no range that begins there")
    return remove_tacs(stores, first, who, now, vendor_id=vendor_id)


def own_model(stores: TerminalStores, vendor_id: int, model_id: int) -> Model:
    """Return a model of a vendor.

    Raises:
        NotFoundError: there is none with this number, or it is not his.
    """
    model = stores.model(model_id)
    if model is None or model.vendor_id != vendor_id:
        raise NotFoundError("there is no such model of the vendor's")
    return model


def vendor_of(stores: TerminalStores, vendor_id: int) -> Vendor:
    """Return a vendor.

    Raises:
        NotFoundError: there is none with this number.
    """
    vendor = stores.vendor(vendor_id)
    if vendor is None:
        raise not_found("no-such-vendor", name=vendor_id)
    return vendor

"""What pages about orders have in common: states in words, identifiers, explanations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from openesim.adapters.web.desks.components.explained import ExplainedError, explained_from
from openesim.adapters.web.desks.components.findings import explained_finding
from openesim.adapters.web.desks.components.table import Column, Row
from openesim.adapters.web.desks.components.values import Identifier, Pill, Tone
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.admission.codes import finding_of
from openesim.kernel.errors import Explanation
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.explained.entries import Language
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState

ORDERS: Final = "/operator/orders"

_TONES: Final = {
    OrderState.AVAILABLE: Tone.IDLE,
    OrderState.ALLOCATED: Tone.WAIT,
    OrderState.LINKED: Tone.WAIT,
    OrderState.CONFIRMED: Tone.WAIT,
    OrderState.RELEASED: Tone.INFO,
    OrderState.DOWNLOADED: Tone.INFO,
    OrderState.INSTALLED: Tone.GOOD,
    OrderState.ERROR: Tone.BAD,
    OrderState.UNAVAILABLE: Tone.IDLE,
    OrderState.DELETED: Tone.IDLE,
}
_CHIP_TONES: Final = {
    ChipState.ENABLED: Tone.GOOD,
    ChipState.DISABLED: Tone.IDLE,
    ChipState.DELETED: Tone.IDLE,
}


def say(visit: Visit, key: str, **values: Any) -> str:
    """Return a text as it is, for views: a template escapes it when it draws it."""
    return visit.say(key, **values)


def sentences(visit: Visit, texts: Iterable[str]) -> str:
    """Return sentences one behind the other, as the language has them."""
    return ("" if visit.language is Language.CHINESE else " ").join(texts)


def state_key(state: OrderState) -> str:
    """Return the beginning of the words of a state."""
    return f"operator.order_state.{state.value.lower()}"


def state_pill(visit: Visit, state: OrderState) -> Pill:
    """Return where an order stands."""
    return Pill.of(visit, state_key(state), _TONES[state])


def held_pill(visit: Visit) -> Pill:
    """Return that an order is held."""
    return Pill.of(visit, "operator.order_state.held", Tone.WAIT)


def chip_pill(visit: Visit, state: ChipState) -> Pill:
    """Return what the chip last told."""
    return Pill.of(visit, f"operator.order_state.on_chip.{state.value}", _CHIP_TONES[state])


def order_path(iccid: Iccid) -> str:
    """Return the path of the page about an order."""
    return f"{ORDERS}/{iccid}"


def order_link(iccid: Iccid) -> Identifier:
    """Return the ICCID of an order, leading to its page."""
    return Identifier(str(iccid), address=order_path(iccid))


def order_columns(visit: Visit) -> list[Column]:
    """Return the columns of a table of orders."""
    sorts = {"ordered": "ordered", "changed": "changed"}
    names = ("iccid", "state", "ordered", "reference", "eid", "type", "changed")
    return [Column(say(visit, f"operator.orders.column.{name}"), sort=sorts.get(name, "")) for name in names]


def order_row(visit: Visit, order: Order, *, is_held: bool = False) -> Row:
    """Return an order as a row."""
    cells: tuple[Any, ...] = (
        order_link(order.iccid),
        held_pill(visit) if is_held else state_pill(visit, order.state),
        order.ordered_at,
        None if order.reference is None else Identifier(order.reference, is_digits=False),
        None if order.eid is None else Identifier(str(order.eid)),
        order.profile_type,
        order.changed_at,
    )
    return Row(cells)


def explained_in_words(visit: Visit, code: str | None, told: Explanation) -> ExplainedError:
    """Return what went wrong; a cause of the gate with every word of the rules in the reader's language.

    Args:
        visit: who reads.
        code: of the step or the order; None: none was noted.
        told: what the catalogue says.
    """
    finding = finding_of(code or "")
    return explained_from(told, visit.language) if finding is None else explained_finding(visit, finding)


def at_least(visit: Visit, number: int, *, is_more: bool) -> str:
    """Return a number, or that there are at least so many."""
    shown = visit.format.number(number)
    return say(visit, "operator.orders.at_least", shown=shown) if is_more else shown


def seen_text(order: Order) -> str:
    """Return when an order changed last, for the form of a deed."""
    return "" if order.changed_at is None else order.changed_at.isoformat()


def seen_of(text: str, now: datetime) -> datetime:
    """Return the moment that a form brings back; now, where it brings none."""
    try:
        seen = datetime.fromisoformat(text)
    except ValueError:
        return now
    return seen if seen.tzinfo is not None else now

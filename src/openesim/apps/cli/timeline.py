"""A timeline as a person reads it."""

from __future__ import annotations

from collections.abc import Sequence

from openesim.messages.sgp22.explained import Language, owner_text
from openesim.provisioning.smdp.orders import Order
from openesim.services.timeline import Entry

_LABELS = {
    Language.ENGLISH: ("cause", "who", "next step", "nothing is noted of this order yet"),
    Language.CHINESE: ("原因", "由谁处理", "下一步", "此订单尚无任何记录"),
}
_INDENT = " " * 21


def print_timeline(order: Order, entries: Sequence[Entry], language: Language) -> None:
    """Print what an order is, and what happened to it, oldest first, times in UTC."""
    cause, who, next_step, nothing = _LABELS[language]
    chip = "" if order.eid is None else f" · EID {order.eid}"
    print(f"{order.order_id} · ICCID {order.iccid} · {order.profile_type}{chip} · {order.state.value}")
    if not entries:
        print(nothing)
    for entry in entries:
        print(f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.what}{_outcome(entry)}")
        if entry.explanation is not None:
            told = entry.explanation
            print(f"{_INDENT}{cause}: {told.cause}")
            print(f"{_INDENT}{who}: {owner_text(told.owner, language)}")
            print(f"{_INDENT}{next_step}: {told.next_step}")


def _outcome(entry: Entry) -> str:
    """Return what came of it: the pair of a refusal, the words that were noted, the state afterwards."""
    pair = f"{entry.subject}/{entry.reason}" if entry.subject else ""
    words = " ".join(text for text in (pair, entry.message) if text)
    state = f" → {entry.state.value}" if entry.state is not None and entry.changed else ""
    return (f": {words}" if words else "") + state

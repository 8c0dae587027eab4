"""Recalls as pages draw them: what they name, and who is hit."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.components.charts import Bar, Bars
from openesim.adapters.web.desks.components.naming import twin
from openesim.adapters.web.desks.components.values import Code, Link, Pill, Tone
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.terminal_view import MAKERS, MODELS
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.terminals.recalls import Recall, RecallKind, Target
from openesim.conditions.terminals.texts import RECALL_KINDS
from openesim.services.conditions.terminals.recalls import Preview

RECALLS: Final = "/regulator/recalls"
WORDS: Final = "regulator.recall_words"

_TONES: Final = {
    "Allocated": Tone.WAIT,
    "Linked": Tone.WAIT,
    "Confirmed": Tone.WAIT,
    "Released": Tone.WAIT,
    "Downloaded": Tone.WAIT,
    "Installed": Tone.INFO,
}


def kind_name(visit: Visit, kind: RecallKind) -> str:
    """Return what a recall names devices or chips by."""
    return capital(twin(visit, RECALL_KINDS[kind.value]))


def kind_names(visit: Visit) -> dict[str, str]:
    """Return what the kinds of recalls are called."""
    return {kind.value: kind_name(visit, kind) for kind in RecallKind}


def state_pill(visit: Visit, recall: Recall) -> Pill:
    """Return whether a recall holds."""
    name, tone = ("holds", Tone.BAD) if recall.lifted_at is None else ("lifted", Tone.IDLE)
    return Pill.of(visit, f"{WORDS}.state.{name}", tone)


def target_text(target: Target, name: str) -> str:
    """Return what a target names, as it is typed once more by who recalls it."""
    return name if target.kind is RecallKind.MODEL and name else str(target)


def target_value(target: Target, name: str) -> object:
    """Return what a target names: a way to the model or chip maker where it names one."""
    if target.kind is RecallKind.MODEL:
        return Link(name or str(target), f"{MODELS}/{target.first}")
    if target.kind is RecallKind.BUILD and target.maker_id is not None:
        return Link(f"{target} · {name}", f"{MAKERS}/{target.maker_id}")
    text = str(target)
    return Code(f"{text[:16]}… · {name}" if target.kind is RecallKind.EUM and name else text)


def orders_chart(visit: Visit, preview: Preview) -> Bars | None:
    """Return how many orders are in each state; None: there are none."""
    if not preview.orders:
        return None
    bars = [
        Bar(say(visit, f"operator.order_state.{state.lower()}.label"), number, _TONES.get(state))
        for state, number in sorted(preview.orders.items(), key=lambda each: -each[1])
    ]
    return Bars(
        say(visit, f"{WORDS}.chart"),
        say(visit, f"{WORDS}.state_head"),
        say(visit, f"{WORDS}.count_head"),
        bars,
    )

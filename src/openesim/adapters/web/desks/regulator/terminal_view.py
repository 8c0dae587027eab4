"""Terminals as the regulator's pages draw them: states, ranges, histories, and what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from openesim.adapters.web.desks.components.explained import explained_by, in_a_line
from openesim.adapters.web.desks.components.flows import Step, Timeline
from openesim.adapters.web.desks.components.naming import listed, service_name, twin
from openesim.adapters.web.desks.components.values import Identifier, Link, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.regulator.deed_view import deed_title, fact_pairs, pair_text, range_text
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.terminals.forms import FormError
from openesim.conditions.terminals.models import Ability, ModelState
from openesim.conditions.terminals.recalls import Recall
from openesim.conditions.terminals.texts import ABILITIES, MODEL_STATES, STANDINGS, Told
from openesim.conditions.terminals.vendors import Standing, VendorKind
from openesim.kernel.errors import OpenEsimError
from openesim.services.conditions.terminals.desk import History
from openesim.services.conditions.terminals.recalls import Preview

TERMINALS: Final = "/regulator/terminals"
MODELS: Final = f"{TERMINALS}/models"
VENDORS: Final = f"{TERMINALS}/vendors"
MAKERS: Final = f"{TERMINALS}/makers"
DEVICE: Final = f"{TERMINALS}/device"
IMPORTS: Final = f"{TERMINALS}/imports"

MOST_IN_FILE: Final = 100_000
_MOST_RECALLS: Final = 5

_W: Final = "regulator.terminal_words"

_MODEL_TONES: Final = {
    ModelState.SUBMITTED: Tone.WAIT,
    ModelState.ASKED_BACK: Tone.INFO,
    ModelState.APPROVED: Tone.GOOD,
    ModelState.REFUSED: Tone.BAD,
    ModelState.SUSPENDED: Tone.BAD,
    ModelState.REVOKED: Tone.BAD,
    ModelState.EXPIRED: Tone.IDLE,
}
_STANDING_TONES: Final = {
    Standing.IN_FORCE: Tone.GOOD,
    Standing.SUSPENDED: Tone.BAD,
    Standing.STRUCK_OFF: Tone.BAD,
}
_DEED_TONES: Final = {
    "approve-model": Tone.GOOD,
    "resume-model": Tone.GOOD,
    "resume": Tone.GOOD,
    "ask-back-model": Tone.WAIT,
    "refuse-model": Tone.BAD,
    "suspend-model": Tone.BAD,
    "revoke-model": Tone.BAD,
    "suspend": Tone.BAD,
    "strike-off": Tone.BAD,
}

T = TypeVar("T")


# --- states and names -------------------------------------------------------------------------------------------


def model_pill(visit: Visit, state: ModelState) -> Pill:
    """Return where a model stands."""
    return Pill.of(visit, f"{_W}.model.{state.value}", _MODEL_TONES[state])


def model_states(visit: Visit) -> dict[str, str]:
    """Return what the states of models are called."""
    return {state.value: say(visit, f"{_W}.model.{state.value}.label") for state in ModelState}


def state_words(visit: Visit, state: ModelState) -> str:
    """Return where a model stands, for a sentence."""
    return twin(visit, MODEL_STATES[state.value])


def standing_pill(visit: Visit, standing: Standing, whose: str) -> Pill:
    """Return how a vendor or a chip maker stands.

    Args:
        visit: who looks.
        standing: how he stands.
        whose: ``vendor`` or ``maker``.
    """
    label = capital(twin(visit, STANDINGS[standing.value]))
    why = say(visit, f"{_W}.{whose}.{standing.value}")
    return Pill(label, _STANDING_TONES[standing], why)


def standings(visit: Visit) -> dict[str, str]:
    """Return what the standings are called."""
    return {each.value: capital(twin(visit, STANDINGS[each.value])) for each in Standing}


def kind_name(visit: Visit, kind: VendorKind) -> str:
    """Return whose a vendor is, in words."""
    return say(visit, f"{_W}.kind.{kind.value}")


def kinds(visit: Visit) -> dict[str, str]:
    """Return what the kinds of vendors are called."""
    return {kind.value: kind_name(visit, kind) for kind in VendorKind}


def category_name(visit: Visit, category: str) -> str:
    """Return what kind of device a model is."""
    return capital(service_name(visit, category))


def abilities_text(visit: Visit, abilities: frozenset[Ability]) -> str:
    """Return abilities in a row."""
    return listed(
        visit, [capital(twin(visit, ABILITIES[each.value])) for each in Ability if each in abilities]
    )


def market_name(visit: Visit, *, is_foreign: bool) -> str:
    """Return for which market a model is made."""
    return say(visit, f"{_W}.market.{'foreign' if is_foreign else 'home'}")


def span_value(first: str, last: str) -> Identifier:
    """Return a range as it is shown and copied."""
    return Identifier(range_text(first, last), is_digits=first == last)


def recall_notices(visit: Visit, recalls: Sequence[Recall]) -> list[tuple[str, Link]]:
    """Return why something is recalled, and the way to each recall: the newest ones."""
    return [
        (
            each.reason,
            Link(
                say(visit, "regulator.recall.number", number=each.recall_id),
                f"/regulator/recalls/{each.recall_id}",
            ),
        )
        for each in recalls[:_MOST_RECALLS]
    ]


# --- histories --------------------------------------------------------------------------------------------------


def history_timeline(visit: Visit, history: History) -> Timeline:
    """Return what was done, newest first, with who did it and why."""
    steps = []
    for kept in history.entries:
        if kept.entry is None:
            continue
        deed = str(kept.entry.facts.get("deed", ""))
        shown = fact_pairs(visit, kept.entry, without={"deed", "reason", "state", "name"})
        detail = [str(kept.entry.facts["reason"])] if kept.entry.facts.get("reason") else []
        detail += [pair_text(visit, name, text) for name, text in shown]
        steps.append(
            Step(
                at=kept.at,
                title=deed_title(visit, kept.entry),
                tone=_DEED_TONES.get(deed, Tone.INFO),
                detail=" · ".join(detail),
                actor=history.actors[kept.entry.actor].told,
            )
        )
    return Timeline(steps)


# --- who a deed hits --------------------------------------------------------------------------------------------


def hit_sentences(visit: Visit, preview: Preview) -> list[str]:
    """Return what is known of who is hit, and how sure it is."""
    words = "regulator.recall_words"
    on_the_way = sum(
        number
        for state, number in preview.orders.items()
        if state in {"Confirmed", "Released", "Linked", "Allocated"}
    )
    told = [say(visit, f"{words}.orders", count=sum(preview.orders.values()), shown=_number(visit, preview))]
    if on_the_way:
        told.append(
            say(visit, f"{words}.on_the_way", count=on_the_way, shown=visit.format.number(on_the_way))
        )
    notes = {"at_least": preview.is_at_least, "by_bond": preview.is_by_bond, "at_most": preview.is_at_most}
    return told + [say(visit, f"{words}.{name}") for name, is_so in notes.items() if is_so]


def hit_label(visit: Visit, preview: Preview) -> str:
    """Return what the number of persons counts."""
    key = "persons_at_least" if preview.is_at_least else "persons"
    return say(visit, f"regulator.recall_words.{key}", count=preview.persons)


def _number(visit: Visit, preview: Preview) -> str:
    return visit.format.number(sum(preview.orders.values()))


# --- what is wrong ----------------------------------------------------------------------------------------------


def read(
    visit: Visit, form: Form, name: str, reader: Callable[[str], T], *, is_needed: bool = True
) -> T | None:
    """Return what a reader of the room of terminals makes of a field; None: something is wrong, and noted.

    Args:
        visit: who reads.
        form: that came.
        name: of the field.
        reader: raises DecodeError for what cannot be taken.
        is_needed: whether it may be left out.
    """
    value = form.value(name)
    if not value.strip():
        if is_needed:
            form.wrong(name, "form.missing")
        return None
    try:
        return reader(value)
    except OpenEsimError as error:
        note_error(visit, form, error, name)
        return None


def note_error(visit: Visit, form: Form, error: OpenEsimError, name: str) -> None:
    """Note at its field what a service refused; what explains nothing of itself is raised again.

    Args:
        visit: who reads.
        form: that came.
        error: what was refused.
        name: of the field for what names none.

    Raises:
        OpenEsimError: nothing is explained.
    """
    if isinstance(error, FormError):
        for each in error.errors:
            _note(visit, form, each.field, each.spoken(visit.language.value).cause)
        return
    if isinstance(error.explanation, Told) and error.explanation.is_of_field:
        _note(visit, form, name, error.explanation.spoken(visit.language.value).cause)
        return
    told = explained_by(error, visit.language)
    if told is None:
        raise error
    form.refuse(name, in_a_line(told, visit.language))


def _note(visit: Visit, form: Form, name: str, cause: str) -> None:
    form.refuse(name, say(visit, f"{_W}.wrong", label=form.label(name).unescape(), cause=cause))


def cells_of(form: Form, names: Sequence[str]) -> Mapping[str, str]:
    """Return what was typed into fields, one line each."""
    return {name: " ".join(form.value(name).split()) for name in names}

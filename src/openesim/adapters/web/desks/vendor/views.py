"""How a vendor's things are shown: states, names, paths, and what is wrong with a field in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from openesim.adapters.web.desks.components.naming import listed, service_name, twin
from openesim.adapters.web.desks.components.values import Identifier, Link, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import Span
from openesim.conditions.terminals.hits import Hit
from openesim.conditions.terminals.models import Ability, Model, ModelState
from openesim.conditions.terminals.recalls import RecallKind
from openesim.conditions.terminals.texts import ABILITIES, MODEL_STATES, RECALL_KINDS, STANDINGS, Told
from openesim.conditions.terminals.vendors import Standing
from openesim.kernel.errors import DecodeError

MODELS: Final = "/vendor/models"
CHIPS: Final = "/vendor/chips"
IMPORTS: Final = "/vendor/imports"

_W: Final = "vendor.words"

STATE_TONES: Final = {
    ModelState.SUBMITTED: Tone.INFO,
    ModelState.ASKED_BACK: Tone.WAIT,
    ModelState.APPROVED: Tone.GOOD,
    ModelState.REFUSED: Tone.BAD,
    ModelState.SUSPENDED: Tone.BAD,
    ModelState.REVOKED: Tone.BAD,
    ModelState.EXPIRED: Tone.IDLE,
}
STANDING_TONES: Final = {
    Standing.IN_FORCE: Tone.GOOD,
    Standing.SUSPENDED: Tone.BAD,
    Standing.STRUCK_OFF: Tone.BAD,
}
IN_REVIEW: Final = frozenset({ModelState.SUBMITTED, ModelState.ASKED_BACK})
"""States in which a vendor changes what is in his model himself."""
MAY_SUBMIT: Final = frozenset({*IN_REVIEW, ModelState.EXPIRED, ModelState.REFUSED, ModelState.REVOKED})
"""States in which he may submit it once more."""

T = TypeVar("T")


def path_of(model_id: int) -> str:
    """Return the path of the page about a model."""
    return f"{MODELS}/{model_id}"


def model_link(model: Model) -> Link:
    """Return the way to a model."""
    return Link(model.name, path_of(model.model_id))


def state_pill(visit: Visit, state: ModelState) -> Pill:
    """Return where a model stands."""
    return Pill.of(visit, f"{_W}.state.{state.value}", STATE_TONES[state])


def state_names(visit: Visit) -> dict[str, str]:
    """Return what the states of models are called, in a word or two."""
    return {state.value: visit.say(f"{_W}.state.{state.value}.label") for state in ModelState}


def state_name(visit: Visit, state: ModelState) -> str:
    """Return where a model stands, for a sentence."""
    return twin(visit, MODEL_STATES[state.value])


def standing_pill(visit: Visit, standing: Standing) -> Pill:
    """Return how a vendor or a chip maker stands."""
    said = capital(twin(visit, STANDINGS[standing.value]))
    return Pill(said, STANDING_TONES[standing], visit.say(f"{_W}.standing.{standing.value}"))


def ability_name(visit: Visit, ability: Ability) -> str:
    """Return what an ability is called."""
    return capital(twin(visit, ABILITIES[ability.value]))


def abilities_text(visit: Visit, abilities: Iterable[Ability]) -> str:
    """Return abilities in a row, in the order in which they are asked for."""
    having = set(abilities)
    return capital(listed(visit, [twin(visit, ABILITIES[each.value]) for each in Ability if each in having]))


def category_name(visit: Visit, category: ServiceClass) -> str:
    """Return what a kind of device is called."""
    return capital(service_name(visit, category))


def market_name(visit: Visit, *, is_foreign: bool) -> str:
    """Return for which market a model is made."""
    return visit.say(f"{_W}.market.{'foreign' if is_foreign else 'home'}")


def span_text(span: Span) -> str:
    """Return a range: one number, or first and last."""
    return span[0] if span[0] == span[1] else f"{span[0]}–{span[1]}"


def tac_value(first: str, last: str) -> Identifier:
    """Return a range of TACs as it is shown and copied."""
    return Identifier(first if first == last else f"{first}-{last}", is_digits=False)


# --- recalls ----------------------------------------------------------------------------------------------------


def recall_kind(visit: Visit, kind: RecallKind) -> str:
    """Return what a recall names devices or chips by."""
    return capital(twin(visit, RECALL_KINDS[kind.value]))


def hit_view(visit: Visit, hit: Hit) -> dict[str, Any]:
    """Return a recall that hits somebody, with what it hits of his."""
    recall = hit.recall
    return {
        "number": recall.recall_id,
        "kind": recall_kind(visit, recall.target.kind),
        "reason": recall.reason,
        "since": recall.created_at,
        "lifted": recall.lifted_at,
        "lifted_reason": recall.lifted_reason or "",
        "models": [model_link(model) for model in hit.models],
        "tacs": [span_text(span) for span in hit.tacs],
        "eins": [span_text(span) for span in hit.eins],
        "builds": list(hit.builds),
        "is_all_chips": hit.is_all_chips,
    }


# --- what is wrong ----------------------------------------------------------------------------------------------


def told_cause(visit: Visit, told: Told) -> str:
    """Return what is wrong, in the reader's language."""
    return told.spoken(visit.language.value).cause


def note_told(visit: Visit, form: Form, name: str, told: Told) -> None:
    """Note what is wrong with a field, in the words of the room of terminals."""
    form.refuse(name, visit.say(f"{_W}.wrong", label=form.label(name), cause=told_cause(visit, told)))


def read(visit: Visit, form: Form, name: str, reader: Callable[[str], T]) -> T | None:
    """Return what a reader of the room of terminals makes of a field; None: something is wrong, and noted.

    Args:
        visit: who reads.
        form: that came.
        name: of the field.
        reader: raises DecodeError for what cannot be taken.
    """
    value = form.value(name)
    if not value.strip():
        form.wrong(name, "form.missing")
        return None
    try:
        return reader(value)
    except DecodeError as error:
        if isinstance(error.explanation, Told):
            note_told(visit, form, name, error.explanation)
        else:
            form.wrong(name, "form.unprintable")
        return None

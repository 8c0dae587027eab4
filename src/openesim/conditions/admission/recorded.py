"""What a decision was made of, as it is kept with it: whoever changes the rules can ask what they would have said.

Only what differs from "nothing is known" is written. Nobody is named; an age is written up to the highest that a pack can
ask for, and no further.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import msgspec

from openesim.conditions.admission.facts import Application, Facts
from openesim.conditions.rules.pack import OLDEST_MINOR
from openesim.kernel.errors import DecodeError
from openesim.kernel.records import changed

FORM: Final = 1
"""How it is written; a later form is another number, and what was written before stays readable."""

_to_text: Final = msgspec.json.Encoder(order="sorted").encode


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    form: int
    application: Application
    facts: Facts


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    application: Application


_to_application: Final = msgspec.json.Decoder(_Asked).decode


def encode_facts(application: Application, facts: Facts) -> dict[str, Any]:
    """Return what a decision was made of, as plain values: the same for the same, and nothing personal.

    Args:
        application: what was asked for.
        facts: what was known.
    """
    told: dict[str, Any] = _plain(_Recorded(form=FORM, application=application, facts=_without_age(facts)))
    return told


def decode_facts(recorded: Mapping[str, Any]) -> tuple[Application, Facts]:
    """Return what a decision was made of.

    Args:
        recorded: what ``encode_facts`` returned.

    Raises:
        DecodeError: it is of another form, or names what is not known here.
    """
    try:
        read = msgspec.convert(recorded, _Recorded, strict=True)
    except msgspec.ValidationError as error:
        raise DecodeError(f"the facts of a decision cannot be read: {error}") from None
    if read.form != FORM:
        raise DecodeError(f"the facts of a decision are of form {read.form}; {FORM} is known")
    return read.application, read.facts


def write_facts(application: Application, facts: Facts) -> str:
    """Return what a decision was made of as one line of JSON, with its keys in order."""
    return _to_text(encode_facts(application, facts)).decode()


def read_facts(text: str) -> tuple[Application, Facts]:
    """Return what a decision was made of, from ``write_facts``.

    Raises:
        DecodeError: it is no JSON, of another form, or names what is not known here.
    """
    try:
        recorded = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise DecodeError(f"the facts of a decision cannot be read: {error}") from None
    return decode_facts(recorded)


def read_application(text: str) -> Application:
    """Return what was asked for, from ``write_facts``; what was known is passed over.

    Raises:
        DecodeError: it is no JSON, or names what is not known here.
    """
    try:
        return _to_application(text).application
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise DecodeError(f"what a decision was about cannot be read: {error}") from None


def _without_age(facts: Facts) -> Facts:
    """Return the facts with no more of an age than a pack can ask for."""
    person = facts.person
    if person is None or person.age is None or person.age <= OLDEST_MINOR:
        return facts
    return dataclasses.replace(facts, person=changed(person, age=OLDEST_MINOR))


def _plain(value: Any) -> Any:
    """Return a value as plain ones; fields that stand at their default are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        told = ((name, default, getattr(value, name)) for name, default in _defaults(type(value)))
        return {name: _plain(one) for name, default, one in told if one != default}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value


@cache
def _defaults(cls: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a class, each with its default; one that has none is unlike any value."""
    return tuple(
        (each.name, each.default if each.default_factory is dataclasses.MISSING else each.default_factory())
        for each in dataclasses.fields(cls)
    )

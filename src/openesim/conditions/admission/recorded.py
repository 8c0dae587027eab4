"""What a decision was made of, as it is kept with it: whoever changes the rules can ask what they would have said.

What stands at its default is left out. Nobody is named; an age is written up to the highest that a pack can
ask for, and no further.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

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


def encode_facts(application: Application, facts: Facts) -> dict[str, Any]:
    """Return what a decision was made of, as plain values: the same for the same, and nothing personal.

    Args:
        application: what was asked for.
        facts: what was known.
    """
    told: dict[str, Any] = msgspec.json.decode(write_facts(application, facts))
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
    told = _Recorded(form=FORM, application=application, facts=_without_age(facts))
    return _to_text(msgspec.convert(told, _Written, from_attributes=True)).decode()


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


def _without_age(facts: Facts) -> Facts:
    """Return the facts with no more of an age than a pack can ask for."""
    person = facts.person
    if person is None or person.age is None or person.age <= OLDEST_MINOR:
        return facts
    return dataclasses.replace(facts, person=changed(person, age=OLDEST_MINOR))


def _twin_of(kind: Any) -> Any:
    """Return the struct that has the fields of a dataclass, and leaves out those that stand at their default."""
    if get_origin(kind) in {tuple, frozenset, UnionType, Union}:
        arguments = tuple(_twin_of(each) for each in get_args(kind))
        origin = get_origin(kind)
        return Union[arguments] if origin in {UnionType, Union} else origin[arguments]  # noqa: UP007
    if not dataclasses.is_dataclass(kind):
        return kind
    hints = get_type_hints(kind)
    members = [
        (each.name, _twin_of(hints[each.name]), *_default_of(each)) for each in dataclasses.fields(kind)
    ]
    name = str(getattr(kind, "__name__", kind))
    return msgspec.defstruct(name, members, frozen=True, kw_only=True, omit_defaults=True)


def _default_of(field: dataclasses.Field[Any]) -> tuple[Any, ...]:
    """Return the default of a field as a struct states it; nothing where it has none."""
    if field.default_factory is not dataclasses.MISSING:
        return (_twin_of(type(field.default_factory()))(),)
    return () if field.default is dataclasses.MISSING else (field.default,)


_Written: Final = _twin_of(_Recorded)

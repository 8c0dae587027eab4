"""Quick construction changes nothing but the time it takes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest

from openesim.kernel.records import changed, maker_of, with_quick_init


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    first: int
    second: str = "two"


@with_quick_init
@dataclass(frozen=True, slots=True)
class Placed:
    first: int
    second: str = "two"


@with_quick_init
@dataclass(frozen=True, slots=True)
class Bare:
    """No field at all."""


@dataclass(frozen=True, slots=True)
class Growing:
    items: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checked:
    number: int

    def __post_init__(self) -> None:
        assert self.number


def test_fields_are_set_and_defaults_hold() -> None:
    assert (Named(first=1).first, Named(first=1).second) == (1, "two")
    assert Placed(1) == Placed(1, "two") == Placed(first=1, second="two")
    assert Bare() == Bare()


@pytest.mark.parametrize(
    ("kind", "positional", "named"),
    [
        (Named, (1,), {}),
        (Named, (), {}),
        (Named, (), {"first": 1, "third": 3}),
        (Placed, (), {}),
        (Placed, (1, "", 3), {}),
    ],
)
def test_wrong_arguments_are_refused(kind: type[Any], positional: Any, named: Any) -> None:
    with pytest.raises(TypeError, match=r"__init__\(\)"):
        kind(*positional, **named)


def test_values_stay_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Named(first=1).first = 2  # type: ignore[misc]


def test_a_copy_has_other_values_in_the_fields_that_are_named() -> None:
    value = Named(first=1)
    assert changed(value, second="three") == Named(first=1, second="three") == replace(value, second="three")
    assert value == Named(first=1)
    with pytest.raises(FrozenInstanceError):
        changed(value, first=5).first = 2  # type: ignore[misc]


def test_a_copy_without_changes_is_equal_and_another() -> None:
    value = Placed(1, "x")
    assert changed(value) == value
    assert changed(value) is not value


def test_a_field_that_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(TypeError, match="Named has no field 'third'"):
        changed(Named(first=1), third=3)  # type: ignore[call-arg]


def test_a_value_is_made_of_all_its_fields_in_order() -> None:
    assert maker_of(Named)(1, "x") == Named(first=1, second="x")


@pytest.mark.parametrize("kind", [Growing, Checked])
def test_a_class_that_does_more_is_refused(kind: type[Any]) -> None:
    for make in (with_quick_init, maker_of):
        with pytest.raises(TypeError, match="does more at its construction"):
            make(kind)
    with pytest.raises(TypeError, match="does more at its construction"):
        changed(kind([]) if kind is Growing else kind(1))

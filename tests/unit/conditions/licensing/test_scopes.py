"""An approval may be for less in every way, and for more in none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.licensing.licence import Scope
from openesim.conditions.licensing.scopes import NOTHING_LESS, Narrowing, narrowed, verify_scope, wider
from openesim.conditions.rules.words import Channel, NumberKind
from openesim.kernel.errors import DecodeError
from tests.support.rig import NOW

DAY = timedelta(days=1)
COUNTER, ONLINE = Channel.COUNTER, Channel.ONLINE
ASKED = Scope(
    begins=NOW,
    ends=NOW + 10 * DAY,
    channels=frozenset({COUNTER, ONLINE}),
    regions=frozenset({"CN-31"}),
    numbers=frozenset({NumberKind.MOBILE_11}),
)

moments = st.integers(-20, 20).map(lambda days: NOW + days * DAY)


def sets(values: list[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values))


scopes = st.builds(
    Scope,
    begins=moments,
    ends=st.none() | moments,
    channels=sets(list(Channel)),
    regions=sets(["CN-31", "CN-11", "HK"]),
    numbers=sets([NumberKind.MOBILE, NumberKind.MOBILE_11, NumberKind.IOT_13]),
)
narrowings = st.builds(
    Narrowing,
    begins=st.none() | moments,
    ends=st.none() | moments,
    channels=st.none() | sets(list(Channel)),
    regions=st.none() | sets(["CN-31", "CN-11", "HK"]),
    numbers=st.none() | sets([NumberKind.MOBILE, NumberKind.MOBILE_11]),
)


def lets(scope: Scope, channel: str, region: str, number: str, days: int) -> bool:
    """Tells what the gate would: may this be sold here, so, then?"""
    moment = NOW + days * DAY
    return (
        scope.begins <= moment
        and (scope.ends is None or moment <= scope.ends)
        and (not scope.channels or channel in scope.channels)
        and (not scope.regions or region in scope.regions)
        and (not scope.numbers or number in scope.numbers)
    )


@given(scopes, narrowings, st.data())
def test_what_is_granted_lets_nothing_that_was_not_asked(
    asked: Scope, narrowing: Narrowing, data: st.DataObject
) -> None:
    try:
        granted = narrowed(asked, narrowing, NOW)
    except DecodeError:
        return
    assert granted.ends is None or granted.ends > NOW
    for _ in range(5):
        case = (
            data.draw(st.sampled_from(list(Channel))),
            data.draw(st.sampled_from(["CN-31", "CN-11", "HK", "XX"])),
            data.draw(st.sampled_from([NumberKind.MOBILE, NumberKind.MOBILE_11, NumberKind.IOT_13])),
            data.draw(st.integers(-21, 21)),
        )
        assert lets(asked, *case) or not lets(granted, *case)


def test_nothing_less_is_what_was_asked_from_now_on() -> None:
    assert narrowed(ASKED, NOTHING_LESS, NOW) == ASKED
    assert narrowed(ASKED, NOTHING_LESS, NOW + DAY).begins == NOW + DAY
    assert narrowed(ASKED, Narrowing(begins=NOW + DAY), NOW + 2 * DAY).begins == NOW + 2 * DAY
    assert list(wider(ASKED, ASKED)) == []


@pytest.mark.parametrize(
    ("narrowing", "field"),
    [
        (Narrowing(begins=NOW - DAY), "begins"),
        (Narrowing(ends=NOW + 11 * DAY), "ends"),
        (Narrowing(channels=frozenset()), "channels"),
        (Narrowing(channels=frozenset({Channel.AGENT})), "channels"),
        (Narrowing(regions=frozenset({"CN-31", "CN-11"})), "regions"),
        (Narrowing(numbers=frozenset({NumberKind.ANY})), "numbers"),
        (Narrowing(begins=NOW + 10 * DAY), "ends"),
    ],
)
def test_more_than_was_asked_or_nothing_at_all_is_refused_at_its_field(
    narrowing: Narrowing, field: str
) -> None:
    with pytest.raises(DecodeError) as caught:
        narrowed(ASKED, narrowing, NOW)
    assert caught.value.path == (field,)


def test_whoever_asks_for_any_number_asks_for_all() -> None:
    scope = Scope(begins=NOW, numbers=frozenset({NumberKind.ANY, NumberKind.IOT_13}))
    assert verify_scope(scope, NOW).numbers == frozenset()


@pytest.mark.parametrize(
    "scope",
    [
        Scope(begins=NOW, ends=NOW),
        Scope(begins=NOW - 2 * DAY, ends=NOW - DAY),
        Scope(begins=NOW.replace(tzinfo=None)),
        Scope(begins=NOW, regions=frozenset({"=1+1"})),
        Scope(begins=NOW, regions=frozenset({""})),
        Scope(begins=NOW, regions=frozenset({"CN-31\n"})),
        Scope(begins=NOW, regions=frozenset({"x" * 50})),
        Scope(begins=NOW, regions=frozenset(map(str, range(401)))),
    ],
)
def test_what_cannot_be_asked_is_refused(scope: Scope) -> None:
    with pytest.raises(DecodeError):
        verify_scope(scope, NOW)

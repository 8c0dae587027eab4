"""Which version of which pack holds: later goes before earlier, overlaps are refused, gaps are no freedom."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest

from openesim.conditions.rules.in_force import Assignment, PackShelf
from openesim.conditions.rules.pack import Heading, InForce, Pack
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, NotFoundError

DAY = date(2025, 10, 13)


def pack(version: str, begins: date, ends: date | None = None, name: str = "xx") -> Pack:
    texts = {"en": "Test", "zh": "测试"}
    span = InForce(from_=begins, to=ends)
    heading = Heading(id=name, version=version, country="ZZ", title=texts, note=texts, in_force=span)
    return Pack(pack=heading, service={})


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def test_a_later_version_ends_one_that_was_open() -> None:
    shelf = PackShelf([pack("2", DAY), pack("1", DAY - timedelta(days=100))])
    assert shelf.in_force("xx", noon(DAY - timedelta(days=1))).version == "1"
    assert shelf.in_force("xx", noon(DAY)).version == "2"
    assert [each.version for each in shelf.versions("xx")] == ["1", "2"]
    assert [each.version for each in shelf] == ["1", "2"]


def test_outside_of_every_version_nothing_holds() -> None:
    shelf = PackShelf([pack("1", DAY, DAY + timedelta(days=1)), pack("2", DAY + timedelta(days=3))])
    assert shelf.in_force("xx", noon(DAY + timedelta(days=1))).version == "1"
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=2)):
        with pytest.raises(NotFoundError, match="in force"):
            shelf.in_force("xx", noon(day))
    with pytest.raises(NotFoundError):
        shelf.in_force("yy", noon(DAY))


@pytest.mark.parametrize(
    "second",
    [pack("2", DAY), pack("2", DAY + timedelta(days=5)), pack("1", DAY + timedelta(days=50))],
)
def test_versions_that_meet_are_refused(second: Pack) -> None:
    with pytest.raises(ConfigError, match="xx"):
        PackShelf([pack("1", DAY, DAY + timedelta(days=5)), second])


def test_an_operators_choice_for_a_service_goes_first() -> None:
    assignment = Assignment("cn-2025-trial", {"qinghe": "de"}, {("qinghe", ServiceClass.IOT): "cn-iot"})
    assert assignment.pack_of("yuanshan", ServiceClass.PHONE) == "cn-2025-trial"
    assert assignment.pack_of("qinghe", ServiceClass.PHONE) == "de"
    assert assignment.pack_of("qinghe", ServiceClass.IOT) == "cn-iot"
    assert Assignment().pack_of("anybody", ServiceClass.WATCH) == "open"


def test_a_pack_can_be_shown_as_data() -> None:
    shown = msgspec.to_builtins(pack("1", DAY))
    assert shown["pack"]["in_force"]["from"] == DAY.isoformat()

"""Which version of which pack holds, and for whom: later goes before earlier, overlaps are refused, gaps are no freedom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.rules.in_force import Assignment, DatedAssignment, PackShelf, Rules
from openesim.conditions.rules.pack import Heading, InForce, Pack
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError, NotFoundError
from openesim.messages.sgp22.explained import Explained

DAY = date(2025, 10, 13)
PHONE, WATCH, IOT = ServiceClass.PHONE, ServiceClass.WATCH, ServiceClass.IOT


def pack(
    version: str, begins: date, ends: date | None = None, name: str = "xx", offset: str = "+00:00"
) -> Pack:
    texts = {"en": "Test", "zh": "测试"}
    span = InForce(from_=begins, to=ends)
    heading = Heading(
        id=name, version=version, country="ZZ", title=texts, note=texts, in_force=span, utc_offset=offset
    )
    return Pack(pack=heading, service={})


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def test_a_later_version_ends_one_that_was_open() -> None:
    shelf = PackShelf([pack("2", DAY), pack("1", DAY - timedelta(days=100))])
    assert shelf.in_force("xx", noon(DAY - timedelta(days=1))).version == "1"
    assert shelf.in_force("xx", noon(DAY)).version == "2"
    assert [each.version for each in shelf.versions("xx")] == ["1", "2"]
    assert [each.version for each in shelf] == ["1", "2"]
    assert "xx" in shelf
    assert "yy" not in shelf


def test_a_pack_changes_at_midnight_where_it_is_from() -> None:
    chinese = pack("1", DAY, DAY, offset="+08:00")
    assert chinese.begins == datetime(2025, 10, 12, 16, tzinfo=UTC)
    assert chinese.ends == datetime(2025, 10, 13, 16, tzinfo=UTC)
    assert pack("1", DAY, offset="-03:30").begins == datetime(2025, 10, 13, 3, 30, tzinfo=UTC)
    shelf = PackShelf([chinese])
    assert shelf.in_force("xx", chinese.begins) is chinese
    for moment in (chinese.begins - timedelta(microseconds=1), chinese.ends):
        with pytest.raises(NotFoundError):
            shelf.in_force("xx", moment)


def test_the_first_and_the_last_day_there_are_can_be_named() -> None:
    always = pack("1", date.min, date.max, offset="+14:00")
    assert always.ends is None
    assert always.holds_at(datetime.min.replace(tzinfo=UTC))
    assert always.holds_at(datetime.max.replace(tzinfo=UTC))


def test_a_version_that_was_ended_by_another_does_not_come_back() -> None:
    shelf = PackShelf([pack("1", DAY), pack("2", DAY + timedelta(days=5), DAY + timedelta(days=6))])
    with pytest.raises(NotFoundError):
        shelf.in_force("xx", noon(DAY + timedelta(days=7)))
    with pytest.raises(NotFoundError):
        shelf.on_day("xx", DAY + timedelta(days=7))
    assert shelf.on_day("xx", DAY + timedelta(days=6)).version == "2"


def test_outside_of_every_version_nothing_holds_and_people_are_told() -> None:
    shelf = PackShelf([pack("1", DAY, DAY + timedelta(days=1)), pack("2", DAY + timedelta(days=3))])
    assert shelf.in_force("xx", noon(DAY + timedelta(days=1))).version == "1"
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=2)):
        with pytest.raises(NotFoundError, match="in force") as caught:
            shelf.in_force("xx", noon(day))
        assert isinstance(caught.value.explanation, Explained)
        assert "没有生效版本" in caught.value.explanation.entry.zh.cause
    with pytest.raises(NotFoundError, match="there is no rule pack yy"):
        shelf.in_force("yy", noon(DAY))
    assert shelf.version("xx", "2").version == "2"
    with pytest.raises(NotFoundError, match="there is 1, 2"):
        shelf.version("xx", "3")


@pytest.mark.parametrize(
    "second",
    [
        pack("2", DAY),
        pack("2", DAY + timedelta(days=5)),
        pack("1", DAY + timedelta(days=50)),
        pack("2", DAY + timedelta(days=6), offset="+08:00"),
    ],
)
def test_versions_that_meet_are_refused(second: Pack) -> None:
    with pytest.raises(ConfigError, match="xx") as caught:
        PackShelf([pack("1", DAY, DAY + timedelta(days=5)), second])
    assert isinstance(caught.value.explanation, Explained)


def test_a_version_has_its_name_once_wherever_it_stands() -> None:
    days = [DAY + timedelta(days=each) for each in (0, 10, 20)]
    with pytest.raises(ConfigError, match="already"):
        PackShelf([pack("1", days[0]), pack("2", days[1]), pack("1", days[2])])


def test_an_operators_choice_for_a_service_goes_first() -> None:
    assignment = Assignment("cn-2025-trial", {"qinghe": "de"}, {("qinghe", IOT): "cn-iot"})
    assert assignment.pack_of("yuanshan", PHONE) == "cn-2025-trial"
    assert assignment.pack_of("qinghe", PHONE) == "de"
    assert assignment.pack_of("qinghe", IOT) == "cn-iot"
    assert Assignment().pack_of("anybody", WATCH) == "open"
    assert assignment.packs == {"cn-2025-trial", "de", "cn-iot"}


def dated(
    operator: str | None, service: ServiceClass | None, pack_id: str | None, days: int
) -> DatedAssignment:
    return DatedAssignment(
        operator=operator, service=service, pack_id=pack_id, begins=noon(DAY) + timedelta(days=days)
    )


def test_what_was_put_in_force_goes_before_what_is_configured_and_the_latest_that_has_begun_holds() -> None:
    rules = Rules(
        PackShelf(),
        Assignment("usual", {"qinghe": "own"}, {("qinghe", IOT): "things"}),
        [
            dated(None, None, "first", 1),
            dated(None, None, "second", 2),
            dated("qinghe", None, "wide", 3),
            dated("qinghe", IOT, "narrow", 3),
            dated(None, WATCH, "watches", 4),
            dated("qinghe", None, None, 5),
        ],
    )

    def found(service: ServiceClass, days: int, operator: str = "qinghe") -> str:
        return rules.pack_id_of(operator, service, noon(DAY) + timedelta(days=days))

    assert [found(IOT, 0), found(PHONE, 0), found(PHONE, 0, "yuanshan")] == ["things", "own", "usual"]
    assert [found(IOT, 1), found(PHONE, 2)] == ["first", "second"]
    assert [found(IOT, 3), found(PHONE, 3), found(PHONE, 3, "yuanshan")] == ["narrow", "wide", "second"]
    assert [found(WATCH, 4), found(WATCH, 4, "yuanshan")] == ["wide", "watches"]
    assert [found(WATCH, 5), found(PHONE, 5), found(IOT, 5)] == ["watches", "second", "narrow"]


def test_of_two_that_begin_at_one_moment_the_later_one_holds() -> None:
    one, two = (replace(dated(None, None, name, 0), number=number) for name, number in (("a", 7), ("b", 8)))
    for order in ((one, two), (two, one)):
        assert Rules(PackShelf(), Assignment(), order).pack_id_of("x", PHONE, noon(DAY)) == "b"


def test_a_pack_that_cannot_be_read_holds_for_nobody() -> None:
    rules = Rules(PackShelf([pack("1", DAY)]), Assignment("xx"), unreadable={"xx": "version 2: odd"})
    with pytest.raises(NotFoundError, match="version 2: odd"):
        rules.pack_for("anybody", PHONE, noon(DAY))


@given(
    starts=st.lists(st.integers(0, 400), min_size=1, max_size=6, unique=True),
    moment=st.integers(-10, 420),
    offsets=st.lists(st.sampled_from(["+00:00", "+08:00", "-11:00"]), min_size=6, max_size=6),
)
def test_nothing_changes_between_two_changes(starts: list[int], moment: int, offsets: list[str]) -> None:
    packs = [
        pack(str(start), DAY + timedelta(days=start), offset=offset)
        for start, offset in zip(starts, offsets, strict=False)
    ]
    try:
        rules = Rules(
            PackShelf(packs), Assignment("xx"), [dated("a", None, "xx", 3), dated(None, None, "no", 7)]
        )
    except ConfigError:
        return

    def found(now: datetime) -> str:
        try:
            return rules.pack_for("b", PHONE, now).version
        except NotFoundError as error:
            return str(error).split(" (")[0]

    now = noon(DAY + timedelta(days=moment))
    changes = rules.changes()
    assert changes == sorted(changes)
    begun = [each for each in changes if each <= now]
    if begun:
        assert found(begun[-1]) == found(now)


def test_a_pack_can_be_shown_as_data() -> None:
    shown = msgspec.to_builtins(pack("1", DAY))
    assert shown["pack"]["in_force"]["from"] == DAY.isoformat()

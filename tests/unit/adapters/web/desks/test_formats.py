"""Numbers and dates as readers of English and Chinese write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from openesim.adapters.web.desks.formats import Formats, in_fours, zone_of
from openesim.messages.sgp22.explained.entries import Language

EN = Formats(Language.ENGLISH, ZoneInfo("Asia/Shanghai"))
ZH = Formats(Language.CHINESE, ZoneInfo("Asia/Shanghai"))
NOW = datetime(2026, 11, 29, 22, 30, 5, tzinfo=UTC)


def test_numbers_follow_the_language() -> None:
    assert (EN.number(1234567), ZH.number(1234567)) == ("1,234,567", "1,234,567")
    assert (EN.short_number(12345), ZH.short_number(12345)) == ("12.3K", "1.2万")
    assert (EN.percent(0.1234), EN.percent(0.1234, 1)) == ("12%", "12.3%")
    assert [EN.size(octets) for octets in (0, 999, 1_482_331, 3_000_000_000)] == [
        "0 B",
        "999 B",
        "1.5 MB",
        "3 GB",
    ]


def test_moments_carry_their_zone() -> None:
    assert '30 Nov 2026, 06:30 <span class="zone">UTC+8</span>' in EN.moment(NOW)
    assert '2026年11月30日 06:30 <span class="zone">UTC+8</span>' in ZH.moment(NOW)
    assert 'datetime="2026-11-29T22:30:05+00:00"' in EN.moment(NOW)
    assert EN.exact(NOW) == "30 Nov 2026, 06:30:05 UTC+8"


def test_a_day_is_that_of_our_zone() -> None:
    assert EN.day(NOW) == '<time datetime="2026-11-30">30 Nov 2026</time>'
    assert ZH.day(date(2026, 11, 29)) == '<time datetime="2026-11-29">2026年11月29日</time>'
    assert ZH.short_day(date(2026, 11, 29)) == "11月29日"


def test_time_that_went_by_is_told_in_words() -> None:
    assert ">3 minutes ago</time>" in EN.ago(NOW - timedelta(minutes=3), NOW)
    assert ">3分钟前</time>" in ZH.ago(NOW - timedelta(minutes=3), NOW)
    assert ">in 2 days</time>" in EN.ago(NOW + timedelta(days=2), NOW)
    assert (EN.duration(timedelta(hours=24)), ZH.duration(timedelta(minutes=30))) == ("24 hours", "30分钟")


def test_zones_are_told_by_their_offset() -> None:
    def at(minutes: int) -> datetime:
        return NOW.astimezone(timezone(timedelta(minutes=minutes)))

    assert [zone_of(at(minutes)) for minutes in (0, 480, -210, 330)] == [
        "UTC",
        "UTC+8",
        "UTC-3:30",
        "UTC+5:30",
    ]


def test_digits_are_read_in_fours() -> None:
    assert in_fours("8904404500") == "8904 4045 00"


def test_money_is_told_in_its_own_units() -> None:
    assert Formats(Language.ENGLISH).money(2950, "CNY") == "CN¥29.50"
    assert Formats(Language.CHINESE).money(2950, "CNY") == "¥29.50"
    assert Formats(Language.ENGLISH).money(2950, "JPY") == "¥2,950"

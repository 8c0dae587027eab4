"""Numbers, dates and identifiers, as a reader of a language writes them.

Source: Unicode CLDR, through babel; SGP.29 (an EID is read in fours).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)
from markupsafe import Markup

from openesim.messages.sgp22.explained.entries import Language

LOCALES: Final = {Language.ENGLISH: Locale.parse("en"), Language.CHINESE: Locale.parse("zh_Hans_CN")}
TAGS: Final = {Language.ENGLISH: "en", Language.CHINESE: "zh-Hans"}
"""As HTML names the languages."""

_DAY: Final = {Language.ENGLISH: "d MMM yyyy", Language.CHINESE: "yyyy年M月d日"}
_SHORT_DAY: Final = {Language.ENGLISH: "d MMM", Language.CHINESE: "M月d日"}
_MOMENT: Final = {Language.ENGLISH: "d MMM yyyy, HH:mm", Language.CHINESE: "yyyy年M月d日 HH:mm"}
_EXACT: Final = {Language.ENGLISH: "d MMM yyyy, HH:mm:ss", Language.CHINESE: "yyyy年M月d日 HH:mm:ss"}
_UNITS: Final = ("B", "kB", "MB", "GB")


class Formats:
    """Writes values for one reader."""

    def __init__(self, language: Language, zone: tzinfo | None = None) -> None:
        """Take the language, and the zone in which times are told; None: UTC."""
        self.language: Final = language
        self._locale: Final = LOCALES[language]
        self._zone: Final = zone or ZoneInfo("UTC")

    def number(self, value: float | Decimal) -> str:
        """Return a number with its digits in groups."""
        return format_decimal(value, locale=self._locale)

    def short_number(self, value: float) -> str:
        """Return a large number in short: 12K, 1.2万."""
        return format_compact_decimal(value, locale=self._locale, fraction_digits=1)

    def percent(self, value: float, digits: int = 0) -> str:
        """Return a share, 0 to 1, as per cent."""
        return format_percent(value, "#,##0." + "0" * digits + "%" if digits else "#,##0%", self._locale)

    def money(self, minor: int, currency: str) -> str:
        """Return an amount of money.

        Args:
            minor: in the smallest unit of the currency, such as fen.
            currency: ISO 4217 code.
        """
        amount = Decimal(minor).scaleb(-get_currency_precision(currency))
        return format_currency(amount, currency, locale=self._locale)

    def size(self, octets: int) -> str:
        """Return the size of a file."""
        value, unit = float(octets), 0
        while value >= 1000 and unit < len(_UNITS) - 1:
            value, unit = value / 1000, unit + 1
        return f"{format_decimal(round(value, 1 if unit else 0), locale=self._locale)} {_UNITS[unit]}"

    def day(self, value: date) -> Markup:
        """Return a day; of a moment, the day it is in our zone."""
        local = value.astimezone(self._zone).date() if isinstance(value, datetime) else value
        return Markup('<time datetime="{}">{}</time>').format(local.isoformat(), self.plain_day(local))

    def plain_day(self, value: date) -> str:
        """Return a day as plain text."""
        return format_date(value, _DAY[self.language], self._locale)

    def short_day(self, value: date) -> str:
        """Return a day without its year, for axes of charts."""
        return format_date(value, _SHORT_DAY[self.language], self._locale)

    def moment(self, value: datetime) -> Markup:
        """Return a moment with its zone, to the minute; to the second where one looks closer."""
        local = value.astimezone(self._zone)
        text = format_datetime(local, _MOMENT[self.language], locale=self._locale)
        return Markup('<time datetime="{}" title="{}">{} <span class="zone">{}</span></time>').format(
            value.astimezone(UTC).isoformat(), self.exact(value), text, zone_of(local)
        )

    def midnight(self, value: datetime) -> datetime:
        """Return when the day of a moment began in our zone."""
        return datetime.combine(value.astimezone(self._zone).date(), time(), self._zone).astimezone(UTC)

    def local_day(self, value: datetime) -> date:
        """Return the day that a moment is in, in our zone."""
        return value.astimezone(self._zone).date()

    def begin_of(self, day: date) -> datetime:
        """Return when a day begins in our zone."""
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def exact(self, value: datetime) -> str:
        """Return a moment with its zone, to the second, as plain text."""
        local = value.astimezone(self._zone)
        text = format_datetime(local, _EXACT[self.language], locale=self._locale)
        return f"{text} {zone_of(local)}"

    def ago(self, value: datetime, now: datetime) -> Markup:
        """Return how long ago a moment was, or how long until it is; the moment itself where one looks closer."""
        text = format_timedelta(value - now, add_direction=True, locale=self._locale)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            value.astimezone(UTC).isoformat(), self.exact(value), text
        )

    def duration(self, value: timedelta) -> str:
        """Return a length of time."""
        return format_timedelta(value, threshold=1.5, locale=self._locale)


def zone_of(local: datetime) -> str:
    """Return the zone of a local moment, such as ``UTC+8``."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    sign, hours, rest = "-" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def in_fours(digits: str) -> str:
    """Return digits in groups of four, with blanks between: what people compare."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))

"""What things of the rules are called in the reader's language: services, channels, numbers, regions, states of licences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from openesim.adapters.web.desks.components.values import Pill, Tone
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.identity.texts import CHANNEL_TEXTS, SERVICE_TEXTS, said
from openesim.conditions.licensing.licence import Scope
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.licensing.texts import STATES
from openesim.conditions.rules.words import Channel, NumberKind, ServiceClass
from openesim.services.conditions.accounts.account import Account

LICENCE_TONES: Final = {
    LicenceState.DRAFT: Tone.IDLE,
    LicenceState.SUBMITTED: Tone.WAIT,
    LicenceState.IN_REVIEW: Tone.INFO,
    LicenceState.ASKED_BACK: Tone.WAIT,
    LicenceState.APPROVED: Tone.GOOD,
    LicenceState.SUSPENDED: Tone.BAD,
    LicenceState.REFUSED: Tone.BAD,
    LicenceState.REVOKED: Tone.BAD,
    LicenceState.EXPIRED: Tone.IDLE,
    LicenceState.WITHDRAWN: Tone.IDLE,
}

_BY_NUMBER: Final = {
    "11": "bj", "12": "tj", "13": "he", "14": "sx", "15": "nm", "21": "ln", "22": "jl", "23": "hl", "31": "sh", "32": "js",
    "33": "zj", "34": "ah", "35": "fj", "36": "jx", "37": "sd", "41": "ha", "42": "hb", "43": "hn", "44": "gd", "45": "gx",
    "46": "hi", "50": "cq", "51": "sc", "52": "gz", "53": "yn", "54": "xz", "61": "sn", "62": "gs", "63": "qh", "64": "nx",
    "65": "xj",
}  # fmt: skip
"""Letters of provinces by the digits of GB/T 2260: both forms are in use."""


_VERIFIERS: Final = {"counter": "counter", "authority": "authority", "oidc": "provider"}
"""Words by what the name of a verifier begins with."""

_DAY_CHARACTERS: Final = len("2026-01-31")


def service_name(visit: Visit, service: ServiceClass | str) -> str:
    """Return what a class of service is called."""
    return said(SERVICE_TEXTS, service, visit.language.value)


def channel_name(visit: Visit, channel: Channel | str) -> str:
    """Return what a channel is called."""
    return said(CHANNEL_TEXTS, channel, visit.language.value)


def number_name(visit: Visit, number: NumberKind | str) -> str:
    """Return what a kind of number is called."""
    return visit.say(f"rules.number.{number}")


def region_name(visit: Visit, region: str) -> str:
    """Return what a region is called; a code that has no name stays as it is."""
    if not region:
        return visit.say("region.unknown")
    key = f"region.{_key_of(region)}"
    return visit.say(key) if key in visit.pages.wording else region


def _key_of(region: str) -> str:
    country, _, part = region.partition("-")
    return f"cn-{_BY_NUMBER[part]}" if country == "CN" and part in _BY_NUMBER else region.lower()


def in_words(visit: Visit, texts: Mapping[str, str]) -> str:
    """Return a text of a pack or a checklist in the reader's language, in English where it is not spoken."""
    return texts.get(visit.language.value, texts.get("en", ""))


def verifier_title(visit: Visit, verifier: str) -> str:
    """Return what a verifier is called in the reader's language, or in another one; without a title, its name.

    Args:
        visit: who reads.
        verifier: as cases have it: ``oidc:bank``.
    """
    titles = visit.pages.verifier_titles.get(verifier, {})
    return titles.get(visit.language.value) or next(iter(titles.values()), verifier.partition(":")[2])


def verifier_name(visit: Visit, verifier: str) -> str:
    """Return what a verifier is, and what he is called."""
    key = _VERIFIERS.get(verifier.partition(":")[0], "")
    return visit.say(f"operator.who.{key}", name=verifier_title(visit, verifier)) if key else verifier


def is_verifier(actor: str) -> bool:
    """Tell whether somebody whom the ledger names is a verifier."""
    return actor.partition(":")[0] in _VERIFIERS


def date_text(visit: Visit, text: str) -> str:
    """Return a day or a moment, as programs write it, as people do; what is neither stays as it is."""
    try:
        if len(text) == _DAY_CHARACTERS:
            return visit.format.plain_day(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo is None else visit.format.exact(moment)


def twin(visit: Visit, pair: tuple[str, str]) -> str:
    """Return the one of two texts, English and Chinese, that the reader reads."""
    return pair[visit.language.value == "zh"]


def licence_pill(visit: Visit, state: LicenceState) -> Pill:
    """Return the state of a licence."""
    label = twin(visit, STATES[state.value])
    why = visit.say(f"licence.state.{state.value}")
    return Pill(capital(label), LICENCE_TONES[state], why)


def account_pill(visit: Visit, words: str, account: Account) -> Pill:
    """Return how an account stands, in the words of whoever keeps it."""
    if account.disabled_at is not None:
        return Pill.of(visit, f"{words}.state.disabled", Tone.BAD)
    if account.one_time_until is not None:
        is_over = account.one_time_until < visit.now
        name, tone = ("lapsed", Tone.BAD) if is_over else ("invited", Tone.WAIT)
        return Pill.of(visit, f"{words}.state.{name}", tone)
    return Pill.of(visit, f"{words}.state.open", Tone.GOOD)


def listed(visit: Visit, words: Iterable[str]) -> str:
    """Return words in a row, as the language has them."""
    return visit.say("licence.comma").join(words)


def scope_texts(visit: Visit, scope: Scope) -> dict[str, str]:
    """Return what a scope lets somebody do, by field, in words."""
    words: dict[str, list[str]] = {
        "channels": [channel_name(visit, each) for each in sorted(scope.channels)],
        "regions": [region_name(visit, each) for each in sorted(scope.regions)],
        "numbers": [number_name(visit, each) for each in sorted(scope.numbers)],
    }
    everything = {"channels": "rules.all", "regions": "rules.everywhere", "numbers": "rules.all"}
    return {name: listed(visit, some) or visit.say(everything[name]) for name, some in words.items()}


def last_moment(ends: datetime | None) -> datetime | None:
    """Return the last moment at which something holds that ends at a moment: so the day that is shown is the last one."""
    return None if ends is None else ends - timedelta(milliseconds=1)


def last_day(visit: Visit, ends: datetime | None) -> date | None:
    """Return the last day on which something holds that ends at a moment, where times are told."""
    return None if ends is None else visit.format.local_day(ends - timedelta(milliseconds=1))


def members(kind: type[StrEnum], names: Any) -> dict[str, str]:
    """Return what the members of an enumeration are called, by value, for fields of forms.

    Args:
        kind: the enumeration.
        names: returns what one is called.
    """
    return {each.value: names(each) for each in kind}

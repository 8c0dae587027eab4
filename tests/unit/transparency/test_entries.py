"""Entries: the same thing told has the same digest, however it came; another thing another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid
from openesim.transparency.entries import GATE, Entry, EntryKind, digest_of

ENTRY = Entry(
    kind=EntryKind.DECISION,
    at=datetime(2026, 11, 29, 12, 0, 0, 1_000, tzinfo=UTC),
    actor=GATE,
    operator="qinghe",
    order_id=7,
    facts={"verdict": "allow", "cause": "无"},
)


def test_what_is_digested_is_json_without_blanks_names_in_order() -> None:
    """Stated in octets, since strangers rely on it: it never changes without another number in the domain."""
    assert ENTRY.told.decode() == (
        '{"actor":"gate","at":1795953600001,"facts":{"cause":"无","verdict":"allow"},"kind":"decision",'
        '"operator":"qinghe","order_id":7,"subject":null}'
    )
    # printf '%s' "openesim ledger entry 1" | cat - <(printf '\0') told | sha256sum
    assert ENTRY.digest.hex() == "8ba2ab26bf19b7ad279216d31fe9332bf1316a9a5050ff402dc4be577aac6cdf"
    assert digest_of(ENTRY.told) == ENTRY.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": {"cause": "无", "verdict": "allow"}},
        {"at": ENTRY.at.astimezone(timezone(timedelta(hours=8)))},
        {"at": ENTRY.at + timedelta(microseconds=999)},
    ],
    ids=["order of facts", "another zone", "less than a millisecond"],
)
def test_the_same_thing_told_in_another_way_has_the_same_digest(changes: dict[str, Any]) -> None:
    assert replace(ENTRY, **changes).digest == ENTRY.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": EntryKind.DEED},
        {"at": ENTRY.at + timedelta(milliseconds=1)},
        {"actor": "gate "},
        {"operator": None},
        {"operator": ""},
        {"subject": "qinghe", "operator": None},
        {"order_id": None},
        {"facts": {}},
        {"facts": {"verdict": "allow", "cause": "无", "": ""}},
    ],
)
def test_another_thing_told_has_another_digest(changes: dict[str, Any]) -> None:
    assert replace(ENTRY, **changes).digest != ENTRY.digest


def test_every_millisecond_is_kept_as_it_is() -> None:
    """Counted in floating point, some come out one lower."""
    for millisecond in range(1000):
        at = datetime(2026, 11, 29, 12, 0, 0, millisecond * 1000, tzinfo=UTC)
        assert f'"at":1795953600{millisecond:03}' in replace(ENTRY, at=at).told.decode()


def test_identifiers_are_told_as_the_texts_that_they_are() -> None:
    text = "89049032000000000000000000000018"
    typed, plain = replace(ENTRY, facts={"eid": Eid(text)}), replace(ENTRY, facts={"eid": text})
    assert typed.told == plain.told


def test_half_a_surrogate_is_refused() -> None:
    with pytest.raises(DecodeError):
        _ = replace(ENTRY, facts={"reason": "\ud800"}).digest

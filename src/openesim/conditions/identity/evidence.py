"""The evidence record: what was shown and done when a person was verified, and nothing that is personal.

It is JSON in one form only (members in order, no blanks, UTF-8), so that its SHA-256 says whether it was changed. The
hash stands in the case, in the order, and in the decision of the gate that let the profile be written; whoever holds the
record can show that it is the one.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import msgspec

from openesim.conditions.identity.case import Case
from openesim.conditions.identity.judging import is_minor
from openesim.conditions.rules.pack import Pack
from openesim.kernel.errors import DecodeError, VerificationError

FORMAT: Final = 1

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence record.

    Attributes:
        octets: as it is kept and digested.
    """

    octets: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of the record, 32 octets."""
        return sha256(self.octets).digest()

    @property
    def told(self) -> dict[str, Any]:
        """What it tells, by name."""
        told: dict[str, Any] = msgspec.json.decode(self.octets)
        return told


def make_evidence(case: Case, pack: Pack, now: datetime) -> Evidence:
    """Return the record of a case that was just verified.

    Args:
        case: with everything that was found, verified.
        pack: the rules by which it was judged.
        now: aware UTC.
    """
    told = {
        "format": FORMAT,
        "case": case.case_id,
        "operator": case.operator,
        "service": case.service.value,
        "channel": case.channel.value,
        "eid": None if case.eid is None else str(case.eid),
        "region": case.region,
        "person": None if case.person is None else case.person.hex(),
        "group": None if case.group is None else case.group.value,
        "document": None if case.document is None else case.document.value,
        "assurance": sorted(case.assurance),
        "is_minor": is_minor(pack, case.age),
        "acts_for_another": case.acts_for_another,
        "brought": sorted(case.brought),
        "verifier": case.verifier,
        "reference": case.reference,
        "clerk": case.clerk,
        "second": case.second,
        "notices": {name: _text_digests(pack.notices[name]) for name in case.notices if name in pack.notices},
        "pack": {"id": pack.id, "version": pack.version},
        "applied_at": _written(case.created_at),
        "verified_at": _written(case.verified_at or now),
    }
    return Evidence(_encode(told))


def verify_evidence(octets: bytes, digest: bytes) -> Evidence:
    """Return a record that is the one it is said to be.

    Args:
        octets: the record.
        digest: as a case, an order or an entry of the ledger names it, 32 octets.

    Raises:
        VerificationError: it is another one, or was changed.
        DecodeError: it is not in its one form.
    """
    evidence = Evidence(octets)
    told: Any
    if not hmac.compare_digest(evidence.digest, digest):
        raise VerificationError(
            "this is not the evidence record with that hash: it is another one, or was changed"
        )
    try:
        told = msgspec.json.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DecodeError("the evidence record cannot be read") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT or _encode(told) != octets:
        raise DecodeError("the evidence record is not in its one form")
    return evidence


def _text_digests(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the SHA-256 of a notice in every language it has: what was shown can be told, and is not repeated."""
    return {language: sha256(text.encode()).hexdigest() for language, text in texts.items()}


def _written(moment: datetime) -> str:
    """Return a moment as it stands in the record: UTC, to the millisecond, as stores keep it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

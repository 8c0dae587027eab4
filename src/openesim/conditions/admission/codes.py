"""Codes of causes: how a finding is noted in a history, so that it can be explained in any language afterwards.

``gate:too-many-lines?{"most":"5","present":"5"}``: the cause, and the facts that its text has room for.
"""

from __future__ import annotations

from typing import Final

import msgspec

from openesim.conditions.admission.decision import Finding, Verdict
from openesim.conditions.admission.texts import CAUSES, Cause
from openesim.conditions.admission.texts import Owner as Side
from openesim.kernel.texts import fill
from openesim.messages.sgp22.explained import Explained
from openesim.messages.sgp22.explained.entries import Entry, Owner, Words

PREFIX: Final = "gate:"

_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_decode: Final = msgspec.json.Decoder(dict[str, str]).decode

_OWNERS: Final = {
    Side.PERSON: Owner.USER,
    Side.OPERATOR: Owner.OPERATOR,
    Side.VENDOR: Owner.DEVICE_MAKER,
    Side.REGULATOR: Owner.REGULATOR,
}


def code_of(finding: Finding) -> str:
    """Return the code of a finding."""
    facts = _encode(dict(finding.facts)).decode() if finding.facts else ""
    return f"{PREFIX}{finding.cause}" + (f"?{facts}" if facts else "")


def explained(code: str) -> Explained | None:
    """Return what a code means to people; None for one that is no cause of the gate."""
    if not code.startswith(PREFIX):
        return None
    name, _, query = code.removeprefix(PREFIX).partition("?")
    cause = CAUSES.get(name)
    if cause is None:
        return None
    facts = _Known(_read(query))
    return Explained.of(
        PREFIX + name, Entry(_OWNERS[cause.owner], _words(cause, "en", facts), _words(cause, "zh", facts))
    )


class _Known(dict[str, str]):
    """Facts by name; one that an older history does not have is left open."""

    def __missing__(self, key: str) -> str:
        return "…"


def _words(cause: Cause, language: str, facts: dict[str, str]) -> Words:
    return Words(fill(cause.why[language], facts), fill(cause.next_step[language], facts))


def finding_of(code: str) -> Finding | None:
    """Return the finding of a code, without its rule and its weight; None for one that is no cause of the gate."""
    name, _, query = code.removeprefix(PREFIX).partition("?")
    if not code.startswith(PREFIX) or name not in CAUSES:
        return None
    return Finding(Verdict.REFUSE, "", name, _read(query))


def _read(query: str) -> dict[str, str]:
    """Return the facts of a code; none where they cannot be read."""
    try:
        return _decode(query) if query else {}
    except msgspec.MsgspecError:
        return {}

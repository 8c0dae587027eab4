"""What somebody looked at and cleared does not count any more against an order; what comes afterwards does.

Whoever lets a held order go on looked at what it was held for, and at nothing else. So entries of the watch-list are
cleared one by one, by their numbers, and other findings by their codes, facts included: neither a new entry nor a later
moment hides behind what was cleared before. What the rules refuse nobody clears.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from openesim.conditions.admission.codes import code_of
from openesim.conditions.admission.deciding import decide
from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.admission.facts import Application, Facts, Signals
from openesim.conditions.admission.watching import Sign
from openesim.conditions.rules.pack import Pack

_OF_WATCHED: Final = frozenset({"listed", "score", "score-too-high"})
"""Causes that entries of the watch-list lead to."""

_OF_THE_DAY: Final = "too-many-orders"
"""An order is among those that are counted: once it was cleared, the count of its day says nothing new."""


def weighed(signals: Signals, signs: Collection[Sign]) -> Signals:
    """Return the signals with what entries of the watch-list say: of several scores the highest counts."""
    return replace(
        signals,
        score=max((sign.score for sign in signs), default=0),
        is_listed=any(sign.is_listed for sign in signs),
    )


def signs_in(decision: Decision, signs: Iterable[Sign]) -> tuple[str, ...]:
    """Return what an order is held for, each by a name of its own; nothing where it is not held.

    Args:
        decision: about it.
        signs: entries of the watch-list that count.
    """
    if decision.verdict is not Verdict.HOLD:
        return ()
    codes = {code_of(each) for each in decision.findings if _is_held(each) and each.cause not in _OF_WATCHED}
    return (*sorted(codes), *(_name(sign) for sign in sorted(signs, key=lambda sign: sign.entry_id)))


def decide_uncleared(
    pack: Pack,
    application: Application,
    facts: Facts,
    looked_at: tuple[Collection[Sign], Collection[str]],
    now: datetime,
) -> Decision:
    """Decide about an order without what somebody looked at and found harmless.

    Args:
        pack: the rules.
        application: what is asked for.
        facts: everything known, all entries of the watch-list weighed in.
        looked_at: entries of the watch-list that count, and what of them and of other findings was cleared.
        now: aware UTC.
    """
    signs, cleared = looked_at
    decision = decide(pack, application, facts, now)
    if not cleared or not decision.findings:
        return decision
    new = [sign for sign in signs if _name(sign) not in cleared]
    anew = decide(pack, application, replace(facts, signals=weighed(facts.signals, new)), now)
    left = [each for each in decision.findings if _counts(each, cleared)]
    left += [each for each in anew.findings if each.cause in _OF_WATCHED and not _is_refused(each)]
    return Decision(decision.pack, decision.version, tuple(sorted(left, key=lambda each: -each.verdict)))


def _counts(finding: Finding, cleared: Collection[str]) -> bool:
    """Tell whether a finding counts, whatever is new on the watch-list."""
    if finding.cause in _OF_WATCHED:
        return _is_refused(finding)
    return not _is_held(finding) or (finding.cause != _OF_THE_DAY and code_of(finding) not in cleared)


def _is_held(finding: Finding) -> bool:
    return finding.verdict is Verdict.HOLD


def _is_refused(finding: Finding) -> bool:
    return finding.verdict is Verdict.REFUSE


def _name(sign: Sign) -> str:
    return f"watched:{sign.entry_id}"

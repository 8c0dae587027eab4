"""What a changed pack would have decided on orders of the past.

The facts that a decision was made of are asked again, under the pack that held then and under the changed one; so only
the change shows. Where the pack of then is not at hand, the verdict of then stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from openesim.conditions.admission.deciding import decide
from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.admission.facts import Application, Facts
from openesim.conditions.rules.pack import Pack

EXAMPLES: Final = 5
"""How many orders are named for one cause."""


class Change(StrEnum):
    """How a decision comes out under the changed pack."""

    SAME = "same"
    OTHER_CAUSE = "other-cause"
    """The same verdict, for another cause."""
    NEWLY_ALLOWED = "newly-allowed"
    NEWLY_ASKED = "newly-asked"
    """More would have been asked of the person."""
    NEWLY_HELD = "newly-held"
    NEWLY_REFUSED = "newly-refused"


TEXTS: Final[dict[Change, dict[str, str]]] = {
    Change.SAME: {"en": "decided the same", "zh": "结果相同"},
    Change.OTHER_CAUSE: {"en": "decided the same, for another cause", "zh": "结果相同，原因不同"},
    Change.NEWLY_ALLOWED: {"en": "newly allowed", "zh": "改为准许"},
    Change.NEWLY_ASKED: {"en": "newly asked for more", "zh": "改为要求补充"},
    Change.NEWLY_HELD: {"en": "newly held", "zh": "改为待审"},
    Change.NEWLY_REFUSED: {"en": "newly refused", "zh": "改为拒绝"},
}

_CHANGES: Final = {
    Verdict.ALLOW: Change.NEWLY_ALLOWED,
    Verdict.STEP_UP: Change.NEWLY_ASKED,
    Verdict.HOLD: Change.NEWLY_HELD,
    Verdict.REFUSE: Change.NEWLY_REFUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A decision of the past.

    Attributes:
        order_id: of the order it was about; 0: it is not told.
        at: when it was made, aware UTC.
        application: what was asked for.
        facts: what was known.
        decision: what was decided; its findings may be told without facts.
    """

    order_id: int
    at: datetime
    application: Application
    facts: Facts
    decision: Decision


@dataclass(slots=True)
class Group:
    """Decisions that change alike, for one cause.

    Attributes:
        finding: what makes the difference: of the changed pack, or, where that allows, of the pack before.
        count: how many.
        orders: some of the orders.
    """

    finding: Finding
    count: int = 0
    orders: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What a simulation found so far; it grows with causes, and not with orders.

    Attributes:
        counts: decisions by how they come out.
        groups: the same by change, rule and cause.
        unreadable: records that cannot be read.
        without_pack: decisions whose pack of then is not at hand.
    """

    counts: dict[Change, int] = field(default_factory=lambda: dict.fromkeys(Change, 0))
    groups: dict[tuple[Change, str, str], Group] = field(default_factory=dict)
    unreadable: int = 0
    without_pack: int = 0

    @property
    def total(self) -> int:
        """How many decisions were asked again."""
        return sum(self.counts.values())

    def sorted_groups(self) -> list[tuple[Change, Group]]:
        """Return the groups: by change, and in each the greatest first."""
        order = list(Change)
        found = [(change, group) for (change, _, _), group in self.groups.items()]
        return sorted(found, key=lambda each: (-order.index(each[0]), -each[1].count, each[1].finding.rule))

    def add(self, change: Change, finding: Finding | None, order_id: int) -> None:
        """Count a decision."""
        self.counts[change] += 1
        if finding is None or change is Change.SAME:
            return
        group = self.groups.setdefault((change, finding.rule, finding.cause), Group(finding))
        group.count += 1
        if order_id and len(group.orders) < EXAMPLES and order_id not in group.orders:
            group.orders.append(order_id)


def simulate(changed: Pack, packs: dict[tuple[str, str], Pack], past: Iterable[Past], tally: Tally) -> None:
    """Ask decisions of the past again, and count how they come out.

    Args:
        changed: the pack that might be.
        packs: packs of then, by name and version.
        past: the decisions.
        tally: counts them.
    """
    for each in past:
        then = packs.get((each.decision.pack, each.decision.version))
        if then is None:
            tally.without_pack += 1
        before = each.decision if then is None else decide(then, each.application, each.facts, each.at)
        after = decide(changed, each.application, each.facts, each.at)
        change = change_of(before, after)
        tally.add(change, after.decisive or before.decisive, each.order_id)


def change_of(before: Decision, after: Decision) -> Change:
    """Return how a decision comes out."""
    if before.verdict is not after.verdict:
        return _CHANGES[after.verdict]
    causes = [{(each.rule, each.cause) for each in decision.findings} for decision in (before, after)]
    return Change.SAME if causes[0] == causes[1] else Change.OTHER_CAUSE

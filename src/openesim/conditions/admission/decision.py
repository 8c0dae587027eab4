"""What the gate says: a verdict, and every finding that led to it.

*Hold* is not *refuse*: a held order waits, with its reason, for somebody to look at it or for a time to pass. *Step up*
asks the person for more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Verdict(IntEnum):
    """What happens with an order; of several findings the gravest counts."""

    ALLOW = 0
    STEP_UP = 1
    HOLD = 2
    REFUSE = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One demand of the pack that is not met.

    Attributes:
        verdict: what follows.
        rule: where the demand stands in the pack, such as ``service.phone.channels``.
        cause: key of the text for people (``texts.CAUSES``).
        facts: what it was judged by, as text without personal data.
    """

    verdict: Verdict
    rule: str
    cause: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says about one case.

    Attributes:
        pack: name of the rule pack.
        version: which version of it.
        findings: what is not met, gravest first; empty: everything is met.
    """

    pack: str
    version: str
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The gravest of all findings; ALLOW without any."""
        return self.findings[0].verdict if self.findings else Verdict.ALLOW

    @property
    def decisive(self) -> Finding | None:
        """The finding that counts."""
        return self.findings[0] if self.findings else None

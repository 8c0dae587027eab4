"""What a check looks at, and what it says about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.access_rules import AccessRule, decode_rules
from openesim.messages.saip.file_tree import FileTree
from openesim.messages.saip.package import Package
from openesim.messages.saip.response import PeStatusCode
from openesim.messages.saip.rules import RULES, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found.

    Attributes:
        rule_id: which rule, such as ``order.header-first``.
        severity: how much it matters.
        element: kind and identification of the element, empty where the whole package is meant.
        reason: what is wrong, without secrets.
    """

    rule_id: str
    severity: Severity
    element: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """A package with its files worked out once, for all rules."""

    package: Package
    tree: FileTree
    _rules: dict[bytes, tuple[AccessRule, ...] | DecodeError] = field(default_factory=dict, repr=False)

    def unknown_templates(self) -> frozenset[str]:
        """Return the elements whose template is not known: what files they make is not known either."""
        status = PeStatusCode.TEMPLATE_NOT_SUPPORTED
        return frozenset(fault.element for fault in self.tree.faults if fault.status is status)

    def rules(self, record: bytes) -> tuple[AccessRule, ...]:
        """Return the rules of a record of EF.ARR, each record read once.

        Raises:
            DecodeError: the record is no list of rules.
        """
        if record not in self._rules:
            try:
                self._rules[record] = decode_rules(record)
            except DecodeError as refused:
                self._rules[record] = refused
        rules = self._rules[record]
        if isinstance(rules, DecodeError):
            raise DecodeError(rules.reason, rules.path, rules.offset)
        return rules


def found(rule_id: str, element: str, reason: str) -> Finding:
    """Return a finding of a rule; how much it matters stands in the table of rules."""
    return Finding(rule_id, RULES[rule_id].severity, element, reason)

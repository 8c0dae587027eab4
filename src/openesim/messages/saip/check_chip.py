"""Rules on a chip: whether it would take a package, asked before a download is spent on it.

Source: TCA eUICC Profile Package 3.3.1, PE_Definitions (UICCCapability); SGP.22 v2.5 §4.2, §5.7.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openesim.messages.saip.capabilities import UNDECISIVE_SERVICES, check_against_chip
from openesim.messages.saip.finding import Finding, Inspection, found
from openesim.messages.saip.header import ProfileHeader
from openesim.messages.saip.response import PeStatusCode

_RULE_OF_STATUS = {
    PeStatusCode.FEATURE_NOT_SUPPORTED: "chip.service",
    PeStatusCode.RUNTIME_NOT_SUPPORTED: "chip.service",
    PeStatusCode.NOT_ENOUGH_MEMORY: "chip.memory",
    PeStatusCode.TEMPLATE_NOT_SUPPORTED: "chip.template",
}
"""Failures that a chip's own description decides; the others are found without a chip."""


@dataclass(frozen=True, slots=True)
class Chip:
    """What a chip says of itself.

    Attributes:
        services: its capabilities, in the words of UICCCapability in lower case; none at all where it is silent.
        major_version: of the packages it reads, or None.
        free_memory: octets free for profiles, or None.
    """

    services: frozenset[str]
    major_version: int | None = None
    free_memory: int | None = None


def check_chip(it: Inspection, chip: Chip) -> Iterator[Finding]:
    """A chip has what the package needs."""
    for header in it.package.values(ProfileHeader):
        if chip.major_version is not None and header.major_version > chip.major_version:
            reason = f"package is of version {header.major_version}, the chip reads {chip.major_version}"
            yield found("chip.version", "header", reason)
    for failure in check_against_chip(it.package, chip.services, chip.free_memory):
        rule_id = _RULE_OF_STATUS.get(failure.status)
        if rule_id is None or (rule_id == "chip.service" and not chip.services):
            continue
        if failure.service in UNDECISIVE_SERVICES:
            rule_id = "chip.undeclared"
        yield found(rule_id, failure.element, failure.reason)

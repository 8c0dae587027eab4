"""Checking a package before anybody downloads it.

Every rule is a function of the inspected package that yields findings; a rule has an id that stays. The rules of
form are in ``check_structure``, those of content in ``check_content``.

Source: TCA eUICC Profile Package §8, §9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from openesim.messages.saip import check_content, check_structure
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.finding import Finding, Inspection, Severity
from openesim.messages.saip.package import Package

Rule = Callable[[Inspection], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    check_structure.check_order,
    check_structure.check_codes_order,
    check_structure.check_identifications,
    check_structure.check_version,
    check_structure.check_templates,
    check_structure.check_members,
    check_structure.check_services,
    check_structure.check_authentication,
    check_content.check_iccid,
    check_content.check_imsi,
    check_content.check_keys,
    check_content.check_pins,
    check_content.check_files,
    check_content.check_access_rules,
    check_content.check_directory,
    check_content.check_service_table,
)
"""All rules, in the order their findings are given."""

__all__ = ["RULES", "Finding", "Severity", "check_package", "has_errors"]


def check_package(package: Package) -> tuple[Finding, ...]:
    """Return what is wrong with a package or worth knowing; an empty result is a clean one."""
    inspection = Inspection(package, build_file_system(package))
    return tuple(finding for rule in RULES for finding in rule(inspection))


def has_errors(findings: tuple[Finding, ...]) -> bool:
    """Tell whether one of the findings is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)

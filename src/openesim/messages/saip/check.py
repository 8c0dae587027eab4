"""Checking a package before anybody downloads it.

Every check is a function of the inspected package that yields findings of the rules in ``rules``. Those of form are
in ``check_structure``, those on names, secrets and files in ``check_identities``, ``check_secrets`` and
``check_files``; ``check_chip`` asks whether a chip would take the package.

Source: TCA eUICC Profile Package §8, §9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from openesim.messages.saip import check_files, check_identities, check_secrets, check_structure
from openesim.messages.saip.check_chip import Chip, check_chip
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.finding import Finding, Inspection
from openesim.messages.saip.package import Package
from openesim.messages.saip.rules import Severity

Check = Callable[[Inspection], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    check_structure.check_order,
    check_structure.check_codes_order,
    check_structure.check_identifications,
    check_structure.check_version,
    check_structure.check_templates,
    check_structure.check_members,
    check_structure.check_services,
    check_structure.check_authentication,
    check_structure.check_code,
    check_identities.check_iccid,
    check_identities.check_imsi,
    check_identities.check_home_network,
    check_identities.check_ims,
    check_identities.check_suci,
    check_secrets.check_keys,
    check_secrets.check_remote_management,
    check_secrets.check_codes,
    check_secrets.check_pins,
    check_files.check_files,
    check_files.check_access_rules,
    check_files.check_directory,
    check_files.check_service_table,
)
"""All checks, in the order their findings are given."""

__all__ = ["CHECKS", "Chip", "Finding", "Severity", "check_package", "has_errors"]


def check_package(package: Package, chip: Chip | None = None) -> tuple[Finding, ...]:
    """Return what is wrong with a package or worth knowing; an empty result is a clean one.

    Args:
        package: the package.
        chip: what a chip says of itself, where one is meant.
    """
    inspection = Inspection(package, build_file_system(package))
    findings = tuple(finding for check in CHECKS for finding in check(inspection))
    return findings if chip is None else (*findings, *check_chip(inspection, chip))


def has_errors(findings: tuple[Finding, ...]) -> bool:
    """Tell whether one of the findings is an error."""
    return any(finding.severity is Severity.ERROR for finding in findings)

"""Findings of ``openesim profile check`` for people and programs, and the chip that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from openesim.kernel.errors import ConfigError, DecodeError
from openesim.messages.saip.check import Chip, Finding, Severity
from openesim.messages.saip.rules import RULES
from openesim.messages.sgp22.euicc_info import EuiccInfo2, free_non_volatile_memory

_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def chip_of(euicc_info2: EuiccInfo2) -> Chip:
    """Return what a chip says of itself, in the words that packages are checked by."""
    return Chip(
        services=frozenset(name.lower() for name in euicc_info2.uicc_capability.set_names),
        major_version=euicc_info2.profile_version[0],
        free_memory=free_non_volatile_memory(euicc_info2.ext_card_resource),
    )


def parse_chip(text: str) -> Chip:
    """Return the chip whose EUICCInfo2 is given in hexadecimal, or in a file that holds it.

    Raises:
        ConfigError: neither.
    """
    try:
        octets = bytes.fromhex(text) if set(text) <= _HEX_DIGITS else Path(text).read_bytes()
        return chip_of(EuiccInfo2.decode(octets))
    except (ValueError, OSError):
        raise ConfigError("--euicc-info2 wants hexadecimal digits beginning with BF22, or a file") from None
    except DecodeError as error:
        raise ConfigError(f"--euicc-info2 is no EUICCInfo2: {error}") from None


def chip_in(card: str) -> Chip:
    """Return what the chip behind a card says of itself.

    Raises:
        ConfigError: there is no such card.
        CardError: it is no eUICC, or refuses.
    """
    from openesim.apps.cli.lpa.options import PhoneOptions
    from openesim.apps.cli.lpa.phone import open_phone
    from openesim.services.lpa import Unattended

    with open_phone(PhoneOptions(card=card), Unattended()) as lpa:
        return chip_of(lpa.info().euicc_info2)


def finding_values(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON has it."""
    return {
        "rule": finding.rule_id,
        "severity": finding.severity.value,
        "element": finding.element,
        "reason": finding.reason,
    }


def print_findings(name: str, findings: Iterable[Finding], *, to_stderr: bool = False) -> None:
    """Print findings, the gravest first, and how many they are."""
    order = list(Severity)
    listed = sorted(findings, key=lambda one: order.index(one.severity))
    console = Console(highlight=False, soft_wrap=True, stderr=to_stderr)
    for (severity, rule_id, element), group in groupby(
        listed, lambda one: (one.severity, one.rule_id, one.element)
    ):
        console.print(
            Text.assemble(
                (f"{severity:<7}  ", _STYLES[severity]),
                (element or "package", "bold"),
                (f"  {rule_id}", "dim"),
            )
        )
        for one in group:
            console.print(Text(f"         {one.reason}"))
    counts = {severity: sum(one.severity is severity for one in listed) for severity in Severity}
    told = ", ".join(f"{count} {severity}{'s' * (count != 1)}" for severity, count in counts.items())
    console.print(Text(f"{name}: {told}", style="bold"))


def rule_lines() -> Iterator[str]:
    """Yield the table of rules in Markdown."""
    yield "| rule | severity | what a package has to be like |"
    yield "|---|---|---|"
    for rule_id, rule in RULES.items():
        yield f"| `{rule_id}` | {rule.severity} | {rule.text} |"

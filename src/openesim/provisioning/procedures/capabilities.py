"""What a profile package asks of a chip, as the bits with which chips describe themselves.

SM-DP+ and chip judge by the same table, so that what the one announces the other does not refuse.

Source: SGP.22 v2.5 Annex H (UICCCapability is derived from ServicesList).
"""

from __future__ import annotations

from collections.abc import Iterable

from openesim.messages.saip.capabilities import CAPABILITY_OF_SERVICE as NAME_OF_SERVICE
from openesim.messages.saip.capabilities import UNDECISIVE_SERVICES
from openesim.messages.sgp22.euicc_info import UiccCapability

_BITS = UiccCapability.names()

CAPABILITY_OF_SERVICE = {service: _BITS[name.upper()] for service, name in NAME_OF_SERVICE.items()}
"""Bit of UICCCapability by service of the profile header."""


def required_capabilities(services: Iterable[str]) -> UiccCapability:
    """Return the capabilities that a chip needs for the named services; unknown names need none."""
    bits = 0
    for service in services:
        bits |= CAPABILITY_OF_SERVICE.get(service, 0)
    return UiccCapability(bits)


NOT_DECISIVE = required_capabilities(UNDECISIVE_SERVICES)
"""Capabilities whose lack does not decide whether a chip can take a profile."""

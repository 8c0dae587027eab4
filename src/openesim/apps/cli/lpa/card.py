"""The card that ``--card`` names: a file, a reader or a modem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from openesim.kernel.errors import ConfigError

if TYPE_CHECKING:
    from openesim.services.ports import ApduTransport

PCSC, AT = "pcsc:", "at:"


def open_card(named: str | None) -> ApduTransport:
    """Open a card.

    Args:
        named: path of a software card, ``pcsc:`` and a part of a reader's name, or ``at:`` and a serial port.

    Raises:
        ConfigError: no card was named, or what was named is not there.
        CardError: there is no card, or it does not answer.
    """
    if not named:
        raise ConfigError("name the card before the command: openesim lpa --card CARD …")
    if named.startswith(PCSC):
        from openesim.adapters.apdu.pcsc import PcscCard

        return PcscCard(named.removeprefix(PCSC))
    if named.startswith(AT):
        from openesim.adapters.apdu.modem import open_modem

        return open_modem(named.removeprefix(AT))
    from openesim.adapters.apdu.software import SoftwareCard

    return SoftwareCard(Path(named))

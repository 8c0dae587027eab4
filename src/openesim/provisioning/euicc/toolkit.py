"""What the chip asks of the terminal: REFRESH, after a change of profile.

::

    from        what comes in                              to
    silent      TERMINAL PROFILE that names REFRESH         listening
    listening   a change of profile that wants a refresh    waiting      answers end in 91XX from now on
    waiting     FETCH                                       fetched
    fetched     TERMINAL RESPONSE                           listening
    any         power off                                   silent

A terminal that never sent TERMINAL PROFILE, such as an LPA at a card reader, stays silent and is asked nothing.

Source: ETSI TS 102 221 §7.4.2, §11.2; ETSI TS 102 223 §5, §6.4.7, §6.6.13; SGP.22 v2.5 §5.7.16.
"""

from __future__ import annotations

from enum import Enum

from openesim.encoding.tlv import encode

_PROACTIVE_COMMAND, _DETAILS, _DEVICES = 0xD0, 0x81, 0x82
_NUMBER, _REFRESH, _UICC_RESET = 0x01, 0x01, 0x04
_UICC, _TERMINAL = 0x81, 0x82
_REFRESH_OCTET, _REFRESH_BIT = 2, 0x80

REFRESH = encode(
    _PROACTIVE_COMMAND,
    encode(_DETAILS, bytes((_NUMBER, _REFRESH, _UICC_RESET))) + encode(_DEVICES, bytes((_UICC, _TERMINAL))),
)
"""The proactive command REFRESH with a reset of the card."""


class Dialogue(Enum):
    """How far chip and terminal have got."""

    SILENT = "silent"
    LISTENING = "listening"
    WAITING = "waiting"
    FETCHED = "fetched"

    @property
    def listens(self) -> bool:
        """Whether the terminal said that it takes REFRESH."""
        return self is not Dialogue.SILENT

    @property
    def is_busy(self) -> bool:
        """Whether the terminal still owes an answer: nothing else can be asked of it."""
        return self in (Dialogue.WAITING, Dialogue.FETCHED)


def takes_refresh(terminal_profile: bytes) -> bool:
    """Tell whether a terminal's profile names REFRESH.

    Source: ETSI TS 102 223 §5.2 (third byte, b8).
    """
    return bool(terminal_profile[_REFRESH_OCTET : _REFRESH_OCTET + 1]) and bool(
        terminal_profile[_REFRESH_OCTET] & _REFRESH_BIT
    )

"""Logical channels: what is selected on each, which blocks have come in, what waits to be fetched.

Source: ETSI TS 102 221 §8.7, §11.1.17.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from openesim.provisioning.uicc.card import OK, Selection

CHANNEL_COUNT = 20
"""Channels 0 to 19; 0 is always open."""


class Application(Enum):
    """What can be selected: name and AID (RID A000000559 of GSMA).

    Source: SGP.22 v2.5 §2.4.2, §2.4.3.
    """

    ISD_R = bytes.fromhex("A0000005591010FFFFFFFF8900000100")
    ECASD = bytes.fromhex("A0000005591010FFFFFFFF8900000200")


@dataclass(frozen=True, slots=True)
class Channel:
    """One open channel.

    Attributes:
        application: the chip's own application that is selected on it; None: the card of the enabled profile is.
        selection: what is selected on that card; None: what a reset selects.
        blocks: data of STORE DATA commands of which the last block has not come yet.
        response: octets that GET RESPONSE has not fetched yet.
        status_word: what comes behind the last of them.
    """

    application: Application | None = None
    selection: Selection | None = None
    blocks: tuple[bytes, ...] = ()
    response: bytes = b""
    status_word: int = OK


CLOSED_CHANNELS: tuple[Channel | None, ...] = (Channel(), *(None,) * (CHANNEL_COUNT - 1))
"""The channels after a reset: only the basic one is open."""

"""How an installation ends without a profile: the command it failed in, and why.

Source: SGP.22 v2.5 §2.5.6 (ErrorResult).
"""

from __future__ import annotations

from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason


class InstallationRefused(Exception):
    """The chip refuses to go on with an installation; becomes the result that it signs.

    Attributes:
        command: the ES8+ command.
        reason: why.
        sima_response: EUICCResponse of the profile interpreter, where it was asked.
        iccid: the profile, where the refusal itself has learnt it.
    """

    def __init__(
        self,
        command: BppCommandId,
        reason: ErrorReason,
        sima_response: bytes | None = None,
        iccid: Iccid | None = None,
    ) -> None:
        """Keep what the result has to say."""
        super().__init__(f"{command.name}: {reason.name}")
        self.command = command
        self.reason = reason
        self.sima_response = sima_response
        self.iccid = iccid

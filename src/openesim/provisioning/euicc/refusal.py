"""How an installation ends without a profile: the command it failed in, and why.

Source: SGP.22 v2.5 §2.5.6 (ErrorResult); TCA eUICC Profile Package 3.3.1 §8.11 (EUICCResponse).
"""

from __future__ import annotations

from openesim.kernel.ids import Iccid
from openesim.messages.saip.response import EuiccResponse, PeStatus, PeStatusCode
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason

_LONGEST_MESSAGE = 64


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


def refuse_element(
    status: PeStatusCode, identification: int | None, message: str, offset: int | None = None
) -> InstallationRefused:
    """Return the refusal of a package, with the element that ended it."""
    fault = PeStatus(status=status, identification=identification, offset=offset)
    response = EuiccResponse(
        pe_status=(fault,),
        profile_installation_aborted=True,
        status_message=message[:_LONGEST_MESSAGE].ljust(2),
    )
    return InstallationRefused(
        BppCommandId.LOAD_PROFILE_ELEMENTS,
        ErrorReason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
        response.encode(),
    )

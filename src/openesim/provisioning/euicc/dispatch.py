"""All ES10 functions of the chip, by tag.

Source: SGP.22 v2.5 §5.7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openesim.kernel.errors import DecodeError
from openesim.provisioning.euicc import authentication, download, es10a, es10b, es10c, install, revocation
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.session import ProfileLoading
from openesim.provisioning.euicc.state import Euicc
from openesim.provisioning.uicc.status_words import StatusWord, refused

Handler = Callable[[Euicc, bytes, Ambient], tuple[Euicc, bytes]]

MOST_OCTETS = 1 << 17
"""Longest command; what fits into 256 blocks is shorter."""


@dataclass(frozen=True, slots=True)
class Function:
    """One ES10 function.

    Attributes:
        name: its name in the standard.
        handler: takes chip, command and surroundings; returns the next chip and the response.
        while_loading: whether it is answered while a profile is being loaded. What only tells something and what
            ends the session is; what changes the chip is not.
    """

    name: str
    handler: Handler
    while_loading: bool = False


FUNCTIONS = {
    0xBF3C: Function("GetEuiccConfiguredAddresses", es10a.get_euicc_configured_addresses, while_loading=True),
    0xBF3F: Function("SetDefaultDpAddress", es10a.set_default_dp_address),
    0xBF20: Function("GetEUICCInfo", es10b.get_euicc_info1, while_loading=True),
    0xBF22: Function("GetEUICCInfo", es10b.get_euicc_info2, while_loading=True),
    0xBF2E: Function("GetEUICCChallenge", es10b.get_euicc_challenge, while_loading=True),
    0xBF38: Function("AuthenticateServer", authentication.authenticate_server),
    0xBF21: Function("PrepareDownload", download.prepare_download),
    0xBF41: Function("CancelSession", authentication.cancel_session, while_loading=True),
    0xBF28: Function("ListNotification", es10b.list_notification, while_loading=True),
    0xBF2B: Function("RetrieveNotificationsList", es10b.retrieve_notifications_list, while_loading=True),
    0xBF30: Function("RemoveNotificationFromList", es10b.remove_notification_from_list),
    0xBF35: Function("LoadCRL", revocation.load_crl),
    0xBF43: Function("GetRAT", es10b.get_rat, while_loading=True),
    0xBF2D: Function("GetProfilesInfo", es10c.get_profiles_info, while_loading=True),
    0xBF31: Function("EnableProfile", es10c.enable_profile),
    0xBF32: Function("DisableProfile", es10c.disable_profile),
    0xBF33: Function("DeleteProfile", es10c.delete_profile),
    0xBF34: Function("eUICCMemoryReset", es10c.euicc_memory_reset),
    0xBF3E: Function("GetEID", es10c.get_eid, while_loading=True),
    0xBF29: Function("SetNickname", es10c.set_nickname),
    0xBF42: Function("LpaeActivation", es10c.activate_lpae),
}
"""Function by tag of its command."""


def execute(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Carry out one ES10 command, or take one segment of a bound profile package.

    Args:
        euicc: the chip before.
        command: a complete TLV, or a segment.
        ambient: what surrounds the chip.

    Returns:
        The chip after, and the response data.

    Raises:
        CardError: with the status word; the chip is as it was.

    Source: SGP.22 v2.5 §5.7.2.
    """
    if len(command) > MOST_OCTETS:
        raise refused(StatusWord.WRONG_LENGTH)
    tag = _read_tag(command)
    if tag in install.SEGMENT_TAGS:
        return install.load_bound_profile_package(euicc, command, ambient)
    function = FUNCTIONS.get(tag)
    if function is None:
        raise refused(StatusWord.REFERENCED_DATA_NOT_FOUND, f"no function has tag {tag:X}")
    if isinstance(euicc.ram.session, ProfileLoading) and not function.while_loading:
        raise refused(
            StatusWord.CONDITIONS_NOT_SATISFIED, f"{function.name} has to wait: a profile is loading"
        )
    try:
        return function.handler(euicc, command, ambient)
    except DecodeError as error:
        raise refused(StatusWord.INCORRECT_DATA, str(error)) from None


def _read_tag(command: bytes) -> int:
    """Return the tag that a command begins with, of one or two octets.

    Raises:
        CardError: there is none (6A80).
    """
    octets = 2 if command and command[0] & 0x1F == 0x1F else 1
    if len(command) < octets:
        raise refused(StatusWord.INCORRECT_DATA, "the command has no tag")
    return int.from_bytes(command[:octets], "big")

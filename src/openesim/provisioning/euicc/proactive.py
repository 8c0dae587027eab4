"""Commands of the terminal about proactive commands: what it takes, what waits for it, what came of it, what happened.

Source: ETSI TS 102 221 §7.4.2, §11.2.
"""

from __future__ import annotations

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError
from openesim.provisioning.euicc import remote
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.card import take_out
from openesim.provisioning.euicc.state import Euicc
from openesim.provisioning.euicc.toolkit import REFRESH, Dialogue, takes_refresh
from openesim.provisioning.procedures.short_message import SMS_PP_DOWNLOAD
from openesim.provisioning.uicc.command_apdu import CommandApdu, require_class
from openesim.provisioning.uicc.status_words import StatusWord, refused, wrong_length

_ANY_LENGTH = 256
_OK = StatusWord.SUCCESS.octets


def terminal_profile(euicc: Euicc, command: CommandApdu, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Take note of which proactive commands the terminal takes.

    Raises:
        CardError: class of ISO (6E00), no profile (6700).

    Source: ETSI TS 102 221 §11.2.1; ETSI TS 102 223 §5.2.
    """
    require_class(command, is_proprietary=True)
    if not command.data:
        raise refused(StatusWord.WRONG_LENGTH)
    if euicc.ram.dialogue.is_busy:
        return euicc, _OK
    dialogue = Dialogue.LISTENING if takes_refresh(command.data) else Dialogue.SILENT
    return euicc.with_dialogue(dialogue), _OK


def fetch(euicc: Euicc, command: CommandApdu, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Give out the proactive command that waits.

    Raises:
        CardError: class of ISO (6E00), none waits (6985), another length can be had (6CXX).

    Source: ETSI TS 102 221 §11.2.3.
    """
    require_class(command, is_proprietary=True)
    if euicc.ram.dialogue is not Dialogue.WAITING:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, "no proactive command waits")
    if command.expected not in (None, _ANY_LENGTH, len(REFRESH)):
        raise wrong_length(len(REFRESH))
    return euicc.with_dialogue(Dialogue.FETCHED), REFRESH + _OK


def terminal_response(euicc: Euicc, command: CommandApdu, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Take the terminal's answer to REFRESH: now the card of the profile enabled before gives way.

    Raises:
        CardError: class of ISO (6E00), nothing was fetched (6985), no answer (6700).

    Source: ETSI TS 102 221 §11.2.4; SGP.22 v2.5 §5.7.16.
    """
    require_class(command, is_proprietary=True)
    if euicc.ram.dialogue is not Dialogue.FETCHED:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, "nothing was asked of the terminal")
    if not command.data:
        raise refused(StatusWord.WRONG_LENGTH)
    return take_out(euicc.with_dialogue(Dialogue.LISTENING)), _OK


def envelope(euicc: Euicc, command: CommandApdu, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Take note of an event: only short messages are waited for on this chip, and they may be answered.

    Returns:
        The chip after, and response data.

    Raises:
        CardError: class of ISO (6E00), no BER-TLV or no whole short message (6A80).

    Source: ETSI TS 102 221 §11.2.2; 3GPP TS 31.111 §7.1.1.
    """
    require_class(command, is_proprietary=True)
    try:
        event = tlv.read_one(command.data)
    except DecodeError as error:
        raise refused(StatusWord.INCORRECT_DATA, str(error)) from None
    return remote.download(euicc, command.data) if event.tag == SMS_PP_DOWNLOAD else (euicc, b"")

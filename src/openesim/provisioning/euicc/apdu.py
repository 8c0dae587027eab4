"""The APDU machine: what a reader or modem sees of the chip.

Logical channels, the chip's own applications (ISD-R and ECASD), STORE DATA in blocks, GET RESPONSE in pieces, the proactive commands;
everything else goes to the card of the enabled profile.

A response of the ISD-R of up to 256 octets comes at once, with or without Le; a longer one is announced with 61XX and fetched, so that
no block but the last is ever answered with data. The card answers as T=0 has it: without Le every response is announced.

Source: ETSI TS 102 221 §7.3.1.1, §10, §11; SGP.22 v2.5 §5.7.1, §5.7.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from openesim.encoding import tlv
from openesim.kernel.errors import CardError
from openesim.messages.sgp22.es10c import GetEuiccDataResponse, IsdrProprietaryApplicationTemplate
from openesim.provisioning.euicc import proactive
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.card import Execute, execute_on_card, leave
from openesim.provisioning.euicc.channels import CHANNEL_COUNT, Application, Channel
from openesim.provisioning.euicc.dispatch import MOST_OCTETS, execute
from openesim.provisioning.euicc.installation_result import report_interruption
from openesim.provisioning.euicc.state import Euicc, Nvm
from openesim.provisioning.euicc.toolkit import REFRESH, Dialogue
from openesim.provisioning.uicc import gsm
from openesim.provisioning.uicc.command_apdu import STORE_DATA, CommandApdu, require_class
from openesim.provisioning.uicc.commands import execute as execute_as_uicc
from openesim.provisioning.uicc.status_words import StatusWord, refused

Outcome = tuple[Euicc, bytes]

MANAGE_CHANNEL, SELECT, GET_RESPONSE, GET_DATA, TERMINAL_CAPABILITY = 0x70, 0xA4, 0xC0, 0xCA, 0xAA
TERMINAL_PROFILE, FETCH, TERMINAL_RESPONSE, ENVELOPE = 0x10, 0x12, 0x14, 0xC2

_OPEN, _CLOSE = 0x00, 0x80
_BY_AID, _FIRST_OR_ONLY = 0x04, 0x00
_RETURN_FCI, _RETURN_FCP, _RETURN_NOTHING = 0x00, 0x04, 0x0C
_MORE_BLOCKS, _LAST_BLOCK = 0x11, 0x91
_EID_TAG = 0x5A
_SHORTEST_AID = 5
_SHORT_RESPONSE = 256
_FCI, _AID, _PROPRIETARY, _MAXIMUM_DATA = 0x6F, 0x84, 0xA5, 0x9F65
_OK = StatusWord.SUCCESS.octets
_PROACTIVE = 0x91
_WAITING = 0x6100
_GSM_CLASS, _GSM_WAITING = bytes((gsm.CLASS,)), 0x9F00


def power_on(nvm: Nvm, ambient: Ambient) -> Euicc:
    """Return the chip after a reset: no session, only the basic channel, and an interrupted installation reported."""
    return Euicc(report_interruption(nvm, ambient))


def process(euicc: Euicc, apdu: bytes, ambient: Ambient) -> Outcome:
    """Answer one command APDU.

    Args:
        euicc: the chip before.
        apdu: the command.
        ambient: what surrounds the chip.

    Returns:
        The chip after, and response data with SW1 and SW2 behind. Nothing that comes in is answered otherwise.

    Source: ETSI TS 102 221 §10.
    """
    try:
        if apdu[:1] == _GSM_CLASS:
            return _on_sim(euicc, CommandApdu.decode(b"\x00" + apdu[1:]), ambient)
        command = CommandApdu.decode(apdu)
        if euicc.ram.channels[command.channel] is None:
            raise refused(StatusWord.CHANNEL_NOT_SUPPORTED)
        handler = _INSTRUCTIONS.get(command.instruction, _on_card)
        euicc, response = handler(_forget_response(euicc, command), command, ambient)
    except CardError as error:
        return euicc, (error.status_word or StatusWord.TECHNICAL_PROBLEM).to_bytes(2, "big")
    if euicc.ram.dialogue is Dialogue.WAITING and response[-2:] == _OK:
        response = response[:-2] + bytes((_PROACTIVE, len(REFRESH)))
    return euicc, response


def _channel(euicc: Euicc, number: int) -> Channel:
    """Return an open channel."""
    return euicc.ram.channels[number] or Channel()


def _forget_response(euicc: Euicc, command: CommandApdu) -> Euicc:
    """Return the chip without the rest of a response that nobody fetched before the next command."""
    channel = _channel(euicc, command.channel)
    if command.instruction == GET_RESPONSE or not channel.response:
        return euicc
    return euicc.with_channel(command.channel, replace(channel, response=b""))


def _answer(euicc: Euicc, command: CommandApdu, data: bytes) -> Outcome:
    """Answer with data of the chip's own: at once where they fit, else they wait for GET RESPONSE."""
    if len(data) <= (command.expected or _SHORT_RESPONSE):
        return euicc, data + _OK
    return _waiting(euicc, command, data)


def _waiting(euicc: Euicc, command: CommandApdu, data: bytes) -> Outcome:
    """Keep response data for GET RESPONSE, and announce them."""
    channel = replace(_channel(euicc, command.channel), response=data, status_word=int(StatusWord.SUCCESS))
    return euicc.with_channel(command.channel, channel), _announced(len(data)).to_bytes(2, "big")


def _on_card(euicc: Euicc, command: CommandApdu, ambient: Ambient) -> Outcome:
    """Hand a command to the card, unless an application of the chip's own is selected on the channel.

    Raises:
        CardError: one is, and it knows no such instruction (6D00).
    """
    if _channel(euicc, command.channel).application is not None and command.instruction != SELECT:
        raise refused(StatusWord.INSTRUCTION_NOT_SUPPORTED)
    return _hand_over(euicc, command, ambient, execute_as_uicc, _WAITING)


def _on_sim(euicc: Euicc, command: CommandApdu, ambient: Ambient) -> Outcome:
    """Hand a command of GSM to the card; its response is announced with 9FXX.

    Raises:
        CardError: nothing waits for GET RESPONSE (6985).

    Source: 3GPP TS 51.011 §9.1.
    """
    if command.instruction == GET_RESPONSE:
        return _get_response(euicc, command, ambient)
    return _hand_over(_forget_response(euicc, command), command, ambient, gsm.execute, _GSM_WAITING)


def _hand_over(
    euicc: Euicc, command: CommandApdu, ambient: Ambient, commands: Execute, waiting: int
) -> Outcome:
    """Have the card carry a command out; a response of more than Le octets waits for GET RESPONSE.

    Args:
        euicc: the chip.
        command: the command.
        ambient: what surrounds the chip.
        commands: what commands mean.
        waiting: status word that announces a response: 61XX or 9FXX.
    """
    euicc, channel, data, word = execute_on_card(euicc, command, ambient.entropy, commands)
    if len(data) > (command.expected or 0):
        channel = replace(channel, response=data, status_word=word)
        word, data = _announced(len(data), waiting), b""
    if channel is not euicc.ram.channels[command.channel]:
        euicc = euicc.with_channel(command.channel, channel)
    return euicc, data + word.to_bytes(2, "big")


def _announced(octets: int, waiting: int = _WAITING) -> int:
    """Return 61XX, or another word that announces, for octets that wait."""
    return waiting | (octets if octets < _SHORT_RESPONSE else 0)


def _manage_channel(euicc: Euicc, command: CommandApdu, _ambient: Ambient) -> Outcome:
    """Open or close a logical channel; 1 to 3 are handed out first, since not every LPA can use the others.

    Raises:
        CardError: wrong parameters (6A86), no channel left (6A81), channel not open (6881).

    Source: ETSI TS 102 221 §11.1.17.
    """
    require_class(command, is_proprietary=False)
    channels = euicc.ram.channels
    if command.p1 == _CLOSE:
        number = command.p2 or command.channel
        if not 0 < number < CHANNEL_COUNT:
            raise refused(StatusWord.INCORRECT_PARAMETERS)
        if channels[number] is None:
            raise refused(StatusWord.CHANNEL_NOT_SUPPORTED)
        return leave(euicc, number, None), _OK
    if command.p1 != _OPEN or command.p2 >= CHANNEL_COUNT:
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    if command.p2:
        if channels[command.p2] is not None:
            raise refused(StatusWord.CHANNEL_NOT_SUPPORTED)
        return euicc.with_channel(command.p2, Channel()), _OK
    if None not in channels:
        raise refused(StatusWord.NO_CHANNEL_LEFT)
    number = channels.index(None)
    return euicc.with_channel(number, Channel()), bytes((number,)) + _OK


def _select(euicc: Euicc, command: CommandApdu, ambient: Ambient) -> Outcome:
    """Select ISD-R or ECASD by its AID or the beginning of it; what is not theirs is a file or an application of the card.

    Raises:
        CardError: no such application or file (6A82), wrong parameters (6A86).

    Source: ETSI TS 102 221 §11.1.1; SGP.22 v2.5 §5.7.1.
    """
    require_class(command, is_proprietary=False)
    named = (one for one in Application if one.value.startswith(command.data))
    application = next(named, None) if len(command.data) >= _SHORTEST_AID else None
    if command.p1 != _BY_AID or application is None:
        return _on_card(euicc, command, ambient)
    if command.p2 not in (_RETURN_FCI, _RETURN_FCP, _RETURN_NOTHING):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    euicc = leave(euicc, command.channel, Channel(application))
    if command.p2 == _RETURN_NOTHING:
        return euicc, _OK
    return _answer(euicc, command, _file_control_information(euicc.nvm, application))


def _file_control_information(nvm: Nvm, application: Application) -> bytes:
    """Return what SELECT answers; with the version of the specification for the ISD-R.

    Source: SGP.22 v2.5 §5.7.1; GlobalPlatform Card Specification §11.9.3.1.
    """
    proprietary = tlv.encode(_PROPRIETARY, tlv.encode(_MAXIMUM_DATA, b"\xff"))
    content = tlv.encode(_AID, application.value) + proprietary
    if application is Application.ISD_R:
        content += IsdrProprietaryApplicationTemplate(svn=nvm.description.svn).encode()
    return tlv.encode(_FCI, content)


def _store_data(euicc: Euicc, command: CommandApdu, ambient: Ambient) -> Outcome:
    """Take a block; with the last one the command is carried out.

    Raises:
        CardError: not the ISD-R (6985), a block out of turn (6A86), or what the function answers.

    Source: SGP.22 v2.5 §5.7.2.
    """
    require_class(command, is_proprietary=True)
    channel = _channel(euicc, command.channel)
    if channel.application is not Application.ISD_R:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, "the ISD-R is not selected on this channel")
    blocks = channel.blocks if command.p2 else ()
    if command.p1 not in (_MORE_BLOCKS, _LAST_BLOCK) or command.p2 != len(blocks):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    if len(command.data) > _SHORT_RESPONSE and sum(map(len, blocks)) + len(command.data) > MOST_OCTETS:
        raise refused(StatusWord.WRONG_LENGTH)
    if command.p1 == _MORE_BLOCKS:
        channel = replace(channel, blocks=(*blocks, command.data))
        return euicc.with_channel(command.channel, channel), _OK
    if channel.blocks:
        euicc = euicc.with_channel(command.channel, replace(channel, blocks=()))
    try:
        euicc, response = execute(euicc, b"".join((*blocks, command.data)), ambient)
    except CardError as error:
        return euicc, (error.status_word or StatusWord.TECHNICAL_PROBLEM).to_bytes(2, "big")
    return _answer(euicc, command, response)


def _get_response(euicc: Euicc, command: CommandApdu, _ambient: Ambient) -> Outcome:
    """Hand out the next piece of a response.

    Raises:
        CardError: nothing waits (6985).

    Source: ISO/IEC 7816-4 §11.7.1; ETSI TS 102 221 §7.3.1.1.
    """
    channel = _channel(euicc, command.channel)
    if not channel.response:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, "no response waits")
    if command.p1 or command.p2:
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    wanted = command.expected or _SHORT_RESPONSE
    piece, rest = channel.response[:wanted], channel.response[wanted:]
    euicc = euicc.with_channel(command.channel, replace(channel, response=rest))
    return euicc, piece + (_announced(len(rest)) if rest else channel.status_word).to_bytes(2, "big")


def _get_data(euicc: Euicc, command: CommandApdu, _ambient: Ambient) -> Outcome:
    """Return the EID, which readers of another tradition ask of the ECASD.

    Raises:
        CardError: another application (6985) or another data object (6A88).

    Source: SGP.02 §2.2.2; GlobalPlatform Card Specification §11.3.
    """
    if _channel(euicc, command.channel).application is not Application.ECASD:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED)
    if (command.p1, command.p2) != (0, _EID_TAG):
        raise refused(StatusWord.REFERENCED_DATA_NOT_FOUND)
    answer = GetEuiccDataResponse(eid_value=euicc.nvm.identity.eid.octets).encode()
    _, value_start, _ = tlv.read_header(answer, 0, len(answer))
    return _answer(euicc, command, answer[value_start:])


def _envelope(euicc: Euicc, command: CommandApdu, ambient: Ambient) -> Outcome:
    """Take an event of the terminal; a short message may have an answer, for the delivery report.

    Raises:
        CardError: class of ISO (6E00), no BER-TLV or no whole short message (6A80).

    Source: ETSI TS 102 221 §11.2.2; 3GPP TS 31.111 §7.1.1.
    """
    euicc, data = proactive.envelope(euicc, command, ambient)
    if len(data) <= (command.expected or 0):
        return euicc, data + _OK
    return _waiting(euicc, command, data)


def _terminal_capability(euicc: Euicc, _command: CommandApdu, _ambient: Ambient) -> Outcome:
    """Take note of what the terminal supports: nothing here depends on it.

    Source: ETSI TS 102 221 §11.1.19.
    """
    return euicc, _OK


_INSTRUCTIONS: dict[int, Callable[[Euicc, CommandApdu, Ambient], Outcome]] = {
    MANAGE_CHANNEL: _manage_channel,
    SELECT: _select,
    STORE_DATA: _store_data,
    GET_RESPONSE: _get_response,
    GET_DATA: _get_data,
    TERMINAL_CAPABILITY: _terminal_capability,
    TERMINAL_PROFILE: proactive.terminal_profile,
    FETCH: proactive.fetch,
    TERMINAL_RESPONSE: proactive.terminal_response,
    ENVELOPE: _envelope,
}
"""Commands of the chip itself; all others are the card's."""

"""The card in a modem, over AT commands.

Two ways lead to it. AT+CCHO opens an application by name, AT+CGLA carries APDUs to it and AT+CCHC closes it; the modem
looks after the logical channel. AT+CSIM carries any APDU, but many modems let none through on a logical channel. So the
first way is taken where it leads to an ISD-R, else the second.

The modem is the card's terminal. After a change of profile it fetches the REFRESH that waits (91xx), and a program beside
it must not take that away. But not every modem does so by itself, and none says when it has; so the radio is switched off
and on, and with it the card, before the ISD-R is opened again.

Source: 3GPP TS 27.007 §8.2, §8.17, §8.43, §8.45, §8.46; SGP.22 v2.5 §3.2.1.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from openesim.adapters.apdu.at import AtDialogue, AtError
from openesim.adapters.apdu.channel import ISD_R_AIDS
from openesim.adapters.apdu.serial_port import DEFAULT_SPEED, SerialPort
from openesim.kernel.errors import CardError, ConfigError
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of, with_outcome

_CSIM: Final = re.compile(r"\+CSIM:\s*(.*)")
_CGLA: Final = re.compile(r"\+CGLA:\s*(.*)")
_SESSION: Final = re.compile(r"(?:\+CCHO:\s*)?([0-9A-Fa-f]+)")
"""The name of a session: a number, or as Sierra writes it 000000000385a7cf; some leave the words before it out."""
_APDU: Final = re.compile(r'(\d+)\s*,\s*"?([0-9A-Fa-f]*)"?')
_OK: Final = b"\x90\x00"
_NOT_FOUND: Final = b"\x6a\x82"
_NO_CHANNEL: Final = b"\x6a\x81"
_NOT_OPEN: Final = b"\x68\x81"
_UNKNOWN: Final = b"\x6d\x00"
_WRONG_LENGTH: Final = b"\x67\x00"
_HEADER_OCTETS: Final = 4
_MANAGE_CHANNEL, _SELECT, _BY_NAME, _CLOSE = 0x70, 0xA4, 0x04, 0x80
_CHANNEL: Final = 0x03
_APDU_S: Final = 120.0
_RADIO_S: Final = 30.0
_CARD_S: Final = 60.0
_PAUSE_S: Final = 1.0
_STILL_COMING: Final = {LpaOutcome.SIM_BUSY, LpaOutcome.SIM_FAILED, LpaOutcome.SIM_ABSENT}


class CsimCard:
    """The card behind AT+CSIM; an ``ApduTransport``."""

    def __init__(self, dialogue: AtDialogue, pause: Callable[[float], None] = time.sleep) -> None:
        """Take the dialogue.

        Args:
            dialogue: with the modem.
            pause: waits for seconds.
        """
        self._dialogue = dialogue
        self._pause = pause

    def transmit(self, apdu: bytes) -> bytes:
        """Return response data and status word of a command APDU.

        Raises:
            CardError: the modem refused, is gone, or answered something else.
        """
        text = apdu.hex().upper()
        return _read(self._dialogue.ask(f'AT+CSIM={len(text)},"{text}"', _CSIM, _APDU_S))

    def reset(self) -> None:
        """Switch the radio and the card off and on.

        Raises:
            CardError: the modem does not come back.
        """
        _restart(self._dialogue, self._pause)

    def close(self) -> None:
        """Let go of the modem."""
        self._dialogue.close()


class SessionCard:
    """The card behind AT+CCHO, AT+CGLA and AT+CCHC; an ``ApduTransport`` with one logical channel.

    MANAGE CHANNEL promises channel 1, SELECT by name on it opens the session, and the commands after it go there. The
    basic channel stays the modem's.
    """

    def __init__(self, dialogue: AtDialogue, pause: Callable[[float], None] = time.sleep) -> None:
        """Take the dialogue.

        Args:
            dialogue: with the modem.
            pause: waits for seconds.
        """
        self._dialogue = dialogue
        self._pause = pause
        self._is_open = False
        self._session: str | None = None

    def transmit(self, apdu: bytes) -> bytes:
        """Return response data and status word of a command APDU.

        Raises:
            CardError: the modem refused, is gone, or answered something else.
        """
        if len(apdu) < _HEADER_OCTETS:
            return _WRONG_LENGTH
        instruction, p1 = apdu[1], apdu[2]
        if instruction == _MANAGE_CHANNEL:
            return self._end() if p1 == _CLOSE else self._begin()
        if not apdu[0] & _CHANNEL:
            return _UNKNOWN
        if instruction == _SELECT and p1 == _BY_NAME and len(apdu) > 5:
            return self._select(apdu[5 : 5 + apdu[4]])
        if self._session is None:
            return _NOT_OPEN
        text = bytes((apdu[0] & ~_CHANNEL, *apdu[1:])).hex().upper()  # the modem puts the channel in
        command = f'AT+CGLA={self._session},{len(text)},"{text}"'
        return _read(self._dialogue.ask(command, _CGLA, _APDU_S))

    def reset(self) -> None:
        """Switch the radio and the card off and on; the session ends with it.

        Raises:
            CardError: the modem does not come back.
        """
        self._end()
        _restart(self._dialogue, self._pause)

    def is_reached(self, name: bytes) -> bool:
        """Tell whether the modem opens a session with an application; it is closed again.

        Raises:
            CardError: the modem does not answer.
        """
        try:
            return self._select(name) == _OK
        except AtError:
            return False
        finally:
            self._end()

    def close(self) -> None:
        """Let go of the modem."""
        self._dialogue.close()

    def _begin(self) -> bytes:
        """Promise a channel."""
        if self._is_open:
            return _NO_CHANNEL
        self._is_open = True
        return b"\x01" + _OK

    def _select(self, name: bytes) -> bytes:
        """Open a session with an application.

        Raises:
            CardError: the modem is gone, or the card.
        """
        try:
            told = self._dialogue.ask(f'AT+CCHO="{name.hex().upper()}"', _SESSION, _APDU_S)
        except AtError as error:
            if outcome_of(error) is LpaOutcome.MODEM_REFUSED:
                return _NOT_FOUND
            raise
        self._session = told[-1] if told else None
        return _OK if self._session else _NOT_FOUND

    def _end(self) -> bytes:
        """Close the session and give the channel back."""
        session, self._session, self._is_open = self._session, None, False
        if session is not None:
            with suppress(CardError):
                self._dialogue.ask(f"AT+CCHC={session}")
        return _OK


def open_modem(place: str) -> CsimCard | SessionCard:
    """Open the card in a modem, by whichever commands the modem has.

    Args:
        place: device of the serial port, and behind a comma its speed, where it is not 115200.

    Raises:
        ConfigError: the port cannot be opened.
        CardError: nobody answers there, or the modem passes no commands to its card.
    """
    device, comma, speed = place.partition(",")
    if not device or (comma and not (speed.isascii() and speed.isdigit())):
        raise with_outcome(ConfigError(f"at:{place}: which port?"), LpaOutcome.PORT_SETTING_WRONG)
    port = SerialPort(device, int(speed) if comma else DEFAULT_SPEED)
    try:
        return choose_card(AtDialogue(port))
    except BaseException:
        port.close()
        raise


def choose_card(dialogue: AtDialogue) -> CsimCard | SessionCard:
    """Return the card by whichever commands the modem has.

    Raises:
        CardError: it has none, or does not answer.
    """
    session_card = SessionCard(dialogue) if _has(dialogue, "AT+CCHO=?") else None
    if session_card and any(map(session_card.is_reached, ISD_R_AIDS)):
        return session_card
    if _has(dialogue, "AT+CSIM=?"):
        return CsimCard(dialogue)
    if session_card:
        return session_card
    raise with_outcome(CardError("the modem passes no APDUs"), LpaOutcome.MODEM_WITHOUT_APDUS)


def _has(dialogue: AtDialogue, question: str) -> bool:
    """Tell whether the modem knows a command.

    Raises:
        CardError: it does not answer.
    """
    try:
        dialogue.ask(question)
    except AtError as error:
        # A modem that speaks of its card has understood the command.
        return outcome_of(error) is not LpaOutcome.MODEM_REFUSED
    return True


def _restart(dialogue: AtDialogue, pause: Callable[[float], None]) -> None:
    """Switch the radio and the card off and on, and wait for the card as long as one may wait for it.

    A chip without an enabled profile may never be ready in the eyes of a modem, and answers all the same.

    Raises:
        CardError: the modem does not answer any more.
    """
    for command in ("AT+CFUN=0", "AT+CFUN=1"):
        with suppress(AtError):  # then the REFRESH has to do
            dialogue.ask(command, patience_s=_RADIO_S)
    for _ in range(int(_CARD_S / _PAUSE_S)):
        try:
            dialogue.ask("AT+CPIN?")
        except AtError as error:
            if outcome_of(error) not in _STILL_COMING:
                return
        else:
            return
        pause(_PAUSE_S)


def _read(told: list[str]) -> bytes:
    """Return the APDU in the last line of an answer.

    Raises:
        CardError: none, or of another length than it states.
    """
    found = _APDU.fullmatch(told[-1]) if told else None
    digits = found.group(2) if found else ""
    # Most count hexadecimal digits as the standard says, some count octets.
    if found is None or len(digits) % 2 or int(found.group(1)) not in (len(digits), len(digits) // 2):
        raise with_outcome(CardError("the modem's answer holds no APDU"), LpaOutcome.CARD_ANSWER_UNREADABLE)
    return bytes.fromhex(digits)

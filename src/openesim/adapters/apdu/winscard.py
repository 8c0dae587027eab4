"""The library of PC/SC, as far as a card needs it: pcsc-lite, loaded when it is used.

Its interface has stood still for twenty years and is called through ``ctypes``: nothing has to be compiled, and whoever
has ``pcscd`` has the library. Every function returns 0 or a code.

Source: PC/SC Workgroup, Part 5 (winscard.h of pcsc-lite).
"""

from __future__ import annotations

import ctypes
from ctypes import byref
from functools import cache
from typing import Any, Final

from openesim.kernel.errors import CardError, ConfigError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome

SUCCESS: Final = 0
UNKNOWN_READER: Final = 0x80100009
SHARING_VIOLATION: Final = 0x8010000B
NO_SMARTCARD: Final = 0x8010000C
PROTOCOL_MISMATCH: Final = 0x8010000F
READER_UNAVAILABLE: Final = 0x80100017
NO_SERVICE: Final = 0x8010001D
SERVICE_STOPPED: Final = 0x8010001E
NO_ACCESS: Final = 0x80100027
NO_READERS: Final = 0x8010002E
UNRESPONSIVE_CARD: Final = 0x80100066
UNPOWERED_CARD: Final = 0x80100067
RESET_CARD: Final = 0x80100068
REMOVED_CARD: Final = 0x80100069
SECURITY_VIOLATION: Final = 0x8010006A

_OUTCOMES: Final = {
    UNKNOWN_READER: LpaOutcome.READER_NOT_FOUND,
    SHARING_VIOLATION: LpaOutcome.CARD_IN_USE,
    NO_SMARTCARD: LpaOutcome.READER_EMPTY,
    PROTOCOL_MISMATCH: LpaOutcome.CARD_MUTE,
    READER_UNAVAILABLE: LpaOutcome.READER_NOT_FOUND,
    NO_SERVICE: LpaOutcome.PCSC_NOT_RUNNING,
    SERVICE_STOPPED: LpaOutcome.PCSC_NOT_RUNNING,
    NO_ACCESS: LpaOutcome.PCSC_NOT_ALLOWED,
    NO_READERS: LpaOutcome.READER_NOT_FOUND,
    UNRESPONSIVE_CARD: LpaOutcome.CARD_MUTE,
    UNPOWERED_CARD: LpaOutcome.CARD_MUTE,
    RESET_CARD: LpaOutcome.CARD_WAS_RESET,
    REMOVED_CARD: LpaOutcome.READER_EMPTY,
    SECURITY_VIOLATION: LpaOutcome.PCSC_NOT_ALLOWED,
}

_LIBRARY: Final = "libpcsclite.so.1"
_SYSTEM_SCOPE: Final = 2
_EXCLUSIVE: Final = 1
_T0_OR_T1: Final = 3
_RESET: Final = 1
_PRESENT: Final = 0x20
_MOST_RESPONSE_OCTETS: Final = 65538
_MOST_ATR_OCTETS: Final = 33

_Word = ctypes.c_ulong
"""DWORD, and the size of LONG and of every handle."""


class _IoRequest(ctypes.Structure):
    """Which protocol an APDU is meant for."""

    _fields_ = (("protocol", _Word), ("length", _Word))


class _ReaderState(ctypes.Structure):
    """What a reader has in it."""

    _fields_ = (
        ("reader", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current_state", _Word),
        ("event_state", _Word),
        ("atr_length", _Word),
        ("atr", ctypes.c_ubyte * _MOST_ATR_OCTETS),
    )


class PcscError(CardError):
    """PC/SC answered with a code.

    Attributes:
        code: one of the codes above, or another of PC/SC.
    """

    def __init__(self, message: str, code: int) -> None:
        """Keep the code beside the message, and explain it where it is known."""
        super().__init__(f"{message} (PC/SC {code:08X})")
        self.code = code
        with_outcome(self, _OUTCOMES.get(code, LpaOutcome.CARD_GONE))


class Context:
    """A connection to the PC/SC service."""

    def __init__(self) -> None:
        """Connect to the service.

        Raises:
            ConfigError: the library is not installed.
            PcscError: the service does not run, or lets nobody in.
        """
        self._library = _load()
        self._handle = _Word()
        _call(
            "no PC/SC service",
            self._library.SCardEstablishContext,
            _Word(_SYSTEM_SCOPE),
            None,
            None,
            byref(self._handle),
        )

    def readers(self) -> tuple[str, ...]:
        """Return the names of the readers.

        Raises:
            PcscError: the service has gone away.
        """
        length = _Word()
        arguments = (self._handle, None)
        try:
            _call("no readers", self._library.SCardListReaders, *arguments, None, byref(length))
            names = ctypes.create_string_buffer(length.value)
            _call("no readers", self._library.SCardListReaders, *arguments, names, byref(length))
        except PcscError as error:
            if error.code == NO_READERS:
                return ()
            raise
        return tuple(name.decode("utf-8", "replace") for name in names.raw.split(b"\0") if name)

    def atr_in(self, reader: str) -> bytes | None:
        """Return the ATR of the card in a reader, None where there is no card.

        Raises:
            PcscError: no such reader.
        """
        state = _ReaderState(reader=reader.encode())
        _call(reader, self._library.SCardGetStatusChange, self._handle, _Word(0), byref(state), _Word(1))
        if not state.event_state & _PRESENT:
            return None
        return bytes(state.atr[: state.atr_length])

    def connect(self, reader: str) -> Connection:
        """Return a connection to the card in a reader; nobody else can use the card as long as it stands.

        Raises:
            PcscError: no card, or another program has it.
        """
        return Connection(self._library, self._handle, reader)

    def close(self) -> None:
        """End the connection to the service."""
        self._library.SCardReleaseContext(self._handle)


class Connection:
    """A connection to a card."""

    def __init__(self, library: Any, context: Any, reader: str) -> None:
        """Connect.

        Raises:
            PcscError: no card, or another program has it.
        """
        self._library = library
        self._reader = reader
        self._card, self._protocol = _Word(), _Word()
        _call(
            reader,
            library.SCardConnect,
            context,
            reader.encode(),
            _Word(_EXCLUSIVE),
            _Word(_T0_OR_T1),
            byref(self._card),
            byref(self._protocol),
        )

    def transmit(self, apdu: bytes) -> bytes:
        """Return what the card answers.

        Raises:
            PcscError: no answer.
        """
        request = _IoRequest(self._protocol, ctypes.sizeof(_IoRequest))
        answer, length = ctypes.create_string_buffer(_MOST_RESPONSE_OCTETS), _Word(_MOST_RESPONSE_OCTETS)
        _call(
            self._reader,
            self._library.SCardTransmit,
            self._card,
            byref(request),
            apdu,
            _Word(len(apdu)),
            None,
            answer,
            byref(length),
        )
        return answer.raw[: length.value]

    def reset(self) -> None:
        """Reset the card.

        Raises:
            PcscError: it does not come back.
        """
        how = (_Word(_EXCLUSIVE), _Word(_T0_OR_T1), _Word(_RESET))
        _call(self._reader, self._library.SCardReconnect, self._card, *how, byref(self._protocol))

    def close(self) -> None:
        """Let go of the card, reset: what one program opened or verified the next one does not find."""
        self._library.SCardDisconnect(self._card, _Word(_RESET))


@cache
def _load() -> Any:
    """Return the library.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        return ctypes.CDLL(_LIBRARY)
    except OSError:
        raise with_outcome(ConfigError(f"{_LIBRARY} is not installed"), LpaOutcome.PCSC_MISSING) from None


def _call(about: str, function: Any, *arguments: Any) -> None:
    """Call a function of the library.

    Raises:
        PcscError: it returned a code.
    """
    code = function(*arguments) & 0xFFFFFFFF
    if code != SUCCESS:
        raise PcscError(about, code)

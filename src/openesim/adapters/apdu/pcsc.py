"""A card in a reader of PC/SC: found by a part of the reader's name, used by nobody else meanwhile.

After a change of profile the card is reset by reconnecting. A program behind PC/SC is the whole terminal, and a reset is
what REFRESH in the mode "UICC Reset" asks of one; the proactive command itself need not be fetched, since the reset ends
its session.

Source: SGP.22 v2.5 §3.2.1; ETSI TS 102 223 §6.4.7.
"""

from __future__ import annotations

from openesim.adapters.apdu.winscard import (
    NO_SMARTCARD,
    READER_UNAVAILABLE,
    REMOVED_CARD,
    UNPOWERED_CARD,
    Context,
    PcscError,
)
from openesim.kernel.errors import ConfigError
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome

_MAY_COME_BACK = {NO_SMARTCARD, READER_UNAVAILABLE, REMOVED_CARD, UNPOWERED_CARD}


class PcscCard:
    """The card in a reader; an ``ApduTransport``."""

    def __init__(self, name: str = "") -> None:
        """Connect to the card.

        Args:
            name: a part of the reader's name, in capitals or not; empty where there is one reader only.

        Raises:
            ConfigError: no such reader, more than one, or PC/SC is not installed.
            PcscError: no card in it, another program uses it, or the service does not run.
        """
        self._context = Context()
        try:
            self.reader = _choose(self._context, name)
            self._connection = self._context.connect(self.reader)
        except BaseException:
            self._context.close()
            raise

    def transmit(self, apdu: bytes) -> bytes:
        """Return response data and status word of a command APDU.

        Raises:
            PcscError: the card is gone, or was reset by others.
        """
        return self._connection.transmit(apdu)

    def reset(self) -> None:
        """Reset the card; one that a reader takes for a new one is connected to anew.

        Raises:
            PcscError: it does not come back.
        """
        try:
            self._connection.reset()
        except PcscError as error:
            if error.code not in _MAY_COME_BACK:
                raise
            self._connection.close()
            self._connection = self._context.connect(self.reader)

    def close(self) -> None:
        """Let go of the card."""
        self._connection.close()
        self._context.close()


def list_readers() -> dict[str, bytes | None]:
    """Return the ATR of the card in every reader, None for an empty one.

    Raises:
        ConfigError: PC/SC is not installed.
        PcscError: its service does not run.
    """
    context = Context()
    try:
        return {reader: context.atr_in(reader) for reader in context.readers()}
    finally:
        context.close()


def _choose(context: Context, name: str) -> str:
    """Return the reader that is meant: the only one with that in its name, or of several the only one with a card.

    Raises:
        ConfigError: none, or more than one.
    """
    readers = context.readers()
    named = [reader for reader in readers if name.casefold() in reader.casefold()]
    if len(named) > 1:
        named = [reader for reader in named if reader == name or context.atr_in(reader)] or named
    if len(named) == 1:
        return named[0]
    wanted = f"pcsc:{name}"
    if not named:
        present = ", ".join(readers) or "none"
        error = ConfigError(f"{wanted}: no such reader; there are: {present}")
        raise with_outcome(error, LpaOutcome.READER_NOT_FOUND)
    raise with_outcome(
        ConfigError(f"{wanted}: which of these? {', '.join(named)}"), LpaOutcome.READER_AMBIGUOUS
    )

"""What a chip tells when an installation failed: chip and server read it alike.

Source: SGP.22 v2.5 §2.5.6; TCA eUICC Profile Package 3.3.1 §8.11.
"""

from __future__ import annotations

from typing import NamedTuple

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.response import EuiccResponse
from openesim.messages.sgp22.explained import Explained, explain_installation
from openesim.messages.sgp22.notifications import ErrorResult


class InterpreterWords(NamedTuple):
    """What the profile interpreter of a chip says: statuses other than ok, and words for people."""

    statuses: tuple[int, ...] = ()
    words: str | None = None


def interpreter_words(final: ErrorResult) -> InterpreterWords:
    """Return what the profile interpreter told; nothing where the chip fills that field as it likes."""
    if not final.sima_response:
        return InterpreterWords()
    try:
        response = EuiccResponse.decode(final.sima_response)
    except DecodeError:
        return InterpreterWords()  # command and reason hold without it
    statuses = tuple(int(one.status) for one in response.pe_status if one.status)
    return InterpreterWords(statuses, response.status_message)


def explain_failure(final: ErrorResult) -> Explained:
    """Explain a failed installation: command, reason, and what the profile interpreter told."""
    told = interpreter_words(final)
    return explain_installation(final.bpp_command_id, final.error_reason, told.statuses, told.words)

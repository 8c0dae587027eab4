"""How a server-side role says no: mechanisms raise, the role names the code beside each check.

Source: SGP.22 v2.5 §5.2.6.
"""

from __future__ import annotations

from types import TracebackType

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.messages.sgp22.status import Reason, Status, Subject


class Refused(Exception):
    """A check of a function failed; ``status`` is the answer."""

    def __init__(self, status: Status) -> None:
        """Keep the status."""
        super().__init__(str(status))
        self.status = status


def refuse(subject: Subject, reason: Reason, message: str, identifier: str | None = None) -> Refused:
    """Return the refusal to raise."""
    return Refused(Status(subject, reason, message, identifier))


class failing:  # noqa: N801 (reads as a word: `with failing(...)`)
    """Turns what a mechanism raises into the refusal that stands beside the check."""

    __slots__ = ("_reason", "_subject")

    def __init__(self, subject: Subject, reason: Reason) -> None:
        """Take the code this check becomes."""
        self._subject = subject
        self._reason = reason

    def __enter__(self) -> None:
        """Begin the check."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Turn a verification or decoding error into the refusal."""
        if isinstance(error, VerificationError | DecodeError):
            raise Refused(Status(self._subject, self._reason, str(error))) from error

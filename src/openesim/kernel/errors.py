"""The one hierarchy of exceptions.

::

    OpenEsimError
    ├── DecodeError          octets or text that are not what they should be (field path, octet offset)
    ├── VerificationError    a signature, MAC, certificate or hash that does not hold
    ├── StateError           a message that the present state does not await
    ├── FunctionError        a function that answered "Failed": subject and reason code
    ├── CardError            a status word that says no
    ├── RuleRefused          a rule of a country or an operator that says no
    ├── NotFoundError        what was asked for does not exist
    ├── ConflictError        what was asked for contradicts what exists
    ├── PeerError            a peer that could not be reached (nobody said no: try again)
    ├── TooManyRequestsError somebody asked too often (nobody said no: try again later)
    └── ConfigError          a setting or file that has to be mended first

Refused is not unreachable: a ``FunctionError`` is an answer and is never retried, a ``PeerError`` is
the absence of one and may be. Mechanisms know no GSMA code; the role that calls them says which
subject and reason a failure becomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person needs when something is refused: cause, who can mend it, what to do next."""

    cause: str
    owner: str
    next_step: str


class OpenEsimError(Exception):
    """Root of everything that OpenESIM raises on purpose."""

    explanation: Explanation | None = None

    def explained(self, explanation: Explanation) -> Self:
        """Attach an explanation for people and return the same error."""
        self.explanation = explanation
        return self


class DecodeError(OpenEsimError):
    """Octets or text that do not follow their declaration.

    Attributes:
        reason: what is wrong, without the offending octets (they may be secret).
        path: names of the fields from the outermost in, as far as known.
        offset: octet offset in the outermost buffer, or None for text.
    """

    def __init__(self, reason: str, path: tuple[str, ...] = (), offset: int | None = None) -> None:
        """Keep reason, path and offset."""
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.offset = offset

    def within(self, name: str) -> Self:
        """Prefix the path with the field that was being read, and return the same error."""
        self.path = (name, *self.path)
        return self

    def __str__(self) -> str:
        """Say where and what, in one line."""
        where = ".".join(self.path)
        at = "" if self.offset is None else f" at octet {self.offset}"
        return f"{where}: {self.reason}{at}" if where else f"{self.reason}{at}"


class VerificationError(OpenEsimError):
    """A signature, MAC, certificate or hash does not hold."""


class StateError(OpenEsimError):
    """A message arrived that the present state does not await."""


class FunctionError(OpenEsimError):
    """A function of an interface answered Failed.

    Attributes:
        subject: subject code, dotted decimal, such as ``8.2.6``.
        reason: reason code, dotted decimal, such as ``3.8``.
        message: text of the peer, if it sent one.
    """

    def __init__(self, subject: str, reason: str, message: str | None = None) -> None:
        """Keep the pair and the peer's text; all three are arguments, so that a worker's error can be pickled."""
        super().__init__(subject, reason, message)
        self.subject = subject
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        """Write the pair as the field does, and the text behind it."""
        return f"{self.subject}/{self.reason}" + (f": {self.message}" if self.message else "")


class CardError(OpenEsimError):
    """The card answered with a status word other than success.

    Attributes:
        status_word: SW1‖SW2 as an integer, such as ``0x6A82``; None where no status word came back.
    """

    def __init__(self, message: str, status_word: int | None = None) -> None:
        """Keep the status word beside the message."""
        super().__init__(message if status_word is None else f"{message} (status word {status_word:04X})")
        self.status_word = status_word


class RuleRefused(OpenEsimError):
    """A rule says no.

    Attributes:
        rule: identifier of the rule.
        facts: the facts it used, without secrets.
    """

    def __init__(self, rule: str, facts: dict[str, Any]) -> None:
        """Keep the rule and its facts."""
        super().__init__(rule, facts)
        self.rule = rule
        self.facts = facts

    def __str__(self) -> str:
        """Name the rule."""
        return self.rule


class NotFoundError(OpenEsimError):
    """What was asked for does not exist."""


class ConflictError(OpenEsimError):
    """What was asked for contradicts what exists."""


class PeerError(OpenEsimError):
    """A peer could not be reached or did not answer in a way that decides anything.

    Attributes:
        retry_after: seconds to wait before the next attempt, if the peer said so.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Keep the peer's wish for a pause."""
        super().__init__(message)
        self.retry_after = retry_after


class TooManyRequestsError(OpenEsimError):
    """Somebody asked more often than he may.

    Attributes:
        retry_after_s: whole seconds after which he may ask again, at least 1.
    """

    def __init__(self, message: str, retry_after_s: int) -> None:
        """Keep the pause; both are arguments, so that a worker's error can be pickled."""
        super().__init__(message, retry_after_s)
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        """Say what was too much, and for how long."""
        return f"{self.args[0]}; try again in {self.retry_after_s} s"


class ConfigError(OpenEsimError):
    """A setting or a file has to be mended before work can begin."""

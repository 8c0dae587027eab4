"""Values of requests: read once, every one that is wrong told with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

from openesim.adapters.web.api.problems import FieldError, InvalidRequestError
from openesim.kernel.errors import DecodeError

T = TypeVar("T")

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Reader:
    """Reads the values of one request and gathers what is wrong with them."""

    def __init__(self, *, of_body: bool) -> None:
        """Begin.

        Args:
            of_body: whether the values stand in the body, or are parameters.
        """
        self._of_body: Final = of_body
        self.errors: Final[list[FieldError]] = []

    def refuse(self, name: str, detail: str) -> None:
        """Note what is wrong with a value."""
        if self._of_body:
            self.errors.append(FieldError(detail, pointer=f"/{name}"))
        else:
            self.errors.append(FieldError(detail, parameter=name))

    def read(self, name: str, text: str | None, parse: Callable[[str], T]) -> T | None:
        """Return a value of its text; None where there is none, or what is wrong with it was noted."""
        if text is None:
            return None
        try:
            return parse(text)
        except DecodeError as error:
            self.refuse(name, error.reason)
            return None

    def end(self) -> None:
        """Go on only if nothing was wrong.

        Raises:
            InvalidRequestError: something was.
        """
        if self.errors:
            raise InvalidRequestError(self.errors)


def parse_moment(text: str) -> datetime:
    """Return the moment of a text of RFC 3339, such as ``2027-01-31T12:00:00Z``.

    Raises:
        DecodeError: it is none, or has no zone.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DecodeError("must be a moment of RFC 3339, such as 2027-01-31T12:00:00Z") from None
    if moment.tzinfo is None:
        raise DecodeError("must name its zone, such as 2027-01-31T12:00:00Z")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise DecodeError("is too far away") from None
    if not _EARLIEST <= moment < _LATEST:
        raise DecodeError("must lie between the years 1970 and 9999")
    return moment


def parse_text(text: str) -> str:
    """Return a text that people may read anywhere: printable, at least one character that is no blank.

    Raises:
        DecodeError: it is not.
    """
    if not text.strip() or not text.isprintable():
        raise DecodeError("must have printable characters, and not blanks alone")
    return text

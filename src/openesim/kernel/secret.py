"""Values that cannot be printed by accident."""

from __future__ import annotations

from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")


class Secret(Generic[T]):
    """Holds a value whose text form is always ``<secret>``; only ``reveal`` gives it out."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        """Wrap the value."""
        self._value = value

    def reveal(self) -> T:
        """Return the value itself: to be called where it is used, never where it is logged."""
        return self._value

    def __repr__(self) -> str:
        """Never show the value."""
        return "<secret>"

    def __format__(self, format_spec: str) -> str:
        """Never show the value, whatever the format asks for."""
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        """Compare by value."""
        return isinstance(other, Secret) and bool(self._value == other._value)

    def __hash__(self) -> int:
        """Hash by value."""
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a secret is stored on purpose or not at all."""
        msg = "a secret cannot be pickled"
        raise TypeError(msg)

"""A playbook: expect this effect, reply that. It plays the world to one procedure and compares every step."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Generic, Self, TypeVar

import pytest

from openesim.kernel.effects import Effect

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)


class Playbook(Generic[T]):
    """Runs a procedure step by step; a step is checked when the next one, or the end, is asked for."""

    def __init__(self, procedure: Generator[Effect, Any, T]) -> None:
        self._procedure = procedure
        self._reply: Any = None
        self._throw: BaseException | None = None

    def expect(self, effect: Effect, reply: Any = None, *, throw: BaseException | None = None) -> Self:
        """The procedure must yield this effect now; it is then given the reply, or the exception."""
        assert self._advance() == effect
        self._reply, self._throw = reply, throw
        return self

    def expect_all(self, *steps: tuple[Any, ...]) -> Self:
        """Several steps, each an effect alone or with its reply."""
        for step in steps:
            self.expect(*step)
        return self

    def returns(self) -> T:
        """The procedure must end now; its result."""
        try:
            effect = self._advance()
        except StopIteration as end:
            result: T = end.value
            return result
        pytest.fail(f"the procedure goes on with {effect}")

    def raises(self, kind: type[E]) -> E:
        """The procedure must end now with an error; the error."""
        with pytest.raises(kind) as caught:
            self._end()
        return caught.value

    def _end(self) -> None:
        effect = self._advance()
        pytest.fail(f"the procedure goes on with {effect}")

    def _advance(self) -> Effect:
        if self._throw is not None:
            return self._procedure.throw(self._throw)
        return self._procedure.send(self._reply)

"""Runs a procedure: hands each effect it yields to a handler and gives the reply back.

Source: docs/architecture.md (three shapes of pure code).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeVar

from openesim.kernel.effects import Effect

T = TypeVar("T")

Handlers = Mapping[type[Effect], Callable[[Any], Any]]
"""One handler per kind of effect; it receives the effect and returns the reply."""


def drive(procedure: Generator[Effect, Any, T], handlers: Handlers) -> T:
    """Run a procedure to its end.

    What a handler raises is thrown into the procedure at the place where it waits, so that it can cancel, try again
    or pass it on; an interrupt from the keyboard too, since a session that is open has to be given up first.

    Args:
        procedure: a generator that has not been started.
        handlers: must have one for every kind of effect the procedure yields.

    Returns:
        What the procedure returns.

    Raises:
        TypeError: an effect without a handler.
    """
    try:
        effect = next(procedure)
        while True:
            handler = handlers.get(type(effect))
            if handler is None:
                procedure.close()
                raise TypeError(f"no handler for {type(effect).__name__}")
            try:
                reply = handler(effect)
            except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (the procedure decides)
                effect = procedure.throw(error)
            else:
                effect = procedure.send(reply)
    except StopIteration as end:
        result: T = end.value
        return result

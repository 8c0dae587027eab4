"""Procedures are driven to their end, whatever the handlers do."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from openesim.kernel.effects import Effect
from openesim.kernel.errors import PeerError
from openesim.services.drive import drive


@dataclass(frozen=True)
class Ask(Effect):
    number: int


class Other(Effect):
    pass


def doubling(*numbers: int) -> Generator[Effect, Any, int]:
    total = 0
    for number in numbers:
        total += yield Ask(number)
    return total


def test_replies_reach_the_procedure_and_its_result_comes_back() -> None:
    assert drive(doubling(1, 2, 3), {Ask: lambda effect: 2 * effect.number}) == 12


def test_a_procedure_without_effects_just_returns() -> None:
    assert drive(doubling(), {}) == 0


@pytest.mark.parametrize("error", [PeerError("gone"), ValueError("bug"), KeyboardInterrupt()])
def test_what_a_handler_raises_arrives_where_the_procedure_waits(error: BaseException) -> None:
    seen: list[BaseException] = []

    def procedure() -> Generator[Effect, Any, str]:
        try:
            yield Ask(1)
        except BaseException as caught:  # noqa: BLE001 (whatever it is)
            seen.append(caught)
        cleaned = yield Ask(2)
        return f"cleaned up: {cleaned}"

    def handler(effect: Ask) -> int:
        if effect.number == 1:
            raise error
        return effect.number

    assert drive(procedure(), {Ask: handler}) == "cleaned up: 2"
    assert seen == [error]


def test_an_error_the_procedure_does_not_take_comes_out() -> None:
    def handler(_effect: Ask) -> int:
        raise PeerError("gone")

    with pytest.raises(PeerError):
        drive(doubling(1), {Ask: handler})


def test_an_effect_without_a_handler_is_a_mistake_of_ours_and_closes_the_procedure() -> None:
    closed = []

    def procedure() -> Generator[Effect, Any, None]:
        try:
            yield Other()
        finally:
            closed.append(True)

    with pytest.raises(TypeError, match="Other"):
        drive(procedure(), {})
    assert closed == [True]

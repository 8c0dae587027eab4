"""Codes of PC/SC, and a machine without it. The library itself is met in tests/interop/test_readers.py."""

import ctypes
from collections.abc import Iterator
from typing import Any

import pytest

from openesim.adapters.apdu import winscard
from openesim.adapters.apdu.winscard import Context, PcscError
from openesim.kernel.errors import ConfigError
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of


@pytest.fixture(autouse=True)
def _forget_library() -> Iterator[None]:
    winscard._load.cache_clear()
    yield
    winscard._load.cache_clear()


def test_a_machine_without_the_library_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    with pytest.raises(ConfigError, match="not installed") as raised:
        Context()
    assert outcome_of(raised.value) is LpaOutcome.PCSC_MISSING


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (winscard.NO_SERVICE, LpaOutcome.PCSC_NOT_RUNNING),
        (winscard.NO_SMARTCARD, LpaOutcome.READER_EMPTY),
        (winscard.RESET_CARD, LpaOutcome.CARD_WAS_RESET),
        (0x80100013, LpaOutcome.CARD_GONE),
    ],
)
def test_a_code_is_shown_and_explained(code: int, outcome: LpaOutcome) -> None:
    error = PcscError("Reader 00", code)
    assert f"{code:08X}" in str(error)
    assert error.code == code
    assert outcome_of(error) is outcome

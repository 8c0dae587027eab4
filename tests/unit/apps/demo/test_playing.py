"""A signal ends a narrated run wherever it is, however the process was begun."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from openesim.apps.demo.playing import Ended, signals_raise


@pytest.fixture
def ignored() -> Iterator[None]:
    """A process that was begun in the background of a shell: Ctrl-C is ignored."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ignored")
def test_a_run_in_the_background_of_a_shell_hears_ctrl_c_too() -> None:
    with pytest.raises(Ended) as ended, signals_raise():
        signal.raise_signal(signal.SIGINT)
    assert ended.value.number == signal.SIGINT
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN

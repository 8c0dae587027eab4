"""REFRESH as ETSI TS 102 223 codes it, and who takes it."""

import pytest

from openesim.provisioning.euicc.toolkit import REFRESH, Dialogue, takes_refresh


def test_refresh_asks_for_a_reset_of_the_card() -> None:
    # TS 102 223 annex: proactive command, details (number 1, REFRESH, UICC reset), from the UICC to the terminal.
    assert REFRESH.hex() == "d009" + "8103010104" + "82028182"


@pytest.mark.parametrize(
    ("profile", "taken"), [("000080", True), ("FFFF7F", False), ("FFFF", False), ("", False)]
)
def test_the_third_octet_says_whether_a_terminal_takes_refresh(profile: str, taken: bool) -> None:
    assert takes_refresh(bytes.fromhex(profile)) is taken


def test_a_terminal_is_asked_one_thing_at_a_time() -> None:
    assert [one for one in Dialogue if one.is_busy] == [Dialogue.WAITING, Dialogue.FETCHED]
    assert [one for one in Dialogue if not one.listens] == [Dialogue.SILENT]

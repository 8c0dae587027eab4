"""Status words in words."""

import pytest

from openesim.provisioning.uicc.status_words import StatusWord, describe, refused


@pytest.mark.parametrize("status_word", list(StatusWord))
def test_every_status_word_of_the_chip_has_a_meaning(status_word: StatusWord) -> None:
    assert describe(status_word)
    assert "unknown" not in describe(status_word)
    assert status_word.octets == bytes.fromhex(f"{status_word:04X}")


def test_what_waits_is_counted() -> None:
    assert describe(0x6110).startswith("done, 16 octets")
    assert describe(0x6100).startswith("done, 256 octets")
    assert "proactive" in describe(0x910B)
    assert describe(0x1234) == "unknown status word"


def test_a_refusal_says_why() -> None:
    error = refused(StatusWord.FILE_NOT_FOUND)
    assert error.status_word == 0x6A82
    assert "no such application" in str(error)
    assert "because" in str(refused(StatusWord.INCORRECT_DATA, "because"))

"""Every trouble with a verifier has words in both languages."""

from __future__ import annotations

import pytest

from openesim.conditions.identity.verifier_texts import TEXTS, Trouble, trouble_of, troubled
from openesim.kernel.errors import PeerError
from openesim.messages.sgp22.explained import Language, in_language


@pytest.mark.parametrize("trouble", Trouble)
def test_a_trouble_is_told_in_english_and_chinese(trouble: Trouble) -> None:
    error = troubled(PeerError("oidc:x: away"), trouble)
    assert trouble_of(error) is trouble
    assert error.explanation is not None
    chinese = in_language(error.explanation, Language.CHINESE)
    assert error.explanation.cause.isascii()
    assert not chinese.cause.isascii()
    assert not chinese.next_step.isascii()
    assert TEXTS[trouble].en.next_step


def test_an_error_of_others_is_no_trouble_of_ours() -> None:
    assert trouble_of(PeerError("x")) is None

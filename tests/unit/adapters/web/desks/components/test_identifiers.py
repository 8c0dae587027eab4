"""An EID that was typed wrong: the digit that may be the wrong one is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.web.desks.components.identifiers import find_suspects, judge_eid
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.explained.entries import Language

EID = str(Eid.with_check_digits("890440450000000000000000000012"))


@pytest.mark.parametrize(
    "text", [EID, f" {EID[:4]} {EID[4:]} ", EID.replace("0000", "0000-", 1), "\N{NO-BREAK SPACE}".join(EID)]
)
def test_blanks_and_hyphens_do_not_count(text: str) -> None:
    assert judge_eid(text).eid == EID


@pytest.mark.parametrize(
    ("text", "fault", "count"),
    [
        ("", "missing", 0),
        ("  ", "missing", 0),
        (EID[:31], "short", 31),
        (EID + "1", "long", 33),
        (EID[:5] + "O" + EID[6:], "character", 32),
        (EID[:5] + "\N{FULLWIDTH DIGIT FIVE}" + EID[6:], "character", 32),
    ],
)
def test_what_is_wrong_is_told_apart(text: str, fault: str, count: int) -> None:
    judged = judge_eid(text)
    assert (judged.eid, judged.fault, judged.count) == (None, fault, count)


def test_a_letter_is_named_with_its_place() -> None:
    facts = judge_eid(EID[:5] + "O" + EID[6:]).facts(Language.ENGLISH)
    assert (facts["place"], facts["character"]) == (6, "O")


@given(
    st.text("0123456789", min_size=30, max_size=30),
    st.integers(0, 31),
    st.integers(1, 9),
)
def test_the_digit_that_was_mistyped_is_among_the_suspects(first: str, at: int, off: int) -> None:
    eid = str(Eid.with_check_digits(first))
    wrong = eid[:at] + str((int(eid[at]) + off) % 10) + eid[at + 1 :]
    if int(wrong) % 97 == 1:
        return
    suspects = find_suspects(wrong)
    assert any((one.place, one.is_, one.may_be) == (at + 1, wrong[at], eid[at]) for one in suspects)
    for one in suspects:
        mended = wrong[: one.place - 1] + one.may_be + wrong[one.place :]
        assert int(mended) % 97 == 1


def test_suspects_are_named_in_the_readers_language() -> None:
    wrong = EID[:10] + str((int(EID[10]) + 1) % 10) + EID[11:]
    judged = judge_eid(wrong)
    assert judged.fault == "digit"
    assert f"digit 11: {wrong[10]} → {EID[10]}" in judged.facts(Language.ENGLISH)["places"]
    assert f"第 11 位 {wrong[10]} 应为 {EID[10]}" in judged.facts(Language.CHINESE)["places"]

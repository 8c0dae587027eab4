"""Sequence numbers: freshness on the card, counting and resynchronising in the network."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError, StateError
from openesim.security.aka.sqn import DELTA, LARGEST_SEQ, SqnArray, next_sqn, resynchronise


def sqn(seq: int, ind: int = 0) -> int:
    """Return SEQ ‖ IND."""
    return seq << 5 | ind


def array(*numbers: int) -> SqnArray:
    """Return a card that has accepted the numbers in this order."""
    card = SqnArray()
    for number in numbers:
        accepted = card.accept(number)
        assert accepted is not None
        card = accepted
    return card


# --- The card ------------------------------------------------------------------------------------------------


def test_a_fresh_number_is_remembered_in_its_entry_alone() -> None:
    card = array(sqn(7, 3))
    assert card.entries[3] == 7
    assert sum(card.entries) == 7


def test_the_same_number_is_accepted_once() -> None:
    assert array(sqn(7, 3)).accept(sqn(7, 3)) is None


def test_zero_is_not_fresh_on_a_new_card() -> None:
    assert SqnArray().accept(0) is None
    assert SqnArray().accept(sqn(0, 31)) is None


def test_a_number_that_was_overtaken_is_still_fresh_under_another_ind() -> None:
    card = array(sqn(9, 2))
    assert card.accept(sqn(8, 1)) is not None
    assert card.accept(sqn(8, 2)) is None


def test_a_refusal_changes_nothing() -> None:
    card = array(sqn(9, 2))
    before = card.entries
    assert card.accept(sqn(8, 2)) is None
    assert card.entries == before


def test_a_jump_of_delta_is_accepted_and_one_further_is_not() -> None:
    card = array(sqn(5))
    assert card.accept(sqn(5 + DELTA, 1)) is not None
    assert card.accept(sqn(6 + DELTA, 1)) is None


def test_a_jump_is_measured_from_the_highest_entry_not_from_its_own() -> None:
    card = array(sqn(DELTA, 0))
    assert card.accept(sqn(2 * DELTA, 1)) is not None


def test_a_number_as_old_as_the_limit_is_refused_whatever_its_entry() -> None:
    card = SqnArray((100, *[0] * 31), age_limit=10)
    assert card.accept(sqn(91, 1)) is not None
    assert card.accept(sqn(90, 1)) is None


def test_without_delta_and_age_limit_only_the_entry_decides() -> None:
    card = SqnArray((LARGEST_SEQ - 1, *[0] * 31), delta=None, age_limit=None)
    assert card.accept(sqn(LARGEST_SEQ, 1)) is not None
    assert card.accept(sqn(1, 1)) is not None
    assert card.accept(sqn(0, 1)) is None


def test_a_counter_does_not_wrap() -> None:
    card = SqnArray((LARGEST_SEQ,) * 32, delta=None, age_limit=None)
    assert card.accept(sqn(0)) is None
    assert card.accept(sqn(LARGEST_SEQ)) is None


def test_sqn_ms_is_the_highest_number_with_its_ind() -> None:
    assert SqnArray().sqn_ms == 0
    assert array(sqn(9, 2), sqn(8, 30)).sqn_ms == sqn(9, 2)


@pytest.mark.parametrize("number", [-1, 1 << 48])
def test_a_number_of_more_than_48_bits_is_an_error_not_a_refusal(number: int) -> None:
    with pytest.raises(DecodeError):
        SqnArray().accept(number)


@pytest.mark.parametrize("entries", [(), (0,) * 31, (0,) * 33, (LARGEST_SEQ + 1,) * 32, (-1,) * 32])
def test_a_card_with_other_entries_is_refused(entries: tuple[int, ...]) -> None:
    with pytest.raises(DecodeError):
        SqnArray(entries)


# --- The network ---------------------------------------------------------------------------------------------


def test_seq_and_ind_both_count_on() -> None:
    assert next_sqn(0) == sqn(1, 1)
    assert next_sqn(sqn(4, 31)) == sqn(5, 0)


def test_who_asks_may_have_an_ind_of_its_own() -> None:
    assert next_sqn(sqn(4, 31), ind=7) == sqn(5, 7)


@pytest.mark.parametrize("ind", [-1, 32])
def test_an_ind_out_of_range_is_refused(ind: int) -> None:
    with pytest.raises(DecodeError):
        next_sqn(0, ind)


def test_a_used_up_counter_is_told_and_does_not_wrap() -> None:
    with pytest.raises(StateError, match="used up"):
        next_sqn(sqn(LARGEST_SEQ, 3))


def test_32_vectors_of_one_batch_are_good_in_any_order() -> None:
    batch = [0]
    for _ in range(32):
        batch.append(next_sqn(batch[-1]))
    assert array(*reversed(batch[1:])).sqn_ms == batch[-1]


def test_a_network_that_fell_behind_takes_the_number_of_the_card() -> None:
    card = array(sqn(5000, 9))
    network = resynchronise(sqn(12, 1), card.sqn_ms)
    assert network == sqn(5000, 9)
    assert card.accept(next_sqn(network)) is not None


def test_a_network_too_far_ahead_takes_the_number_of_the_card() -> None:
    card = array(sqn(5, 9))
    ahead = sqn(5 + DELTA)
    assert card.accept(next_sqn(ahead)) is None
    network = resynchronise(ahead, card.sqn_ms)
    assert card.accept(next_sqn(network)) is not None


def test_a_resynchronisation_that_is_played_again_moves_nothing_back() -> None:
    assert resynchronise(sqn(6000, 3), sqn(5000, 9)) == sqn(6000, 3)


@pytest.mark.parametrize("distance", [0, 1, DELTA - 1, DELTA, DELTA + 1])
def test_after_a_resynchronisation_the_card_always_accepts(distance: int) -> None:
    card = array(sqn(1000, 0))
    assert card.accept(next_sqn(resynchronise(sqn(1000 + distance), card.sqn_ms))) is not None

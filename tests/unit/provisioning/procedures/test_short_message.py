"""Secured packets in short messages: what is cut comes together, whatever the order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.provisioning.procedures.short_message import (
    Pieces,
    collect,
    cut,
    envelope_data,
    read_envelope_data,
)


def test_a_packet_that_fits_goes_in_one_message() -> None:
    assert cut(bytes(137)) == [bytes.fromhex("027000") + bytes(137)]
    first, second = cut(bytes(138), reference=0x105)
    assert first[:8] == bytes.fromhex("0700030502017000")
    assert second[:6] == bytes.fromhex("050003050202")
    assert len(first) == 140


def test_the_event_is_the_one_of_the_standard() -> None:
    expected = "D1 1D 8202 8381 8B17 40 05 81 2143F5 7F F6 00000000000000 07 027000 AABBCCDD"
    assert envelope_data(bytes.fromhex("027000AABBCCDD")).hex().upper() == expected.replace(" ", "")


@given(st.binary(max_size=1500), st.data())
def test_a_packet_comes_together_in_any_order(packet: bytes, data: st.DataObject) -> None:
    messages = data.draw(st.permutations(cut(packet, 9)))
    assert all(len(one) <= 140 for one in messages)
    pieces: Pieces | None = None
    for index, user_data in enumerate(messages):
        event = envelope_data(user_data)
        assert len(event) <= 255
        message = read_envelope_data(event)
        assert message is not None
        pieces, whole = collect(pieces, message)
        assert whole == (packet if index == len(messages) - 1 else None)
    assert pieces is None


@given(st.binary(max_size=60))
def test_octets_of_chance_are_a_message_or_refused(user_data: bytes) -> None:
    try:
        message = read_envelope_data(envelope_data(user_data))
    except DecodeError:
        return
    if message is not None:
        collect(None, message)


def test_pieces_that_begin_no_packet_come_to_nothing() -> None:
    first, second = cut(bytes(200))
    plain = b"\x05" + first[1:6] + first[8:]
    pieces = None
    for user_data in (plain, second):
        message = read_envelope_data(envelope_data(user_data))
        assert message is not None
        pieces, whole = collect(pieces, message)
        assert whole is None
    assert pieces is None


def test_a_packet_for_more_than_255_messages_is_too_long() -> None:
    with pytest.raises(DecodeError, match="too long"):
        cut(bytes(40_000))

"""Card and network agree, whatever the algorithm and the values; and no octets of a stranger do more than be refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Plmn
from openesim.security.aka.algorithm import AkaAlgorithm
from openesim.security.aka.ecies import EciesProfile, public_key
from openesim.security.aka.milenage import Milenage
from openesim.security.aka.sqn import DELTA, LARGEST_SEQ, SqnArray, next_sqn, resynchronise
from openesim.security.aka.suci import Scheme, Suci, conceal, draw_ephemeral_key, reveal
from openesim.security.aka.suci_nai import NaiSuci
from openesim.security.aka.tuak import Tuak
from openesim.security.aka.vectors import build_auts, build_vector, verify_autn, verify_auts
from openesim.security.aka.xor import XorAlgorithm


def octets(length: int) -> st.SearchStrategy[bytes]:
    """Return octets of exactly this length."""
    return st.binary(min_size=length, max_size=length)


milenages = st.builds(
    Milenage,
    octets(16),
    octets(16),
    st.lists(st.integers(0, 127), min_size=5, max_size=5).map(bytes),
    octets(80),
)
tuaks = st.builds(
    Tuak,
    octets(16) | octets(32),
    octets(32),
    number_of_keccak=st.integers(1, 3),
    res_octets=st.sampled_from([4, 8, 16]),
    ck_octets=st.sampled_from([16, 32]),
    ik_octets=st.sampled_from([16, 32]),
)
test_algorithms = st.builds(XorAlgorithm, octets(16), res_octets=st.integers(4, 16))
algorithms: st.SearchStrategy[AkaAlgorithm] = st.one_of(milenages, tuaks, test_algorithms)
numbers = st.integers(0, (1 << 48) - 1)

# --- Authentication ------------------------------------------------------------------------------------------


@given(algorithms, octets(16), numbers, octets(2))
def test_the_card_reads_what_the_network_wrote_and_answers_what_it_awaits(
    algorithm: AkaAlgorithm, rand: bytes, sqn: int, amf: bytes
) -> None:
    vector = build_vector(algorithm, rand, sqn, amf)
    read = verify_autn(algorithm, rand, vector.autn)
    assert (read.sqn, read.amf) == (sqn, amf)
    assert (read.answer.res, read.answer.ck, read.answer.ik) == (vector.xres, vector.ck, vector.ik)


@given(algorithms, octets(16), numbers)
def test_the_network_reads_the_number_that_the_card_reports(
    algorithm: AkaAlgorithm, rand: bytes, sqn_ms: int
) -> None:
    assert verify_auts(algorithm, rand, build_auts(algorithm, rand, sqn_ms)) == sqn_ms


@given(milenages | tuaks, octets(16), octets(16) | octets(14))
def test_a_token_of_chance_is_refused(algorithm: AkaAlgorithm, rand: bytes, token: bytes) -> None:
    verify = verify_autn if len(token) == 16 else verify_auts
    with pytest.raises(VerificationError):
        verify(algorithm, rand, token)


@given(
    algorithms,
    st.lists(octets(16), min_size=2, max_size=2, unique=True),
    st.integers(0, LARGEST_SEQ - 2),
    st.integers(0, LARGEST_SEQ - 2),
    st.integers(0, 31),
)
def test_after_one_resynchronisation_card_and_network_agree_from_any_two_numbers(
    algorithm: AkaAlgorithm, rands: list[bytes], card_seq: int, network_seq: int, ind: int
) -> None:
    card = SqnArray(tuple(card_seq if entry == ind else 0 for entry in range(32)))
    network = next_sqn(network_seq << 5)
    challenge = build_vector(algorithm, rands[0], network, b"\x80\x00")
    if card.accept(verify_autn(algorithm, rands[0], challenge.autn).sqn) is None:
        auts = build_auts(algorithm, rands[0], card.sqn_ms)
        network = next_sqn(resynchronise(network, verify_auts(algorithm, rands[0], auts)))
        again = build_vector(algorithm, rands[1], network, b"\x80\x00")
        assert card.accept(verify_autn(algorithm, rands[1], again.autn).sqn) is not None


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 31)), max_size=60))
def test_no_number_is_accepted_twice(tried: list[tuple[int, int]]) -> None:
    card, accepted = SqnArray(), set()
    for seq, ind in tried:
        following = card.accept(seq << 5 | ind)
        if following is not None:
            assert (seq, ind) not in accepted
            accepted.add((seq, ind))
            card = following
    assert card.sqn_ms >> 5 == max((seq for seq, _ in accepted), default=0)


@given(numbers, st.integers(0, LARGEST_SEQ - DELTA))
def test_what_the_card_has_seen_is_never_handed_out_again(sqn_he: int, seq_ms: int) -> None:
    assume(sqn_he >> 5 < LARGEST_SEQ)
    assert next_sqn(resynchronise(sqn_he, seq_ms << 5)) >> 5 > seq_ms


# --- The concealed identity ----------------------------------------------------------------------------------

msins = st.text("0123456789", min_size=1, max_size=10)


@given(st.sampled_from(Scheme), st.randoms(use_true_random=False), msins)
def test_the_home_network_reveals_what_the_card_conceals(scheme: Scheme, random: Random, msin: str) -> None:
    home = draw_ephemeral_key(scheme, random.randbytes)
    home_public_key = public_key(EciesProfile(scheme), home) if home else b""
    output = conceal(scheme, home_public_key, msin, draw_ephemeral_key(scheme, random.randbytes))
    assert reveal(scheme, home, output) == msin


sucis = st.builds(
    Suci,
    st.text("0123456789", min_size=5, max_size=6).map(Plmn),
    st.text("0123456789", min_size=1, max_size=4),
    st.sampled_from([Scheme.PROFILE_A, Scheme.PROFILE_B]),
    st.integers(0, 255),
    st.binary(min_size=1, max_size=60),
)


@given(sucis)
def test_an_identity_comes_back_from_octets_and_from_text(suci: Suci) -> None:
    assert Suci.decode(suci.encode()) == suci
    assert Suci.parse(suci.format()) == suci


# --- Strangers -----------------------------------------------------------------------------------------------

HOME = bytes(range(1, 33))
OCTET_READERS: list[Callable[[bytes], object]] = [
    partial(verify_autn, Milenage(bytes(16), bytes(16)), bytes(16)),
    partial(verify_auts, Tuak(bytes(16), bytes(32)), bytes(16)),
    *(partial(reveal, scheme, HOME) for scheme in Scheme),
    Suci.decode,
    NaiSuci.decode,
]
TEXT_READERS: list[Callable[[str], object]] = [Suci.parse, NaiSuci.parse]
PIECES = "suci - 0 1 2 208 93 b2e9 type1 .rid .schid .hnkey ecckey userid .cip .mac @ example.com ٣ \n 0011223344556677"
pieces = st.sampled_from([*PIECES.split(" "), " ", "f" * 66])


@pytest.mark.parametrize("reader", OCTET_READERS)
@given(
    data=st.binary(max_size=80)
    | st.binary(max_size=8).map(b"\x01".__add__)
    | st.binary().map(b"\x11".__add__)
)
def test_octets_of_a_stranger_are_read_or_refused(reader: Callable[[bytes], object], data: bytes) -> None:
    with suppress(DecodeError, VerificationError):
        reader(data)


@pytest.mark.parametrize("reader", TEXT_READERS)
@given(text=st.text() | st.lists(pieces, max_size=20).map("".join))
def test_text_of_a_stranger_is_read_or_refused(reader: Callable[[str], object], text: str) -> None:
    with suppress(DecodeError):
        reader(text)


nibbles = st.text("0123456789F", min_size=10, max_size=10).map(bytes.fromhex)


@given(nibbles, st.integers(0, 3), st.binary(max_size=20))
def test_an_identity_that_was_read_is_written_as_it_came(digits: bytes, scheme: int, rest: bytes) -> None:
    data = b"\x01" + digits + bytes((scheme,)) + rest
    with suppress(DecodeError):
        assert Suci.decode(data).encode() == data

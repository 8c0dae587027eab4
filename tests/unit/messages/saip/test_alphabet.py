"""Names on a card in every coding that the field uses. The octets are examples of public test data and standards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.alphabet import decode_alpha, decode_network_name, encode_alpha


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        ("47534d2d52204348ffffffffffffffff", "GSM-R CH"),
        ("42204841203120536963ffffffff", "B HA 1 Sic"),
        ("4B756E64656E626574726575756E67ff", "Kundenbetreuung"),
        ("804E2D56FDFFFF", "中国"),
        ("8104086162B1B2", "abбв".replace("бв", chr(0x400 + 0x31) + chr(0x400 + 0x32))),
        ("82020400B161", chr(0x431) + "a"),
        ("ffffff", ""),
        ("", ""),
    ],
)
def test_a_name_is_read_in_every_coding(octets: str, name: str) -> None:
    assert decode_alpha(bytes.fromhex(octets)) == name


@given(st.text(st.sampled_from("Abz09 @$_äÖñÜéøΩ£§中国"), max_size=6))
def test_what_is_written_is_read_again(name: str) -> None:
    assert decode_alpha(encode_alpha(name, 20)) == name


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("Test_1", "5465737411" + "31ffff"),
        ("a@b$", "61006202ffffffff"),
        ("移动", "8079fb52a8ffffff"),
        ("[x]", "80005b0078005dff"),
    ],
)
def test_names_are_written_in_the_gsm_alphabet_where_it_will_do(name: str, octets: str) -> None:
    assert encode_alpha(name, 8).hex() == octets


def test_a_name_that_does_not_fit_is_refused() -> None:
    with pytest.raises(DecodeError, match="17 octets where 16 are free"):
        encode_alpha("seventeen letters", 16)
    with pytest.raises(DecodeError):
        encode_alpha("中国移动通信集团", 16)


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        # "hellohello" in packed septets stands in 3GPP TS 23.038 tutorials everywhere
        ("82E8329BFD4697D9EC37", "hellohello"),
        ("904E2D56FD", "中国"),
    ],
)
def test_a_network_name_is_packed_or_ucs2(octets: str, name: str) -> None:
    assert decode_network_name(bytes.fromhex(octets)) == name


@pytest.mark.parametrize("octets", ["", "A0414243"])
def test_a_network_name_in_no_alphabet_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        decode_network_name(bytes.fromhex(octets))


@given(st.binary(max_size=20))
def test_any_octets_are_a_name_or_refused(octets: bytes) -> None:
    for read in (decode_alpha, decode_network_name):
        try:
            assert isinstance(read(octets), str)
        except DecodeError:
            continue

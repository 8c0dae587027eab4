"""The chip's memory as octets: nothing is lost, and what is no chip is not taken for one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.euicc_info import CertificationDataObject
from openesim.provisioning.euicc.personalise import EVERY_OPERATOR_AFTER_CONSENT
from openesim.provisioning.euicc.state import Description, Nvm
from openesim.provisioning.euicc.storage import decode_nvm, encode_nvm
from openesim.security.crypto.curves import Curve
from tests.unit.provisioning.euicc import laboratory as lab


def full_chip() -> Nvm:
    """A chip with something in every place."""
    about = Description(certification=CertificationDataObject(platform_label="1.2", discovery_base_url="x"))
    card = lab.new_card(
        None,
        *Curve,
        rat=EVERY_OPERATOR_AFTER_CONSENT,
        description=about,
        default_dp_address="a.example.com",
        factory_dp_address="b.example.com",
        crls=(),
    )
    lab.download(card, lab.contents(configure_isdp=bytes.fromhex("BF2407B8058003883777")))
    lab.install(card, lab.SECOND_ICCID, profile_class=1)
    lab.download(card, lab.contents(lab.THIRD_ICCID, package=b"none"))
    for segment in lab.bind(card, lab.Smdp(), lab.contents(lab.THIRD_ICCID))[:5]:
        card.execute(segment)
    assert card.nvm.installation
    assert card.nvm.one_time_keys
    assert card.nvm.notifications
    return replace(card.nvm, suspended_aid=card.nvm.profiles[0].aid, crls=(b"one", b"two"))


@pytest.mark.parametrize("nvm", [lab.new_nvm(), full_chip()], ids=["new", "full"])
def test_what_is_written_is_read_again(nvm: Nvm) -> None:
    assert decode_nvm(encode_nvm(nvm)) == nvm


def test_the_same_memory_is_the_same_octets() -> None:
    assert encode_nvm(lab.new_nvm()) == encode_nvm(lab.new_nvm())


def test_a_later_format_is_named() -> None:
    octets = bytearray(encode_nvm(lab.new_nvm()))
    octets[len(b"OpenESIM eUICC ")] = 2
    with pytest.raises(DecodeError, match="format version 2"):
        decode_nvm(bytes(octets))


@pytest.mark.parametrize("octets", [b"", b"OpenESIM", b"OpenESIM eUICC \x01", b"\x00" * 100])
def test_what_is_no_chip_is_not_taken_for_one(octets: bytes) -> None:
    with pytest.raises(DecodeError, match="not the file"):
        decode_nvm(octets)


@given(data=st.data())
def test_damage_anywhere_is_noticed(data: st.DataObject) -> None:
    octets = encode_nvm(lab.new_nvm())
    position = data.draw(st.integers(0, len(octets) - 1))
    mask = data.draw(st.integers(1, 255))
    damaged = octets[:position] + bytes((octets[position] ^ mask,)) + octets[position + 1 :]
    with pytest.raises(DecodeError):
        decode_nvm(damaged)


@given(st.binary(max_size=64))
def test_octets_of_chance_under_a_true_checksum_raise_nothing_else(body: bytes) -> None:
    from hashlib import sha256

    with pytest.raises(DecodeError):
        decode_nvm(b"OpenESIM eUICC \x01" + sha256(body).digest() + body)

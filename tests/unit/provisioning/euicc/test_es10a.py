"""ES10a: the chip's addresses."""

import pytest

from openesim.encoding import tlv
from openesim.kernel.errors import CardError
from openesim.messages.sgp22.es10a import EuiccConfiguredAddressesResponse
from tests.unit.provisioning.euicc import laboratory as lab


def test_an_address_that_is_not_set_is_answered_as_an_empty_one() -> None:
    answer = lab.new_card().execute(bytes.fromhex("BF3C00"))
    assert answer == tlv.encode(0xBF3C, bytes.fromhex("8000") + tlv.encode(0x81, b"smds.example.com"))


def test_the_default_address_is_set_and_cleared() -> None:
    card = lab.new_card()
    set_it = tlv.encode(0xBF3F, tlv.encode(0x80, b"smdp.example.com"))
    assert card.execute(set_it).hex() == "bf3f03800100"
    addresses = EuiccConfiguredAddressesResponse.decode(card.execute(bytes.fromhex("BF3C00")))
    assert addresses.default_dp_address == "smdp.example.com"
    assert card.execute(bytes.fromhex("BF3F028000")).hex() == "bf3f03800100"
    assert card.nvm.default_dp_address == ""


def test_an_address_that_is_set_already_is_not_written_again() -> None:
    card = lab.new_card(default_dp_address="smdp.example.com")
    before = card.nvm
    card.execute(tlv.encode(0xBF3F, tlv.encode(0x80, b"smdp.example.com")))
    assert card.nvm is before


def test_an_address_without_end_is_refused() -> None:
    card = lab.new_card()
    before = card.nvm
    answer = card.execute(tlv.encode(0xBF3F, tlv.encode(0x80, b"a" * 256)))
    assert answer.hex() == "bf3f0380017f"
    assert card.nvm is before


@pytest.mark.parametrize("command", ["BF3F00", "BF3F0280", "BF3F048001FF00", "BF3F038002FF", "BF3C"])
def test_a_malformed_command_is_told_as_such(command: str) -> None:
    with pytest.raises(CardError) as raised:
        lab.new_card().execute(bytes.fromhex(command))
    assert raised.value.status_word == 0x6A80

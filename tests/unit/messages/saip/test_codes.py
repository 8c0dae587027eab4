"""PINs and PUKs, in the octets of the test profile."""

import pytest

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.codes import (
    PinCodes,
    PinConfiguration,
    PinKeyReference,
    PukCodes,
    PukConfiguration,
    PukKeyReference,
)
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.secret_octets import SecretOctets


def test_a_local_pin_is_written_as_in_the_test_profile() -> None:
    pin = PinConfiguration(
        key_reference=PinKeyReference.SECOND_PIN_APPL1,
        pin_value=SecretOctets(bytes.fromhex("39393939FFFFFFFF")),
        unblocking_pin_reference=PukKeyReference.SECOND_PUK_APPL1,
        pin_attributes=3,
    )
    assert pin.encode().hex() == "3015" + "80020081" + "810839393939ffffffff" + "82020081" + "830103"
    assert PinConfiguration.decode(pin.encode()) == pin
    assert (pin.is_enabled, pin.most_attempts, pin.attempts_left) == (True, 3, 3)


def test_attempts_that_differ_from_the_default_are_written() -> None:
    puk = PukConfiguration(
        key_reference=PukKeyReference.PUK_APPL1, puk_value=SecretOctets(b"31313131"), attempts=0xA9
    )
    assert puk.encode().hex().endswith("820200a9")
    assert PukConfiguration.decode(puk.encode()) == puk


def test_a_number_that_is_no_key_reference_stays_a_number() -> None:
    puk = PukConfiguration(key_reference=16, puk_value=SecretOctets(b"31313131"))
    assert PukConfiguration.decode(puk.encode()).key_reference == 16


@pytest.mark.parametrize(
    "octets", ["A207A003810101A100", "A209A003810101A102A000", "A20BA003810101A1048202" + "7FD0"]
)
def test_codes_without_a_list_or_path_are_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        PinCodes.decode(bytes.fromhex(octets))


def test_too_many_codes_are_refused() -> None:
    puk = PukConfiguration(key_reference=1, puk_value=SecretOctets(b"31313131"))
    codes = PukCodes(header=PeHeader(identification=1), puk_codes=(puk,) * 17)
    with pytest.raises(DecodeError, match="1 to 16 items"):
        PukCodes.decode(codes.encode())

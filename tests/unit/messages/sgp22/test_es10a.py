"""ES10a: exact octets, and the empty address that clears."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.es10a import (
    EuiccConfiguredAddressesRequest,
    EuiccConfiguredAddressesResponse,
    SetDefaultDpAddressRequest,
    SetDefaultDpAddressResponse,
    SetDefaultDpAddressResult,
)


def test_the_addresses_are_asked_for_with_nothing() -> None:
    assert EuiccConfiguredAddressesRequest().encode().hex() == "bf3c00"
    assert EuiccConfiguredAddressesRequest.decode(b"\xbf\x3c\x00") == EuiccConfiguredAddressesRequest()


@pytest.mark.parametrize(
    ("default", "octets"),
    [
        (None, "bf3c05" + "8103612e62"),
        ("", "bf3c07" + "8000" + "8103612e62"),
        ("c", "bf3c08" + "800163" + "8103612e62"),
    ],
)
def test_the_default_address_may_be_absent_empty_or_there(default: str | None, octets: str) -> None:
    answer = EuiccConfiguredAddressesResponse(default_dp_address=default, root_ds_address="a.b")
    assert answer.encode().hex() == octets
    assert EuiccConfiguredAddressesResponse.decode(bytes.fromhex(octets)) == answer


def test_an_answer_without_a_root_is_refused() -> None:
    with pytest.raises(DecodeError, match="root_ds_address: mandatory component is missing"):
        EuiccConfiguredAddressesResponse.decode(bytes.fromhex("bf3c03800163"))


def test_an_empty_address_clears_the_default() -> None:
    assert SetDefaultDpAddressRequest(default_dp_address="").encode().hex() == "bf3f028000"
    assert SetDefaultDpAddressRequest.decode(bytes.fromhex("bf3f028000")).default_dp_address == ""


def test_setting_the_default_ends_well_or_not() -> None:
    response = SetDefaultDpAddressResponse.decode(bytes.fromhex("bf3f0380017f"))
    assert response.set_default_dp_address_result is SetDefaultDpAddressResult.UNDEFINED_ERROR
    assert SetDefaultDpAddressResponse(
        set_default_dp_address_result=SetDefaultDpAddressResult.OK
    ).encode() == bytes.fromhex("bf3f03800100")

"""Networks are read as the field codes them; the octets are of real cards, as osmocom publishes them."""

import pytest

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.network_readers import (
    location_at,
    read_display_information,
    read_network_names,
    read_operator_list,
    read_plmn,
)


@pytest.mark.parametrize(
    ("octets", "network"), [("00F110", "001-01"), ("130014", "310-410"), ("62F210", "262-01"), ("FFFFFF", "")]
)
def test_network_codes_are_read(octets: str, network: str) -> None:
    assert read_plmn(bytes.fromhex(octets)) == network


@pytest.mark.parametrize("octets", ["00F1", "0AF110", ""])
def test_what_is_no_network_code_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        read_plmn(bytes.fromhex(octets))


def test_any_digit_is_a_star() -> None:
    assert read_operator_list(bytes.fromhex("62F2DD0000fffe01"))["plmn"] == "262-**"


def test_names_and_lists_stand_in_objects() -> None:
    assert read_network_names(bytes.fromhex("430A82E8329BFD4697D9EC37FFFF")) == {"full": "hellohello"}
    assert read_display_information(bytes.fromhex("A308800662F21000F110FF")) == ["262-01", "001-01"]
    with pytest.raises(DecodeError):
        read_display_information(bytes.fromhex("800162"))


def test_a_status_without_a_name_is_told_as_it_is() -> None:
    assert location_at(0)(bytes.fromhex("FFFFFF07")) == {"state": "7"}

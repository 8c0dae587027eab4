"""The profile header, in the octets of the test profile."""

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.messages.saip.header import PeHeader, ProfileHeader, ServicesList


def test_a_header_is_written_as_the_fact_sheet_says() -> None:
    header = ProfileHeader(
        major_version=2,
        minor_version=3,
        iccid_octets=bytes.fromhex("89000123456789012341"),
        mandatory_services=ServicesList.of("usim", "usim_test_algorithm"),
        mandatory_gfste_list=(Oid("2.23.143.1.2.1"),),
    )
    assert header.encode().hex() == (
        "a022800102810103830a89000123456789012341a50481009100a608060667810f010201"
    )
    assert header.iccid == "89000123456789012341"


def test_services_are_set_and_read_by_name() -> None:
    services = ServicesList.of("milenage", "isim")
    assert services.milenage
    assert not services.usim
    assert services.names == {"milenage", "isim"}
    with pytest.raises(DecodeError, match="no service is called telepathy"):
        ServicesList.of("telepathy")


@pytest.mark.parametrize("octets", ["A003810100", "A0058000810100", "A0048102 7FFF".replace(" ", "")])
def test_identifications_and_the_mandated_flag(octets: str) -> None:
    header = PeHeader.decode(bytes.fromhex(octets))
    assert header.encode().hex().upper() == octets
    assert header.mandated == (octets[4:6] == "80")


@pytest.mark.parametrize("octets", ["A0048102FFFF", "A00481028000", "A000", "A006800100810100", "A0058100"])
def test_what_is_no_header_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        PeHeader.decode(bytes.fromhex(octets))

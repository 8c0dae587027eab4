"""Object identifiers of roles and extensions."""

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.security.pki.oids import Role, oid_of


def test_roles_have_the_numbers_of_the_standard() -> None:
    numbers = [role.value.rsplit(".", 1)[1] for role in Role]
    assert all(role.value.startswith("2.23.146.1.2.1.") for role in Role)
    assert dict(zip([role.name for role in Role], numbers, strict=True)) == {
        "CI": "0",
        "EUICC": "1",
        "EUM": "2",
        "DP_TLS": "3",
        "DP_AUTH": "4",
        "DP_PB": "5",
        "DS_TLS": "6",
        "DS_AUTH": "7",
    }


def test_octets_lead_to_the_identifier_known_or_not() -> None:
    for text in (Role.EUM.value, Oid("2.999.1"), Oid("1.2.3")):
        assert oid_of(text.octets) == text
    with pytest.raises(DecodeError):
        oid_of(b"\x80")

"""What a package says of secured packets: keys by version, TARs, least protection."""

from typing import Any

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi
from openesim.messages.saip.applications import (
    ApplicationInstance,
    KeyComponent,
    KeyObject,
    SecurityDomain,
    UiccParameters,
)
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import Description, OtaKeys
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.scp80_domain import Scp80Domain, find_scp80_domain
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering

KIC, KID = bytes(range(16)), bytes(range(16, 32))


def package(ota: OtaKeys | None) -> Package:
    about = Description(
        operator_name="Testland",
        mcc="001",
        mnc="01",
        iccid=Iccid("8988211000000000011"),
        imsi=Imsi("001010000000001"),
        k=bytes(16),
        opc=bytes(range(16)),
        puk1="12345678",
        pin2="1234",
        puk2="87654321",
        adm1=b"88888888",
        ota=ota,
    )
    return decode_package(build_package(about))


def key(identifier: int, octets: bytes, *, version: int = 2, kind: int = 0x88, mac: int = 8) -> KeyObject:
    return KeyObject(
        key_usage_qualifier=b"\x18",
        key_identifier=bytes((identifier,)),
        key_version_number=bytes((version,)),
        key_components=(
            KeyComponent(key_type=bytes((kind,)), key_data=SecretOctets(octets), mac_length=mac),
        ),
    )


def domain(*keys: KeyObject, toolkit: str | None = "010000000002010206B2010000000000") -> Scp80Domain:
    """What is read of a package that consists of one security domain."""
    parameters = None if toolkit is None else UiccParameters(toolkit=bytes.fromhex(toolkit))
    instance = ApplicationInstance(
        application_load_package_aid=b"12345",
        class_aid=b"12345",
        instance_aid=b"12345",
        application_privileges=b"\0",
        application_specific_parameters=b"\0",
        application_parameters=parameters,
    )
    value = SecurityDomain(header=PeHeader(identification=1), instance=instance, key_list=keys or None)
    found = find_scp80_domain(Package.of([ProfileElement.of(ElementKind.SECURITY_DOMAIN, value)]))
    assert found is not None
    return found


def test_a_package_of_ours_says_how_it_is_reached() -> None:
    found = find_scp80_domain(package(OtaKeys(kic=KIC, kid=KID, kik=KIC, version=3)))
    assert found is not None
    assert found.tars == (bytes.fromhex("B20100"), bytes(3))
    assert found.minimum_spi1 == 0x02
    assert found.newest_version() == 3
    keys = found.keys_for(0x32, 0x32)
    assert (keys.ciphering, keys.kic, keys.checksum, keys.kid) == (
        Ciphering.AES_CBC,
        KIC,
        Checksum.AES_CMAC64,
        KID,
    )
    assert KIC.hex() not in repr(found)


def test_a_package_without_keys_cannot_be_reached() -> None:
    found = find_scp80_domain(package(None))
    assert found is not None
    assert found.tars == ()
    with pytest.raises(DecodeError, match="SCP80"):
        found.newest_version()


@pytest.mark.parametrize(
    ("toolkit", "tars", "least"),
    [
        (None, [], 0),
        ("", [], 0),
        ("0100000000", [], 0),
        ("01000000000003B20100", ["B20100"], 0),
        ("01000002AAAABBBB0002011603B20100", ["B20100"], 0x16),
        ("01000000000202160000", [], 0),
    ],
)
def test_toolkit_parameters_name_addresses_and_protection(
    toolkit: str | None, tars: list[str], least: int
) -> None:
    found = domain(toolkit=toolkit)
    assert ([one.hex().upper() for one in found.tars], found.minimum_spi1) == (tars, least)


def test_the_newest_version_with_both_keys_is_chosen() -> None:
    found = domain(
        key(1, KIC, version=1), key(2, KID, version=1), key(1, KIC, version=4), key(1, KIC, version=0x30)
    )
    assert found.newest_version() == 1
    assert (0x30, 1) not in found.keys, "that is a key of SCP03"


@pytest.mark.parametrize(
    ("kind", "octets", "octet", "algorithm"),
    [
        (0x88, 16, 0x22, Checksum.AES_CMAC64),
        (0x80, 16, 0x25, Checksum.TRIPLE_DES_CBC),
        (0x80, 24, 0x29, Checksum.TRIPLE_DES_CBC),
    ],
)
def test_the_type_of_a_key_names_its_algorithm(
    kind: int, octets: int, octet: int, algorithm: Checksum
) -> None:
    found = domain(key(1, bytes(octets), kind=kind), key(2, bytes(octets), kind=kind))
    assert 0x20 | found.keys[2, 1].algorithm == octet
    assert found.keys_for(octet, octet).checksum is algorithm


def test_a_short_checksum_is_told_by_the_key() -> None:
    assert domain(key(1, KIC), key(2, KID, mac=4)).keys_for(0x22, 0x22).checksum is Checksum.AES_CMAC32


@pytest.mark.parametrize("changes", [{"kic": 0x12}, {"kid": 0x12}, {"kic": 0x25}, {"kid": 0x25}])
def test_a_key_that_is_not_there_or_for_something_else_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match="key"):
        domain(key(1, KIC), key(2, KID)).keys_for(**{"kic": 0x22, "kid": 0x22} | changes)


def test_without_ciphering_its_key_may_be_missing() -> None:
    keys = domain(key(2, KID)).keys_for(0x00, 0x22, is_ciphered=False)
    assert (keys.ciphering, keys.kid) == (None, KID)

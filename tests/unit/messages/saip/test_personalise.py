"""A prepared package becomes one subscriber's by writing over what is there, and nothing else moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.messages.saip.aka import AkaParameter, AlgoParameter
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.codes import PinCodes, PukCodes
from openesim.messages.saip.description import Description, OtaKeys
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.personalise import (
    Identity,
    Subscriber,
    access_class,
    find_patch_points,
    with_iccid,
    with_subscriber,
)

OTHER = Iccid.parse("8949012345678901234")


def test_header_and_file_get_the_new_iccid(ts48_octets: bytes) -> None:
    points = find_patch_points(ts48_octets)
    changed = with_iccid(ts48_octets, points, OTHER)
    package = decode_package(changed)
    assert package.iccid == OTHER
    file = build_file_system(package).root.child("ef-iccid")
    assert file is not None
    assert file.content.hex() == "989410325476981032f4"
    assert len(changed) == len(ts48_octets)
    different = [at for at, (old, new) in enumerate(zip(ts48_octets, changed, strict=True)) if old != new]
    assert set(different) <= {
        *range(points.header_iccid, points.header_iccid + 10),
        *range(points.ef_iccid, points.ef_iccid + 10),
    }


@given(st.from_regex(r"89[0-9]{16,18}", fullmatch=True))
def test_every_iccid_can_be_written_and_read_back(digits: str) -> None:
    octets = build_package(_description())
    changed = with_iccid(octets, find_patch_points(octets), Iccid.parse(digits))
    package = decode_package(changed)
    file = build_file_system(package).root.child("ef-iccid")
    assert file is not None
    assert package.iccid == digits
    assert Iccid.from_octets(file.content) == digits


def test_writing_the_same_iccid_changes_nothing(package_octets: bytes, description: Description) -> None:
    points = find_patch_points(package_octets)
    assert with_iccid(package_octets, points, description.iccid) == package_octets


def test_a_patched_package_is_the_one_that_would_be_built() -> None:
    prepared = build_package(_description(msisdn=Msisdn.parse("15550100"), ota=_ota(0)))
    wanted = _description(
        iccid=OTHER,
        imsi=Imsi.parse("001019876543210"),
        k=bytes(range(16)),
        opc=bytes(range(16, 32)),
        pin1="1234",
        puk1="11112222",
        pin2="5678",
        puk2="33334444",
        adm1=b"87654321",
        msisdn=Msisdn.parse("491701234567"),
        ota=_ota(3),
    )
    subscriber = Subscriber(
        iccid=wanted.iccid,
        imsi=wanted.imsi,
        msisdn=wanted.msisdn,
        key=wanted.k,
        opc=wanted.opc,
        pins={1: b"1234\xff\xff\xff\xff", 129: b"5678\xff\xff\xff\xff", 10: b"87654321"},
        puks={1: b"11112222", 129: b"33334444"},
        ota_keys={0x0101: bytes([3] * 16), 0x0102: bytes([4] * 16), 0x0103: bytes([5] * 16)},
    )
    assert with_subscriber(prepared, find_patch_points(prepared), subscriber) == build_package(wanted)


def test_codes_and_keys_of_every_directory_are_written(ts48_octets: bytes) -> None:
    points = find_patch_points(ts48_octets)
    assert {reference: len(places) for reference, places in points.pins.items()} == {
        1: 1,
        10: 1,
        11: 1,
        129: 4,
    }
    subscriber = Subscriber(iccid=OTHER, key=bytes(range(16)), pins={129: b"4321\xff\xff\xff\xff"})
    package = decode_package(with_subscriber(ts48_octets, points, subscriber))
    assert _keys(package) == [bytes(range(16))] * 2
    local = [one.pin_value for codes in package.values(PinCodes) for one in codes.configurations if one.key_reference == 129]  # fmt: skip
    assert local == [b"4321\xff\xff\xff\xff"] * 4
    assert len(package.values(PukCodes)) == 1


def _keys(package: Package) -> list[bytes]:
    return [
        bytes(one.algo_configuration.key)
        for one in package.values(AkaParameter)
        if isinstance(one.algo_configuration, AlgoParameter)
    ]


@pytest.mark.parametrize(
    "subscriber",
    [
        Subscriber(iccid=OTHER, key=bytes(32)),
        Subscriber(iccid=OTHER, opc=b""),
        Subscriber(iccid=OTHER, pins={2: bytes(8)}),
        Subscriber(iccid=OTHER, pins={1: bytes(4)}),
        Subscriber(iccid=OTHER, puks={3: bytes(8)}),
        Subscriber(iccid=OTHER, msisdn=Msisdn.parse("15550100")),
        Subscriber(iccid=OTHER, ota_keys={0x0104: bytes(16)}),
    ],
)
def test_what_has_no_place_is_refused(subscriber: Subscriber) -> None:
    octets = build_package(_description(ota=_ota(0)))
    with pytest.raises(DecodeError, match="no place"):
        with_subscriber(octets, find_patch_points(octets), subscriber)


def test_an_imsi_of_another_network_is_refused(package_octets: bytes) -> None:
    subscriber = Subscriber(iccid=OTHER, imsi=Imsi.parse("262010123456789"))
    with pytest.raises(DecodeError, match="imsi: does not begin with 00101"):
        with_subscriber(package_octets, find_patch_points(package_octets), subscriber)


def _two_usims() -> bytes:
    """A package with a second USIM, as large operators make them: other keys, another number."""
    package = decode_package(build_package(_description(isim=False)))
    usim = [one for one in package.elements if one.kind in ("usim", "opt-usim", "akaParameter")]
    *others, end = package.elements
    return Package.of((*others, *usim, end)).octets


def test_several_usims_get_one_identity_or_one_each() -> None:
    octets = _two_usims()
    points = find_patch_points(octets)
    first, second = Imsi.parse("001010000000001"), Imsi.parse("001010000000002")
    same = with_subscriber(octets, points, Subscriber(iccid=OTHER, imsi=first, key=bytes(range(16))))
    assert (same.count(first.octets), same.count(bytes(range(16)))) == (2, 2)
    further = Identity(imsi=second, key=b"\x77" * 16, opc=b"\x78" * 16)
    each = with_subscriber(
        octets,
        points,
        Subscriber(iccid=OTHER, imsi=first, key=bytes(range(16)), further_usims=(further,)),
    )
    assert (each.count(first.octets), each.count(second.octets)) == (1, 1)
    assert _keys(decode_package(each)) == [bytes(range(16)), b"\x77" * 16]
    with pytest.raises(DecodeError, match="2 USIMs"):
        with_subscriber(octets, points, Subscriber(iccid=OTHER, further_usims=(further, further)))


def test_the_names_of_the_ims_follow_the_imsi(ts48_octets: bytes) -> None:
    imsi = Imsi.parse("001019876543210")
    changed = with_subscriber(ts48_octets, find_patch_points(ts48_octets), Subscriber(iccid=OTHER, imsi=imsi))
    tree = build_file_system(decode_package(changed))
    private, public = tree.find(bytes.fromhex("7FB06F02")), tree.find(bytes.fromhex("7FB06F04"))
    assert private is not None
    assert public is not None
    assert private.content.startswith(b"\x80\x1d001019876543210@test.3gpp.com")
    assert public.records[0].startswith(b"\x805sip:001019876543210@ims.mnc001.mcc001.3gppnetwork.org")
    assert b"001010123456789" not in changed


def test_points_of_another_package_are_refused(package_octets: bytes) -> None:
    points = find_patch_points(package_octets)
    with pytest.raises(DecodeError, match="another package"):
        with_iccid(package_octets + b"\xab\x00", points, OTHER)


def test_a_package_without_the_places_is_refused(package: Package) -> None:
    with pytest.raises(DecodeError, match="does not begin with a header"):
        find_patch_points(b"".join(one.octets for one in package.elements[1:]))
    with pytest.raises(DecodeError, match="one piece"):
        find_patch_points(package.elements[0].octets)


@pytest.mark.parametrize(("imsi", "octets"), [("001010000000000", "0001"), ("001010000000009", "0200")])
def test_the_access_class_is_the_last_digit(imsi: str, octets: str) -> None:
    assert access_class(Imsi.parse(imsi)).hex() == octets


def test_an_imsi_of_another_length_is_refused_where_names_hold_it() -> None:
    octets = build_package(_description())
    short = Subscriber(iccid=OTHER, imsi=Imsi.parse("00101000003"))
    with pytest.raises(DecodeError, match="has 11 digits, and the package is for 15"):
        with_subscriber(octets, find_patch_points(octets), short)


def test_a_subscriber_keeps_the_special_access_classes_of_the_package() -> None:
    octets = build_package(_description(access_classes=(11, 15)))
    imsi = Imsi.parse("001010000000003")
    changed = with_subscriber(octets, find_patch_points(octets), Subscriber(iccid=OTHER, imsi=imsi))
    access = build_file_system(decode_package(changed)).find(bytes.fromhex("7FD06F78"))
    assert access is not None
    assert access.content.hex() == "8808"


def test_secrets_of_a_subscriber_do_not_print() -> None:
    subscriber = Subscriber(iccid=OTHER, key=b"topsecretkey1234", pins={1: b"13572468"})
    assert "topsecret" not in repr(subscriber)
    assert "1357" not in repr(subscriber)


def _ota(number: int) -> OtaKeys:
    return OtaKeys(kic=bytes([number] * 16), kid=bytes([number + 1] * 16), kik=bytes([number + 2] * 16))


def _description(**changes: object) -> Description:
    values: dict[str, object] = {
        "operator_name": "Example Mobile",
        "mcc": "001",
        "mnc": "01",
        "iccid": Iccid.parse("8900100000000000002"),
        "imsi": Imsi.parse("001010123456789"),
        "k": bytes(range(0, 64, 4)),
        "opc": bytes(16),
        "puk1": "12345678",
        "pin2": "2222",
        "puk2": "87654321",
        "adm1": bytes(8),
        **changes,
    }
    return Description(**values)  # type: ignore[arg-type]

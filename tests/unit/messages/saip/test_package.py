"""A package is kept octet for octet, and nothing that comes in its place can do harm."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi
from openesim.messages.saip.applications import End
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.capabilities import check_against_chip, required_capabilities
from openesim.messages.saip.check import Chip, check_package
from openesim.messages.saip.description import Description
from openesim.messages.saip.differences import find_differences
from openesim.messages.saip.elements import encode_value
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.outline import outline_package, plain
from openesim.messages.saip.package import MOST_ELEMENTS, MOST_OCTETS, Package, decode_package
from openesim.messages.saip.personalise import find_patch_points

SMALL = build_package(
    Description(
        operator_name="X",
        mcc="001",
        mnc="01",
        iccid=Iccid.parse("8900100000000000002"),
        imsi=Imsi.parse("001010123456789"),
        k=bytes(range(0, 64, 4)),
        opc=bytes(16),
        puk1="12345678",
        pin2="2222",
        puk2="87654321",
        adm1=bytes(8),
        isim=False,
        gsm_access=False,
    )
)


def test_the_elements_together_are_the_package(ts48: Package, ts48_octets: bytes) -> None:
    assert ts48.octets == ts48_octets
    assert b"".join(element.octets for element in ts48.elements) == ts48_octets
    for element in ts48.elements:
        assert ts48_octets[element.offset :].startswith(element.octets)


def test_ts48_has_the_order_that_is_published(largest_ts48: Package) -> None:
    kinds = [str(element.kind) for element in largest_ts48.elements]
    assert kinds[:9] == [
        "header",
        "mf",
        "pukCodes",
        "pinCodes",
        "telecom",
        "pinCodes",
        "genericFileManagement",
        "usim",
        "opt-usim",
    ]
    assert kinds[-6:] == ["securityDomain", "rfm", "rfm", "rfm", "rfm", "end"]
    assert largest_ts48.elements[-1].identification == 31


def test_the_header_states_an_iccid_that_is_not_swapped(largest_ts48: Package) -> None:
    assert largest_ts48.iccid == "89000123456789012341"
    assert largest_ts48.header.profile_type == "GSMA Generic eUICC Test Profile"
    assert largest_ts48.header.mandatory_services.names == {
        "usim",
        "isim",
        "csim",
        "usim_test_algorithm",
        "ber_tlv",
        "get_identity",
        "profile_a_x25519",
        "profile_b_p256",
    }


def test_codes_and_keys_belong_to_the_directory_before_them(largest_ts48: Package) -> None:
    contexts = [
        (str(element.kind), str(context.kind) if context else None)
        for element, context in largest_ts48.with_contexts()
        if element.kind in (ElementKind.PIN_CODES, ElementKind.AKA_PARAMETER)
    ]
    assert contexts == [
        ("pinCodes", "mf"),
        ("pinCodes", "telecom"),
        ("pinCodes", "usim"),
        ("akaParameter", "usim"),
        ("pinCodes", "csim"),
        ("pinCodes", "isim"),
        ("akaParameter", "isim"),
    ]


def test_a_package_without_a_header_is_decoded_and_says_so() -> None:
    package = decode_package(bytes.fromhex("AA05A003810107"))
    with pytest.raises(DecodeError, match="does not begin with a header"):
        _ = package.header


def test_an_element_is_replaced_and_the_others_stay(package: Package) -> None:
    end = package.elements[-1]
    changed = package.replace(end, End(header=PeHeader(mandated=True, identification=99)))
    assert changed.elements[-1].identification == 99
    assert [one.octets for one in changed.elements[:-1]] == [one.octets for one in package.elements[:-1]]
    assert changed.octets != package.octets


@pytest.mark.parametrize(
    "octets", [b"", bytes(MOST_OCTETS + 1), bytes.fromhex("AB00") * (MOST_ELEMENTS + 1)], ids=len
)
def test_nothing_too_much_and_too_many_are_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_package(octets)


def test_as_many_elements_as_allowed_are_taken() -> None:
    assert len(decode_package(bytes.fromhex("AB00") * MOST_ELEMENTS).elements) == MOST_ELEMENTS


def test_an_unknown_element_too_deep_is_refused() -> None:
    octets = b""
    for _ in range(60):
        octets = (
            b"\xa0"
            + (bytes((len(octets),)) if len(octets) < 128 else b"\x81" + bytes((len(octets),)))
            + octets
        )
    with pytest.raises(DecodeError):
        decode_package(b"\xab\x81" + bytes((len(octets),)) + octets)


def _work_through(octets: bytes) -> None:
    """Everything that is done with a package of a stranger."""
    package = decode_package(octets)
    assert package.octets == octets
    assert b"".join(element.octets for element in package.elements) == octets
    for element in package.elements:
        if element.kind not in (ElementKind.UNKNOWN, *(f"rfu{number}" for number in range(1, 6))):
            encode_value(element.kind, element.value)
    repr(package)
    check_package(package, Chip(frozenset({"usim_support"}), 2, 1000))
    plain(outline_package(package))
    find_differences(package, decode_package(SMALL))
    required_capabilities(package)
    check_against_chip(package, set(), 0)
    find_patch_points(octets)


def test_the_small_package_goes_the_whole_way() -> None:
    _work_through(SMALL)


@given(st.binary(max_size=200))
def test_arbitrary_octets_end_in_a_decode_error_or_a_package(octets: bytes) -> None:
    with suppress(DecodeError):
        _work_through(octets)


@given(st.integers(0, len(SMALL) - 1))
def test_a_package_cut_short_never_breaks_anything(length: int) -> None:
    with suppress(DecodeError):
        _work_through(SMALL[:length])


CHANGES = st.lists(
    st.tuples(st.integers(0, len(SMALL) - 1), st.sampled_from(["set", "insert", "delete"]), st.binary(min_size=1, max_size=3)),
    min_size=1,
    max_size=6,
)  # fmt: skip


@settings(max_examples=300)
@given(CHANGES)
def test_a_changed_package_never_breaks_anything(changes: list[tuple[int, str, bytes]]) -> None:
    octets = bytearray(SMALL)
    for at, how, what in changes:
        if how == "set":
            octets[at : at + len(what)] = what
        elif how == "insert":
            octets[at:at] = what
        else:
            del octets[at : at + len(what)]
    with suppress(DecodeError):
        _work_through(bytes(octets))


@settings(max_examples=30)
@given(st.data())
def test_a_changed_ts48_profile_never_breaks_anything(ts48_octets: bytes, data: st.DataObject) -> None:
    octets = bytearray(ts48_octets)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with suppress(DecodeError):
        _work_through(bytes(octets))

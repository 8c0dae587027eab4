"""How a bound profile package is cut for the chip."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.encoding.tlv import encode
from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.provisioning.lpa.segments import cut, metadata_inside

BF23 = encode(0xBF23, b"secure channel")
A0 = encode(0xA0, encode(0x87, b"one"))
A1 = encode(0xA1, encode(0x88, b"metadata........"))
A2 = encode(0xA2, encode(0x87, b"keys"))
A3 = encode(0xA3, encode(0x86, b"x" * 1016) + encode(0x86, b"y" * 30))


def bpp(*parts: bytes) -> bytes:
    return encode(0xBF36, b"".join(parts))


def test_a_package_is_cut_as_the_standard_says() -> None:
    package = bpp(BF23, A0, A1, A2, A3)
    assert cut(package) == (
        package[: package.index(BF23)] + BF23,
        A0,
        A1[:2],
        A1[2:],
        A2,
        A3[:4],
        A3[4 : 4 + 1020],
        A3[4 + 1020 :],
    )


def test_further_segments_of_a_first_sequence_travel_alone() -> None:
    two = encode(0xA0, encode(0x87, b"one") + encode(0x87, b"two"))
    assert cut(bpp(BF23, two, A1, A3))[1:3] == (two[:-5], encode(0x87, b"two"))


def test_session_keys_need_not_be_replaced() -> None:
    assert A2 not in cut(bpp(BF23, A0, A1, A3))


@given(
    st.lists(st.binary(min_size=1, max_size=1012), max_size=4),
    st.lists(st.binary(min_size=8, max_size=300), max_size=4),
    st.booleans(),
)
def test_the_segments_together_are_the_package(
    elements: list[bytes], metadata: list[bytes], keys: bool
) -> None:
    package = bpp(
        BF23,
        A0,
        encode(0xA1, b"".join(encode(0x88, one) for one in metadata)),
        A2 if keys else b"",
        encode(0xA3, b"".join(encode(0x86, one) for one in elements)),
    )
    assert b"".join(cut(package)) == package
    assert metadata_inside(package) == b"".join(one[:-8] for one in metadata)


def test_a_segment_longer_than_the_standard_allows_is_left_to_the_chip() -> None:
    longer = encode(0xA3, encode(0x86, b"z" * 1032))
    assert cut(bpp(BF23, A0, A1, longer))[-1] == longer[4:]


@pytest.mark.parametrize(
    "package",
    [
        b"",
        b"\xbf\x36",
        encode(0xBF35, BF23 + A0 + A1 + A3),
        bpp(BF23, A0, A1, A3) + b"\0",
        bpp(),
        bpp(A0, A1, A3),
        bpp(BF23),
        bpp(BF23, A0, A1),
        bpp(BF23, A0, A3),
        bpp(BF23, A1, A0, A3),
        bpp(BF23, A0, A1, A2, A2, A3),
        bpp(BF23, A0, A1, A3, A3),
        bpp(BF23, encode(0xA0, encode(0x86, b"")), A1, A3),
        bpp(BF23, A0, A1, encode(0xA3, encode(0x86, b"1") + b"\x86\x05ab")),
        bpp(BF23, A0, A1, A3)[:-1],
    ],
)
def test_what_is_no_package_is_refused(package: bytes) -> None:
    with pytest.raises(DecodeError):
        cut(package)


@given(st.binary(max_size=200))
def test_no_octets_do_anything_but_cut_or_raise(octets: bytes) -> None:
    for read in (cut, metadata_inside):
        try:
            read(octets)
        except DecodeError:
            continue


@pytest.mark.parametrize(
    "package", [bpp(BF23, A0, A3), bpp(BF23, A0, encode(0xA1, encode(0x88, b"short")), A3)]
)
def test_metadata_that_are_not_there_are_missed(package: bytes) -> None:
    with pytest.raises(DecodeError):
        metadata_inside(package)


def test_the_recorded_package_of_others_is_cut_and_its_metadata_read(shared: Path) -> None:
    session = shared / "vectors" / "euicc-rsp-session"
    package = (session / "bound-profile-package.der").read_bytes()
    if package[:2] != b"\xbf\x36":  # recorded inside the answer of ES9+
        package = package[package.index(b"\xbf\x36") :]
    assert b"".join(cut(package)) == package
    inside = metadata_inside(package)
    assert inside == (session / "store-metadata.der").read_bytes()
    assert StoreMetadataRequest.decode(inside).iccid

"""Elements made of files: the position makes the tag."""

import pytest

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.files import (
    DoNotCreate,
    Fcp,
    FileSystem,
    position_of_tag,
    tag_of_position,
    template_file,
)
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import decode_package


@pytest.mark.parametrize(
    ("position", "tag"), [(2, 0xA2), (30, 0xBE), (31, 0xBF1F), (87, 0xBF57), (127, 0xBF7F), (128, 0xBF8100)]
)
def test_positions_become_tags_and_back(position: int, tag: int) -> None:
    assert tag_of_position(position) == tag
    assert position_of_tag(tag) == position


@pytest.mark.parametrize("tag", [0x81, 0x30, 0x62, 0x9F1F])
def test_other_tags_have_no_position(tag: int) -> None:
    assert position_of_tag(tag) is None


def _opt_usim(*components: tuple[int, bytes]) -> bytes:
    header = PeHeader(identification=1).encode()
    template = tlv.encode(0x81, Oid("2.23.143.1.2.5").octets)
    return tlv.encode(0xB4, header + template + b"".join(tlv.encode(*one) for one in components))


def _files(octets: bytes) -> FileSystem:
    value = decode_package(octets).elements[0].value
    assert isinstance(value, FileSystem)
    return value


def test_files_have_the_names_of_their_positions() -> None:
    value = _files(_opt_usim((0xA7, b"\x83\x01\x05"), (0xBF57, b""), (0xBF8100, b"\x80\x00")))
    assert [(file.position, file.name) for file in value.files] == [
        (7, "ef-msisdn"),
        (87, "ef-eaka"),
        (128, "position-128"),
    ]
    assert [file.instructions for file in value.files] == [(b"\x05",), (), (DoNotCreate(),)]
    assert value.find("ef-eaka") is value.files[1]
    assert value.find("ef-li") is None


def test_files_beyond_the_names_we_know_are_written_back() -> None:
    octets = _opt_usim((0xA7, b"\x83\x01\x05"), (0xBF8100, b"\x80\x00"))
    element = decode_package(octets).elements[0]
    assert element.with_value(element.value).octets == octets


def test_what_is_no_file_is_kept() -> None:
    value = _files(_opt_usim((0xA7, b""), (0x99, b"\x01")))
    assert value.unknown == (b"\x99\x01\x01",)


@pytest.mark.parametrize(
    "components", [((0xA7, b""), (0xA7, b"")), ((0xA7, b""), (0xA6, b"")), ((0xA1, b""),)]
)
def test_a_file_twice_or_out_of_order_is_refused(components: tuple[tuple[int, bytes], ...]) -> None:
    with pytest.raises(DecodeError, match="repeated or out of order"):
        decode_package(_opt_usim(*components))


def test_an_error_in_a_file_names_it() -> None:
    with pytest.raises(DecodeError) as caught:
        decode_package(_opt_usim((0xA7, b"\x83\x01\x05\xa1\x03\x83\x01\x6f")))
    assert caught.value.path == ("element 0", "ef-msisdn", "1", "file_id")


@pytest.mark.parametrize(
    "body", [b"", PeHeader(identification=1).encode(), tlv.encode(0x81, b"\x2a"), b"\xa0\x00\x81\x01\x2a"]
)
def test_an_element_needs_header_and_template(body: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_package(tlv.encode(0xB0, body))


def test_a_file_that_the_element_does_not_have_is_refused() -> None:
    with pytest.raises(DecodeError, match="has no file ef-imsi"):
        template_file(ElementKind.MF, "ef-imsi")
    with pytest.raises(DecodeError):
        template_file(ElementKind.PIN_CODES, "ef-imsi")


def test_sizes_and_records_are_read_from_their_octets() -> None:
    fcp = Fcp(file_descriptor=b"\x42\x21\x01\x02", ef_file_size=b"\x02\x04")
    assert (fcp.size, fcp.record_length) == (516, 258)
    assert (Fcp().size, Fcp(file_descriptor=b"\x41\x21").record_length) == (None, None)


def test_octets_of_a_file_are_those_of_the_fact_sheet() -> None:
    # File: doNotCreate 80, fileDescriptor A1, fillFileOffset 82, fillFileContent 83; DEFAULT lcsi 05 left out
    file = template_file(
        ElementKind.GSM_ACCESS, "df-gsm-access", Fcp(file_id=b"\x5f\x3b"), 24, b"\xaa", DoNotCreate()
    )
    value = FileSystem(header=PeHeader(identification=2), template_id=Oid("2.23.143.1.2.7"), files=(file,))
    octets = ProfileElement.of(ElementKind.GSM_ACCESS, value).octets
    assert octets.hex() == "b81da003810102810667810f010207a20ea10483025f3b8201188301aa8000"

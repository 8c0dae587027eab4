"""The files of a package have the content, numbers and rules that package and templates give them."""

from pathlib import Path

import pytest

from openesim.kernel.ids import Oid
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.codes import FilePath
from openesim.messages.saip.description import Description
from openesim.messages.saip.elements import ElementValue, ProfileElement
from openesim.messages.saip.file_tree import FileTree
from openesim.messages.saip.files import (
    DoNotCreate,
    Fcp,
    FileSystem,
    GenericFileManagement,
    Instruction,
    ProprietaryInfo,
    TemplateFile,
    template_file,
)
from openesim.messages.saip.filesystem import MOST_FAULTS, MOST_LEVELS, MOST_RECORDS, build_file_system
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.saip.response import PeStatusCode
from openesim.messages.saip.templates import FileType
from tests.unit.messages.saip.conftest import TS48
from tests.unit.messages.saip.notation import read_files

HEADER = PeHeader(mandated=True, identification=1)
USIM_TEMPLATE = "2.23.143.1.2.4"


def tree_of(*elements: tuple[ElementKind, ElementValue]) -> FileTree:
    return build_file_system(Package.of(ProfileElement.of(kind, value) for kind, value in elements))


def usim(*files: TemplateFile, template_id: str = USIM_TEMPLATE) -> tuple[ElementKind, FileSystem]:
    adf = template_file(ElementKind.USIM, "adf-usim", Fcp(file_id=b"\x7f\xd0", df_name=bytes(5)))
    return ElementKind.USIM, FileSystem(header=HEADER, template_id=Oid(template_id), files=(adf, *files))


def file(name: str, *instructions: Instruction) -> TemplateFile:
    return template_file(ElementKind.USIM, name, *instructions)


def management(*commands: FilePath | Fcp | int | bytes) -> tuple[ElementKind, GenericFileManagement]:
    value = GenericFileManagement(header=HEADER, file_management_cmd=(commands,))
    return ElementKind.GENERIC_FILE_MANAGEMENT, value


def made(tree: FileTree, path: str) -> bytes:
    found = tree.find(bytes.fromhex(path))
    assert found is not None
    return found.content


@pytest.mark.parametrize("name", TS48)
def test_every_file_of_ts48_has_the_content_that_its_notation_gives(shared: Path, name: str) -> None:
    tree = build_file_system(decode_package((shared / "ts48" / f"{name}.der").read_bytes()))
    assert tree.faults == []
    contents = {
        (one.element.identification, one.fid, one.parent.path if one.parent else ""): one
        for one in tree.files()
        if one.element
    }
    whole = written = 0
    for noted in read_files((shared / "ts48" / f"{name}.txt").read_text(encoding="utf-8")):
        if "linkPath" in noted.fields or not (noted.expected or noted.writes):
            continue
        fid = noted.fields["fileID"]
        same = [
            one.content
            for (element, number, parent), one in contents.items()
            if (element, number) == (noted.element, fid)
            and (not noted.path or parent.replace("/", "").removeprefix("3F00") == noted.path)
        ]
        if noted.expected is not None:
            whole += 1
            assert noted.expected in same, f"element {noted.element}, {fid.hex()}"
        else:
            written += 1
            assert any(
                all(content[at : at + len(octets)] == octets for at, octets in noted.writes)
                for content in same
            ), f"element {noted.element}, {fid.hex()}"
    assert (whole, written) == (85, 50)


def test_ts48_has_as_many_files_as_its_notation_and_its_templates(largest_ts48: Package) -> None:
    tree = build_file_system(largest_ts48)
    assert len(list(tree.files())) == 259
    assert [adf.aid.hex() for adf in tree.adfs if adf.aid] == [
        "a0000000871002ff49ff0589",
        "a0000003431002f310ffff89020000ff",
        "a0000000871004ff49ff0589",
    ]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("2FE2", "98001032547698103214"),
        ("2F05", "656EFFFFFFFF"),  # fillPattern, its last octet repeated
        ("7F105F3A4F22", "00000000"),  # repeatPattern
        ("7FD06F46", "0147534D411154455354FFFFFFFFFFFFFF"),  # fillPattern, size of the template
        ("7FD06F39", "00" * 15),  # repeatPattern in every record
        ("7FD05F3B4F20", "FFFFFFFFFFFFFFFF07"),  # an offset into the template's default
        ("7FD05FC04F01", "FF" * 13 + "42F61800000001"),
        ("7FD05FC04F07", "A0020000" + "FF" * 114),
        ("7FD06F78", "0001"),
        ("7F106F40", "FF" * 78),  # a link
    ],
)
def test_known_files_of_ts48(largest_ts48: Package, path: str, content: str) -> None:
    assert made(build_file_system(largest_ts48), path).hex().upper() == content


def test_an_offset_counts_from_the_cursor(largest_ts48: Package) -> None:
    tree = build_file_system(largest_ts48)
    directory = tree.find(bytes.fromhex("2F00"))
    assert directory is not None
    assert directory.record_length == 33
    assert [record.rstrip(b"\xff").hex() for record in directory.records] == [
        "61144f0ca0000000871002ff49ff058950045553494d",
        "61144f0ca0000000871004ff49ff058950044953494d",
        "61184f10a0000003431002f310ffff89020000ff50044353494d",
        "",
    ]


def test_access_rules_are_found_beside_the_file_or_above(largest_ts48: Package) -> None:
    tree = build_file_system(largest_ts48)
    directory = tree.find(bytes.fromhex("7FD05FC0"))
    assert directory is not None
    rule = tree.rule_of(directory)
    assert rule is not None
    assert rule.startswith(bytes.fromhex("80015EA40683010A950108"))
    imsi = tree.find(bytes.fromhex("7FD06F07"))
    assert imsi is not None
    assert imsi.access_rule is not None
    assert (imsi.access_rule.arr_id.hex(), imsi.access_rule.record) == ("6f06", 10)


def test_a_short_identifier_of_the_package_wins_over_the_template(largest_ts48: Package) -> None:
    tree = build_file_system(largest_ts48)
    assert {path: tree.find(bytes.fromhex(path)).sfi for path in ("2FE2", "2F06", "7FD06F07", "2FFB")} == {  # type: ignore[union-attr]
        "2FE2": 2,
        "2F06": 6,
        "7FD06F07": 7,
        "2FFB": None,
    }


def test_files_of_a_template_exist_without_being_named_unless_left_out() -> None:
    tree = tree_of(usim(file("ef-imsi", bytes(9)), file("ef-fdn", DoNotCreate())))
    assert made(tree, "7FD06F08") == b"\x07" + b"\xff" * 32
    assert tree.find(bytes.fromhex("7FD06F3B")) is None
    sms = tree.find(bytes.fromhex("7FD06F3C"))
    assert sms is not None
    assert sms.records == (b"\x00" + b"\xff" * 175,) * 10
    assert tree.find(bytes.fromhex("7FD06F38")).size == 14  # type: ignore[union-attr]


def test_a_later_version_of_a_template_brings_what_it_changes() -> None:
    tree = tree_of(usim(file("ef-imsi", bytes(9)), template_id="2.23.143.1.2.4.2"))
    assert tree.find(bytes.fromhex("7FD06F38")).size == 17  # type: ignore[union-attr]
    assert tree.find(bytes.fromhex("7FD06F3C")) is not None


def test_an_unknown_template_is_a_fault_and_its_files_are_made_as_far_as_stated() -> None:
    stated = file("ef-imsi", Fcp(file_descriptor=b"\x41\x21", file_id=b"\x6f\x07"), bytes(9))
    tree = tree_of(usim(stated, template_id="2.23.143.1.2.4.99"))
    assert [fault.status for fault in tree.faults] == [PeStatusCode.TEMPLATE_NOT_SUPPORTED]
    assert made(tree, "7FD06F07") == bytes(9)


def test_content_longer_than_the_file_is_a_fault() -> None:
    tree = tree_of(usim(file("ef-imsi", bytes(10))))
    assert [(fault.status, fault.identification) for fault in tree.faults] == [(PeStatusCode.BAD_VALUES, 1)]
    assert len(made(tree, "7FD06F07")) == 9


def test_a_file_in_a_directory_that_is_not_made_is_a_fault() -> None:
    kind = ElementKind.TELECOM
    files = (template_file(kind, "df-telecom", Fcp()), template_file(kind, "df-graphics", DoNotCreate()),
             template_file(kind, "ef-img", b"\x01"))  # fmt: skip
    tree = tree_of((kind, FileSystem(header=HEADER, template_id=Oid("2.23.143.1.2.3"), files=files)))
    assert [(fault.file, fault.reason) for fault in tree.faults] == [
        ("ef-img", "the directory it belongs to is not made")
    ]


def test_files_in_the_mf_cannot_be_left_out() -> None:
    kind = ElementKind.MF
    files = (template_file(kind, "mf", Fcp()), template_file(kind, "ef-pl", DoNotCreate()))
    tree = tree_of((kind, FileSystem(header=HEADER, template_id=Oid("2.23.143.1.2.1"), files=files)))
    assert made(tree, "2F05") == b"\xff\xff"


def test_an_optional_element_without_its_application_is_a_fault() -> None:
    value = FileSystem(header=HEADER, template_id=Oid("2.23.143.1.2.5"), files=())
    tree = tree_of((ElementKind.OPT_USIM, value))
    assert [fault.reason for fault in tree.faults] == ["no application before it to stand in"]


def test_file_management_makes_directories_and_files_in_them() -> None:
    tree = tree_of(
        management(
            Fcp(file_descriptor=b"\x78\x21", file_id=b"\x7f\x66"),
            Fcp(file_descriptor=b"\x42\x21\x00\x02", file_id=b"\x4f\x01", ef_file_size=b"\x06"),
            b"\x01",
            3,
            b"\x02",
            FilePath(b""),
            Fcp(file_descriptor=b"\x41\x21", file_id=b"\x2f\x1e", ef_file_size=b"\x01"),
        )
    )
    assert tree.faults == []
    assert made(tree, "7F664F01") == bytes.fromhex("01FFFFFF02FF")
    assert tree.find(bytes.fromhex("7F664F01")).sfi == 1  # type: ignore[union-attr]
    assert tree.find(bytes.fromhex("2F1E")).sfi == 0x1E  # type: ignore[union-attr]


def test_file_management_in_no_directory_and_twice_the_same_identifier_are_faults() -> None:
    one = Fcp(file_descriptor=b"\x41\x21", file_id=b"\x2f\x01", ef_file_size=b"\x01")
    tree = tree_of(management(FilePath(b"\x7f\x10"), one), management(one, one))
    assert [fault.reason for fault in tree.faults] == [
        "no directory at the path",
        "a file of this identifier exists",
    ]


def test_a_file_without_identifier_is_a_fault() -> None:
    tree = tree_of(management(Fcp(file_descriptor=b"\x41\x21", ef_file_size=b"\x01")))
    assert [fault.reason for fault in tree.faults] == ["file has no identifier"]


def test_a_link_to_nowhere_and_in_a_circle_is_a_fault() -> None:
    first = Fcp(file_descriptor=b"\x41\x21", file_id=b"\x2f\x01", link_path=FilePath(b"\x2f\x02"))
    second = Fcp(file_descriptor=b"\x41\x21", file_id=b"\x2f\x02", link_path=FilePath(b"\x2f\x01"))
    third = Fcp(file_descriptor=b"\x41\x21", file_id=b"\x2f\x03", link_path=FilePath(b"\x2f\x04"))
    tree = tree_of(management(first, second, third))
    assert [fault.reason for fault in tree.faults] == ["link leads nowhere"] * 3


def test_a_ber_tlv_file_sets_room_aside_and_is_empty() -> None:
    tree = tree_of(
        management(Fcp(file_descriptor=b"\x79\x21", file_id=b"\x4f\x0b", ef_file_size=b"\x04\x00"))
    )
    found = tree.find(b"\x4f\x0b")
    assert found is not None
    assert (found.file_type, found.size, found.content) == (FileType.BER_TLV, 1024, b"")


def test_files_of_impossible_size_are_faults_and_take_no_memory() -> None:
    huge = Fcp(file_descriptor=b"\x41\x21", file_id=b"\x2f\x01", ef_file_size=b"\x7f\xff\xff\xff")
    many = Fcp(file_descriptor=b"\x42\x21\x00\x01", file_id=b"\x2f\x02", ef_file_size=b"\x10\x00")
    odd = Fcp(file_descriptor=b"\x42\x21\x00\x03", file_id=b"\x2f\x03", ef_file_size=b"\x04")
    tree = tree_of(management(huge, many, odd))
    assert [(fault.status, fault.reason) for fault in tree.faults] == [
        (PeStatusCode.NOT_ENOUGH_MEMORY, "file of 2147483647 octets finds no room"),
        (PeStatusCode.BAD_VALUES, f"has more than {MOST_RECORDS} records"),
        (PeStatusCode.BAD_VALUES, "size is no multiple of the record"),
    ]
    assert sum(len(one.content) for one in tree.files()) == 4


def test_many_large_files_together_find_an_end() -> None:
    files = [
        Fcp(file_descriptor=b"\x41\x21", file_id=number.to_bytes(2, "big"), ef_file_size=b"\x0f\xff\xff")
        for number in range(1, 9)
    ]
    tree = tree_of(management(*files))
    assert len(tree.faults) == 4
    assert sum(len(one.content) for one in tree.files()) < 1 << 22


def test_directories_in_one_another_find_an_end() -> None:
    nested = [Fcp(file_descriptor=b"\x78\x21", file_id=b"\x5f\x01") for _ in range(MOST_LEVELS + 1)]
    tree = tree_of(management(*nested))
    assert len(tree.faults) == 1
    assert max(one.level for one in tree.files()) == MOST_LEVELS


def test_faults_without_end_find_an_end() -> None:
    tree = tree_of(management(*[Fcp()] * (MOST_FAULTS + 10)), management(Fcp()))
    assert len(tree.faults) == MOST_FAULTS


def test_an_application_without_a_temporary_identifier_gets_one() -> None:
    adf = template_file(ElementKind.USIM, "adf-usim", Fcp(df_name=bytes(5)))
    value = FileSystem(header=HEADER, template_id=Oid(USIM_TEMPLATE), files=(adf,))
    tree = tree_of((ElementKind.USIM, value))
    assert tree.adf_of(ElementKind.USIM) is tree.adfs[0]
    assert tree.adfs[0].fid == b"\x7f\xfe"
    assert tree.adfs[0].child("ef-keys") is not None


def test_special_information_comes_from_the_package_or_the_update_rate_of_the_template() -> None:
    stated = Fcp(proprietary_ef_info=ProprietaryInfo(special_file_information=b"\x40"))
    tree = tree_of(usim(file("ef-imsi", bytes(9)), file("ef-keys", stated)))
    assert tree.find(bytes.fromhex("7FD06F08")).special_information == 0x40  # type: ignore[union-attr]
    assert tree.find(bytes.fromhex("7FD06F09")).special_information == 0x80  # type: ignore[union-attr]
    assert tree.find(bytes.fromhex("7FD06F07")).special_information == 0x00  # type: ignore[union-attr]


def test_what_we_build_is_without_fault(description: Description) -> None:
    tree = build_file_system(decode_package(build_package(description)))
    assert tree.faults == []
    assert made(tree, "2FE2") == description.iccid.octets
    assert made(tree, "7FD06F07") == description.imsi.octets
    assert all(tree.rule_of(one) for one in tree.files())

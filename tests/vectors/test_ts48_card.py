"""Every file of the GSMA test profiles is read back from the card with what the value notation says of it.

The profile comes as a download, is enabled over ES10c, and is read with APDUs. What the notation leaves to templates is compared as
far as the notation goes; what nobody may read is compared through the image, and counted apart.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from openesim.encoding import tlv
from openesim.messages.saip.package import decode_package
from openesim.provisioning.uicc.build import build_image
from openesim.provisioning.uicc.image import Directory, ElementaryFile, Image
from tests.unit.messages.saip.conftest import TS48
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.terminal import Terminal, find
from tests.vectors.ts48_notation import PlacedFile, read_placed_files, temporary_path

ADM1, ADM2, PIN2 = "35" * 8, "36" * 8, "39393939FFFFFFFF"
CHUNK = 255


def download(octets: bytes) -> Terminal:
    """A terminal at a chip that has downloaded and enabled a profile, with every PIN given that the profile states."""
    package = decode_package(octets)
    metadata = lab.metadata(package.iccid, profile_class=0)
    card = lab.new_card()
    result = lab.download(card, lab.Contents(metadata=metadata.encode(), package=octets))
    assert type(result).__name__ == "SuccessResult", result
    choice = tlv.encode(0xA0, tlv.encode(0x5A, package.iccid.octets)) + bytes.fromhex("810100")
    assert card.execute(tlv.encode(0xBF31, choice)).hex() == "bf3103800100"
    terminal = Terminal(card)
    assert terminal.verify("0A", ADM1) == "9000"
    assert terminal.verify("0B", ADM2) == "9000"
    return terminal


def go_to(terminal: Terminal, file: PlacedFile) -> str:
    """Select a file by the way that the notation tells; returns the answer."""
    if file.aid is not None:
        answer = terminal.select(file.aid)
        assert terminal.verify("81", PIN2) == "9000"
    else:
        answer = terminal.select("3F00")
    return terminal.exchange("00A40904", file.path) if file.path else answer


def read(terminal: Terminal, template: str) -> bytes | str:
    """Content of the selected EF, or the status word of a refusal."""
    descriptor, size = find(template, 0x82) or "", int(find(template, 0x80) or "0", 16)
    structure = int(descriptor[:2], 16) & 0x3F
    if structure == 0x39:
        answer = terminal.exchange("80CB0080", "5C", "00")
        return bytes.fromhex(answer[4:-4]) if answer.endswith("9000") else answer
    if structure == 0x01:
        commands = [f"00B0{at:04X}{min(CHUNK, size - at):02X}" for at in range(0, size, CHUNK)]
    else:
        length = int(descriptor[4:8], 16)
        assert size == length * int(descriptor[8:], 16)
        commands = [f"00B2{number + 1:02X}04{length:02X}" for number in range(size // length)]
    content = b""
    for command in commands:
        answer = terminal.send(command)
        if not answer.endswith("9000"):
            return answer
        content += bytes.fromhex(answer[:-4])
    return content


def in_image(image: Image, file: PlacedFile) -> bytes:
    """Content of a file that nobody may read."""
    at: Directory | ElementaryFile = image.root
    if file.aid is not None:
        at = next(one for one in image.applications if one.aid == bytes.fromhex(file.aid))
    for start in range(0, len(file.path), 4):
        assert isinstance(at, Directory)
        at = at.children[bytes.fromhex(file.path[start : start + 4])]
    assert isinstance(at, ElementaryFile)
    return at.content


def blank(file: PlacedFile, size: int) -> bytes | None:
    """What a file of a size holds before anything is written, where the notation tells it."""
    fields = file.noted.fields
    descriptor = fields["fileDescriptor"]
    unit = int.from_bytes(descriptor[2:], "big") if len(descriptor) == 4 else size
    if pattern := fields.get("fillPattern"):
        record = (pattern + pattern[-1:] * unit)[:unit]
    elif pattern := fields.get("repeatPattern"):
        record = (pattern * (unit // len(pattern) + 1))[:unit]
    elif not file.member:
        record = b"\xff" * unit  # no template gives such a file another content
    else:
        return None
    return record * (size // unit) if unit else b""


def check_content(file: PlacedFile, content: bytes) -> str:
    """Compare a content with the notation; returns how much the notation says of it."""
    writes = file.noted.writes
    if not content and "efFileSize" not in file.noted.fields:
        assert not writes
        return "of unknown size"
    if file.noted.expected is not None:
        assert content == file.noted.expected
        return "whole"
    expected = blank(file, len(content))
    if expected is None:
        for at, octets in writes:
            assert content[at : at + len(octets)] == octets
        return "written" if writes else "template"
    whole = bytearray(expected)
    for at, octets in writes:
        whole[at : at + len(octets)] = octets
    assert content == whole
    return "whole"


def check_parameters(file: PlacedFile, template: str) -> None:
    """Compare the control parameters with the notation."""
    fields = file.noted.fields
    assert find(template, 0x8A) == fields["lcsi"].hex().upper()
    assert find(template, 0x8B) == fields["securityAttributesReferenced"].hex().upper()
    if "fileDescriptor" in fields:
        assert (find(template, 0x82) or "").startswith(fields["fileDescriptor"].hex().upper())
    if not file.is_directory:
        assert find(template, 0x83) == fields["fileID"].hex().upper()
    if "efFileSize" in fields:
        assert int(find(template, 0x80) or "0", 16) == int.from_bytes(fields["efFileSize"], "big")
    if "shortEFID" in fields:
        assert find(template, 0x88) == fields["shortEFID"].hex().upper()
    if "dfName" in fields:
        assert find(template, 0x84) == fields["dfName"].hex().upper()
    if "pinStatusTemplateDO" in fields:
        stated = fields["pinStatusTemplateDO"]
        told = [
            item.value[0] for item in tlv.walk(bytes.fromhex(find(template, 0xC6) or "")) if item.tag == 0x83
        ]
        # PIN1 is told first, whatever the notation's order: some terminals look at the first alone.
        assert sorted(told) == sorted(stated)
        assert told[0] == 0x01


COMMON = {"directory": 18, "linked": 29, "written": 50, "template": 33, "of unknown size": 11}
WITH_BER_TLV = COMMON | {"whole": 118, "unreadable": 2}
WITHOUT_BER_TLV = COMMON | {"whole": 114, "unreadable": 1}
"""Files by what the notation says of their content; the sizes of some CSIM files stand in a template that we do not have."""


@pytest.mark.parametrize(
    ("name", "expected"), [(name, WITHOUT_BER_TLV if "NoBERTLV" in name else WITH_BER_TLV) for name in TS48]
)
def test_every_file_is_read_back_as_the_notation_has_it(
    shared: Path, name: str, expected: dict[str, int]
) -> None:
    folder = shared / "ts48"
    octets = (folder / f"{name}.der").read_bytes()
    placed = read_placed_files((folder / f"{name}.txt").read_text(encoding="utf-8"))
    terminal, image = download(octets), build_image(decode_package(octets))
    counts: Counter[str] = Counter()
    contents: dict[tuple[str | None, str], bytes] = {}
    for file in placed:
        template = go_to(terminal, file)
        assert template.endswith("9000"), (file.aid, file.path, template)
        check_parameters(file, template)
        if file.is_directory:
            counts["directory"] += 1
            continue
        content = read(terminal, template)
        if isinstance(content, str):
            assert content == "6982", (file.path, content)
            counts["unreadable"] += 1
            content = in_image(image, file)
        contents[file.aid, file.path] = content
        if "linkPath" in file.noted.fields:
            continue
        counts[check_content(file, content)] += 1
    for file in placed:
        if path := file.noted.fields.get("linkPath"):
            target = temporary_path(path, placed)
            assert contents[file.aid, file.path] == contents[target.aid, target.path]
            counts["linked"] += 1
    assert dict(counts) == expected
    assert len(placed) == sum(counts.values()) - counts["unreadable"]

"""From a package to an image: whatever an installed package holds, a card comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from openesim.messages.saip.builder import build_package
from openesim.messages.saip.codes import FilePath, PinCodes
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.filesystem import build_file_system
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package, decode_package
from openesim.provisioning.uicc.build import build_image
from openesim.provisioning.uicc.empty import empty_image
from openesim.provisioning.uicc.image import Operation
from tests.unit.messages.saip.conftest import TS48
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.uicc.cards import package_with, transparent
from tests.unit.provisioning.uicc.terminal import USIM, new_terminal


def test_every_file_of_the_tree_is_on_the_card(shared: Path) -> None:
    package = decode_package((shared / "ts48" / f"{TS48[0]}.der").read_bytes())
    image = build_image(package)
    tree = {
        bytes.fromhex(one.path.replace("/", ""))[2:]: one.content
        for one in build_file_system(package).files()
        if not one.file_type.is_directory
    }
    assert {file.path: file.content for file in image.files()} == tree
    assert len(image.naas) == 2
    assert sorted(image.puks) == [1, 129]
    assert sorted(image.root.pins) == [0x01, 0x0A, 0x0B]


def test_a_global_pin_stands_in_the_mf_wherever_it_was_made() -> None:
    elements = list(decode_package(build_package(lab.subscription())).elements)
    globals_ = next(one for one in elements if one.kind == ElementKind.PIN_CODES)
    elements.remove(globals_)
    at = next(number for number, one in enumerate(elements) if one.kind == ElementKind.USIM)
    elements.insert(at + 1, globals_)
    assert sorted(build_image(Package.of(elements)).root.pins) == [0x01, 0x0A]


def test_pins_can_be_shared_with_another_directory() -> None:
    elements = list(decode_package(build_package(lab.subscription())).elements)
    local = [at for at, one in enumerate(elements) if one.kind == ElementKind.PIN_CODES][1:]
    at = next(number for number, one in enumerate(elements) if one.kind == ElementKind.ISIM)
    old = elements[local[0]].value
    assert isinstance(old, PinCodes)
    header = type(old.header)(identification=903)
    shared = PinCodes(header=header, pin_codes=FilePath(b"\x7f\xd0"))
    without = [one for number, one in enumerate(elements) if number not in local[1:]]
    without.insert(without.index(elements[at]) + 1, ProfileElement.of(ElementKind.PIN_CODES, shared))
    usim, isim = build_image(Package.of(without)).applications
    assert isim.pins[0x81] is usim.pins[0x81]


def test_without_a_rule_nothing_is_allowed() -> None:
    image = build_image(package_with(transparent("5010", "00")))
    files = {file.path: file for file in image.files()}
    assert Operation.READ in files[b"\x50\x10"].access
    assert Operation.INCREASE in files[b"\x50\x10"].access
    bare = decode_package(build_package(lab.subscription()))
    without_arr = Package.of(one for one in bare.elements if one.kind is not ElementKind.MF)
    assert build_image(without_arr).root.access == {}


@pytest.mark.parametrize("step", range(2, 6))
def test_a_package_without_some_of_its_elements_makes_a_card_too(step: int) -> None:
    elements = decode_package(build_package(lab.subscription())).elements
    for start in range(step):
        terminal = new_terminal(Package.of((elements[0], *elements[start + 1 :: step])).octets)
        assert terminal.select("3F00").endswith("9000")
        assert terminal.select(USIM)[-4:] in {"9000", "6A82"}


def test_the_card_without_a_subscription_names_no_application() -> None:
    image = empty_image()
    assert [file.path.hex() for file in image.files()] == ["2f00", "2f06"]
    assert image.applications == ()
    assert image is empty_image()

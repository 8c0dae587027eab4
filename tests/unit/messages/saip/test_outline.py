"""An outline says everything that a package states, and no secret unless it is asked for."""

import json
from typing import Any

from openesim.messages.saip.description import Description
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.outline import MASK, OutlinedElement, outline_package, plain
from openesim.messages.saip.package import Package, decode_package
from tests.unit.messages.saip.notation import read_files


def element(package: Package, kind: ElementKind) -> OutlinedElement:
    return next(one for one in outline_package(package) if one.kind == kind)


def test_every_element_is_there_with_place_and_size(package: Package) -> None:
    outlined = outline_package(package)
    assert [one.label for one in outlined] == [one.label for one in package.elements]
    assert [package.octets[one.offset :][: one.size] for one in outlined] == [
        one.octets for one in package.elements
    ]


def test_no_secret_is_printed_unless_asked_for(package: Package, description: Description) -> None:
    assert description.ota is not None
    secrets = [description.k, description.opc, description.adm1, description.ota.kic, b"8462\xff\xff\xff\xff"]
    hidden = json.dumps(plain(outline_package(package)))
    shown = json.dumps(plain(outline_package(package), keys=True))
    for secret in secrets:
        assert secret.hex().upper() not in hidden
        assert secret.hex().upper() in shown
    assert MASK not in shown
    assert "secret" in repr(outline_package(package))


def test_codes_and_keys_are_told_by_their_names(package: Package) -> None:
    codes = plain(element(package, ElementKind.PIN_CODES).fields)["pin_codes"]
    assert codes["PIN1"] == {
        "value": MASK,
        "attributes": ["changeable", "may be disabled"],
        "attempts": "3 of 3",
        "unblocked_by": "PUK1",
    }
    keys = plain(element(package, ElementKind.SECURITY_DOMAIN).fields)["key_list"]
    assert list(keys) == ["key 01/01", "key 01/02", "key 01/03"]


def test_files_are_told_with_what_they_say(package: Package) -> None:
    files = {file.path: file for file in element(package, ElementKind.USIM).files}
    imsi = files["ADF.USIM/EF.IMSI"]
    assert imsi.content == "001010123456789"
    assert imsi.values == {
        "fid": "6F07",
        "type": "TR",
        "size": 9,
        "sfi": 7,
        "access": {"read": "PIN1", "update, deactivate, activate, delete": "ADM1"},
    }
    assert (files["ADF.USIM"].level, imsi.level) == (0, 1)


def test_keys_in_files_are_secret(ts48: Package) -> None:
    files = {file.path: file for one in outline_package(ts48) for file in one.files}
    assert plain(files["ADF.USIM/EF.Keys"].octets) == MASK
    assert plain(files["ADF.USIM/DF.GSM-ACCESS/EF.Kc"].content) == MASK


def test_what_nobody_can_read_is_hidden() -> None:
    unknown = decode_package(bytes.fromhex("AB0CA003810101A10504031122" + "33")).elements[0]
    assert plain(outline_package(Package.of([unknown]))[0].fields) == {"unknown": MASK}


def test_an_element_of_the_issuer_is_hidden() -> None:
    octets = bytes.fromhex("A90FA003810101" + "81032A0304" + "8203112233")
    outlined = outline_package(decode_package(octets[:1] + bytes([len(octets) - 2]) + octets[2:]))
    assert plain(outlined[0].fields) == {"issuer_id": "1.2.3.4", "content": MASK}


def test_files_of_ts48_have_the_octets_of_its_notation(
    ts48: Package, shared: Any, ts48_octets: bytes
) -> None:
    (path,) = (one for one in (shared / "ts48").glob("*.der") if one.read_bytes() == ts48_octets)
    noted = [one for one in read_files(path.with_suffix(".txt").read_text()) if one.expected is not None]
    outlined = {bytes(file.octets) for one in outline_package(ts48) for file in one.files}
    assert len(noted) > 80
    assert {one.expected for one in noted} <= outlined

"""The places of a subscriber's octets are found where the package states them, and nowhere else."""

from typing import Any

import msgspec

from openesim.kernel.ids import swap_nibbles
from openesim.messages.saip.description import Description
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import Package
from openesim.messages.saip.patch_points import PatchPoints, find_patch_points


def at(octets: bytes, places: tuple[tuple[int, int], ...]) -> list[bytes]:
    return [octets[start : start + length] for start, length in places]


def test_what_stands_at_every_place_is_what_the_description_says(
    package_octets: bytes, description: Description
) -> None:
    points = find_patch_points(package_octets)
    (usim,) = points.usims
    assert usim.plmn == "00101"
    assert at(package_octets, usim.imsi) == [description.imsi.octets]
    assert at(package_octets, usim.acc) == [b"\x02\x00"]
    assert description.msisdn is not None
    assert at(package_octets, usim.msisdn) == [b"\x07\x91" + swap_nibbles(description.msisdn) + b"\xff" * 4]
    assert at(package_octets, usim.texts) == [description.imsi.encode()] * 2  # IMPI, IMPU
    assert at(package_octets, usim.keys) == [description.k]
    assert at(package_octets, usim.opcs) == [description.opc]
    assert package_octets[points.header_iccid :][:10] == description.iccid.plain_octets
    assert package_octets[points.ef_iccid :][:10] == description.iccid.octets
    assert [package_octets[start:][:8] for start in points.pins[10]] == [description.adm1]
    assert [package_octets[start:][:8] for start in points.puks[129]] == [description.puk2.encode()]
    assert description.ota is not None
    assert {number: at(package_octets, places) for number, places in points.ota_keys.items()} == {
        0x0101: [description.ota.kic],
        0x0102: [description.ota.kid],
        0x0103: [description.ota.kik],
    }


def test_ts48_has_places_for_all_but_the_number(ts48: Package, module: Any) -> None:
    points = find_patch_points(ts48.octets)
    (usim,) = points.usims
    kinds = (ElementKind.AKA_PARAMETER, ElementKind.SECURITY_DOMAIN)
    read = dict(module.decode("ProfileElement", one.octets) for one in ts48.of_kind(*kinds))
    key = read["akaParameter"]["algoConfiguration"][1]["key"]
    assert at(ts48.octets, usim.imsi) == [bytes.fromhex("080910101032547698")]
    assert at(ts48.octets, usim.keys) == [key] * 2
    assert len(usim.texts) == 2
    assert usim.msisdn == ()  # a pattern fills EF.MSISDN
    assert {number: at(ts48.octets, places) for number, places in points.ota_keys.items()} == {
        int.from_bytes(one["keyVersionNumber"] + one["keyIdentifier"]): [one["keyComponents"][0]["keyData"]]
        for one in read["securityDomain"]["keyList"]
    }


def test_a_package_without_a_usim_has_places_for_what_there_is(package: Package) -> None:
    octets = b"".join(one.octets for one in package.elements if one.kind not in ("usim", "opt-usim"))
    (usim,) = find_patch_points(octets).usims
    assert usim.imsi == ()
    assert len(usim.keys) == 1


def test_points_stored_by_an_earlier_version_can_be_read() -> None:
    earlier = {"size": 9, "header_iccid": 1, "ef_iccid": 2, "imsi": [3], "keys": [[4, 16]], "pins": {1: [5]}}
    points = msgspec.msgpack.decode(msgspec.msgpack.encode(earlier), type=PatchPoints)
    assert points == PatchPoints(9, 1, 2, pins={1: (5,)})

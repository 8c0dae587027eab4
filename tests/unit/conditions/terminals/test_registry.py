"""Looking a device up gives what a scan of everything registered gives, under any adds, removes and recalls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.makers import ChipMaker, EinRange, EumCertificate, TacRange
from openesim.conditions.terminals.models import Model
from openesim.conditions.terminals.recalls import Recall, RecallKind, Target
from openesim.conditions.terminals.registry import Found, Registry
from openesim.conditions.terminals.vendors import Standing, Vendor, VendorKind
from tests.support.rig import NOW, eid_of

EID = str(eid_of(7))
KEYS = [bytes([number]) * 20 for number in range(4)]
VENDOR = Vendor(vendor_id=1, name="Qinghe", kind=VendorKind.PRIVATE, country="CN", created_at=NOW)


def model(number: int) -> Model:
    return Model(model_id=number, vendor_id=1, name=f"M{number}", category=ServiceClass.PHONE, changed_at=NOW)


def maker(number: int, *keys: bytes, state: Standing = Standing.IN_FORCE) -> ChipMaker:
    certificates = tuple(EumCertificate(key_id=key, octets=b"") for key in keys)
    return ChipMaker(
        maker_id=number, name=f"C{number}", created_at=NOW, certificates=certificates, state=state
    )


def recall(number: int, kind: RecallKind, text: str, maker_id: int | None = None) -> Recall:
    target = Target.parse(kind, text, maker_id)
    return Recall(recall_id=number, target=target, reason="hot", created_at=NOW, created_by="x")


def tacs(first: int, last: int, number: int) -> TacRange:
    return TacRange(first=f"{first:08d}", last=f"{last:08d}", model_id=number)


def eins(first: int, last: int, number: int) -> EinRange:
    """Returns EIDs whose digits 7 and 8 are in a range."""
    return EinRange(
        first=f"890490{first:02d}".ljust(32, "0"), last=f"890490{last:02d}".ljust(32, "9"), maker_id=number
    )


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.put_vendors([VENDOR])
    made.put_models([model(1), model(2)])
    made.put_makers([maker(1, KEYS[1]), maker(2, KEYS[2]), maker(3)])
    made.put_tacs([tacs(35290611, 35290620, 1), tacs(35290630, 35290630, 2)])
    made.put_eins([eins(32, 32, 1), eins(33, 40, 3)])
    return made


def found(registry: Registry, **traits: Any) -> Found:
    return registry.look_up(Device(**{"eid": ""} | traits))


def test_a_device_is_known_by_tac_or_imei(registry: Registry) -> None:
    for traits in ({"tac": "35290615"}, {"imei": "352906150000000"}):
        one = found(registry, **traits)
        assert one.model is not None
        assert (one.model.name, one.vendor) == ("M1", VENDOR)
    assert found(registry, tac="35290621").model is None
    assert found(registry).model is None


def test_a_tac_that_contradicts_the_imei_names_no_model_but_both_are_held_against_recalls(
    registry: Registry,
) -> None:
    liar = {"tac": "35290615", "imei": "352906300000000"}
    assert found(registry, **liar).model is None
    for number, text in ((1, "1"), (2, "2")):
        registry.put_recalls([recall(number, RecallKind.MODEL, text)])
        hit = found(registry, **liar).recall
        assert hit is not None
        registry.put_recalls([replace(hit, lifted_at=NOW)])


@pytest.mark.parametrize("text", ["", "1234", "FFFFFFFF", "３５２９０６１５", "352906150"])
def test_a_type_that_is_no_tac_is_not_known(registry: Registry, text: str) -> None:
    assert found(registry, tac=text).model is None
    assert found(registry, imei=text[:7]).model is None


def test_a_chip_maker_is_known_by_eid_or_by_key(registry: Registry) -> None:
    by_eid, by_key = found(registry, eid=EID).maker, found(registry, eum_key_id=KEYS[2]).maker
    assert by_eid is not None
    assert by_key is not None
    assert (by_eid.name, by_key.name) == ("C1", "C2")
    assert found(registry, eid="89049041" + "0" * 24).maker is None


def test_a_key_that_is_not_the_makers_is_a_sign_against_him(registry: Registry) -> None:
    assert found(registry, eid=EID, eum_key_id=KEYS[1]).maker is not None
    assert found(registry, eid=EID, eum_key_id=KEYS[2]).maker is None, "another maker's key"
    assert found(registry, eid=EID, eum_key_id=KEYS[3]).maker is None, "nobody's key"
    without_keys = found(registry, eid="89049035" + "0" * 24, eum_key_id=KEYS[3]).maker
    assert without_keys is not None, "of this one no key is registered"


@pytest.mark.parametrize("traits", [{"eid": EID}, {"eum_key_id": KEYS[1]}])
def test_chips_of_a_maker_who_is_not_in_force_are_out(registry: Registry, traits: dict[str, Any]) -> None:
    assert not found(registry, **traits).is_maker_out
    registry.put_makers([maker(1, KEYS[1], state=Standing.SUSPENDED)])
    assert found(registry, **traits).is_maker_out


@pytest.mark.parametrize(
    ("kind", "text", "maker_id", "traits"),
    [
        (RecallKind.MODEL, "1", None, {"tac": "35290611"}),
        (RecallKind.TAC, "35290615-35290700", None, {"tac": "35290690"}),
        (RecallKind.TAC, "35290615", None, {"imei": "352906150000000"}),
        (RecallKind.EUM, "01" * 20, None, {"eum_key_id": KEYS[1]}),
        (RecallKind.EUM, "01" * 20, None, {"eid": EID}),
        (RecallKind.EIN, "890490", None, {"eid": EID}),
        (RecallKind.EIN, EID, None, {"eid": EID}),
        (RecallKind.BUILD, "4.2.0-4.2.9", None, {"firmware": b"\4\2\5"}),
        (RecallKind.BUILD, "4.2.0", 1, {"firmware": b"\4\2\0", "eid": EID}),
        (RecallKind.BUILD, "4.2.0", 1, {"firmware": b"\4\2\0", "eum_key_id": KEYS[1]}),
    ],
)
def test_a_recall_hits_by_every_sign_and_no_more_once_it_is_lifted(
    registry: Registry, kind: RecallKind, text: str, maker_id: int | None, traits: dict[str, Any]
) -> None:
    made = recall(5, kind, text, maker_id)
    registry.put_recalls([made])
    assert found(registry, **traits).recall == made
    registry.put_recalls([replace(made, lifted_at=NOW)])
    assert found(registry, **traits).recall is None


@pytest.mark.parametrize(
    ("kind", "text", "maker_id", "traits"),
    [
        (RecallKind.MODEL, "2", None, {"tac": "35290611"}),
        (RecallKind.TAC, "35290616", None, {"tac": "35290615"}),
        (RecallKind.EUM, "02" * 20, None, {"eid": EID}),
        (RecallKind.EIN, "890491", None, {"eid": EID}),
        (RecallKind.BUILD, "4.2.0", None, {"eid": EID}),
        (RecallKind.BUILD, "4.2.0", 2, {"firmware": b"\4\2\0", "eid": EID}),
        (RecallKind.BUILD, "4.2.1", 1, {"firmware": b"\4\2\0", "eid": EID}),
    ],
)
def test_a_recall_hits_nobody_else(
    registry: Registry, kind: RecallKind, text: str, maker_id: int | None, traits: dict[str, Any]
) -> None:
    registry.put_recalls([recall(5, kind, text, maker_id)])
    assert found(registry, **traits).recall is None


def test_sizes_tell_how_many_there_are(registry: Registry) -> None:
    assert registry.sizes == {
        "vendors": 1,
        "models": 2,
        "makers": 3,
        "tac_ranges": 2,
        "ein_ranges": 2,
        "recalls": 0,
    }


# --- properties -------------------------------------------------------------------------------------------------

_texts = {
    RecallKind.MODEL: st.integers(1, 4).map(str),
    RecallKind.TAC: st.tuples(st.integers(0, 40), st.integers(0, 9)).map(
        lambda pair: f"{pair[0]:08d}-{pair[0] + pair[1]:08d}"
    ),
    RecallKind.EUM: st.sampled_from([key.hex() for key in KEYS]),
    RecallKind.EIN: st.integers(0, 40).map(lambda number: f"890490{number:02d}"),
    RecallKind.BUILD: st.integers(0, 3).map(lambda number: f"1.0.{number}"),
}


@st.composite
def recalls(draw: st.DrawFn) -> list[Recall]:
    kinds = draw(st.lists(st.sampled_from(list(RecallKind)), max_size=8))
    made = [
        recall(number, kind, draw(_texts[kind]), draw(st.none() | st.integers(1, 3)))
        for number, kind in enumerate(kinds, start=1)
    ]
    return [replace(each, lifted_at=NOW) if draw(st.booleans()) else each for each in made]


@st.composite
def disjoint(draw: st.DrawFn, owners: int) -> list[tuple[int, int, int]]:
    """Draws ranges below 50 that do not overlap."""
    cuts = sorted(draw(st.sets(st.integers(0, 49), max_size=12)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [(first, last, draw(st.integers(1, owners))) for first, last in pairs]


devices = st.builds(
    Device,
    eid=st.just("") | st.integers(0, 50).map(lambda number: f"890490{number:02d}".ljust(32, "5")),
    tac=st.none() | st.integers(0, 50).map(lambda number: f"{number:08d}"),
    imei=st.none() | st.integers(0, 50).map(lambda number: f"{number:08d}1234567"),
    eum_key_id=st.sampled_from([b"", *KEYS]),
    firmware=st.sampled_from([b"", b"\1\0\0", b"\1\0\1", b"\1\0\3"]),
)


def scan(device: Device, held: dict[str, list[Any]]) -> tuple[int | None, set[int], set[int]]:
    """Returns model, chip makers and recalls that hit, by looking at everything."""
    codes = {each[:8] for each in (device.tac, device.imei) if each is not None}
    by_code = [row.model_id for row in held["tacs"] for code in codes if row.first <= code <= row.last]
    makers = {row.maker_id for row in held["eins"] if device.eid and row.first <= device.eid <= row.last}
    owners = {
        each.maker_id
        for each in held["makers"]
        for one in each.certificates
        if one.key_id == device.eum_key_id
    }
    makers |= owners
    keys = {
        one.key_id.hex() for each in held["makers"] if each.maker_id in makers for one in each.certificates
    }
    keys |= {device.eum_key_id.hex()}

    def hits(target: Target) -> bool:
        match target.kind:
            case RecallKind.MODEL:
                return int(target.first) in by_code
            case RecallKind.TAC:
                return any(target.first <= code <= target.last for code in codes)
            case RecallKind.EUM:
                return target.first in keys
            case RecallKind.EIN:
                return bool(device.eid) and target.first <= device.eid <= target.last
            case RecallKind.BUILD:
                is_theirs = target.maker_id is None or target.maker_id in makers
                return is_theirs and target.first == ".".join(map(str, device.firmware))

    hit = {each.recall_id for each in held["recalls"] if each.lifted_at is None and hits(each.target)}
    return by_code[0] if len(codes) == len(by_code) == 1 else None, makers, hit


@given(
    before=disjoint(4),
    after=disjoint(4),
    chips=disjoint(3),
    later=disjoint(3),
    said=recalls(),
    seen=st.lists(devices, max_size=12),
)
def test_the_register_finds_what_a_naive_scan_finds(
    before: list[tuple[int, int, int]],
    after: list[tuple[int, int, int]],
    chips: list[tuple[int, int, int]],
    later: list[tuple[int, int, int]],
    said: list[Recall],
    seen: list[Device],
) -> None:
    known_makers = [maker(1, KEYS[1]), maker(2, KEYS[2], KEYS[3]), maker(3)]
    registry = Registry()
    registry.put_vendors([VENDOR])
    registry.put_models(model(number) for number in range(1, 5))
    registry.put_makers(known_makers)
    registry.put_tacs(tacs(*span) for span in before)
    registry.put_eins(eins(*span) for span in chips)
    gone = [
        replace(tacs(*span), removed_at=NOW) for span in before if span[0] not in {one[0] for one in after}
    ]
    registry.put_tacs([*gone, *(tacs(*span) for span in after)])
    left = [
        replace(eins(*span), removed_at=NOW) for span in chips if span[0] not in {one[0] for one in later}
    ]
    registry.put_eins([*left, *(eins(*span) for span in later)])
    registry.put_recalls(said[:3])
    registry.put_recalls(said[3:])
    held: dict[str, list[Any]] = {
        "tacs": [tacs(*span) for span in after],
        "eins": [eins(*span) for span in later],
        "makers": known_makers,
        "recalls": said,
    }
    for device in seen:
        one = registry.look_up(device)
        number, makers, hit = scan(device, held)
        assert (None if one.model is None else one.model.model_id) == number
        assert one.maker is None or {one.maker.maker_id} == makers
        assert (one.recall is None) if not hit else (one.recall is not None and one.recall.recall_id in hit)

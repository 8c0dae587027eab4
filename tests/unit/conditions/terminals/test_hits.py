"""What a recall hits of a vendor's: no more than is his, as far as the recall goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.hits import Hit, Things, hits_on
from openesim.conditions.terminals.makers import Build, ChipMaker, EumCertificate
from openesim.conditions.terminals.models import Model
from openesim.conditions.terminals.ranges import RangeMap
from openesim.conditions.terminals.recalls import Recall, RecallKind, Target
from tests.support.rig import NOW

KEY = b"\xab" * 20
OWN = {
    number: Model(
        model_id=number, vendor_id=1, name=f"Q{number}", category=ServiceClass.PHONE, changed_at=NOW
    )
    for number in (1, 2)
}
MAKER = ChipMaker(
    maker_id=7,
    name="Chips",
    certificates=(EumCertificate(key_id=KEY, octets=b""),),
    builds=(Build(version="4.1.0"), Build(version="4.2.0")),
    created_at=NOW,
    vendor_id=1,
)


def things(maker: ChipMaker | None = MAKER) -> Things:
    tacs, eins = RangeMap(), RangeMap(is_wide=True)
    tacs.extend([(10, 19, 1), (20, 29, 9), (30, 39, 2)])
    eins.extend([(10**31, 2 * 10**31, 7), (3 * 10**31, 4 * 10**31, 8)])
    return Things(models=OWN, maker=maker, tacs=tacs, eins=eins)


def hit(kind: RecallKind, text: str, maker_id: int | None = None, of: Things | None = None) -> Hit | None:
    recall = Recall(target=Target.parse(kind, text, maker_id), reason="x", created_at=NOW, created_by="ada")
    found = hits_on(of or things(), [recall])
    return found[0] if found else None


def test_a_model_of_his_own_is_hit_and_no_other() -> None:
    found = hit(RecallKind.MODEL, "2")
    assert found is not None
    assert found.models == (OWN[2],)
    assert hit(RecallKind.MODEL, "9") is None


def test_tacs_are_hit_as_far_as_the_recall_goes_and_others_are_not_named() -> None:
    found = hit(RecallKind.TAC, "00000015-00000031")
    assert found is not None
    assert found.tacs == (("00000015", "00000019"), ("00000030", "00000031"))
    assert [model.name for model in found.models] == ["Q1", "Q2"]
    assert hit(RecallKind.TAC, "00000020-00000029") is None
    assert hit(RecallKind.TAC, "00000040") is None


def test_chips_are_hit_by_key_range_and_build() -> None:
    by_key = hit(RecallKind.EUM, KEY.hex())
    assert by_key is not None
    assert by_key.is_all_chips
    by_range = hit(RecallKind.EIN, "1" + "5" * 31 + "-" + "3" + "5" * 31)
    assert by_range is not None
    assert by_range.eins == (("1" + "5" * 31, "2" + "0" * 31),)
    assert hit(RecallKind.EIN, "33333") is None
    by_build = hit(RecallKind.BUILD, "4.0.0-4.1.9")
    assert by_build is not None
    assert by_build.builds == ("4.1.0",)


@pytest.mark.parametrize(
    ("text", "maker_id", "is_hit"),
    [("4.2.0", 7, True), ("9.0.0", 7, True), ("4.2.0", 8, False), ("9.0.0", None, False)],
)
def test_builds_are_those_of_the_maker_that_is_named_or_those_that_were_told(
    text: str, maker_id: int | None, *, is_hit: bool
) -> None:
    assert (hit(RecallKind.BUILD, text, maker_id) is not None) is is_hit


def test_who_makes_no_chips_is_hit_by_no_recall_of_chips() -> None:
    none = things(None)
    for kind, text in ((RecallKind.EUM, KEY.hex()), (RecallKind.EIN, "10000"), (RecallKind.BUILD, "4.1.0")):
        assert hit(kind, text, of=none) is None


def test_recalls_stay_in_their_order() -> None:
    recalls = [
        Recall(
            recall_id=number,
            target=Target.parse(RecallKind.MODEL, "1"),
            reason="x",
            created_at=NOW,
            created_by="a",
        )
        for number in (3, 1, 2)
    ]
    lifted = replace(recalls[0], lifted_at=NOW)
    assert [each.recall.recall_id for each in hits_on(things(), [lifted, *recalls[1:]])] == [3, 1, 2]

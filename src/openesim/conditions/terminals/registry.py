"""The register of terminals as it is looked up: which model a device is, whose chip is in it, whether it was recalled.

A device tells its type by TAC or IMEI; a chip's maker is known by the key of his certificate and by the EID. Where two
signs contradict each other, neither is believed. Recalls are held against every sign there is: whoever could be meant is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.makers import ChipMaker, EinRange, TacRange
from openesim.conditions.terminals.models import Model
from openesim.conditions.terminals.ranges import RangeMap
from openesim.conditions.terminals.recalls import Recall, RecallList, Traits
from openesim.conditions.terminals.vendors import Standing, Vendor
from openesim.kernel.ids import is_decimal
from openesim.kernel.records import with_quick_init

_TAC_DIGITS: Final = 8


@with_quick_init
@dataclass(frozen=True, slots=True)
class Found:
    """What is registered of a device.

    Attributes:
        model: its model; None: not known.
        vendor: who answers for the model.
        maker: who made its chip; None: not known.
        recall: a recall that hits it; None: none does.
        is_maker_out: a chip maker that it may be of is not in force.
    """

    model: Model | None
    vendor: Vendor | None
    maker: ChipMaker | None
    recall: Recall | None
    is_maker_out: bool


class Registry:
    """Vendors, models, chip makers, ranges and recalls that hold.

    Changes are put in one after the other; each is seen as a whole or not at all, also from other threads.
    """

    __slots__ = (
        "_changes",
        "_eins",
        "_keys_of",
        "_maker_of_key",
        "_makers",
        "_models",
        "_recalls",
        "_tacs",
        "_vendors",
    )

    def __init__(self) -> None:
        """Know nothing yet."""
        self._vendors: Final[dict[int, Vendor]] = {}
        self._models: Final[dict[int, Model]] = {}
        self._makers: Final[dict[int, ChipMaker]] = {}
        self._maker_of_key: Final[dict[bytes, int]] = {}
        self._keys_of: Final[dict[int, frozenset[bytes]]] = {}
        self._tacs = RangeMap()
        self._eins = RangeMap(is_wide=True)
        self._recalls = RecallList()
        self._changes = 0

    @property
    def sizes(self) -> dict[str, int]:
        """How many there are of each."""
        return {
            "vendors": len(self._vendors),
            "models": len(self._models),
            "makers": len(self._makers),
            "tac_ranges": len(self._tacs),
            "ein_ranges": len(self._eins),
            "recalls": len(self._recalls),
        }

    @property
    def changes(self) -> int:
        """How often vendors or models changed: who has put them in an order knows by it whether it still holds."""
        return self._changes

    # --- lists: as they are at this moment ---

    @property
    def vendors(self) -> list[Vendor]:
        """All vendors, in no order."""
        return list(self._vendors.values())

    @property
    def models(self) -> list[Model]:
        """All models, in no order."""
        return list(self._models.values())

    @property
    def makers(self) -> list[ChipMaker]:
        """All chip makers, in no order."""
        return list(self._makers.values())

    @property
    def recalls(self) -> list[Recall]:
        """All recalls that hold, in no order."""
        return list(self._recalls)

    @property
    def tacs(self) -> RangeMap:
        """Ranges of TACs, with the number of their model; only to be read."""
        return self._tacs

    @property
    def eins(self) -> RangeMap:
        """Ranges of EIDs, with the number of their chip maker; only to be read."""
        return self._eins

    def vendor(self, vendor_id: int) -> Vendor | None:
        """Return a vendor by number."""
        return self._vendors.get(vendor_id)

    def model(self, model_id: int) -> Model | None:
        """Return a model by number."""
        return self._models.get(model_id)

    def maker(self, maker_id: int) -> ChipMaker | None:
        """Return a chip maker by number."""
        return self._makers.get(maker_id)

    def maker_with_key(self, key_id: bytes) -> ChipMaker | None:
        """Return the chip maker whose certificate has a key."""
        number = self._maker_of_key.get(key_id)
        return None if number is None else self._makers.get(number)

    # --- looking up ---

    def look_up(self, device: Device) -> Found:
        """Return what is registered of a device."""
        codes = _codes(device)
        numbers = [number for code in codes if (number := self._tacs.find(code)) is not None]
        model = self._models.get(numbers[0]) if len(codes) == len(numbers) == 1 else None
        eid = int(device.eid) if device.eid else None
        makers = self._makers_of(eid, device.eum_key_id)
        recall = None
        if len(self._recalls):
            keys = [device.eum_key_id, *(key for maker in makers for key in self._keys_of[maker.maker_id])]
            of_makers = [maker.maker_id for maker in makers]
            recall = self._recalls.find(Traits(codes, numbers, eid, keys, of_makers, device.firmware))
        return Found(
            model,
            None if model is None else self._vendors.get(model.vendor_id),
            self._agreed(device.eum_key_id, makers),
            recall,
            any(maker.state is not Standing.IN_FORCE for maker in makers),
        )

    def _makers_of(self, eid: int | None, key_id: bytes) -> list[ChipMaker]:
        """Return chip makers that the chip may be of: by the EID, by the certificate."""
        by_eid = None if eid is None else self._eins.find(eid)
        by_key = self._maker_of_key.get(key_id)
        makers = [] if by_eid is None else [self._makers.get(by_eid)]
        if by_key is not None and by_key != by_eid:
            makers.append(self._makers.get(by_key))
        return [maker for maker in makers if maker is not None]

    def _agreed(self, key_id: bytes, makers: list[ChipMaker]) -> ChipMaker | None:
        """Return the chip maker that all signs name: a key that is not among his is a sign against him."""
        if len(makers) != 1:
            return None
        keys = self._keys_of[makers[0].maker_id]
        return None if key_id and keys and key_id not in keys else makers[0]

    # --- changing ---

    def put_vendors(self, vendors: Iterable[Vendor]) -> None:
        """Take vendors that are new or changed."""
        for each in vendors:
            self._vendors[each.vendor_id] = each
        self._changes += 1

    def put_models(self, models: Iterable[Model]) -> None:
        """Take models that are new or changed."""
        for each in models:
            self._models[each.model_id] = each
        self._changes += 1

    def put_makers(self, makers: Iterable[ChipMaker]) -> None:
        """Take chip makers that are new or changed; certificates are only ever added."""
        for each in makers:
            self._keys_of[each.maker_id] = frozenset(one.key_id for one in each.certificates)
            self._makers[each.maker_id] = each
            for key in self._keys_of[each.maker_id]:
                self._maker_of_key[key] = each.maker_id

    def put_recalls(self, recalls: Iterable[Recall]) -> None:
        """Take recalls that were made or lifted."""
        self._recalls = self._recalls.changed(recalls)

    def set_ranges(self, tacs: RangeMap, eins: RangeMap) -> None:
        """Take all ranges at once."""
        self._tacs, self._eins = tacs, eins

    def put_tacs(self, ranges: Iterable[TacRange]) -> None:
        """Take ranges of TACs that are new, changed or removed."""
        forked = self._tacs.fork()
        for each in ranges:
            if each.removed_at is None:
                forked.put(int(each.first), int(each.last), each.model_id)
            else:
                forked.remove(int(each.first))
        self._tacs = forked

    def put_eins(self, ranges: Iterable[EinRange]) -> None:
        """Take ranges of EIDs that are new, changed or removed."""
        forked = self._eins.fork()
        for each in ranges:
            if each.removed_at is None:
                forked.put(int(each.first), int(each.last), each.maker_id)
            else:
                forked.remove(int(each.first))
        self._eins = forked


def _codes(device: Device) -> list[int]:
    """Return what is known of its type: one number, or two where TAC and IMEI contradict each other."""
    told, begin = device.tac, None if device.imei is None else device.imei[:_TAC_DIGITS]
    texts = (told, begin) if told != begin else (told,)
    return [int(each) for each in texts if each is not None and len(each) == _TAC_DIGITS and is_decimal(each)]

"""One look at the register, from the database: for people who ask, not for servers, which know it by heart."""

from __future__ import annotations

from typing import Final, Protocol

from openesim.conditions.terminals.device import Device
from openesim.conditions.terminals.makers import ChipMaker, EinRange, TacRange
from openesim.conditions.terminals.models import Model
from openesim.conditions.terminals.recalls import Recall
from openesim.conditions.terminals.registry import Found, Registry
from openesim.conditions.terminals.vendors import Vendor

_PAGE: Final = 1000


class LookupStores(Protocol):
    """What a look needs, inside one unit of work."""

    def vendor(self, vendor_id: int) -> Vendor | None:
        """Return a vendor; the row is held until the unit ends."""
        ...

    def model(self, model_id: int) -> Model | None:
        """Return a model; the row is held until the unit ends."""
        ...

    def tac_range_before(self, tac: str) -> TacRange | None:
        """Return the range that holds and begins last of those that begin with a TAC or before it."""
        ...

    def ein_range_before(self, eid: str) -> EinRange | None:
        """Return the range that holds and begins last of those that begin with an EID or before it."""
        ...

    def makers(self, after: int, limit: int) -> list[ChipMaker]:
        """Return chip makers by number, beginning behind ``after``."""
        ...

    def recalls(self, after: int, limit: int) -> list[Recall]:
        """Return recalls, lifted or not, by number, beginning behind ``after``."""
        ...


def look_up(stores: LookupStores, device: Device) -> Found:
    """Return what is registered of a device: the same that ``TerminalBook`` would find.

    Args:
        stores: of the unit of work.
        device: as it shows itself; what is not known is left out.
    """
    registry = Registry()
    codes = {device.tac, None if device.imei is None else device.imei[:8]}
    for code in codes:
        _take_model(stores, registry, code)
    if device.eid:
        found = stores.ein_range_before(device.eid)
        registry.put_eins([] if found is None else [found])
    after = 0
    while makers := stores.makers(after, _PAGE):
        registry.put_makers(makers)
        after = makers[-1].maker_id
    after = 0
    while recalls := stores.recalls(after, _PAGE):
        registry.put_recalls(recalls)
        after = recalls[-1].recall_id
    return registry.look_up(device)


def _take_model(stores: LookupStores, registry: Registry, code: str | None) -> None:
    tacs = None if code is None or not code.isdecimal() else stores.tac_range_before(code)
    model = None if tacs is None else stores.model(tacs.model_id)
    vendor = None if model is None else stores.vendor(model.vendor_id)
    if tacs is not None and model is not None and vendor is not None:
        registry.put_tacs([tacs])
        registry.put_models([model])
        registry.put_vendors([vendor])

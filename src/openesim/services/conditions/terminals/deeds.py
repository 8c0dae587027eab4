"""What the regulator does with terminals: registers, reviews, approves, suspends; recalls, and lifts recalls.

Whoever did something sees it at once: this process reads what changed before it answers. Every other one hears of it
within two seconds (``following``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from openesim.conditions.terminals.fields import Span
from openesim.conditions.terminals.forms import Cells, read_vendor_form
from openesim.conditions.terminals.makers import Build, ChipMaker, EinRange, EumCertificate, TacRange
from openesim.conditions.terminals.models import Approval, Model, ModelEvent
from openesim.conditions.terminals.recalls import Recall, Target
from openesim.conditions.terminals.texts import conflict
from openesim.conditions.terminals.vendors import StandingEvent, Vendor
from openesim.kernel.ambient import Clock
from openesim.kernel.ids import Eid, Imei
from openesim.kernel.records import changed
from openesim.services.conditions.following import Following
from openesim.services.conditions.terminals.bindings import bind, release
from openesim.services.conditions.terminals.chip_makers import (
    add_build,
    add_certificate,
    add_eins,
    assign_maker,
    move_maker,
    register_maker,
    remove_eins,
)
from openesim.services.conditions.terminals.recalls import Preview, lift_recall, make_recall, preview_recall
from openesim.services.conditions.terminals.terminals import (
    add_tacs,
    approve_model,
    change_vendor,
    move_vendor,
    register_vendor,
    remove_tacs,
    review_model,
)
from openesim.services.ports import AnyWork, never

T = TypeVar("T")

_SENT_TWICE: Final = 20
"""So many of the newest recalls are looked at for one that is the same."""


class TerminalDeeds:
    """What the regulator does with terminals."""

    def __init__(self, work: AnyWork, clock: Clock, following: Following) -> None:
        """Bind to the database, and to what is told to look at once when something was done."""
        self._work: Final = work
        self._clock: Final = clock
        self._following: Final = following

    # --- vendors and their models

    async def register_vendor(self, cells: Cells, who: str) -> Vendor:
        """Register a vendor and return him with his number.

        Raises:
            FormError: everything that is wrong with what was typed.
            ConflictError: the name is taken.
        """
        vendor = read_vendor_form(cells, self._now())
        return await self._do(lambda stores, now: register_vendor(stores, vendor, who, now))

    async def change_vendor(self, vendor_id: int, cells: Cells, who: str) -> Vendor:
        """Change name, kind, country or agent of a vendor and return him.

        Raises:
            FormError: everything that is wrong with what was typed.
            ConflictError: another one has the name.
            NotFoundError: there is no such vendor.
        """
        vendor = changed(read_vendor_form(cells, self._now()), vendor_id=vendor_id)
        return await self._do(lambda stores, now: change_vendor(stores, vendor, who, now))

    async def move_vendor(self, vendor_id: int, event: StandingEvent, reason: str, who: str) -> Vendor:
        """Suspend a vendor, let him in again, or strike him off.

        Raises:
            NotFoundError: there is no such vendor.
            StateError: not possible as he stands.
            ConflictError: no reason is given.
        """
        return await self._do(lambda stores, now: move_vendor(stores, vendor_id, event, reason, who, now))

    async def approve_model(self, model_id: int, approval: Approval, who: str) -> Model:
        """Approve a model, or renew its approval.

        Raises:
            NotFoundError: there is no such model.
            StateError: not possible where it stands.
            ConflictError: the vendor is not in force.
        """
        return await self._do(lambda stores, now: approve_model(stores, model_id, approval, who, now))

    async def review_model(self, model_id: int, event: ModelEvent, reason: str, who: str) -> Model:
        """Ask back, refuse, suspend, resume or revoke a model.

        Raises:
            NotFoundError: there is no such model.
            StateError: not possible where it stands.
            ConflictError: no reason is given.
        """
        return await self._do(lambda stores, now: review_model(stores, model_id, event, reason, who, now))

    async def add_tacs(self, model_id: int, span: Span, who: str) -> TacRange:
        """Give a model TACs.

        Raises:
            NotFoundError: there is no such model.
            ConflictError: some of them are another range's.
        """
        return await self._do(lambda stores, now: add_tacs(stores, model_id, span, who, now))

    async def remove_tacs(self, first: str, who: str) -> TacRange:
        """Take TACs from a model.

        Raises:
            NotFoundError: no range begins there.
        """
        return await self._do(lambda stores, now: remove_tacs(stores, first, who, now))

    # --- chip makers

    async def register_maker(self, name: str, who: str) -> ChipMaker:
        """Register a chip maker and return him with his number.

        Raises:
            ConflictError: the name is taken.
        """
        return await self._do(lambda stores, now: register_maker(stores, name, who, now))

    async def assign_maker(self, maker_id: int, vendor_id: int | None, who: str) -> ChipMaker:
        """Note which vendor a chip maker is, whose desk keeps his entries then.

        Raises:
            NotFoundError: there is no such chip maker or vendor.
            ConflictError: the vendor is another chip maker already.
        """
        return await self._do(lambda stores, now: assign_maker(stores, maker_id, vendor_id, who, now))

    async def add_certificate(self, maker_id: int, certificate: EumCertificate, who: str) -> ChipMaker:
        """Note a certificate of a chip maker.

        Raises:
            NotFoundError: there is no such chip maker.
            ConflictError: its key is another one's.
        """
        return await self._do(lambda stores, now: add_certificate(stores, maker_id, certificate, who, now))

    async def add_build(self, maker_id: int, build: Build, who: str) -> ChipMaker:
        """Note a version of software that a chip maker told.

        Raises:
            NotFoundError: there is no such chip maker.
        """
        return await self._do(lambda stores, now: add_build(stores, maker_id, build, who, now))

    async def move_maker(self, maker_id: int, event: StandingEvent, reason: str, who: str) -> ChipMaker:
        """Suspend a chip maker, let him in again, or strike him off.

        Raises:
            NotFoundError: there is no such chip maker.
            StateError: not possible as he stands.
            ConflictError: no reason is given.
        """
        return await self._do(lambda stores, now: move_maker(stores, maker_id, event, reason, who, now))

    async def add_eins(self, maker_id: int, span: Span, who: str) -> EinRange:
        """Note EIDs that are a chip maker's.

        Raises:
            NotFoundError: there is no such chip maker.
            ConflictError: some of them are another range's.
        """
        return await self._do(lambda stores, now: add_eins(stores, maker_id, span, who, now))

    async def remove_eins(self, first: str, who: str) -> EinRange:
        """Take EIDs from a chip maker.

        Raises:
            NotFoundError: no range begins there.
        """
        return await self._do(lambda stores, now: remove_eins(stores, first, who, now))

    # --- chip and device

    async def bind(self, eid: Eid, imei: Imei, who: str) -> None:
        """Hold a chip and a device to each other.

        Raises:
            ConflictError: either is held to another one.
        """
        await self._do(lambda stores, now: bind(stores, eid, imei, who, now))

    async def release(self, eid: Eid, reason: str, who: str) -> None:
        """Let go of a chip and its device.

        Raises:
            NotFoundError: the chip is held to nothing.
            ConflictError: no reason is given.
        """
        await self._do(lambda stores, now: release(stores, eid, reason, who, now))

    # --- recalls

    async def preview(self, target: Target) -> Preview:
        """Return who would be hit by a recall; nothing is changed.

        Raises:
            NotFoundError: no such model or chip maker.
        """
        look: Callable[[Any], Preview] = lambda stores: preview_recall(stores, target)  # noqa: E731
        return await self._work.run(look, must_last=never)

    async def recall(self, target: Target, reason: str, who: str) -> Recall:
        """Recall devices or chips: from now on they get nothing.

        Raises:
            NotFoundError: no such model or chip maker.
            ConflictError: no reason is given, or a recall of just this for this reason holds: a form sent twice.
        """

        def deed(stores: Any, now: datetime) -> Recall:
            """Do it, unless it is done."""
            made = make_recall(stores, target, reason, who, now)
            for older in stores.newest_recalls(made.recall_id, _SENT_TWICE):
                if older.lifted_at is None and (older.target, older.reason) == (made.target, made.reason):
                    raise conflict("recalled-already", name=older.recall_id)
            return made

        return await self._do(deed)

    async def lift(self, recall_id: int, reason: str, who: str) -> Recall:
        """Lift a recall.

        Raises:
            NotFoundError: there is no such recall.
            ConflictError: it was lifted before, or no reason is given.
        """
        return await self._do(lambda stores, now: lift_recall(stores, recall_id, reason, who, now))

    def _now(self) -> datetime:
        """Return the moment, to the millisecond as it is kept."""
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    async def _do(self, deed: Callable[[Any, datetime], T]) -> T:
        """Do something, and read what changed by it."""
        now = self._now()
        result = await self._work.run(lambda stores: deed(stores, now))
        await self._following.refresh()
        return result

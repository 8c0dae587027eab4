"""The stores in memory: another implementation of ``services.ports``, to test services without a database."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from openesim.kernel.errors import ConflictError, NotFoundError
from openesim.kernel.ids import Eid, Iccid, Imsi, TransactionId
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.network.subscription import Batch, Subscription
from openesim.provisioning.smdp.binding import Download
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import DOWNLOADABLE, Order, OrderState
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.provisioning.smdp.reconciliation import HandedOut, Stuck, SubscriptionFacts, last_words
from openesim.provisioning.smdp.session import Session
from openesim.services.listing import Range, Window
from openesim.services.ports import NumberKind, always
from tests.support.memory_access import MemoryAccess
from tests.support.memory_accounts import MemoryAccounts
from tests.support.memory_blocks import MemoryBlocks, MemoryFigures
from tests.support.memory_cases import MemoryCases
from tests.support.memory_events import MemoryEvents
from tests.support.memory_gate import MemoryGate
from tests.support.memory_ledger import MemoryLedger
from tests.support.memory_licences import MemoryLicences
from tests.support.memory_operator import MemoryOperatorDesk
from tests.support.memory_outbox import MemoryOperators, MemoryOutbox
from tests.support.memory_packs import MemoryPacks, MemoryRevisions
from tests.support.memory_simulations import MemorySimulations
from tests.support.memory_tallies import MemoryTallies
from tests.support.memory_terminal_imports import MemoryTerminalImports
from tests.support.memory_terminals import MemoryTerminals

T = TypeVar("T")


class MemorySubscriptions:
    """Implements ``SubscriptionStores`` and what stock needs beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: dict[str, Batch] = {}
        self.by_iccid: dict[str, Subscription] = {}
        self.batch_of: dict[str, str] = {}
        self.untold: dict[str, None] = {}

    def subscription(self, iccid: Iccid) -> Subscription | None:
        return self.by_iccid.get(iccid)

    def subscription_of_imsi(self, imsi: Imsi) -> Subscription | None:
        return next((each for each in self.by_iccid.values() if each.imsi == imsi), None)

    def subscriptions(self, after: str, limit: int, batch: str | None = None) -> list[Subscription]:
        wanted = [
            each
            for iccid, each in sorted(self.by_iccid.items())
            if iccid > after and batch in {None, self.batch_of[iccid]}
        ]
        return wanted[:limit]

    def add_subscription(self, subscription: Subscription, batch: str) -> None:
        if batch not in self.batches:
            raise NotFoundError(f"there is no batch {batch}")
        is_taken = self.subscription_of_imsi(subscription.imsi) is not None
        if is_taken or subscription.iccid in self.by_iccid:
            raise ConflictError("a row with the same key exists")
        self.by_iccid[subscription.iccid] = subscription
        self.batch_of[subscription.iccid] = batch

    def save_sqn(self, imsi: Imsi, sqn: int) -> None:
        known = self.subscription_of_imsi(imsi)
        if known is not None:
            self.by_iccid[known.iccid] = replace(known, sqn=sqn)

    def set_active(self, iccid: Iccid, *, is_active: bool) -> None:
        known = self.by_iccid.get(iccid)
        if known is not None and known.is_active is not is_active:
            self.by_iccid[iccid] = replace(known, is_active=is_active)
            self.untold[iccid] = None

    def untold_subscriptions(self, limit: int) -> list[Subscription]:
        return [self.by_iccid[iccid] for iccid in list(self.untold)[:limit]]

    def set_told(self, iccid: Iccid, *, is_active: bool) -> None:
        if self.by_iccid[iccid].is_active is is_active:
            self.untold.pop(iccid, None)

    def taken_number(self, kind: NumberKind, least: str, most: str) -> str | None:
        numbers = [getattr(each, kind) for each in self.by_iccid.values()]
        found = [one for one in numbers if one and len(one) == len(least) and least <= one <= most]
        return max(found, default=None)

    def begin_claims(self) -> None:
        self.claims: set[tuple[str, str]] = set()

    def claim(self, kind: NumberKind, number: str) -> bool:
        is_new = (kind, number) not in self.claims
        self.claims.add((kind, number))
        return is_new

    def batch(self, name: str) -> Batch | None:
        return self.batches.get(name)

    def all_batches(self) -> list[Batch]:
        return list(self.batches.values())

    def batches_of_operator(self, operator: str, before: int | None, limit: int) -> list[tuple[int, Batch]]:
        numbered = [
            (number, batch)
            for number, batch in enumerate(self.batches.values(), start=1)
            if batch.operator == operator and (before is None or number < before)
        ]
        return numbered[::-1][:limit]

    def add_batch(self, batch: Batch) -> None:
        if batch.name in self.batches:
            raise ConflictError("a row with the same key exists")
        self.batches[batch.name] = batch

    def save_batch_progress(self, name: str, done: int) -> None:
        self.batches[name] = replace(self.batches[name], done=done)


class MemoryStores(
    MemorySubscriptions,
    MemoryAccess,
    MemoryOutbox,
    MemoryOperators,
    MemoryEvents,
    MemoryBlocks,
    MemoryFigures,
    MemoryAccounts,
    MemoryCases,
    MemoryGate,
    MemoryLedger,
    MemoryLicences,
    MemoryOperatorDesk,
    MemoryPacks,
    MemoryRevisions,
    MemorySimulations,
    MemoryTallies,
    MemoryTerminals,
    MemoryTerminalImports,
):
    """Implements ``SmdpStores``, ``SmdsStores`` and what imports need beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[bytes, Session] = {}
        self.orders: dict[int, Order] = {}
        self.packages: dict[int, tuple[StoredPackage, bytes]] = {}
        self.downloads: dict[bytes, Download] = {}
        self.notifications: dict[int, tuple[bytes, datetime]] = {}
        self.steps: dict[int, Step] = {}
        self.announced_ids: set[str] = set()
        self.versions: dict[int, tuple[int, int | None, StoreMetadataRequest]] = {}
        self.last_row = 0

    def snapshot(self) -> dict[str, Any]:
        """Returns everything that is kept."""
        return {name: copy(value) for name, value in vars(self).items()}

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Puts everything back."""
        vars(self).update(snapshot)

    def _next(self) -> int:
        self.last_row += 1
        return self.last_row

    def session(self, transaction_id: TransactionId) -> Session | None:
        return self.sessions.get(transaction_id)

    def add_session(self, session: Session) -> None:
        self.sessions[session.transaction_id] = session

    def save_session(self, session: Session) -> None:
        self.sessions[session.transaction_id] = session

    def sweep_sessions(self, now: datetime, limit: int) -> int:
        both: list[dict[bytes, Any]] = [self.sessions, self.discoveries]
        gone = [(each, key) for each in both for key, one in each.items() if one.expires_at < now][:limit]
        for sessions, key in gone:
            del sessions[key]
        return len(gone)

    def order(self, order_id: int) -> Order | None:
        return self.orders.get(order_id)

    def _find(self, wanted: Callable[[Order], bool]) -> Order | None:
        return next((order for order in self.orders.values() if wanted(order)), None)

    def order_with_matching_id(self, matching_id: str) -> Order | None:
        return self._find(lambda order: order.matching_id == matching_id)

    def order_waiting_for(self, eid: Eid) -> Order | None:
        waiting = [order for order in self.orders.values() if order.is_default_smdp and order.eid == eid]
        waiting.sort(key=lambda order: (order.state not in DOWNLOADABLE, order.order_id))
        return waiting[0] if waiting else None

    def order_of_profile(self, iccid: Iccid, eid: Eid | None = None) -> Order | None:
        return self._find(
            lambda order: not order.is_reusable and order.iccid == iccid and eid in {None, order.eid}
        )

    def available_order(self, profile_type: str, operator: str) -> Order | None:
        return self._find(
            lambda order: (
                order.profile_type == profile_type
                and not order.is_reusable
                and order.state is OrderState.AVAILABLE
                and order.operator in {None, operator}
            )
        )

    def highest_iccid(self, least: str, most: str) -> str | None:
        stock = [order.iccid for order in self.orders.values() if not order.is_reusable]
        return max((one for one in stock if len(one) == len(least) and least <= one <= most), default=None)

    def _verify_free(self, order: Order) -> None:
        for other in self.orders.values():
            same_profile = other.iccid == order.iccid and not (other.is_reusable or order.is_reusable)
            same_token = order.matching_id is not None and other.matching_id == order.matching_id
            if other.order_id != order.order_id and (same_profile or same_token):
                raise ConflictError("a row with the same key exists")

    def add_order(self, order: Order) -> Order:
        stored = replace(order, order_id=self._next())
        self._verify_free(stored)
        self.orders[stored.order_id] = stored
        return stored

    def save_order(self, order: Order) -> None:
        self._verify_free(order)
        self.orders[order.order_id] = order

    def save_progress(self, order: Order) -> None:
        self.save_order(order)

    def package(self, package_id: int) -> StoredPackage:
        return self.packages[package_id][0]

    def package_names(self) -> list[str]:
        return sorted(package.name for package, _ in self.packages.values())

    def package_named(self, name: str) -> tuple[StoredPackage, bytes] | None:
        return next((entry for entry in self.packages.values() if entry[0].name == name), None)

    def add_package(self, package: StoredPackage, digest: bytes) -> StoredPackage:
        stored = replace(package, package_id=self._next())
        self.packages[stored.package_id] = (stored, digest)
        return stored

    def download(self, transaction_id: TransactionId) -> Download | None:
        return self.downloads.get(transaction_id)

    def last_download(self, order_id: int) -> Download | None:
        made = [one for one in self.downloads.values() if one.order_id == order_id]
        return max(made, key=lambda one: one.created_at, default=None)

    def add_download(self, download: Download) -> None:
        before = self.downloads.get(download.transaction_id)
        result = download.result if before is None else before.result
        self.downloads[download.transaction_id] = replace(download, result=result)

    def save_download_result(self, download: Download) -> None:
        self.downloads[download.transaction_id] = download

    def add_notification(self, octets: bytes, received_at: datetime) -> int:
        row = self._next()
        self.notifications[row] = (octets, received_at)
        return row

    def pending_notifications(
        self, after: int, limit: int, before: datetime | None = None
    ) -> list[tuple[int, bytes]]:
        return [
            (row, octets)
            for row, (octets, received_at) in sorted(self.notifications.items())
            if row > after and (before is None or received_at <= before)
        ][:limit]

    def take_notification(self, row: int) -> bool:
        return self.notifications.pop(row, None) is not None

    def add_step(self, step: Step) -> Step:
        stored = replace(step, step_id=self._next())
        self.steps[stored.step_id] = stored
        return stored

    def note_step(self, step: Step) -> None:
        self.add_step(step)

    def steps_of_order(self, order_id: int, after: int = 0, limit: int = 1000) -> list[Step]:
        return [s for s in self.steps.values() if s.order_id == order_id and s.step_id > after][:limit]

    def last_steps(self, order_id: int, limit: int) -> list[Step]:
        return [s for s in reversed(self.steps.values()) if s.order_id == order_id][:limit]

    def steps_of_operator(self, operator: str, after: int, limit: int) -> list[Step]:
        return [s for s in self.steps.values() if s.operator == operator and s.step_id > after][:limit]

    # --- metadata

    def add_metadata_version(
        self, package_id: int, order_id: int | None, metadata: StoreMetadataRequest, now: datetime
    ) -> int:
        row = self._next()
        self.versions[row] = (package_id, order_id, metadata)
        return row

    def newest_metadata(self, package_id: int, order_id: int, now: datetime) -> int:
        found = [
            (of_order is not None, row)
            for row, (of_package, of_order, _) in self.versions.items()
            if of_package == package_id and of_order in {None, order_id}
        ]
        return max(found, default=(False, 0))[1]

    def metadata_version(self, version_id: int) -> StoreMetadataRequest:
        return self.versions[version_id][2]

    def order_of_operator(self, iccid: Iccid, operator: str) -> Order | None:
        return self._find(
            lambda order: (
                order.iccid == iccid
                and not order.is_reusable
                and order.operator == operator
                and order.ordered_at is not None
            )
        )

    def window(self, window: Window, limit: int) -> list[Order]:
        is_change = window.range is Range.CHANGE
        beginning = datetime.fromtimestamp(0, UTC)

        def place(order: Order) -> tuple[datetime, int]:
            at = order.changed_at if is_change else order.ordered_at
            return at or beginning, order.order_id

        def is_inside(order: Order) -> bool:
            at = place(order)
            after = None if window.place is None else (window.place.at, window.place.order_id)
            return (
                (window.since or beginning) <= at[0]
                and (window.before is None or at[0] < window.before)
                and (after is None or (at > after if window.is_oldest_first else at < after))
            )

        found = [
            order
            for order in self.orders.values()
            if order.operator == window.operator and order.ordered_at is not None and is_inside(order)
        ]
        if window.value is not None:
            found = [order for order in found if getattr(order, window.range.value) == window.value]
        return sorted(found, key=place, reverse=not window.is_oldest_first)[:limit]

    def count_available(self, profile_type: str, operator: str, most: int) -> int:
        stock = [
            order
            for order in self.orders.values()
            if order.state is OrderState.AVAILABLE and order.profile_type == profile_type
        ]
        return min(
            most, len([each for each in stock if each.operator in {None, operator} and not each.is_reusable])
        )

    # --- reconciliation

    def every_order(self, after: int, limit: int) -> list[Order]:
        return [order for row, order in sorted(self.orders.items()) if row > after][:limit]

    def waiting_orders(self, moment: datetime | None, after: int, limit: int) -> list[Order]:
        def place(order: Order) -> tuple[float, int]:
            return order.changed_at.timestamp() if order.changed_at else 0, order.order_id

        begin = (moment.timestamp() if moment else 0, after)
        waiting = [order for order in self.orders.values() if order.state is OrderState.DOWNLOADED]
        return sorted((order for order in waiting if place(order) > begin), key=place)[:limit]

    def handed_out(self, first: int, last: int) -> dict[int, HandedOut]:
        found = {row: self.last_download(row) for row in self.orders if first <= row <= last}
        return {row: HandedOut(one.created_at, one.result) for row, one in found.items() if one is not None}

    def words(self, first: int, last: int) -> dict[int, dict[Eid | None, Step]]:
        told = {Action.INSTALLATION_RESULT, Action.CHIP_NOTIFICATION, Action.REISSUE}
        found = {}
        for row in self.orders:
            steps = [step for step in self.steps.values() if step.order_id == row and first <= row <= last]
            last_told = [step for step in steps if step.action in told][-1:]
            is_reissued = any(step.action is Action.REISSUE for step in steps)
            if last_told:
                found[row] = last_words(iter(steps if is_reissued else last_told))
        return found

    def subscription_facts(self, first: int, last: int) -> dict[int, SubscriptionFacts]:
        return {
            row: SubscriptionFacts(
                subscription.imsi, subscription.is_active, subscription.iccid not in self.untold
            )
            for row, order in self.orders.items()
            if first <= row <= last
            and order.is_personalised
            and (subscription := self.by_iccid.get(order.iccid))
        }

    def announced(self, first: int, last: int) -> set[int]:
        return {
            row
            for row, order in self.orders.items()
            if first <= row <= last and order.matching_id in self.announced_ids
        }

    def stuck_by_profile(self, limit: int) -> dict[str, tuple[Stuck, ...]]:
        found: dict[str, tuple[Stuck, ...]] = {}
        for message in list(self.outbox.values())[:limit]:
            if message.is_stuck:
                stuck = Stuck(message.kind, message.destination, message.last_fault)
                found[message.sequence_key] = (*found.get(message.sequence_key, ()), stuck)
        return found

    def tell_again(self, iccid: Iccid) -> None:
        self.untold[iccid] = None


class MemoryWork:
    """Implements ``UnitOfWork``: each unit all or nothing."""

    def __init__(self) -> None:
        self.stores = MemoryStores()

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = always) -> T:
        return self.run_now(unit)

    def overwrite_what_goes(self) -> None:
        """Does nothing: what is deleted is nowhere."""

    def run_now(self, unit: Callable[[Any], T]) -> T:
        before = self.stores.snapshot()
        try:
            return unit(self.stores)
        except BaseException:
            self.stores.restore(before)
            raise

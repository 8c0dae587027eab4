"""The SM-DP+ as a service: one method a function, named as in the ``FUNCTIONS`` tables.

Every method loads what the pure function needs, calls it, and stores what it gives back, in one unit of work; the
answer leaves when that is on disk.
"""

from __future__ import annotations

from binascii import b2a_base64
from datetime import datetime
from typing import Any, Final, TypeVar, cast

import structlog

from openesim.conditions.terminals.device import Device
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Eid, TransactionId
from openesim.kernel.records import changed
from openesim.messages.sgp22.download import CancelSessionReason, CancelSessionResponseOk
from openesim.messages.sgp22.es9plus import (
    AuthenticateClientRequest,
    CancelSessionRequestEs9,
    GetBoundProfilePackageRequest,
    HandleNotificationRequest,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.notifications import (
    OtherSignedNotification,
    ProfileInstallationResult,
)
from openesim.messages.sgp22.status import Status
from openesim.provisioning.procedures.blocklist import ChipFacts
from openesim.provisioning.smdp import es9plus, notifications
from openesim.provisioning.smdp.context import Offer, Outcome, ProfilePackage, Smdp
from openesim.provisioning.smdp.history import Action, Step, step_of
from openesim.provisioning.smdp.notifications import Processed
from openesim.provisioning.smdp.orders import DOWNLOADABLE, ON_A_CHIP, Order, OrderState
from openesim.provisioning.smdp.packages import prepare_package
from openesim.provisioning.smdp.progress import CANCELLED
from openesim.provisioning.smdp.session import Session
from openesim.services.conditions.gate.books import GateStores
from openesim.services.conditions.gate.downloads import Stop
from openesim.services.conditions.gate.gate import Gate
from openesim.services.following_orders import follow_order
from openesim.services.guards import Guards
from openesim.services.notification_reading import Notification, NotificationReader
from openesim.services.personalisation import (
    UnreadableSubscriptionError,
    find_subscriber,
    switch_subscription,
)
from openesim.services.ports import SmdpStores, UnitOfWork, never
from openesim.services.request_trace import note_eid
from openesim.services.telling import stamped, tell

T = TypeVar("T")

_FETCHED: Final = DOWNLOADABLE | ON_A_CHIP
"""States of an order that a chip may come for."""

_PREPARED = 64
"""Packages kept ready for the second half of their downloads."""

_log = structlog.get_logger(__name__)


class SmdpService:
    """ES9+ over the stores."""

    def __init__(
        self,
        smdp: Smdp,
        work: UnitOfWork,
        ambient: Ambient,
        guards: Guards | None = None,
        gate: Gate | None = None,
    ) -> None:
        """Bind who we are to what we keep, to what chips are held back by, and to the gate, if there is one."""
        self._smdp = smdp
        self._gate = gate
        self._guards = guards or Guards()
        self._work = work
        self._clock = ambient.clock
        self._entropy = ambient.entropy
        self._reader = NotificationReader(work, self._process_notification, ambient.clock)
        self._prepared: dict[tuple[int, str, int, str], ProfilePackage] = {}

    async def initiate_authentication(self, request: InitiateAuthenticationRequest) -> Any:
        """Open a session. On disk before the answer: nothing, a session that is lost is begun again."""
        outcome = es9plus.initiate_authentication(self._smdp, request, self._clock.now(), self._entropy)
        session = outcome.session
        if session is not None:
            await self._work.run(lambda stores: stores.add_session(session), must_last=never)
        return outcome.answer

    async def authenticate_client(self, request: AuthenticateClientRequest) -> Any:
        """Admit a chip. On disk before the answer: an order that ended; the attempt and the session a moment later."""
        return await self._work.run(
            lambda stores: self._authenticate_client(stores, request), must_last=_is_refusal
        )

    def _authenticate_client(self, stores: SmdpStores, request: AuthenticateClientRequest) -> Any:
        now = self._clock.now()
        session = stores.session(request.transaction_id)
        proof = es9plus.verify_client(self._smdp, request, session, now)
        if isinstance(proof, Outcome):
            return _store(stores, proof, session, now)
        note_eid(proof.eid)
        if proof.matching_id is None:
            order = stores.order_waiting_for(proof.eid)
        else:
            order = stores.order_with_matching_id(proof.matching_id)
        if order is not None and order.state is OrderState.RELEASED:
            order = _dressed(stores, order, now)
        refusal = self._guards.refusal_at_start(proof.chip)
        stop = None
        if refusal is None and order is not None:
            stop = self._stop(stores, order, (proof.chip, proof.device), now, is_delivery=False)
        if refusal is not None:
            outcome: Outcome[Any] = Outcome(refusal, session=proof.session.closed())
        elif stop is not None:
            outcome = Outcome(stop.status, session=proof.session.closed())
        else:
            offer = None if order is None else self._offer(stores, order, proof.session)
            outcome = es9plus.authenticate_client(self._smdp, proof, offer, now)
        cause = None if stop is None else stop.cause
        _tell(stores, Action.AUTHENTICATE_CLIENT, order, outcome, (now, proof.eid), cause)
        return _store(stores, outcome, session, now, order)

    async def get_bound_profile_package(self, request: GetBoundProfilePackageRequest) -> Any:
        """Hand out the profile. On disk before the answer: the binding, the chip it is for, a wrong code."""
        return await self._work.run(lambda stores: self._get_bound_profile_package(stores, request))

    def _get_bound_profile_package(self, stores: SmdpStores, request: GetBoundProfilePackageRequest) -> Any:
        now = self._clock.now()
        session, order = self._running(stores, request.transaction_id)
        stopped = self._stopped(session, now)
        if stopped is not None:
            outcome = stopped
        else:
            offer = None if session is None or order is None else self._offer(stores, order, session)
            outcome = es9plus.get_bound_profile_package(
                self._smdp, request, session, offer, (now, self._entropy)
            )
        stop = None
        if outcome.download is not None and session is not None and order is not None and session.chip:
            # Everything else holds: nothing is handed out before the gate was asked once more.
            stop = self._stop(stores, order, (session.chip, session.device), now, is_delivery=True)
        if stop is not None and session is not None:
            outcome = Outcome(stop.status, session=session.closed())
        cause = None if stop is None else stop.cause
        _tell(stores, Action.GET_BOUND_PROFILE_PACKAGE, order, outcome, (now, _chip_of(session)), cause)
        return _store(stores, outcome, session, now, order)

    def _stop(
        self,
        stores: SmdpStores,
        order: Order,
        chip: tuple[ChipFacts, str],
        now: datetime,
        *,
        is_delivery: bool,
    ) -> Stop | None:
        """Return why the gate lets an order not go on that would be downloadable; None: it does, or there is no gate."""
        facts, told = chip
        is_theirs = order.eid is None or order.eid == facts.eid
        if self._gate is None or not is_theirs or order.state not in _FETCHED:
            return None
        device = Device(
            eid=facts.eid,
            imei=told if len(told) == 15 else None,
            tac=told[:8] or None,
            eum_key_id=facts.eum_key_id,
            firmware=facts.firmware,
        )
        return self._gate.stopped(cast("GateStores", stores), order, device, now, is_delivery=is_delivery)

    def _stopped(self, session: Session | None, now: datetime) -> Outcome[Any] | None:
        """Return how a running session ends whose chip was blocked meanwhile, or None."""
        chip = session.chip if session is not None else None
        if session is None or chip is None or not session.awaits("get_bound_profile_package", now):
            return None
        note_eid(chip.eid)
        refusal = self._guards.refusal_in_the_middle(chip)
        return None if refusal is None else Outcome(refusal, session=session.closed())

    async def cancel_session(self, request: CancelSessionRequestEs9) -> Any:
        """End a session. On disk before the answer: the session's end, and the order's if it ended."""
        return await self._work.run(lambda stores: self._cancel_session(stores, request))

    def _cancel_session(self, stores: SmdpStores, request: CancelSessionRequestEs9) -> Any:
        now = self._clock.now()
        session, order = self._running(stores, request.transaction_id)
        outcome = es9plus.cancel_session(self._smdp, request, session, order, now)
        by = (now, _chip_of(session))
        _tell(stores, Action.CANCEL_SESSION, order, outcome, by, _cancellation(request))
        return _store(stores, outcome, session, now, order)

    async def handle_notification(self, request: HandleNotificationRequest) -> None:
        """Take in a notification. On disk before the answer: its octets; it is read afterwards."""
        now, received = self._clock.now(), request.pending_notification
        row = await self._work.run(lambda stores: stores.add_notification(received.octets, now))
        self._reader.take_in(row, received.value)

    async def read_notifications(self) -> None:
        """Process notifications as they arrive, and those that an earlier process left; runs until cancelled."""
        await self._reader.run()

    async def read_left_notifications(self) -> int:
        """Process notifications that are stored and were not read, oldest first, and return how many."""
        count, _ = await self._reader.read_left()
        return count

    def _process_notification(self, stores: SmdpStores, notification: Notification | None) -> str:
        """Store what a notification changes and return a line for the log."""
        if notification is None:
            return "not a notification"
        now = self._clock.now()
        try:
            if isinstance(notification, ProfileInstallationResult):
                action = Action.INSTALLATION_RESULT
                order, processed = self._process_installation_result(stores, notification)
            else:
                action = Action.CHIP_NOTIFICATION
                order, processed = self._process_other(stores, notification, now)
        except VerificationError as error:
            return f"not believed: {error}"
        if processed.order is not None:
            stores.save_progress(stamped(processed.order, now))
            follow_order(stores, order, processed.order, now)
            switch_subscription(stores, processed.order)
        if processed.download is not None:
            stores.save_download_result(processed.download)
        if order is not None and processed.eid is not None:
            step = _step_of_notification(action, processed, order, now)
            tell(stores, step, _result_data(notification))
        return processed.note

    @staticmethod
    def _process_installation_result(
        stores: SmdpStores, result: ProfileInstallationResult
    ) -> tuple[Order | None, notifications.Processed]:
        download = stores.download(result.profile_installation_result_data.value.transaction_id)
        order = None if download is None else stores.order(download.order_id)
        return order, notifications.process_installation_result(result, download, order)

    def _process_other(
        self, stores: SmdpStores, notification: OtherSignedNotification, now: datetime
    ) -> tuple[Order | None, notifications.Processed]:
        eid = notifications.verify_other_notification(notification, self._smdp, now)
        metadata = notification.tbs_other_notification.value
        order = stores.order_of_profile(metadata.iccid, eid) if metadata.iccid else None
        return order, notifications.process_other_notification(metadata, eid, order)

    async def sweep(self, limit: int = 1000) -> int:
        """Remove expired sessions in a small step and return how many went."""
        now = self._clock.now()
        return await self._work.run(lambda stores: stores.sweep_sessions(now, limit))

    def _running(
        self, stores: SmdpStores, transaction_id: TransactionId
    ) -> tuple[Session | None, Order | None]:
        session = stores.session(transaction_id)
        order = stores.order(session.order_id) if session is not None and session.order_id else None
        return session, order

    def _offer(self, stores: SmdpStores, order: Order, session: Session) -> Offer:
        """Return the order with its package, and what a retry may build on."""
        last = None
        if order.is_reusable:
            order = _dressed(stores, order, self._clock.now())
            # It never moves and belongs to nobody: only this session's own package can be asked for again.
            last = stores.download(session.transaction_id)
        elif order.state is OrderState.DOWNLOADED or order.state in ON_A_CHIP:
            last = stores.last_download(order.order_id)
            last = None if last is not None and last.is_used else last
        return Offer(order, self._package(stores, order, session.server_address), last)

    def _package(self, stores: SmdpStores, order: Order, address: str) -> ProfilePackage | None:
        """Return the order's package, or None where it cannot be personalised.

        The last ones are kept, since a download needs its package twice.
        """
        key = (order.package_id, order.iccid, order.metadata_version, address)
        package = self._prepared.get(key)
        if package is None:
            stored = stores.package(order.package_id)
            if order.metadata_version:
                stored = changed(stored, metadata=stores.metadata_version(order.metadata_version))
            try:
                package = prepare_package(stored, order.iccid, address, find_subscriber(stores, order))
            except (UnreadableSubscriptionError, DecodeError) as error:
                _log.error("profile not personalised", iccid=order.iccid, fault=str(error))
                return None
            if len(self._prepared) >= _PREPARED:
                self._prepared.clear()
            self._prepared[key] = package
        return package


def _dressed(stores: SmdpStores, order: Order, now: datetime) -> Order:
    """Return an order with the metadata that it is announced with: the newest.

    They are the order's own from then on: what was announced is delivered, and a package that is asked for again is the
    same, octet for octet, whatever is changed meanwhile.
    """
    newest = stores.newest_metadata(order.package_id, order.order_id, now)
    return order if newest == order.metadata_version else changed(order, metadata_version=newest)


def _cancellation(request: CancelSessionRequestEs9) -> str | None:
    """Return why a session was cancelled, for history; None where the chip had none."""
    response = request.cancel_session_response.value
    if not isinstance(response, CancelSessionResponseOk):
        return None
    reason = response.euicc_cancel_session_signed.value.reason
    name = reason.name.lower() if isinstance(reason, CancelSessionReason) else str(reason)
    return f"{CANCELLED}{name}"


def _result_data(notification: Notification) -> str | None:
    """Return what a chip signed about an installation in base64, as ES2+ hands it on."""
    if not isinstance(notification, ProfileInstallationResult):
        return None
    octets = notification.profile_installation_result_data.octets
    return b2a_base64(octets, newline=False).decode()


def _is_refusal(answer: object) -> bool:
    """Tell whether an answer may have ended an order; an admission is an offer that can be made again."""
    return isinstance(answer, Status)


def _chip_of(session: Session | None) -> Eid | None:
    """Return the chip that was admitted to a session."""
    return None if session is None else session.eid


def _tell(
    stores: SmdpStores,
    action: Action,
    order: Order | None,
    outcome: Outcome[Any],
    by: tuple[datetime, Eid | None],
    message: str | None = None,
) -> None:
    """Store the step that a function led to, if it reached an order.

    Args:
        stores: of the unit of work.
        action: the function.
        order: as it stood before.
        outcome: what the function gave back.
        by: the moment, and the chip that acted.
        message: what to tell; None: what was refused.
    """
    now, eid = by
    is_unchanged = outcome.order is None or outcome.order is order
    is_idle = is_unchanged and (isinstance(outcome.answer, Status) or outcome.session is None)
    after = outcome.order or order
    if after is not None:
        step = step_of(action, after, now, outcome.answer, eid)
        tell(
            stores,
            changed(step, is_idle=is_idle, code=outcome.code or step.code, message=message or step.message),
        )


def _step_of_notification(action: Action, processed: Processed, before: Order, now: datetime) -> Step:
    """Return the step of a notification that a chip of ours proved."""
    step = step_of(action, processed.order or before, now, eid=processed.eid)
    return changed(
        step,
        message=processed.note,
        chip_state=processed.chip_state,
        code=processed.code,
        result_data=processed.result_data,
        is_idle=processed.order is None and processed.download is None,
    )


def _store(
    stores: SmdpStores,
    outcome: Outcome[T],
    session: Session | None,
    now: datetime,
    order: Order | None = None,
) -> T | Status:
    """Store what changed and return the answer."""
    if outcome.session is not None and outcome.session is not session:
        stores.save_session(outcome.session)
    if outcome.order is not None and outcome.order is not order:
        stores.save_progress(stamped(outcome.order, now))
        follow_order(stores, order, outcome.order, now)
    if outcome.download is not None:
        stores.add_download(outcome.download)
    return outcome.answer

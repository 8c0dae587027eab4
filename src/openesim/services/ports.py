"""What services need from the outside: cards, servers and storage, as protocols.

Each protocol lists only the methods that services call. ``adapters`` implement them; tests use implementations
in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from openesim.kernel.ids import Eid, Iccid, Imsi, TransactionId

if TYPE_CHECKING:  # a phone that looks at its card need not know a server
    from openesim.conditions.admission.admission import LineState
    from openesim.messages.sgp22.function import Function
    from openesim.messages.sgp22.metadata import StoreMetadataRequest
    from openesim.network.subscription import Subscription
    from openesim.provisioning.smdp.binding import Download
    from openesim.provisioning.smdp.history import Step
    from openesim.provisioning.smdp.listeners import Listeners
    from openesim.provisioning.smdp.orders import Order
    from openesim.provisioning.smdp.packages import StoredPackage
    from openesim.provisioning.smdp.session import Session

T = TypeVar("T")


class ApduTransport(Protocol):
    """A card, seen as command and response APDUs."""

    def transmit(self, apdu: bytes) -> bytes:
        """Return the response data followed by SW1 and SW2.

        Raises:
            CardError: the card is gone or answered nothing.
        """
        ...

    def reset(self) -> None:
        """Reset the card: sessions and logical channels are lost, what is installed stays."""
        ...

    def close(self) -> None:
        """Let go of the card."""
        ...


class Es10Channel(Protocol):
    """The ISD-R of a card, seen as ES10 commands."""

    def send(self, command: bytes) -> bytes:
        """Return the response data of one ES10 command or one segment of a bound profile package.

        Args:
            command: a complete TLV, or a segment as cut for LoadBoundProfilePackage.

        Returns:
            The response data without status word; empty where there is none.

        Raises:
            CardError: a status word other than 9000 and 91xx.
        """
        ...

    def close(self) -> None:
        """Close the logical channel."""
        ...


class Es9Client(Protocol):
    """Calls functions of SM-DP+ and SM-DS."""

    def call(self, address: str, function: Function, request: object) -> Any:
        """Return the function's output, or None where it has none.

        Args:
            address: FQDN of the server, with a port if it is not 443.
            function: row of a ``FUNCTIONS`` table.
            request: the request message of that row.

        Raises:
            FunctionError: the server refused.
            PeerError: no answer that decides anything.
        """
        ...


class RspPeer(Protocol):
    """Calls functions of servers that know us by our certificate: ES12 and ES15."""

    async def call(self, address: str, function: Function, request: object) -> Any:
        """Return the function's output, or None where it has none.

        Args:
            address: FQDN of the server, with a port if it is not 443.
            function: row of a ``FUNCTIONS`` table.
            request: the request message of that row.

        Raises:
            FunctionError: the server refused.
            PeerError: no answer that decides anything.
        """
        ...


NumberKind = Literal["iccid", "imsi", "msisdn"]
"""What must be one subscription's alone."""


class SubscriptionStores(Protocol):
    """The subscriptions, inside one unit of work. Their secrets are sealed where they are kept.

    Whatever returns a subscription raises ``VerificationError`` where its secrets cannot be opened.
    """

    def subscription(self, iccid: Iccid) -> Subscription | None:
        """Return the subscription of a profile."""
        ...

    def subscription_of_imsi(self, imsi: Imsi) -> Subscription | None:
        """Return the subscription with the IMSI."""
        ...

    def subscriptions(self, after: str, limit: int, batch: str | None = None) -> list[Subscription]:
        """Return subscriptions by ICCID, beginning behind ``after``; with ``batch`` only that batch's."""
        ...

    def add_subscription(self, subscription: Subscription, batch: str) -> None:
        """Store a new subscription of a batch.

        Raises:
            ConflictError: the ICCID or the IMSI is taken.
            NotFoundError: there is no such batch.
        """
        ...

    def save_sqn(self, imsi: Imsi, sqn: int) -> None:
        """Store the last sequence number that was handed out."""
        ...

    def set_active(self, iccid: Iccid, *, is_active: bool) -> None:
        """Let a subscription in or keep it out; where that is news, networks outside are still to be told."""
        ...

    def untold_subscriptions(self, limit: int) -> list[Subscription]:
        """Return subscriptions that were switched and of which networks outside were not told yet."""
        ...

    def set_told(self, iccid: Iccid, *, is_active: bool) -> None:
        """Note that networks outside were told; it stays untold if it was switched again meanwhile."""
        ...


class SmdpStores(SubscriptionStores, Protocol):
    """What the SM-DP+ keeps, inside one unit of work."""

    def session(self, transaction_id: TransactionId) -> Session | None:
        """Return the session, whatever its state."""
        ...

    def add_session(self, session: Session) -> None:
        """Store a new session."""
        ...

    def save_session(self, session: Session) -> None:
        """Store a session that changed."""
        ...

    def order(self, order_id: int) -> Order | None:
        """Return the order with the row number."""
        ...

    def order_with_matching_id(self, matching_id: str) -> Order | None:
        """Return the order with exactly this matching id."""
        ...

    def order_waiting_for(self, eid: Eid) -> Order | None:
        """Return the order that a chip finds by its EID: one that can be downloaded before any other."""
        ...

    def order_of_profile(self, iccid: Iccid, eid: Eid | None = None) -> Order | None:
        """Return the order of a profile, reusable ones left out; with ``eid`` only if it is that chip's."""
        ...

    def available_order(self, profile_type: str, operator: str) -> Order | None:
        """Return a profile of the type that is available to the operator."""
        ...

    def add_order(self, order: Order) -> Order:
        """Store a new order and return it with its row number.

        Raises:
            ConflictError: the ICCID or the matching id is taken.
        """
        ...

    def save_order(self, order: Order) -> None:
        """Store an order that changed."""
        ...

    def save_progress(self, order: Order) -> None:
        """Store what a download changed: state, EID, counters, what the chip told."""
        ...

    def package_named(self, name: str) -> tuple[StoredPackage, bytes] | None:
        """Return the package of a profile type and its digest, or None."""
        ...

    def package(self, package_id: int) -> StoredPackage:
        """Return a profile package of the stock."""
        ...

    def newest_metadata(self, package_id: int, order_id: int, now: datetime) -> int:
        """Return the version of the metadata that an order would be handed out with; 0: those of the package.

        What was changed by another process within two seconds need not be seen yet.
        """
        ...

    def metadata_version(self, version_id: int) -> StoreMetadataRequest:
        """Return metadata by their version."""
        ...

    def download(self, transaction_id: TransactionId) -> Download | None:
        """Return what was handed out in a session."""
        ...

    def last_download(self, order_id: int) -> Download | None:
        """Return what was last handed out for an order."""
        ...

    def add_download(self, download: Download) -> None:
        """Store what is about to be handed out; a repeated call replaces what it handed out before."""
        ...

    def save_download_result(self, download: Download) -> None:
        """Store what the chip reported."""
        ...

    def add_notification(self, octets: bytes, received_at: datetime) -> int:
        """Store a notification as received and return its row number."""
        ...

    def pending_notifications(
        self, after: int, limit: int, before: datetime | None = None
    ) -> list[tuple[int, bytes]]:
        """Return notifications that were acknowledged and not yet processed, by row number behind ``after``.

        Those that another process is at are left out; so are those received after ``before``, if it is given.
        """
        ...

    def take_notification(self, row: int) -> bool:
        """Forget a notification, and tell whether it was still there: who took it processes it."""
        ...

    def add_step(self, step: Step) -> Step:
        """Store what happened to an order and return it with its row number."""
        ...

    def note_step(self, step: Step) -> None:
        """Store what happened to an order; its row number is nobody's business."""
        ...

    def steps_of_order(self, order_id: int, after: int = 0, limit: int = 1000) -> list[Step]:
        """Return what happened to an order, oldest first, beginning behind ``after``."""
        ...

    def listeners(self, operator: str, now: datetime) -> Listeners | None:
        """Return who listens to the orders of an operator, as it stood at most two seconds ago; None: nobody."""
        ...

    def add_message(
        self, *, kind: str, destination: str, sequence_key: str, payload: bytes, now: datetime
    ) -> int:
        """Store a message for others with the state that it tells, and return its row number."""
        ...

    def last_steps(self, order_id: int, limit: int) -> list[Step]:
        """Return what happened to an order last, newest first."""
        ...

    def move_line(self, order_id: int, state: LineState, ended_at: datetime | None) -> None:
        """Store where the line of an order stands; one that ends before it was active was given back.

        Without a line nothing happens.
        """
        ...

    def forget_code(self, order_id: int) -> None:
        """Remove the confirmation code of an order."""
        ...

    def sweep_sessions(self, now: datetime, limit: int) -> int:
        """Remove at most ``limit`` expired sessions and return how many went."""
        ...


def always(_result: object) -> bool:
    """Say that a result must last."""
    return True


def never(_result: object) -> bool:
    """Say that a result need not last: it is an offer, or will be made again."""
    return False


class UnitOfWork(Protocol):
    """Runs units of work: each all or nothing, durable when ``run`` returns."""

    async def run(self, unit: Callable[[SmdpStores], T], *, must_last: Callable[[T], bool] = always) -> T:
        """Return what the unit returns, once everything it stored is on disk.

        Where ``must_last`` says no to the result, it returns as soon as the unit ran; that is on disk a moment
        later.

        A unit may be run again after a fault of another one, so it has no effect but on the stores.
        """
        ...


class AnyWork(Protocol):
    """Runs units of work of a service that names its own stores."""

    async def run(self, unit: Callable[[Any], T], *, must_last: Callable[[T], bool] = always) -> T:
        """Return what the unit returns, as ``UnitOfWork`` does."""
        ...

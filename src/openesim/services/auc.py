"""The authentication centre as a service: what the pure one computes, between the stores and who asks."""

from __future__ import annotations

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Imsi
from openesim.network import auc
from openesim.network.auc import Triplet
from openesim.network.subscription import Subscription
from openesim.security.aka.algorithm import RAND_OCTETS
from openesim.security.aka.vectors import AuthenticationVector
from openesim.services.ports import SubscriptionStores, UnitOfWork


class AucService:
    """Vectors over the stores: one unit of work a call, and the sequence number is on disk before a vector leaves."""

    def __init__(self, work: UnitOfWork, entropy: Entropy) -> None:
        """Take where subscriptions are kept, and where challenges come from."""
        self._work = work
        self._entropy = entropy

    async def vector(self, imsi: Imsi) -> AuthenticationVector:
        """Return an authentication vector.

        Raises:
            NotFoundError: no such subscriber.
            StateError: the network does not let the subscriber in.
            VerificationError: the subscription's keys cannot be opened.
        """
        return await self._work.run(lambda stores: self._vector(stores, imsi))

    def _vector(self, stores: SubscriptionStores, imsi: Imsi) -> AuthenticationVector:
        vector, sqn = auc.issue_vector(_subscription(stores, imsi), self._entropy(RAND_OCTETS))
        stores.save_sqn(imsi, sqn)
        return vector

    async def triplets(self, imsi: Imsi, count: int) -> list[Triplet]:
        """Return triplets for a network that knows GSM only.

        Raises:
            NotFoundError: no such subscriber.
            StateError: the network does not let the subscriber in.
            VerificationError: the subscription's keys cannot be opened.
        """

        def unit(stores: SubscriptionStores) -> list[Triplet]:
            subscription = _subscription(stores, imsi)
            return [auc.issue_triplet(subscription, self._entropy(RAND_OCTETS)) for _ in range(count)]

        return await self._work.run(unit)

    async def resynchronise(self, imsi: Imsi, rand: bytes, auts: bytes) -> None:
        """Go on behind the sequence number that a card reports.

        Args:
            imsi: whose card it is.
            rand: of the vector that the card refused, 16 octets.
            auts: its answer, 14 octets.

        Raises:
            NotFoundError: no such subscriber.
            StateError: the network does not let the subscriber in.
            VerificationError: AUTS is forged, or the subscription's keys cannot be opened.
        """

        def unit(stores: SubscriptionStores) -> None:
            stores.save_sqn(imsi, auc.resynchronise(_subscription(stores, imsi), rand, auts))

        await self._work.run(unit)


def _subscription(stores: SubscriptionStores, imsi: Imsi) -> Subscription:
    """Return the subscription of an IMSI.

    Raises:
        NotFoundError: there is none.
    """
    subscription = stores.subscription_of_imsi(imsi)
    if subscription is None:
        raise NotFoundError("no subscription has this IMSI")
    return subscription

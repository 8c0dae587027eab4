"""What orders and subscriptions have to do with each other: a package gets its subscriber, a chip switches him.

Neither knows the other (``provisioning`` and ``network`` are strangers): an order says that it is personalised, and
the ICCID says by which subscription.
"""

from __future__ import annotations

from openesim.kernel.errors import ConfigError, OpenEsimError, VerificationError
from openesim.messages.saip.personalise import Subscriber
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.services.ports import SubscriptionStores

_ACTIVE = {OrderState.INSTALLED: True, OrderState.DELETED: False}


class UnreadableSubscriptionError(OpenEsimError):
    """An order is personalised, and its subscription is not there or cannot be opened."""


def find_subscriber(stores: SubscriptionStores, order: Order) -> Subscriber | None:
    """Return who an order's package is personalised for, or None if it is handed out as it was prepared.

    Raises:
        UnreadableSubscriptionError: it is personalised, and nobody can say for whom.
    """
    if not order.is_personalised:
        return None
    try:
        subscription = stores.subscription(order.iccid)
    except (VerificationError, ConfigError) as error:
        raise UnreadableSubscriptionError(str(error)) from error
    if subscription is None:
        raise UnreadableSubscriptionError(f"there is no subscription of the profile {order.iccid}")
    return subscription.subscriber


def switch_subscription(stores: SubscriptionStores, order: Order) -> None:
    """Let the subscription of a profile in once its chip has it, and keep it out once it is deleted there."""
    if order.is_personalised and order.state in _ACTIVE:
        stores.set_active(order.iccid, is_active=_ACTIVE[order.state])

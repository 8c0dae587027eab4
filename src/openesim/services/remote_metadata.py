"""Changing what users see of an installed profile: the secured packet that the operator's network carries to its card (ES6)."""

from __future__ import annotations

from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Iccid
from openesim.messages.saip.package import decode_package
from openesim.messages.sgp22.metadata import UpdateMetadataRequest
from openesim.provisioning.procedures.remote_metadata import RemoteUpdate, build_update
from openesim.provisioning.smdp.packages import prepare_package
from openesim.services.personalisation import find_subscriber
from openesim.services.ports import SmdpStores

_NOBODY = "unused.invalid"


def update_of_profile(
    stores: SmdpStores, iccid: Iccid, request: UpdateMetadataRequest, counter: int
) -> RemoteUpdate:
    """Return the secured packet for a profile of ours, sealed with the keys of its subscriber; inside a unit of work.

    Args:
        stores: of the server; nothing in them changes.
        iccid: the profile.
        request: what is to change.
        counter: higher than that of every packet before.

    Raises:
        NotFoundError: no order has the profile.
        DecodeError: an update that no card could take, or a profile that no packet reaches.
        UnreadableSubscriptionError: nobody can say which keys its card has.

    Source: SGP.22 v2.5 §5.4.1.
    """
    order = stores.order_of_profile(iccid)
    if order is None:
        raise NotFoundError(f"no order has the profile {iccid}")
    subscriber = find_subscriber(stores, order)
    prepared = prepare_package(stores.package(order.package_id), iccid, _NOBODY, subscriber)
    return build_update(decode_package(prepared.octets), request, counter)

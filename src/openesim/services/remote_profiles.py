"""Remote management of a profile that is on a chip: which keys and addresses its card has, for secured packets (ES6)."""

from __future__ import annotations

from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Iccid
from openesim.messages.saip.package import Package, decode_package
from openesim.provisioning.smdp.packages import prepare_package
from openesim.services.personalisation import find_subscriber
from openesim.services.ports import SmdpStores

_NOBODY = "unused.invalid"


def package_of_profile(stores: SmdpStores, iccid: Iccid) -> Package:
    """Return the package of a profile of ours with the keys of its subscriber; inside a unit of work.

    Raises:
        NotFoundError: no order has the profile.
        UnreadableSubscriptionError: nobody can say which keys its card has.
    """
    order = stores.order_of_profile(iccid)
    if order is None:
        raise NotFoundError(f"no order has the profile {iccid}")
    subscriber = find_subscriber(stores, order)
    return decode_package(
        prepare_package(stores.package(order.package_id), iccid, _NOBODY, subscriber).octets
    )

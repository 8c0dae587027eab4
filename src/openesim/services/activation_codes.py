"""Activation codes: what a user scans, types or taps to fetch his profile.

They are secrets of the operator and his user: whoever has one fetches the profile.

Source: SGP.22 v2.5 §4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from openesim.kernel.errors import StateError
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.messages.sgp22.explained import Entry, Explained, Owner, Words
from openesim.provisioning.smdp.orders import Order
from openesim.services.listing import Filters, Listing, Page, Place

IOS_LINK: Final = "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata="
"""Opens the installation on an iPhone or iPad, from iOS 17.4."""

ANDROID_LINK: Final = "https://esimsetup.android.com/esim_qrcode_provisioning?carddata="
"""The same on Android 10 and later, where Google's services are installed."""

_NOT_CONFIRMED: Final = Explained.of(
    "order:not-confirmed",
    Entry(
        Owner.OPERATOR,
        Words(
            "the order has not been confirmed, so nothing says yet how its profile is fetched",
            "confirm the order, then ask for its activation code",
        ),
        Words("订单尚未确认，还没有可用的激活码", "请先确认订单，再查看激活码"),
    ),
)


@dataclass(frozen=True, slots=True)
class Issued:
    """An order and its activation code.

    Attributes:
        order: the order.
        code: taken apart.
    """

    order: Order
    code: ActivationCode

    @property
    def text(self) -> str:
        """As a QR code holds it: ``LPA:1$…``."""
        return self.code.format()

    @property
    def ios_link(self) -> str:
        """What an iPhone's owner taps."""
        return IOS_LINK + quote(self.text, safe="$:")

    @property
    def android_link(self) -> str:
        """What an Android phone's owner taps."""
        return ANDROID_LINK + quote(self.text, safe="$:")

    def __repr__(self) -> str:
        """Leave the code out."""
        return f"Issued({self.order!r})"


def issued(order: Order, smdp_address: str) -> Issued | None:
    """Return an order with its activation code, or None while it has none.

    Args:
        order: the order; one that is found by EID has a code without matching id.
        smdp_address: FQDN of our server, with a port if it is not 443.

    Source: SGP.22 v2.5 §4.1.
    """
    if order.matching_id is None and not order.is_default_smdp:
        return None
    code = ActivationCode(
        address=smdp_address,
        matching_id=order.matching_id or "",
        confirmation_code_required=order.confirmation_hash is not None,
    )
    return Issued(order, code)


class ActivationCodes:
    """Activation codes of an operator's orders."""

    def __init__(self, listing: Listing, smdp_address: str) -> None:
        """Bind to the orders and to our address."""
        self._listing: Final = listing
        self._smdp_address: Final = smdp_address

    async def of(self, iccid: Iccid, operator: str) -> Issued:
        """Return the activation code of the operator's order of a profile.

        Raises:
            NotFoundError: he has none.
            StateError: it has no code yet.
        """
        found = issued(await self._listing.order(iccid, operator), self._smdp_address)
        if found is None:
            raise StateError("the order has no activation code yet").explained(_NOT_CONFIRMED)
        return found

    async def page(
        self, filters: Filters, operator: str, place: Place | None, limit: int
    ) -> tuple[list[Issued], Place | None]:
        """Return the activation codes of a page of orders, those without one left out, and where it goes on."""
        page: Page = await self._listing.page(filters, operator, place, limit)
        codes = [issued(order, self._smdp_address) for order in page.orders]
        return [each for each in codes if each is not None], page.next

"""Whose people somebody is: what people call operators and vendors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from openesim.conditions.terminals.vendors import Vendor
from openesim.provisioning.smdp.operators import Operator
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.roles import Desk
from openesim.services.ports import AnyWork, never


class TenantStores(Protocol):
    """Operators and vendors, inside one unit of work."""

    def operator(self, name: str) -> Operator | None:
        """Return what is kept of an operator."""
        ...

    def vendor(self, vendor_id: int) -> Vendor | None:
        """Return a vendor."""
        ...


class Tenants:
    """Knows what tenants are called."""

    def __init__(self, work: AnyWork) -> None:
        """Bind to the database."""
        self._work: Final = work

    async def names_of(self, accounts: Iterable[Account]) -> dict[str, str]:
        """Return what the tenants of accounts are called, by account.

        Args:
            accounts: a page of them; who belongs to nobody is left out.
        """
        asked = list(accounts)
        return await self._work.run(lambda stores: _names_of(stores, asked), must_last=never)

    async def has_vendor(self, vendor_id: int) -> bool:
        """Tell whether there is a vendor of a number."""
        found = await self._work.run(lambda stores: stores.vendor(vendor_id), must_last=never)
        return found is not None


def _names_of(stores: TenantStores, accounts: list[Account]) -> dict[str, str]:
    names: dict[tuple[Desk, str], str] = {}
    for desk, tenant in {(each.desk, each.tenant) for each in accounts if each.tenant is not None}:
        names[desk, tenant] = _name(stores, desk, tenant)
    return {each.account_id: names[each.desk, each.tenant] for each in accounts if each.tenant is not None}


def _name(stores: TenantStores, desk: Desk, tenant: str) -> str:
    """Return what a tenant is called; one that is not known stays as it is."""
    if desk is Desk.VENDOR:
        vendor = stores.vendor(int(tenant))
        return tenant if vendor is None else vendor.name
    operator = stores.operator(tenant)
    return tenant if operator is None else operator.display_name

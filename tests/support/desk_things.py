"""What stands in addresses of the desks: for each parameter, what nobody has and, where somebody owns it, one that is made.

Whoever adds a page with a parameter in its address names it here; ``tests/web/test_reach.py`` fails until he does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.support.desks import DeskSite

NOBODYS: dict[str, str] = {
    "address": "nothing.css",
    "licence_id": "999999",
    "file_id": "999999",
    "operator_name": "nobody",
    "pack_id": "nothing",
    "version": "0",
    "simulation_id": "999999",
    "account_id": "a_000000000000000000000000",
}
"""By parameter: a value that names nothing."""

Maker = Callable[[DeskSite, str], Awaitable[str]]

MAKERS: dict[str, Maker] = {}
"""By parameter: makes a thing of a tenant and returns the value. A tenant is an operator's name or a vendor's number; empty:
some subscriber's, whom the maker makes besides."""

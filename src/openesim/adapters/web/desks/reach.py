"""Who may call a route: each states a permission and whose things it shows, and one that does not never answers.

The permission says *what* somebody may do, his role has it or not (``services.conditions.accounts.roles``). The tenancy says
*whose* things: a route of an operator shows what is its own operator's, whoever asks. Both are stated on the route, so
that a test can walk all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from litestar.handlers import BaseRouteHandler

from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.roles import GRAVE, Permission

_REACH: Final = "reach"


class Tenancy(StrEnum):
    """Whose things a route shows or changes."""

    NOBODY = "nobody"
    """Nothing of anybody's: texts, forms to begin with, what is published."""
    SELF = "self"
    """The account's own: its password, its sessions, its person's lines."""
    OPERATOR = "operator"
    """The operator's whose account it is."""
    VENDOR = "vendor"
    """The vendor's whose account it is."""
    NATION = "nation"
    """Everybody's: the regulator's."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a route states of itself.

    Attributes:
        permission: what the caller has to have; None: nothing, signed in or not.
        tenancy: whose things it is about.
    """

    permission: Permission | None
    tenancy: Tenancy

    @property
    def is_grave(self) -> bool:
        """Whether the caller has to have proved a moment ago who he is."""
        return self.permission in GRAVE

    def admits(self, account: Account | None) -> bool:
        """Tell whether somebody may call the route; None: nobody is signed in."""
        if self.permission is None:
            return True
        return account is not None and account.may(self.permission)


def reach(permission: Permission | None, tenancy: Tenancy) -> dict[str, Any]:
    """Return what a route states of its reach, for ``opt``."""
    return {_REACH: Reach(permission, tenancy)}


def reach_of(handler: BaseRouteHandler) -> Reach:
    """Return what a route states.

    Raises:
        KeyError: it states nothing; it never answers.
    """
    stated: Reach = handler.opt[_REACH]
    return stated

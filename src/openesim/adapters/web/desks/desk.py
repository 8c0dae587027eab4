"""What a desk is made of: its routes, and the menu that leads to some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar.handlers import HTTPRouteHandler

from openesim.adapters.web.desks.reach import reach_of
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.roles import Desk


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a menu: seen by whoever may call its route.

    Attributes:
        page: name of the page; its words are ``<page>.menu``.
        route: where it leads; the route's own path, without parameters.
        icon: beside the words.
    """

    page: str
    route: HTTPRouteHandler
    icon: str

    @property
    def path(self) -> str:
        """Where it leads."""
        return min(self.route.paths)

    def is_for(self, account: Account | None) -> bool:
        """Tell whether somebody sees it."""
        return reach_of(self.route).admits(account)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPlan:
    """One desk.

    Attributes:
        desk: which.
        routes: everything that it answers.
        menu: what leads to its pages.
    """

    desk: Desk
    routes: tuple[Any, ...]
    menu: tuple[Item, ...]

    @property
    def path(self) -> str:
        """Where all of its paths begin."""
        return f"/{self.desk.value}"

    def items_for(self, account: Account | None) -> list[Item]:
        """Return the lines of the menu that somebody sees."""
        return [item for item in self.menu if item.is_for(account)]

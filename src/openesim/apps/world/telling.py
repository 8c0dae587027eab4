"""A world is made before somebody's eyes, and who may come to its desks is told."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from openesim.apps.world.filling import Filled, Tell
from openesim.apps.world.folder import fill_folder
from openesim.apps.world.people import PASSWORD
from openesim.apps.world.texts import speak
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.keeping import accounts_of_roles
from openesim.services.conditions.accounts.roles import Role

_MOST: int = 100


def make_world(console: Console, data: Path, size: str, language: str) -> Filled:
    """Fill a data folder, tell how far it is, and return what was made.

    Args:
        console: where it is told.
        data: the folder.
        size: a name in ``sizes.SIZES``.
        language: English or Chinese.

    Raises:
        ConfigError: the folder cannot be used, or holds a world already.
    """
    console.print(Text(speak(language, "making", lasts=speak(language, f"lasts_{size}"))))
    began = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(28), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        made = fill_folder(data, size, _teller(bar, language), language)
    seconds = time.monotonic() - began
    console.print(Text(speak(language, "made", visits=f"{made.visits:,}", seconds=seconds)))
    console.print()
    return made


def _teller(bar: Progress, language: str) -> Tell:
    """Return what moves a bar: one for each stage, below one another."""
    tasks: dict[str, Any] = {}

    def tell(stage: str, share: float) -> None:
        """Move the bar of a stage; the ones before are at their end."""
        if stage not in tasks:
            for done in tasks.values():
                bar.update(done, completed=1.0)
            tasks[stage] = bar.add_task(speak(language, stage), total=1.0)
        bar.update(tasks[stage], completed=min(share, 1.0))

    return tell


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may come to the desks.

    Attributes:
        account: his.
        whose: name of the operator or vendor whose people he is; empty: nobody's.
    """

    account: Account
    whose: str


def all_accounts(stores: Any) -> list[Known]:
    """Return who may come to the desks, by role and by whose he is; a part of a unit of work."""
    found = [each for role in Role for each in accounts_of_roles(stores, [role], None, "", _MOST)]
    known = [Known(each, _whose(stores, each)) for each in found]
    return sorted(
        known, key=lambda each: (list(Role).index(each.account.role), each.whose, each.account.login)
    )


def _whose(stores: Any, account: Account) -> str:
    """Return the name of an account's operator or vendor."""
    if account.operator is not None:
        operator = stores.operator(account.operator)
        return account.operator if operator is None else str(operator.display_name)
    if account.vendor_id is not None:
        vendor = stores.vendor(account.vendor_id)
        return "" if vendor is None else str(vendor.name)
    return ""


def tell_accounts(console: Console, known: Iterable[Known], language: str) -> None:
    """Tell who may come to the desks, and how."""
    console.print(Text(speak(language, "accounts", password=PASSWORD)))
    console.print()
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for heading in ("login", "who", "name"):
        table.add_column(speak(language, heading))
    for each in known:
        who = speak(language, each.account.role.value, whose=each.whose)
        table.add_row(*map(Text, (each.account.login, who, each.account.display_name)))
    console.print(table)

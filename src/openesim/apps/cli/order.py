"""``openesim order``: what is ordered, and how it stands."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from openesim.apps.cli import order_bulk
from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened, package_reader
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table
from openesim.apps.cli.profile_type import (
    Icon,
    Owner,
    ProfileName,
    Provider,
    Rules,
    print_metadata,
    read_wish,
)

if TYPE_CHECKING:
    from openesim.adapters.db.stores import Stores
    from openesim.messages.sgp22.metadata import StoreMetadataRequest
    from openesim.provisioning.smdp.orders import Order, OrderState

app = typer.Typer(
    help="Orders of the SM-DP+: import, list, show, timeline, reissue, cancel.", no_args_is_help=True
)
app.command("bulk")(order_bulk.bulk)

Which = Annotated[str, typer.Argument(help="Order number, ICCID or matching id.")]

_PAGE = 1000
_MOST_ROW_ERRORS = 50


@app.command("import")
@json_errors
def import_orders(
    file: Annotated[
        Path, typer.Argument(help="TOML with \\[\\[order]] tables, or CSV.", exists=True, dir_okay=False)
    ],
    data: Data,
    as_json: AsJson = False,
) -> None:
    """Create orders from a file: all of them, or none if a row is wrong."""
    import os

    from openesim.kernel.errors import ConfigError
    from openesim.services.order_import import OrderImport
    from openesim.services.order_lines import OrderFileError, parse_csv, parse_toml

    try:
        text = file.read_text(encoding="utf-8-sig")
        lines = parse_csv(text) if file.suffix.lower() == ".csv" else parse_toml(text)
        with opened(data) as work:
            orders = work.run_now(
                lambda stores: OrderImport(
                    stores, package_reader(file.parent), os.urandom, datetime.now(UTC)
                ).run(lines)
            )
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not text in UTF-8; nothing was stored") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}; nothing was stored") from None
    except OrderFileError as error:
        for row_error in error.errors[1:_MOST_ROW_ERRORS]:
            print(row_error, file=sys.stderr)
        raise
    _print_orders(orders, as_json=as_json)


@app.command("list")
@json_errors
def list_orders(
    data: Data,
    as_json: AsJson = False,
    state: Annotated[str | None, typer.Option(help="Only orders in this state, such as Released.")] = None,
) -> None:
    """List all orders."""
    orders: list[Order] = []

    def next_page(stores: Stores) -> list[Order]:
        return stores.orders(orders[-1].order_id if orders else 0, _PAGE)

    wanted = _states_named(state)
    with opened(data, must_exist=True) as work:
        while page := work.run_now(next_page):
            orders += page
    _print_orders([order for order in orders if order.state in wanted], as_json=as_json)


@app.command("show")
@json_errors
def show(which: Which, data: Data, as_json: AsJson = False) -> None:
    """Show one order."""
    with opened(data, must_exist=True) as work:
        order = work.run_now(lambda stores: _find(stores, which))
    fields = _fields(order)
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)


@app.command("cancel")
@json_errors
def cancel(
    which: Which,
    data: Data,
    unavailable: Annotated[
        bool, typer.Option("--unavailable", help="Take the profile out of stock.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take an order back; the profile returns to stock, where no chip can have got it."""
    from openesim.kernel.errors import Explanation, StateError
    from openesim.provisioning.smdp.orders import OrderEvent
    from openesim.services.orders import cancel_order

    event = OrderEvent.CANCEL_UNAVAILABLE if unavailable else OrderEvent.CANCEL_AVAILABLE

    def unit(stores: Stores) -> Order:
        order = _find(stores, which)
        try:
            return cancel_order(stores, order, event, datetime.now(UTC))
        except StateError as error:
            if unavailable or not order.can(OrderEvent.CANCEL_UNAVAILABLE):
                raise
            cause = "the profile was handed out to a chip, or belongs to no stock"
            raise error.explained(
                Explanation(
                    cause, "you", f"end the order for good: openesim order cancel {which} --unavailable"
                )
            ) from None

    with opened(data, must_exist=True) as work:
        order = work.run_now(unit)
    _print_orders([order], as_json=as_json)


@app.command("reissue")
@json_errors
def reissue(
    which: Which,
    data: Data,
    eid: Annotated[str | None, typer.Option(help="For this chip; absent: for the same as before.")] = None,
    any_chip: Annotated[bool, typer.Option("--any-chip", help="For whichever chip comes first.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Also where a chip may have the profile and has not told otherwise."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Issue an order again: the same profile, a new matching id, all attempts left; the old code is void."""
    import asyncio
    import os

    from openesim.apps.conditions import gate_for_command
    from openesim.apps.wiring import SystemClock
    from openesim.kernel.ambient import Ambient
    from openesim.kernel.errors import ConfigError, RuleRefused
    from openesim.kernel.ids import Eid, MatchingId
    from openesim.provisioning.smdp.reissue import Wish
    from openesim.services.orders import issue_if_allowed

    if any_chip and eid is not None:
        raise ConfigError("--eid and --any-chip exclude each other")
    wish = Wish(eid=None if eid is None else Eid.parse(eid), is_for_any=any_chip, is_forced=force)
    new_matching_id = MatchingId.from_entropy(os.urandom(16))
    with opened(data, must_exist=True) as work:
        operator = work.run_now(lambda stores: _find(stores, which)).operator
        ambient = Ambient(SystemClock(), os.urandom)
        gate = asyncio.run(gate_for_command(data, work, ambient, operator))
        issued = work.run_now(
            lambda stores: issue_if_allowed(
                stores, _find(stores, which), wish, new_matching_id, datetime.now(UTC), gate
            )
        )
    if isinstance(issued, RuleRefused):
        raise issued
    if issued.warning:
        print(f"openesim: warning: {issued.warning}", file=sys.stderr)
    if as_json:
        print_json(_fields(issued.order) | {"warning": issued.warning})
    else:
        _print_orders([issued.order], as_json=False)


@app.command("metadata")
@json_errors
def metadata(
    which: Which,
    data: Data,
    service_provider_name: Provider = None,
    profile_name: ProfileName = None,
    icon: Icon = None,
    rules: Rules = None,
    owner: Owner = None,
    as_json: AsJson = False,
) -> None:
    """Show what the user of an order sees, or change it before the download."""
    from openesim.services.dressing import dress_order, metadata_of_order

    wish = read_wish(service_provider_name, profile_name, icon, rules, owner)
    now = datetime.now(UTC)

    def unit(stores: Stores) -> StoreMetadataRequest:
        order = _find(stores, which)
        return dress_order(stores, order, wish, now) if wish else metadata_of_order(stores, order, now)

    with opened(data, must_exist=True) as work:
        after = work.run_now(unit)
    print_metadata(after, as_json=as_json)


@app.command("timeline")
@json_errors
def timeline(
    which: Which,
    data: Data,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of what is told.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Show everything that happened to an order, with cause and next step of whatever went wrong."""
    from openesim.apps.cli.timeline import print_timeline
    from openesim.messages.sgp22.explained import Language
    from openesim.services.timeline import timeline as entries_of

    with opened(data, must_exist=True) as work:
        order, entries = work.run_now(
            lambda stores: (found := _find(stores, which), list(entries_of(stores, found, Language(lang))))
        )
    if as_json:
        print_json({"order": _fields(order), "steps": [entry.values() for entry in entries]})
    else:
        print_timeline(order, entries, Language(lang))


def _states_named(name: str | None) -> set[OrderState]:
    """Return the states that an option means: all, or the one of that name in any case.

    Raises:
        ConfigError: no state has this name.
    """
    from openesim.kernel.errors import ConfigError
    from openesim.provisioning.smdp.orders import OrderState

    found = {state for state in OrderState if name is None or state.value.lower() == name.lower()}
    if not found:
        names = ", ".join(state.value for state in OrderState)
        raise ConfigError(f"--state: no order is ever {name}; states are {names}")
    return found


def _find(stores: Stores, which: str) -> Order:
    """Return the order that a person means.

    Raises:
        NotFoundError: none.
    """
    from openesim.kernel.errors import Explanation, NotFoundError
    from openesim.kernel.ids import Iccid

    which.encode()  # what is no text is told as such, and not looked for
    order = stores.order_with_matching_id(which)
    if order is None and which.isascii() and which.isdigit():
        is_iccid = len(which) >= 18
        order = stores.order_of_profile(Iccid(which)) if is_iccid else stores.order(int(which))
    if order is None:
        cause = "it was mistyped, or the order was taken back and its matching id with it"
        raise NotFoundError(f"no order has the number, ICCID or matching id {which}").explained(
            Explanation(cause, "you", "look for it: openesim order list")
        )
    return order


def _fields(order: Order) -> dict[str, Any]:
    """Return what a person or program may see of an order: everything but the hash of its code."""
    return {
        "order_id": order.order_id,
        "iccid": str(order.iccid),
        "profile_type": order.profile_type,
        "state": order.state.value,
        "eid": None if order.eid is None else str(order.eid),
        "matching_id": None if order.matching_id is None else str(order.matching_id),
        "default_smdp": order.is_default_smdp,
        "confirmation_code": order.confirmation_hash is not None,
        "confirmation_attempts": order.confirmation_attempts,
        "download_attempts": order.download_attempts,
        "max_attempts": order.max_attempts,
        "expires_at": order.expires_at.isoformat() if order.expires_at else None,
        "reusable": order.is_reusable,
        "operator": order.operator,
        "chip_state": order.chip_state.value if order.chip_state else None,
        "outcome": order.outcome,
    }


def _print_orders(orders: list[Order], *, as_json: bool) -> None:
    """Print orders as JSON or as a table."""
    if as_json:
        print_json([_fields(order) for order in orders])
        return
    headings = ("order", "ICCID", "state", "matching id", "EID", "on the chip", "outcome")
    rows = [headings, *map(_cells, orders)]
    print_table(rows)


def _cells(order: Order) -> tuple[str, ...]:
    """Return the row of an order."""
    return (
        str(order.order_id),
        order.iccid,
        order.state.value,
        order.matching_id or ("(by EID)" if order.is_default_smdp else ""),
        f"…{order.eid[-8:]}" if order.eid else "",
        order.chip_state.value if order.chip_state else "",
        order.outcome or "",
    )

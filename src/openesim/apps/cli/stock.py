"""``openesim stock``: profiles made ready before anybody orders them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import find_file, opened, package_reader
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.adapters.db.stores import Stores
    from openesim.apps.wiring import Work
    from openesim.network.subscription import Batch, Subscription
    from openesim.provisioning.smdp.orders import Order
    from openesim.services.stock import OpenLines

app = typer.Typer(help="Stock of the SM-DP+: batches of personalised profiles.", no_args_is_help=True)


_SHOWN_ERRORS = 50


@app.command("add")
@json_errors
def add(
    batch: Annotated[
        Path,
        typer.Argument(metavar="BATCH.toml", help="Description of the batch.", exists=True, dir_okay=False),
    ],
    data: Data,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge the batch and store nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add a batch: subscriptions with keys, sealed, and a profile in stock for each.

    Interrupted, it is begun again with the same file and goes on where it stopped; added already, nothing is added.
    """
    import os

    from openesim.services.batch_checks import BatchRefusedError
    from openesim.services.batch_file import parse_batch
    from openesim.services.stock import BatchImport

    plan = parse_batch(_read_text(batch))
    with _judging(data) if dry_run else opened(data) as work:
        files = (package_reader(batch.parent), _line_opener(batch.parent))
        importer = BatchImport(work, files, os.urandom, datetime.now(UTC))
        try:
            prepared = importer.prepare(plan)
        except BatchRefusedError as error:
            for row_error in error.errors[:_SHOWN_ERRORS]:
                print(row_error, file=sys.stderr)
            raise
        before = prepared.batch
        after = before
        if not dry_run:
            with _progress(before, is_shown=not as_json) as on_progress:
                after = importer.store(prepared, on_progress)
    _tell_added(before, after, dry_run=dry_run, as_json=as_json)


@app.command("list")
@json_errors
def list_stock(
    data: Data,
    as_json: AsJson = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit code 1 if a type is below its low-stock figure.")
    ] = False,
) -> None:
    """List profile types with what is available, and batches with how far they are."""
    with opened(data, must_exist=True, holds="batches") as work:
        batches, levels = work.run_now(lambda stores: (stores.all_batches(), stores.stock_levels()))
    types = [_type_fields(name, batches, levels) for name in _types(batches, levels)]
    if as_json:
        print_json({"types": types, "batches": [_batch_fields(batch) for batch in batches]})
    else:
        _print_stock(types, batches)
    if check and any(each["is_low"] for each in types):
        raise typer.Exit(1)


@app.command("show")
@json_errors
def show(
    iccid: Annotated[str, typer.Argument(help="ICCID of a profile.")],
    data: Data,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show keys and codes in clear.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a profile of the stock: its numbers, its order, and which secrets it has."""
    from openesim.kernel.errors import ConfigError, DecodeError, NotFoundError
    from openesim.kernel.ids import Iccid

    try:
        wanted = Iccid.parse(iccid)
    except DecodeError as error:
        raise ConfigError(str(error)) from None

    def unit(stores: Stores) -> tuple[Subscription | None, Order | None]:
        return stores.subscription(wanted), stores.order_of_profile(wanted)

    with opened(data, must_exist=True, holds="batches") as work:
        subscription, order = work.run_now(unit)
    if subscription is None:
        raise NotFoundError(f"no subscription has the ICCID {iccid}")
    fields = subscription_fields(subscription) | {
        "profile_type": order.profile_type if order else None,
        "order_state": order.state.value if order else None,
    }
    fields |= {name: text if reveal else "<secret>" for name, text in secret_fields(subscription).items()}
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)


def subscription_fields(subscription: Subscription) -> dict[str, Any]:
    """Return what anybody who may look into the database may see of a subscription."""
    return {
        "iccid": str(subscription.iccid),
        "imsi": str(subscription.imsi),
        "msisdn": None if subscription.msisdn is None else str(subscription.msisdn),
        "algorithm": subscription.algorithm.name.lower(),
        "amf": subscription.amf.hex(),
        "sqn": subscription.sqn,
        "active": subscription.is_active,
    }


def secret_fields(subscription: Subscription) -> dict[str, str]:
    """Return the keys and codes of a subscription in clear."""
    card = subscription.card
    keys = {"k": subscription.k.reveal().hex(), "opc": subscription.opc.reveal().hex()}
    keys |= {f"pin_{reference:02x}": _code_text(code) for reference, code in card.pins.items()}
    keys |= {f"puk_{reference:02x}": _code_text(code) for reference, code in card.puks.items()}
    return keys | {f"ota_{number:04x}": key.hex() for number, key in card.ota.items()}


def _code_text(code: bytes) -> str:
    """Return a PIN or PUK as people write it, or in hexadecimal digits where it is none."""
    digits = code.rstrip(b"\xff")
    return digits.decode() if digits.isdigit() else code.hex()


@contextmanager
def _judging(data: Path) -> Iterator[Work]:
    """Open the database of a data folder, or an empty one beside it where there is none to be judged against."""
    from openesim.apps.cli.folder import is_begun

    with TemporaryDirectory() as empty, opened(data if is_begun(data) else Path(empty)) as work:
        yield work


def _read_text(path: Path) -> str:
    from openesim.kernel.errors import ConfigError

    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not text in UTF-8; nothing was stored") from None


def _line_opener(folder: Path) -> OpenLines:
    """Return what opens CSV files line by line."""
    from openesim.kernel.errors import ConfigError

    def lines(name: str) -> Iterator[str]:
        path = find_file(folder, name)
        if path is None:
            raise ConfigError(f"csv: there is no file {name}")
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield from file
        except UnicodeDecodeError:
            raise ConfigError(f"{name} is not text in UTF-8; nothing more was stored") from None

    return lines


@contextmanager
def _progress(batch: Batch, *, is_shown: bool) -> Iterator[Callable[[int], None]]:
    """Give what shows how far a batch is, on standard error."""
    if not is_shown:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(batch.name, total=batch.size, completed=batch.done)
        yield lambda done: progress.update(task, completed=done)


def _tell_added(before: Batch, after: Batch, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(_batch_fields(after) | {"added": after.done - before.done, "dry_run": dry_run})
    elif dry_run:
        print(f"batch {before.name} is good: {before.size - before.done} profiles would be added")
    elif after.done == before.done:
        print(f"batch {after.name} is complete already: {after.size} profiles of type {after.profile_type}")
    else:
        print(
            f"batch {after.name}: {after.done - before.done} profiles of type {after.profile_type} added, "
            f"{after.done} in all"
        )


def _batch_fields(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.name,
        "profile_type": batch.profile_type,
        "size": batch.size,
        "done": batch.done,
        "low_stock": batch.low_stock,
    }


def _types(batches: list[Batch], levels: dict[str, int]) -> list[str]:
    return sorted({batch.profile_type for batch in batches} | set(levels))


def _type_fields(name: str, batches: list[Batch], levels: dict[str, int]) -> dict[str, Any]:
    """Return what is available of a type; the newest batch says from where on it is little."""
    available = levels.get(name, 0)
    low_stock = next((batch.low_stock for batch in reversed(batches) if batch.profile_type == name), 0)
    return {
        "profile_type": name,
        "available": available,
        "low_stock": low_stock,
        "is_low": available < low_stock,
    }


def _print_stock(types: list[dict[str, Any]], batches: list[Batch]) -> None:
    print_table(
        [
            ("profile type", "available", "low stock", ""),
            *(
                (
                    each["profile_type"],
                    str(each["available"]),
                    str(each["low_stock"]),
                    "LOW: add a batch" if each["is_low"] else "",
                )
                for each in types
            ),
        ]
    )
    print()
    print_table(
        [
            ("batch", "profile type", "profiles", ""),
            *(
                (
                    batch.name,
                    batch.profile_type,
                    str(batch.done),
                    "" if batch.done == batch.size else f"of {batch.size}: add it again to complete it",
                )
                for batch in batches
            ),
        ]
    )

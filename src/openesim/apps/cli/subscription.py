"""``openesim subscription``: who may use the network, and the same for the programs that run it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table
from openesim.apps.cli.stock import subscription_fields

if TYPE_CHECKING:
    from openesim.apps.wiring import Work
    from openesim.network.subscription import Subscription

app = typer.Typer(help="Subscriptions: list, show, export to network programs.", no_args_is_help=True)

Batch = Annotated[str | None, typer.Option(metavar="NAME", help="Only this batch.")]
ActiveOnly = Annotated[bool, typer.Option("--active-only", help="Only those whose profile is on a chip.")]

_PAGE = 1000


@app.command("list")
@json_errors
def list_subscriptions(
    data: Data, as_json: AsJson = False, batch: Batch = None, active_only: ActiveOnly = False
) -> None:
    """List subscriptions with their numbers."""
    with _subscriptions_of(data) as work:
        found = [
            subscription_fields(each) for each in _each(work, batch) if each.is_active or not active_only
        ]
    if as_json:
        print_json(found)
        return
    names = ("iccid", "imsi", "msisdn", "algorithm", "active")
    rows = [tuple(str(fields[name] or "") for name in names) for fields in found]
    print_table([("ICCID", "IMSI", "MSISDN", "algorithm", "active"), *rows])


@app.command("show")
@json_errors
def show(
    which: Annotated[str, typer.Argument(help="ICCID or IMSI.")], data: Data, as_json: AsJson = False
) -> None:
    """Show one subscription; its keys are shown by openesim stock show --reveal."""
    from openesim.kernel.errors import NotFoundError
    from openesim.kernel.ids import Iccid, Imsi

    with _subscriptions_of(data) as work:
        found = work.run_now(
            lambda stores: stores.subscription(Iccid(which)) or stores.subscription_of_imsi(Imsi(which))
        )
    if found is None:
        raise NotFoundError(f"no subscription has the ICCID or IMSI {which}")
    fields = subscription_fields(found)
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)


@app.command("export")
def export(
    data: Data,
    format_name: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="open5gs, osmo-hlr, free5gc or pyhss.")
    ],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write here, for its owner alone.")] = None,
    batch: Batch = None,
    active_only: ActiveOnly = False,
    apn: Annotated[str, typer.Option(help="Access point name of everybody.")] = "internet",
    mnc_digits: Annotated[int, typer.Option(min=2, max=3, help="Digits of the MNC.")] = 2,
) -> None:
    """Write subscriptions for a network program. THE OUTPUT HOLDS KEYS IN CLEAR."""
    from openesim.kernel.errors import ConfigError
    from openesim.network.exports.format import Services
    from openesim.network.exports.formats import FORMATS

    chosen = FORMATS.get(format_name)
    if chosen is None:
        raise ConfigError(f"{format_name} is no format; formats are {', '.join(FORMATS)}")
    services, count = Services(apn=apn, mnc_digits=mnc_digits), 0
    with _subscriptions_of(data) as work, _output(out) as file:
        file.write(chosen.head)
        for subscription in _each(work, batch):
            if subscription.is_active or not active_only:
                file.write(chosen.write(subscription, services))
                count += 1
        file.write(chosen.tail)
    where = "standard output" if out is None else out
    print(f"{count} subscriptions for {chosen.made_for}, keys in clear, in {where}", file=sys.stderr)
    print(f"load with: {chosen.load_with.replace('FILE', str(out or 'FILE'))}", file=sys.stderr)


def _subscriptions_of(data: Path) -> opened:
    """Return the data folder, whose database must be there."""
    return opened(data, must_exist=True, holds="subscriptions")


def _each(work: Work, batch: str | None) -> Iterator[Subscription]:
    """Yield subscriptions page by page, so that a million need no memory.

    Raises:
        NotFoundError: there is no such batch.
    """
    from openesim.kernel.errors import NotFoundError

    if batch is not None and work.run_now(lambda stores: stores.batch(batch)) is None:
        raise NotFoundError(f"there is no batch {batch}")
    after = ""
    while page := work.run_now(lambda stores: stores.subscriptions(after, _PAGE, batch)):  # noqa: B023
        yield from page
        after = page[-1].iccid


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    """Give standard output, or a new file that nobody else can read; a file that is not finished goes.

    Raises:
        ConfigError: there is such a file, or it cannot be made.
    """
    from openesim.kernel.errors import ConfigError

    if path is None:
        yield sys.stdout
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(f"{path} is there already: move it away, or name another file") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise

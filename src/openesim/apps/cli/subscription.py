"""``openesim subscription``: who may use the network, and the same for the programs that run it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table
from openesim.apps.cli.profile_type import Icon, ProfileName, Provider, read_wish
from openesim.apps.cli.stock import subscription_fields

if TYPE_CHECKING:
    from openesim.apps.wiring import Work
    from openesim.messages.saip.package import Package
    from openesim.messages.sgp22.metadata import UpdateMetadataRequest
    from openesim.network.subscription import Subscription

app = typer.Typer(
    help="Subscriptions: list, show, export to network programs, change installed profiles.",
    no_args_is_help=True,
)

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


@app.command("update-metadata")
@json_errors
def update_metadata(
    iccid: Annotated[str, typer.Argument(help="ICCID of a profile that is on a chip.")],
    data: Data,
    service_provider_name: Provider = None,
    profile_name: ProfileName = None,
    icon: Icon = None,
    lift: Annotated[
        str | None,
        typer.Option("--lift", help="Policy rules to take away: ppr1, ppr2, or both with a comma."),
    ] = None,
    counter: Annotated[
        int | None,
        typer.Option(
            help="Higher than that of the last packet; left out: hundredths of a second since 1970."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the secured packet by which the network changes what a user sees of an installed profile (ES6)."""
    from openesim.provisioning.procedures.remote_metadata import build_update
    from openesim.provisioning.procedures.short_message import cut, envelope_data

    request = _read_update(service_provider_name, profile_name, icon, lift)
    number = int(datetime.now(UTC).timestamp() * 100) if counter is None else counter
    packet = build_update(_package(data, iccid), request, number)
    messages = cut(packet, number)
    envelopes = [b"\x80\xc2\0\0" + bytes((len(one),)) + one + b"\0" for one in map(envelope_data, messages)]
    user_data, commands = _in_hexadecimal(messages), _in_hexadecimal(envelopes)
    if as_json:
        text = packet.hex().upper()
        print_json({"counter": number, "packet": text, "user_data": user_data, "envelopes": commands})
        return
    print(f"# secured packet with counter {number}, as user data of {len(messages)} short message(s)")
    print("# (PID 7F, DCS F6, with user data header), and as commands for: openesim euicc apdu")
    for user_text, command in zip(user_data, commands, strict=True):
        print(f"# {user_text}\n{command}")


@app.command("read-answer")
@json_errors
def read_answer(
    iccid: Annotated[str, typer.Argument(help="ICCID of the profile that the packet was for.")],
    answer: Annotated[
        str, typer.Argument(metavar="HEX", help="User data of the delivery report, with header: 027100…")
    ],
    data: Data,
    as_json: AsJson = False,
) -> None:
    """Tell what the card answered to a secured packet; exit code 1 unless it did what it was told."""
    from openesim.kernel.errors import ConfigError
    from openesim.provisioning.procedures import remote_metadata
    from openesim.provisioning.uicc.status_words import StatusWord, describe
    from openesim.security.crypto.scp80 import PacketStatus

    try:
        user_data = bytes.fromhex(answer)
    except ValueError:
        raise ConfigError("the answer is not hexadecimal") from None
    told = remote_metadata.read_answer(_package(data, iccid), user_data)
    is_known = told.status in set(PacketStatus)
    status = PacketStatus(told.status).name.lower().replace("_", " ") if is_known else f"{told.status:02X}"
    fields = {
        "packet": status,
        "status_word": f"{told.status_word:04X}" if told.status_word else None,
        "meaning": describe(told.status_word) if told.status_word else None,
        "sealed_by_the_card": told.is_proven,
    }
    if as_json:
        print_json(fields)
    else:
        print_fields(fields)
    if told.status_word != StatusWord.SUCCESS:
        raise typer.Exit(1)


def _package(data: Path, iccid: str) -> Package:
    """Return the package of a profile with its keys.

    Raises:
        ConfigError: no ICCID.
        NotFoundError: nobody has the profile.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Iccid
    from openesim.services.remote_profiles import package_of_profile

    try:
        wanted = Iccid.parse(iccid)
    except DecodeError as error:
        raise ConfigError(str(error)) from None
    with opened(data, must_exist=True, holds="orders") as work:
        return work.run_now(lambda stores: package_of_profile(stores, wanted))


def _in_hexadecimal(many: list[bytes]) -> list[str]:
    """Return octets as hexadecimal digits."""
    return [one.hex().upper() for one in many]


def _read_update(
    service_provider_name: str | None, profile_name: str | None, icon: str | None, lift: str | None
) -> UpdateMetadataRequest:
    """Return what the options wish to change.

    Raises:
        ConfigError: an option that cannot be read.
        DecodeError: a text or icon that is too long.
    """
    from openesim.kernel.errors import ConfigError
    from openesim.messages.sgp22.metadata import IconType, UpdateMetadataRequest
    from openesim.messages.sgp22.types import PprIds

    wish = read_wish(service_provider_name, profile_name, icon, lift, None)
    if wish is None:
        raise ConfigError("say what is to change: a name, an icon, or policy rules to lift")
    kind = None
    if wish.icon:
        kind = IconType.PNG if wish.icon.startswith(b"\x89PNG") else IconType.JPG
        if kind is IconType.JPG and not wish.icon.startswith(b"\xff\xd8"):
            raise ConfigError(f"--icon {icon}: neither PNG nor JPEG")
    every_rule = PprIds.PPR1_DISABLE_NOT_ALLOWED | PprIds.PPR2_DELETE_NOT_ALLOWED
    return UpdateMetadataRequest(
        service_provider_name=wish.service_provider_name,
        profile_name=wish.profile_name,
        icon_type=kind,
        icon=wish.icon,
        profile_policy_rules=None if wish.rules is None else PprIds(every_rule & ~int(wish.rules)),
    )


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

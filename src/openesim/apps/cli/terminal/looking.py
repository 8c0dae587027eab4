"""``openesim terminal lookup``, ``bind`` and ``release``: one device, one chip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.terminal.options import Who, Why, actor, given, now
from openesim.apps.cli.terminal.views import show

if TYPE_CHECKING:
    from openesim.conditions.terminals.describing import Description
    from openesim.conditions.terminals.device import Device

Eid = Annotated[str, typer.Argument(help="EID of the chip.")]


@json_errors
def lookup(
    data: Data,
    imei: Annotated[str | None, typer.Option(help="IMEI of the device.")] = None,
    tac: Annotated[str | None, typer.Option(help="TAC of the device.")] = None,
    eid: Annotated[str | None, typer.Option(help="EID of the chip.")] = None,
    eum: Annotated[str | None, typer.Option(metavar="KEY", help="Key of the maker's certificate.")] = None,
    firmware: Annotated[str | None, typer.Option(metavar="VERSION", help="Software of the chip.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what is registered of a device; what is not known is left empty."""
    from openesim.conditions.terminals.describing import describe
    from openesim.services.conditions.terminals.lookup import look_up

    device, moment = _device(imei, tac, eid, eum, firmware), now()
    with opened(data, must_exist=True, holds="terminals") as work:
        found = work.run_now(lambda stores: look_up(stores, device))
    show(_fields(describe(device, found, moment)), as_json=as_json)


@json_errors
def bind_chip(
    eid: Eid,
    imei: Annotated[str, typer.Argument(help="IMEI of the device.")],
    data: Data,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Hold a chip and a device to each other: one device, one chip."""
    from openesim.conditions.terminals.fields import read_eid, read_imei
    from openesim.services.conditions.terminals.bindings import bind

    chip, device, moment = given("EID", read_eid, eid), given("IMEI", read_imei, imei), now()
    with opened(data) as work:
        bond = work.run_now(lambda stores: bind(stores, chip, device, actor(by), moment))
    fields = {"eid": bond.eid, "imei": bond.imei, "source": bond.source, "bound": bond.bound_at.isoformat()}
    show(fields, as_json=as_json)


@json_errors
def release_chip(eid: Eid, data: Data, reason: Why, by: Who = None, as_json: AsJson = False) -> None:
    """Let go of a chip and its device, after a repair or when a device is handed on."""
    from openesim.conditions.terminals.fields import read_eid
    from openesim.services.conditions.terminals.bindings import release

    chip, moment = given("EID", read_eid, eid), now()
    with opened(data, must_exist=True, holds="bindings") as work:
        work.run_now(lambda stores: release(stores, chip, reason, actor(by), moment))
    show({"eid": str(chip), "released": True}, as_json=as_json)


def _device(
    imei: str | None, tac: str | None, eid: str | None, eum: str | None, firmware: str | None
) -> Device:
    """Return the device that the options mean.

    Raises:
        ConfigError: a text that cannot be read, or nothing to look for.
    """
    from openesim.conditions.terminals.device import Device
    from openesim.conditions.terminals.fields import read_eid, read_imei, read_key, read_tacs, version_octets
    from openesim.kernel.errors import ConfigError

    if imei is None and tac is None and eid is None and eum is None:
        raise ConfigError("--imei or --tac says which device, --eid or --eum which chip")
    return Device(
        eid="" if eid is None else str(given("--eid", read_eid, eid)),
        imei=None if imei is None else str(given("--imei", read_imei, imei)),
        tac=None if tac is None else given("--tac", read_tacs, tac)[0],
        eum_key_id=b"" if eum is None else bytes.fromhex(given("--eum", read_key, eum)),
        firmware=b"" if firmware is None else given("--firmware", version_octets, firmware),
    )


def _fields(found: Description) -> dict[str, Any]:
    """Return a description as it is shown."""
    abilities = None if found.abilities is None else sorted(found.abilities)
    return {
        "model": found.model,
        "vendor": found.vendor,
        "vendor_state": found.vendor_state,
        "category": found.category,
        "state": found.state,
        "approval": found.approval_number,
        "approved_to": None if found.approved_to is None else f"{found.approved_to:%Y-%m-%d}",
        "is_foreign": found.is_foreign,
        "abilities": abilities,
        "maker": found.maker,
        "maker_state": found.maker_state,
        "is_recalled": found.is_recalled,
        "recall": found.recall_id,
        "recall_reason": found.recall_reason,
    }

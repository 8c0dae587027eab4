"""``openesim api-key``: who may call the REST API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.services.access import ApiKey

app = typer.Typer(help="Keys of the REST API: add, list, revoke.", no_args_is_help=True)

_MOST = 10_000


@app.command("add")
@json_errors
def add(
    operator: Annotated[str, typer.Argument(help="Whose key it is.")],
    data: Data,
    scopes: Annotated[
        str, typer.Option(help="What it opens: orders:read,orders:write and so on, with commas; or all.")
    ],
    label: Annotated[str, typer.Option(help="What you call it.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="For how many days it is good; without: no end.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once: what is kept cannot be turned back into it."""
    import os

    from openesim.apps.wiring import SystemClock
    from openesim.provisioning.smdp.operators import parse_operator_name
    from openesim.services.access import keep, new_api_key, parse_scopes

    now = SystemClock().now()
    expires_at = None if days is None else now + timedelta(days=days)
    key, text = new_api_key(
        parse_operator_name(operator),
        parse_scopes(scopes),
        os.urandom,
        now,
        label=label[:200],
        expires_at=expires_at,
    )
    with opened(data) as work:
        work.run_now(lambda stores: keep(stores, key))
    told = {"key": text.reveal(), **_fields(key, now)}
    if as_json:
        print_json(told)
        return
    print_fields(told | {"scopes": " ".join(told["scopes"])})
    print("\nKeep the key now: it is shown this once.")


@app.command("list")
@json_errors
def list_keys(
    data: Data,
    operator: Annotated[str | None, typer.Argument(help="Only this operator's.")] = None,
    as_json: AsJson = False,
) -> None:
    """List keys: their names, never themselves."""
    from openesim.apps.wiring import SystemClock

    now = SystemClock().now()
    with opened(data, must_exist=True, holds="API keys") as work:
        keys = work.run_now(lambda stores: stores.api_keys(operator, _MOST))
    told = [_fields(each, now) for each in keys]
    if as_json:
        print_json(told)
        return
    headings = ("key", "operator", "label", "state", "expires", "scopes")
    names = ("key_id", "operator", "label", "state", "expires_at")
    rows = [(*(str(each[name] or "") for name in names), " ".join(each["scopes"])) for each in told]
    print_table([headings, *rows])


@app.command("revoke")
@json_errors
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Name of the key, or the key itself.")],
    data: Data,
    as_json: AsJson = False,
) -> None:
    """Revoke a key: within two seconds every process refuses it."""
    from openesim.apps.wiring import SystemClock
    from openesim.services.access import revoke as revoke_key

    now = SystemClock().now()
    with opened(data, must_exist=True, holds="API keys") as work:
        key = work.run_now(lambda stores: revoke_key(stores, key_id, now))
    told = _fields(key, now)
    if as_json:
        print_json(told)
    else:
        print_fields(told | {"scopes": " ".join(told["scopes"])})


def _fields(key: ApiKey, now: datetime) -> dict[str, Any]:
    """Return what a person or program may see of a key: everything but its digest."""
    state = "revoked" if key.revoked_at else "good" if key.is_good(now) else "expired"
    return {
        "key_id": key.key_id,
        "operator": key.operator,
        "label": key.label,
        "state": state,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at.isoformat(timespec="seconds"),
        "expires_at": key.expires_at.isoformat(timespec="seconds") if key.expires_at else None,
        "revoked_at": key.revoked_at.isoformat(timespec="seconds") if key.revoked_at else None,
    }

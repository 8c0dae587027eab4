"""``openesim operator``: what is kept of operators: how they are called back, and of what they want to hear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.adapters.db.stores import Stores
    from openesim.provisioning.smdp.operators import Operator

app = typer.Typer(
    help="Operators: call-back address, notification points, limits. Servers know it within two seconds.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="Name of the operator, as orders carry it.")]
DisplayName = Annotated[str | None, typer.Option("--display-name", metavar="TEXT", help="Name for people.")]
Callback = Annotated[
    str | None,
    typer.Option(
        "--callback",
        metavar="HOST[:PORT][/PREFIX]",
        help="Where ES2+ HandleDownloadProgressInfo is heard; empty: nowhere.",
    ),
]
Points = Annotated[
    str | None,
    typer.Option(
        "--points",
        metavar="LIST",
        help="Notification points, such as 1,2,3,4,enable=101,disable=102,delete=5; all: everything, with 6, 7, 8 "
        "for the last three; empty: none.",
    ),
]
CertificateFile = Annotated[
    Path | None,
    typer.Option(
        "--certificate", metavar="FILE", help="Client certificate, PEM or DER, known to this server."
    ),
]
PerMinute = Annotated[
    int | None,
    typer.Option("--requests-per-minute", metavar="N", min=0, help="How often he may call; 0: as for all."),
]

_ALL = "all"


@app.command("add")
@json_errors
def add(
    name: Name,
    data: Data,
    display_name: DisplayName = None,
    callback: Callback = None,
    points: Points = None,
    certificate: CertificateFile = None,
    requests_per_minute: PerMinute = None,
    as_json: AsJson = False,
) -> None:
    """Keep a new operator. With a call-back address and no points he hears of all of them."""
    from dataclasses import replace

    from openesim.apps.wiring import SystemClock
    from openesim.kernel.errors import ConflictError, Explanation
    from openesim.provisioning.smdp.operators import Operator

    if points is None and callback:
        points = _ALL
    changes = _changes(display_name, callback, points, certificate, requests_per_minute)
    operator = Operator(
        name=_checked(name), display_name=display_name or name, created_at=SystemClock().now()
    )
    operator = replace(operator, **changes) if changes else operator
    with opened(data) as work:
        try:
            work.run_now(lambda stores: stores.add_operator(operator))
        except ConflictError:
            raise ConflictError(f"{name} is kept already").explained(
                Explanation(
                    "an operator of this name was added before", "you", "change him: openesim operator set"
                )
            ) from None
    _print(operator, as_json=as_json)


@app.command("set")
@json_errors
def set_(
    name: Name,
    data: Data,
    display_name: DisplayName = None,
    callback: Callback = None,
    points: Points = None,
    certificate: CertificateFile = None,
    requests_per_minute: PerMinute = None,
    as_json: AsJson = False,
) -> None:
    """Change an operator; what is not named stays."""
    from dataclasses import replace

    from openesim.kernel.errors import ConfigError

    changes = _changes(display_name, callback, points, certificate, requests_per_minute)
    if not changes:
        raise ConfigError("nothing to change: name an option such as --callback or --points")

    def unit(stores: Stores) -> Operator:
        operator = replace(_find(stores, name), **changes)
        stores.save_operator(operator)
        return operator

    with opened(data, must_exist=True) as work:
        operator = work.run_now(unit)
    _print(operator, as_json=as_json)


@app.command("list")
@json_errors
def list_operators(data: Data, as_json: AsJson = False) -> None:
    """List operators of whom something is kept; others are known by the PKI folder alone."""
    with opened(data, must_exist=True) as work:
        found = work.run_now(lambda stores: stores.operators())
    if as_json:
        print_json([_fields(operator) for operator in found])
        return
    rows = [("name", "display name", "call-back address", "notification points", "per minute")]
    print_table(rows + [_cells(operator) for operator in found])


@app.command("show")
@json_errors
def show(name: Name, data: Data, as_json: AsJson = False) -> None:
    """Show one operator."""
    with opened(data, must_exist=True) as work:
        operator = work.run_now(lambda stores: _find(stores, name))
    _print(operator, as_json=as_json)


def _checked(name: str) -> str:
    """Return a name that may be an operator's.

    Raises:
        ConfigError: it may not.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.provisioning.smdp.operators import parse_operator_name

    try:
        return parse_operator_name(name)
    except DecodeError as error:
        raise ConfigError(f"{name!r}: {error}") from None


def _changes(
    display_name: str | None,
    callback: str | None,
    points: str | None,
    certificate: Path | None,
    requests_per_minute: int | None,
) -> dict[str, Any]:
    """Return the fields that options name, with their values.

    Raises:
        ConfigError: a value that cannot be.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.provisioning.smdp.operators import parse_callback_address, parse_points

    changes: dict[str, Any] = {}
    if display_name is not None:
        changes["display_name"] = display_name[:200]
    if requests_per_minute is not None:
        changes["requests_per_minute"] = requests_per_minute or None
    if certificate is not None:
        changes["certificate"] = _read_certificate(certificate)
    try:
        if callback is not None:
            changes["callback_address"] = parse_callback_address(callback) if callback.strip() else None
        if points is not None:
            changes["points"] = parse_points(points)
    except DecodeError as error:
        option = "--points" if "callback_address" in changes or callback is None else "--callback"
        raise ConfigError(f"{option}: {error}") from None
    return changes


def _read_certificate(path: Path) -> bytes:
    from openesim.adapters.http_client.trust import read_certificates
    from openesim.kernel.errors import ConfigError

    found = read_certificates(path)
    if len(found) != 1:
        raise ConfigError(f"{path} holds {len(found)} certificates; name a file with the operator's alone")
    return found[0]


def _find(stores: Stores, name: str) -> Operator:
    """Return the operator that a person means.

    Raises:
        NotFoundError: nothing is kept of him.
    """
    from openesim.kernel.errors import Explanation, NotFoundError

    operator = stores.operator(name)
    if operator is None:
        cause = "the name was mistyped, or he is known by his certificate in the PKI folder alone"
        raise NotFoundError(f"nothing is kept of an operator {name}").explained(
            Explanation(cause, "you", f"see openesim operator list, or: openesim operator add {name}")
        )
    return operator


def _fields(operator: Operator) -> dict[str, Any]:
    """Return what is shown of an operator."""
    from hashlib import sha256

    from openesim.provisioning.smdp.operators import format_points

    certificate = operator.certificate
    return {
        "name": operator.name,
        "display_name": operator.display_name,
        "created_at": operator.created_at.isoformat(),
        "callback_address": operator.callback_address,
        "points": format_points(operator.points),
        "certificate_sha256": None if certificate is None else sha256(certificate).hexdigest(),
        "requests_per_minute": operator.requests_per_minute,
    }


def _cells(operator: Operator) -> tuple[str, ...]:
    fields = _fields(operator)
    names = ("name", "display_name", "callback_address", "points", "requests_per_minute")
    return tuple("" if fields[name] is None else str(fields[name]) for name in names)


def _print(operator: Operator, *, as_json: bool) -> None:
    if as_json:
        print_json(_fields(operator))
    else:
        print_fields(_fields(operator))

"""``openesim blocklist``: which chips get nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.provisioning.procedures.blocklist import Block, Target

app = typer.Typer(
    help="Chips that get nothing: by EID, manufacturer or software. Servers know it within two seconds.",
    no_args_is_help=True,
)

Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; for those who keep the list.")]
Who = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who does it; left out, the user of this machine.")
]

_PAGE = 1000


@app.command("add")
@json_errors
def add(
    data: Data,
    reason: Why,
    eid: Annotated[
        str | None, typer.Option(metavar="EID|DIGITS|FIRST-LAST", help="A chip, or a range of them.")
    ] = None,
    eum: Annotated[
        str | None,
        typer.Option(metavar="FILE|KEY", help="A manufacturer: its certificate, or its key identifier."),
    ] = None,
    firmware: Annotated[
        str | None, typer.Option(metavar="VERSION|FIRST-LAST", help="Software of the chip: euiccFirmwareVer.")
    ] = None,
    platform: Annotated[
        str | None, typer.Option(metavar="LABEL", help="Build of the chip: platformLabel.")
    ] = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Set a block. Orders stay as they are; a download that is under way is stopped before it gets its profile."""
    from openesim.services.blocklist import add_block

    target = _target(eid=eid, eum=eum, firmware=firmware, platform=platform)
    with opened(data) as work:
        block = work.run_now(lambda stores: add_block(stores, target, _reason(reason), _who(by), _now()))
    _print_block(block, as_json=as_json)


@app.command("remove")
@json_errors
def remove(
    number: Annotated[int, typer.Argument(help="Number of the block, see: openesim blocklist list.")],
    data: Data,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Lift a block. It stays on record, with who set and who lifted it."""
    from openesim.services.blocklist import lift_block

    with opened(data, must_exist=True, holds="blocks") as work:
        block = work.run_now(lambda stores: lift_block(stores, number, reason, _who(by), _now()))
    _print_block(block, as_json=as_json)


@app.command("list")
@json_errors
def list_blocks(
    data: Data,
    with_lifted: Annotated[bool, typer.Option("--all", help="Lifted ones, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List blocks."""
    blocks: list[Block] = []
    after = 0
    with opened(data, must_exist=True, holds="blocks") as work:
        while page := work.run_now(lambda stores: stores.blocks(after, _PAGE)):  # noqa: B023
            blocks += [each for each in page if with_lifted or each.lifted_at is None]
            after = page[-1].block_id
    if as_json:
        print_json([_fields(block) for block in blocks])
        return
    headings = ("block", "kind", "which", "reason", "set", "set by", "lifted")
    print_table([headings, *map(_cells, blocks)])


@app.command("check")
@json_errors
def check(
    eid: Annotated[str, typer.Argument(help="EID of a chip.")], data: Data, as_json: AsJson = False
) -> None:
    """Tell whether a chip is blocked by its EID; exit code 1 if it is."""
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Eid

    try:
        number = Eid.parse(eid)
    except DecodeError as error:
        raise ConfigError(str(error)) from None
    with opened(data, must_exist=True, holds="blocks") as work:
        blocks = work.run_now(lambda stores: stores.blocks_covering(number))
    if as_json:
        print_json(
            {"eid": str(number), "blocked": bool(blocks), "blocks": [_fields(each) for each in blocks]}
        )
    else:
        for block in blocks:
            print(f"blocked by block {block.block_id}, {block.target}: {block.reason}")
        if not blocks:
            print(
                "not blocked by its EID; its manufacturer or its software may be, which the chip tells itself"
            )
    if blocks:
        raise typer.Exit(1)


def _target(**named: str | None) -> Target:
    """Return which chips the options mean.

    Raises:
        ConfigError: none of the options, more than one, or a text that cannot be read.
    """
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.provisioning.procedures.blocklist import BlockKind, Target

    given = [(BlockKind(kind), text) for kind, text in named.items() if text is not None]
    if len(given) != 1:
        raise ConfigError("one of --eid, --eum, --firmware and --platform says which chips")
    kind, text = given[0]
    try:
        return Target.parse(kind, _key_of(text) if kind is BlockKind.EUM else text)
    except DecodeError as error:
        raise ConfigError(f"--{kind.value} {text!r}: {error}") from None


def _key_of(text: str) -> str:
    """Return the key identifier of a certificate in a file; anything else as it is."""
    from pathlib import Path

    from openesim.adapters.keystore.pem import read_certificates
    from openesim.kernel.errors import ConfigError

    path = Path(text)
    if not path.is_file():
        return text
    certificates = read_certificates(path)
    key_id = certificates[0].key_id
    if key_id is None:
        raise ConfigError(f"{path} names no key: it has no subject key identifier")
    return key_id.hex()


def _reason(text: str) -> str:
    """Return the reason.

    Raises:
        ConfigError: there is nothing in it, or what no database keeps.
    """
    from openesim.kernel.errors import ConfigError

    reason = text.strip()
    if not reason or "\0" in reason:
        raise ConfigError("--reason: somebody will ask later why this was done; say it in a few words")
    return reason


def _who(by: str | None) -> str:
    """Return who does it."""
    import getpass

    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _now() -> Any:
    """Return the present moment."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _print_block(block: Block, *, as_json: bool) -> None:
    """Print a block."""
    if as_json:
        print_json(_fields(block))
    else:
        print_fields(_fields(block))


def _fields(block: Block) -> dict[str, Any]:
    """Return everything that is known of a block."""
    return {
        "block": block.block_id,
        "kind": block.target.kind.value,
        "first": block.target.first,
        "last": block.target.last,
        "reason": block.reason,
        "created_at": block.created_at.isoformat(),
        "created_by": block.created_by,
        "lifted_at": None if block.lifted_at is None else block.lifted_at.isoformat(),
        "lifted_by": block.lifted_by,
        "lifted_reason": block.lifted_reason,
    }


def _cells(block: Block) -> tuple[str, ...]:
    """Return the row of a block."""
    lifted = "" if block.lifted_at is None else f"{block.lifted_at:%Y-%m-%d %H:%M} by {block.lifted_by}"
    return (
        str(block.block_id),
        block.target.kind.value,
        str(block.target),
        block.reason,
        f"{block.created_at:%Y-%m-%d %H:%M}",
        block.created_by,
        lifted,
    )

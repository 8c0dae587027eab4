"""``openesim outbox``: what is still to be told to operators and webhooks, and what could not be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from datetime import datetime

    from openesim.adapters.db.stores import Stores
    from openesim.services.outgoing import Destination, Level, Message

app = typer.Typer(
    help="Messages to operators and webhooks: those that wait, and those that were given up.",
    no_args_is_help=True,
)

Which = Annotated[int, typer.Argument(help="Number of the message.")]
Chosen = Annotated[int | None, typer.Argument(help="Number of the message; or --to.")]
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="DESTINATION", help="All of one destination: an operator, or a webhook's id."
    ),
]

_PAGE = 1000


@app.command("list")
@json_errors
def list_(
    data: Data,
    to: To = None,
    stuck: Annotated[bool, typer.Option("--stuck", help="Only messages that were given up.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, help="Messages to show at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Count by destination, and list the oldest messages."""
    with opened(data, must_exist=True) as work:
        levels, resting, messages = work.run_now(
            lambda stores: (
                stores.outbox_levels(),
                {(each.kind, each.destination): each for each in stores.destinations()},
                _messages(stores, to, most, is_stuck=stuck),
            )
        )
    levels = [each for each in levels if to in {None, each.destination}]
    counts = [_count(level, resting.get((level.kind, level.destination))) for level in levels]
    if as_json:
        print_json({"destinations": counts, "messages": [_fields(each) for each in messages]})
        return
    _print_counts(counts)
    if messages:
        print()
        rows = [("message", "kind", "to", "ICCID", "created", "attempts", "state", "last fault")]
        print_table(rows + [_cells(each) for each in messages])


@app.command("show")
@json_errors
def show(which: Which, data: Data, as_json: AsJson = False) -> None:
    """Show one message with all it says."""
    import msgspec

    with opened(data, must_exist=True) as work:
        message = work.run_now(lambda stores: _find(stores, which))
    fields = _fields(message)
    try:
        payload = msgspec.json.decode(message.payload)
        # The event of an SM-DS is named by the order's matching id.
        fields["payload"] = {**payload, "eventId": "<secret>"} if "eventId" in payload else payload
    except (msgspec.DecodeError, TypeError):
        fields["payload"] = f"{len(message.payload)} octets"
    if as_json:
        print_json(fields)
        return
    payload = fields.pop("payload")
    print_fields(fields)
    print(msgspec.json.format(msgspec.json.encode(payload), indent=2).decode())


@app.command("retry")
@json_errors
def retry(data: Data, which: Chosen = None, to: To = None, as_json: AsJson = False) -> None:
    """Have a message sent at once, or all of a destination; also those that were given up."""
    from openesim.apps.wiring import SystemClock

    now = SystemClock().now()

    def send_again(stores: Stores, message: Message) -> None:
        stores.retry_message(message.message_id, now)
        stores.wake_destination(message.kind, message.destination, now)

    _for_each(data, which, to, send_again, "sent again", as_json=as_json)


@app.command("drop")
@json_errors
def drop(data: Data, which: Chosen = None, to: To = None, as_json: AsJson = False) -> None:
    """Forget a message, or all of a destination: nobody is told any more."""
    _for_each(
        data,
        which,
        to,
        lambda stores, message: stores.drop_message(message.message_id),
        "dropped",
        as_json=as_json,
    )


def _for_each(data: Any, which: int | None, to: str | None, action: Any, done: str, *, as_json: bool) -> None:
    """Do something with the messages that a person means, a page a transaction.

    Raises:
        ConfigError: neither a message nor a destination, or both.
        NotFoundError: there is no such message.
    """
    from openesim.kernel.errors import ConfigError

    if (which is None) == (to is None):
        raise ConfigError("name a message by its number, or a destination with --to")
    count, after = 0, 0

    def unit(stores: Stores) -> list[Message]:
        page = _messages(stores, to, _PAGE, after=after) if which is None else [_find(stores, which)]
        for message in page:
            action(stores, message)
        return page

    with opened(data, must_exist=True) as work:
        while page := work.run_now(unit):
            count, after = count + len(page), page[-1].message_id
            if which is not None:
                break
    if as_json:
        print_json({"ok": True, "count": count})
    else:
        print(f"{count} {'message' if count == 1 else 'messages'} {done}")


def _messages(
    stores: Stores, to: str | None, most: int, *, is_stuck: bool = False, after: int = 0
) -> list[Message]:
    """Return messages: of a destination or of all, given up or not."""
    from datetime import UTC, datetime

    if is_stuck:
        stuck = stores.stuck_messages(datetime(1970, 1, 1, tzinfo=UTC), most if to is None else 100 * most)
        return [each for each in stuck if to in {None, each.destination}][:most]
    if to is None:
        return stores.messages(after, most)
    found = (stores.messages(after, most, kind=kind, destination=to) for kind in _kinds(stores, to))
    return sorted((each for page in found for each in page), key=lambda each: each.message_id)[:most]


def _kinds(stores: Stores, to: str) -> list[str]:
    return [level.kind for level in stores.outbox_levels() if level.destination == to]


def _find(stores: Stores, which: int) -> Message:
    """Return a message.

    Raises:
        NotFoundError: there is none.
    """
    from openesim.kernel.errors import Explanation, NotFoundError

    message = stores.message(which)
    if message is None:
        raise NotFoundError(f"there is no message {which}").explained(
            Explanation("it arrived meanwhile, or never was", "you", "see openesim outbox list")
        )
    return message


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _count(level: Level, resting: Destination | None) -> dict[str, Any]:
    """Return what is told of a destination."""
    failures = 0 if resting is None else resting.failures
    return {
        "kind": level.kind,
        "destination": level.destination,
        "waiting": level.waiting,
        "stuck": level.stuck,
        "oldest": _moment(level.oldest),
        "failures": failures,
        "failing_since": None if resting is None else _moment(resting.failing_since),
        "next_attempt": _moment(resting.due_at) if resting is not None and failures else None,
        "last_fault": None if resting is None else resting.last_fault,
    }


def _print_counts(counts: list[dict[str, Any]]) -> None:
    if not counts:
        print("The outbox is empty: everybody has been told everything.")
        return
    headings = ("kind", "destination", "waiting", "stuck", "failures", "next attempt", "last fault")
    names = ("kind", "destination", "waiting", "stuck", "failures", "next_attempt", "last_fault")
    rows = [tuple("" if each[name] is None else str(each[name]) for name in names) for each in counts]
    print_table([headings, *rows])


def _fields(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "kind": message.kind,
        "destination": message.destination,
        "iccid": message.sequence_key,
        "created_at": _moment(message.created_at),
        "due_at": _moment(message.due_at),
        "attempts": message.attempts,
        "stuck": message.is_stuck,
        "last_fault": message.last_fault,
    }


def _cells(message: Message) -> tuple[str, ...]:
    return (
        str(message.message_id),
        message.kind,
        message.destination,
        message.sequence_key,
        _moment(message.created_at) or "",
        str(message.attempts),
        "given up" if message.is_stuck else "waits",
        message.last_fault or "",
    )

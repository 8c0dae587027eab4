"""Many orders in one call: a file comes in, a line for every row goes out.

The file is kept on the disk until it is done, so that its size does not matter, and looked through before the first row
is. Rows are then done as single orders are, many side by side, each all or nothing; answers keep the order of the rows.
A call that breaks off is repeated with its ``Idempotency-Key``: rows that were done are answered as the first time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, cast

import msgspec
from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream

from openesim.adapters.web.api.calling import Doing, reach
from openesim.adapters.web.api.describing import problems
from openesim.adapters.web.api.order_files import CSV, NDJSON, Row, count_rows, read_rows
from openesim.adapters.web.api.order_views import OrderView
from openesim.adapters.web.api.orders import make_order
from openesim.adapters.web.api.problem_types import MEDIA_TYPE, TOO_LARGE
from openesim.adapters.web.api.problems import Problem, Trouble, problem_of_error
from openesim.adapters.web.languages import language_of
from openesim.messages.sgp22.explained.entries import Language
from openesim.services.access import Scope
from openesim.services.ordering import Ordering

AT_ONCE: Final = 128
"""Rows that are under way side by side: enough to share a commit, few enough to hold nobody up."""

MOST_FILE_OCTETS: Final = 1 << 30
_IN_MEMORY: Final = 1 << 20


class BulkLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one row."""

    row: int
    status: int
    order: OrderView | msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    problem: Problem | msgspec.UnsetType = msgspec.UNSET


class BulkEnd(msgspec.Struct, frozen=True, kw_only=True):
    """The last line: how many rows there were, and how many of them were refused."""

    rows: int
    made: int
    refused: int


class BulkRoutes(Controller):
    """``/orders/bulk``."""

    tags = ("Orders",)

    @post(
        "/orders/bulk",
        status_code=200,
        media_type=NDJSON,
        opt=reach(Scope.ORDERS_WRITE),
        request_max_body_size=MOST_FILE_OCTETS,
        summary="Make many orders",
        responses=problems(413, 415)
        | {
            200: ResponseSpec(
                BulkLine,
                generate_examples=False,
                media_type=NDJSON,
                description="A line for every row, in the order of the rows; a last line with `rows`, `made` and "
                "`refused` says that nothing is missing.",
            )
        },
    )
    async def create_orders(
        self,
        request: Request[Any, Any, Any],
        doing: NamedDependency[Doing],
        ordering: NamedDependency[Ordering],
    ) -> Stream:
        """Make an order for every row of a file: `text/csv` with a header, or `application/x-ndjson`.

        Columns and members are those of a single order. What is wrong with a row is told in its line, and the other rows
        go on; a file that cannot be read at all is refused before anything is done. A dry run checks every row by itself.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in {CSV, NDJSON}:
            raise Trouble(MEDIA_TYPE, f"the body must be {CSV} or {NDJSON}")
        file = cast("BinaryIO", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 (closed with the answer)
        try:
            await _keep(request, file)
            await asyncio.to_thread(count_rows, file, kind)
        except BaseException:
            file.close()
            raise
        return Stream(_answer(doing, ordering, file, (kind, language_of(request.headers))), media_type=NDJSON)


async def _keep(request: Request[Any, Any, Any], file: BinaryIO) -> None:
    """Keep the body of a request in a file.

    Raises:
        Trouble: it is too large.
    """
    octets = 0
    async for chunk in request.stream():
        octets += len(chunk)
        if octets > MOST_FILE_OCTETS:
            raise Trouble(TOO_LARGE, f"a file has at most {MOST_FILE_OCTETS} octets")
        file.write(chunk)


async def _answer(
    doing: Doing, ordering: Ordering, file: BinaryIO, manner: tuple[str, Language]
) -> AsyncIterator[bytes]:
    """Yield the lines that answer a file, then close it."""
    kind, language = manner
    with file:
        async for lines in do_rows(doing, ordering, read_rows(file, kind), language):
            yield b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


async def do_rows(
    doing: Doing, ordering: Ordering, rows: Iterator[Row], language: Language
) -> AsyncIterator[list[BulkLine | BulkEnd]]:
    """Make the orders of rows, and yield what became of them, some at a time; the end alone behind them."""
    count = made = 0
    while some := list(islice(rows, AT_ONCE)):
        lines = await asyncio.gather(*(_do(doing, ordering, row, language) for row in some))
        count, made = count + len(lines), made + sum(1 for line in lines if line.problem is msgspec.UNSET)
        yield list(lines)
    yield [BulkEnd(rows=count, made=made, refused=count - made)]


async def _do(doing: Doing, ordering: Ordering, row: Row, language: Language) -> BulkLine:
    """Make the order of a row; whatever goes wrong is its line."""
    try:
        if isinstance(row.wish, Exception):
            raise row.wish
        response = await make_order(doing.of_row(row.number), ordering, row.wish)
    except Exception as error:  # noqa: BLE001 (a row answers for itself)
        problem = problem_of_error(error, language)
        return BulkLine(row=row.number, status=problem.status, problem=problem)
    body = cast("bytes", response.content)
    return BulkLine(row=row.number, status=response.status_code or 200, order=msgspec.Raw(body))

"""One of several server processes: confirms many orders of one person at the same time, and prints how each ended.

python -m tests.support.gate_racer ADDRESS OPERATOR FIRST COUNT
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from openesim.adapters.db.postgres import PostgresWork
from openesim.kernel.ambient import Ambient
from openesim.kernel.ids import Iccid, luhn_check_digit
from openesim.messages.sgp22.es2plus import ConfirmOrderRequest, DownloadOrderRequest
from openesim.messages.sgp22.function import RequestHeader
from openesim.messages.sgp22.status import Status
from openesim.services.es2plus import Es2PlusService
from tests.support.database import WRAPPING
from tests.support.gate import PACK, books_of, gate_of
from tests.support.rig import FQDN, SteppedClock, eid_of, entropy_of

LIMIT = 5
RACING = (
    PACK.replace("per_operator = 2", "per_operator = 0")
    .replace("nationwide = 3", f"nationwide = {LIMIT}")
    .replace("orders_per_person_per_day = 20\n", "")
)


def iccid_of(number: int) -> Iccid:
    """Returns the ICCID of a profile of the stock."""
    body = f"898821100000002{number:03d}"
    return Iccid(body + luhn_check_digit(body))


async def race(address: str, operator: str, first: int, count: int) -> list[str]:
    """Returns how each order ended."""
    work = PostgresWork(address, WRAPPING, connections=4)
    ambient = Ambient(SteppedClock(), entropy_of(f"racer {operator} {first}"))
    functions = Es2PlusService(work, ambient, FQDN, gate=gate_of(books_of(RACING)))

    async def order(number: int) -> str:
        named: dict[str, Any] = {"header": RequestHeader(), "eid": eid_of(number)}
        iccid = iccid_of(number)
        ordered = await functions.download_order(DownloadOrderRequest(iccid=iccid, **named), operator)
        assert not isinstance(ordered, Status), ordered
        answer = await functions.confirm_order(
            ConfirmOrderRequest(iccid=iccid, release_flag=True, **named), operator
        )
        return str(answer.code) if isinstance(answer, Status) else "released"

    try:
        return await asyncio.gather(*(order(number) for number in range(first, first + count)))
    finally:
        work.close()


if __name__ == "__main__":
    place, name, begin, many = sys.argv[1:]
    print(json.dumps(asyncio.run(race(place, name, int(begin), int(many)))))

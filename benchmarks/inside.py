"""Server and complete chip in this process, without sockets: what the chip costs, and the messages that pass."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.figures import Figure, at_most, median, ratios_of_turns
from benchmarks.speed import floor_of, one_processor
from benchmarks.stage import FQDN, Stage
from openesim.adapters.apdu.software import MemoryCard
from openesim.apps.load.plan import Chip, read_maker_of_folder
from openesim.apps.settings import Address, ServeSettings
from openesim.apps.wiring import build_service, build_smdp, open_database
from openesim.kernel.errors import FunctionError
from openesim.messages.sgp22.function import Function
from openesim.messages.sgp22.status import Status
from openesim.security.crypto.curves import Curve
from openesim.services.load import LoadTarget, attempt_download
from openesim.services.smdp import SmdpService

_CHIPS = 8
_DOWNLOADS = 4


class DirectClient:
    """An ``Es9Client`` that calls the service itself.

    Attributes:
        inside_s: processor time spent in the service.
        requests: the last request of each function.
    """

    def __init__(self, service: SmdpService, loop: asyncio.AbstractEventLoop) -> None:
        """Take the service and the loop it lives in."""
        self._service, self._loop = service, loop
        self.inside_s = 0.0
        self.requests: dict[str, Any] = {}

    def call(self, address: str, function: Function, request: object) -> Any:
        """Return the function's output.

        Raises:
            FunctionError: the service refused.
        """
        begun = time.process_time()
        answer = self._loop.run_until_complete(getattr(self._service, function.name)(request))
        self.inside_s += time.process_time() - begun
        self.requests[function.name] = request
        if isinstance(answer, Status):
            raise FunctionError(answer.subject.value, answer.reason.value, answer.message)
        return answer


@contextmanager
def open_inside(stage: Stage, name: str, downloads: int) -> Iterator[tuple[DirectClient, list[Chip]]]:
    """Give a client of a service with so many orders, and chips."""
    data = stage.fill(name, downloads)
    settings = ServeSettings(
        data=data, pki=stage.folder / "pki", fqdn=FQDN, es9=Address("127.0.0.1", 0), plain_http=True
    )
    chips = read_maker_of_folder(stage.folder / "pki", Curve.P256).make_chips(_CHIPS)
    work = open_database(data)
    loop = asyncio.new_event_loop()
    try:
        yield DirectClient(build_service(build_smdp(stage.pki, settings), work), loop), chips
        loop.run_until_complete(asyncio.sleep(0.05))
    finally:
        loop.close()
        work.close()


def install(client: DirectClient, chip: Chip, number: int) -> None:
    """Download the profile of an order onto an empty chip.

    Raises:
        RuntimeError: it failed.
    """
    card = MemoryCard(chip.empty_memory, chip.ambient)
    attempt = attempt_download(card, client, LoadTarget(address=FQDN), f"BENCH-{number}")
    if attempt.failure is not None:
        raise RuntimeError(str(attempt.failure))


def measure_chip(stage: Stage, turns: int) -> list[Figure]:
    """Measure chip and LPA in one download: everything verified, decrypted, interpreted and installed."""
    numbers = iter(range(10**9))
    with one_processor(), open_inside(stage, "chip", (turns + 1) * _DOWNLOADS) as (client, chips):

        def measure() -> float:
            begun, inside = time.process_time(), client.inside_s
            for _ in range(_DOWNLOADS):
                number = next(numbers)
                install(client, chips[number % len(chips)], number)
            return (time.process_time() - begun - (client.inside_s - inside)) / _DOWNLOADS

        measure()
        ratios, seconds, _ = ratios_of_turns(turns, floor_of(stage.profile), measure)
    return [
        at_most("chip.download_and_installation.over_floor", median(ratios), "x"),
        at_most("chip.download_and_installation", median(seconds) * 1e3, "ms"),
    ]


def record_messages(stage: Stage) -> dict[str, Any]:
    """Return the requests of one download by function."""
    with open_inside(stage, "recording", 1) as (client, chips):
        install(client, chips[0], 0)
        return client.requests

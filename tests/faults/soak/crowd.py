"""A crowd of phones that do not give up: each downloads, and tries again until its profile is installed and the server knows."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from openesim.adapters.apdu.software import MemoryCard
from openesim.adapters.http_client.es9 import Es9HttpClient
from openesim.adapters.http_client.target import HttpOptions
from openesim.apps.load.plan import Chip, Maker
from openesim.kernel.errors import OpenEsimError
from openesim.services.load import Failure, LoadTarget, attempt_download
from openesim.services.lpa import Lpa, Surroundings

_REST_S = 0.2
_MOST_TRIES = 200


@dataclass
class Account:
    """What the crowd has lived through.

    Attributes:
        eids: the chip that a matching id's profile is on.
        tries: how many downloads took how many attempts.
        failures: what went wrong on the way, by code.
        given_up: matching ids whose download never ended.
    """

    eids: dict[str, str] = field(default_factory=dict)
    tries: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    given_up: dict[str, str] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Downloads that ended."""
        return len(self.eids)


class Crowd:
    """So many phones at once; each chip does one thing at a time."""

    def __init__(self, maker: Maker, fqdn: str, size: int) -> None:
        self._chips = maker.make_chips(size)
        self._anchors = maker.anchors
        self._target = LoadTarget(address=fqdn)
        self._lock = threading.Lock()
        self.account = Account()
        self.stop = threading.Event()

    def run(self, url: str, matching_ids: Iterable[str]) -> None:
        """Downloads one profile after the other until there is none left, or it is told to stop."""
        http = HttpOptions(
            trust=self._anchors, base_url=url, connect_timeout_s=10, read_timeout_s=30, connections=1
        )
        waiting = iter(matching_ids)

        def take() -> str | None:
            with self._lock:
                return None if self.stop.is_set() else next(waiting, None)

        def phone(chip: Chip) -> None:
            with Es9HttpClient(http) as client:
                while (matching_id := take()) is not None:
                    self._download(chip, client, matching_id)

        with ThreadPoolExecutor(len(self._chips)) as pool:
            for done in [pool.submit(phone, chip) for chip in self._chips]:
                done.result()

    def _download(self, chip: Chip, client: Es9HttpClient, matching_id: str) -> None:
        """Downloads until the profile is on the chip and the server was told."""
        card = MemoryCard(chip.empty_memory, chip.ambient)
        lpa = Lpa(card, client, surroundings=Surroundings(pause=lambda _seconds: None))
        failure: Failure | None = None
        for count in range(1, _MOST_TRIES):
            if not lpa.profiles():
                failure = attempt_download(card, client, self._target, matching_id).failure
            else:
                failure = _deliver(lpa)
            if failure is None:
                with self._lock:
                    self.account.eids[matching_id] = str(chip.identity.eid)
                    self.account.tries[count] += 1
                return
            with self._lock:
                self.account.failures[f"{failure.call} {failure.code}"] += 1
            time.sleep(_REST_S)
        with self._lock:
            self.account.given_up[matching_id] = str(failure)


def _deliver(lpa: Lpa) -> Failure | None:
    """Delivers what is still on the chip."""
    try:
        undelivered = lpa.process_notifications().undelivered
    except OpenEsimError as error:
        return Failure("handle_notification", "not delivered", str(error))
    if undelivered:
        return Failure("handle_notification", "not delivered", undelivered[0].problem or "")
    return None

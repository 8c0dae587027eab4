"""Load: complete downloads, timed call by call, and what went wrong by code.

A download under load is the same as any other: the LPA's own procedure between a chip and a server. Only the client
is wrapped, to look at the clock before and behind each call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from openesim.kernel.errors import FunctionError, OpenEsimError, PeerError
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.explained import explain_error, outcome_of
from openesim.messages.sgp22.explained.entries import Explained
from openesim.messages.sgp22.function import Function
from openesim.provisioning.lpa.download import DownloadRequest, download
from openesim.provisioning.lpa.session import Caller
from openesim.services.lpa import Lpa, Surroundings, Unattended
from openesim.services.ports import Es9Client, Es10Channel

Stopwatch = Callable[[], float]
"""Seconds since whenever, never going back."""

CHIP: Final = "chip"
"""Where a failure is counted that no call to the server brought about."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a download failed.

    Attributes:
        call: name of the function that failed, or ``chip``.
        code: ``8.2.6/3.8`` of a server, ``transport:…`` where nobody answered, a code of the chip or the LPA otherwise.
        message: what was told, of the first of its kind.
    """

    call: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One download that was tried.

    Attributes:
        seconds: from the first call to the last answer.
        calls: name and seconds of every call that was answered, in order.
        failure: None if the profile is installed and the server knows it.
    """

    seconds: float
    calls: tuple[tuple[str, float], ...]
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTarget:
    """What every download asks for.

    Attributes:
        address: FQDN of the server.
        confirmation_code: answer where a code is asked for.
    """

    address: str
    confirmation_code: str | None = field(default=None, repr=False)


class TimedClient:
    """An ``Es9Client`` that remembers how long each call took, and which one failed."""

    def __init__(self, client: Es9Client, stopwatch: Stopwatch = time.perf_counter) -> None:
        """Wrap a client."""
        self._client = client
        self._stopwatch = stopwatch
        self.calls: list[tuple[str, float]] = []
        self.failed: str | None = None

    def call(self, address: str, function: Function, request: object) -> Any:
        """Return the function's output, or None where it has none.

        Raises:
            FunctionError: the server refused.
            PeerError: no answer that decides anything.
        """
        begun = self._stopwatch()
        try:
            output = self._client.call(address, function, request)
        except FunctionError:
            self.calls.append((function.name, self._stopwatch() - begun))
            self.failed = function.name
            raise
        except OpenEsimError:
            # Nobody answered: the time until we gave up says nothing about the server.
            self.failed = function.name
            raise
        self.calls.append((function.name, self._stopwatch() - begun))
        return output


def attempt_download(
    chip: Es10Channel,
    client: Es9Client,
    target: LoadTarget,
    matching_id: str,
    stopwatch: Stopwatch = time.perf_counter,
) -> Attempt:
    """Download and install one profile, deliver the result, and return how that went; raises nothing of ours.

    Args:
        chip: an empty chip.
        client: reaches the server.
        target: what is asked for.
        matching_id: of the order.
        stopwatch: measures.
    """
    timed = TimedClient(client, stopwatch)
    code = None if target.confirmation_code is None else Secret(target.confirmation_code)
    # What could not be delivered is a failure here, not something to be patient about.
    lpa = Lpa(chip, timed, Unattended(code), Surroundings(pause=lambda _seconds: None))
    request = DownloadRequest(address=target.address, caller=Caller(matching_id=matching_id))
    failure = None
    begun = stopwatch()
    try:
        downloaded = lpa.run(download(request))
        problem = next(
            (each.problem for each in downloaded.notifications.deliveries if not each.is_delivered), None
        )
        if problem is not None or not downloaded.notifications.deliveries:
            failure = Failure(
                "handle_notification", "transport:not-delivered", problem or "no result to tell"
            )
    except OpenEsimError as error:
        failure = failure_of(error, timed.failed)
    return Attempt(stopwatch() - begun, tuple(timed.calls), failure)


def failure_of(error: OpenEsimError, call: str | None) -> Failure:
    """Return the failure that an error stands for.

    Args:
        error: what ended a download.
        call: the call that failed; None if none did.
    """
    if isinstance(error, FunctionError):
        return Failure(call or CHIP, f"{error.subject}/{error.reason}", error.message or "")
    if isinstance(error, PeerError):
        outcome = outcome_of(error)
        return Failure(call or CHIP, f"transport:{outcome.value if outcome else 'failed'}", str(error))
    explanation = explain_error(error)
    code = explanation.code if isinstance(explanation, Explained) else type(error).__name__
    return Failure(call or CHIP, code, str(error))

"""Our DER layer against asn1tools, on the big messages of a download, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, at_most, median, ratios_of_turns
from benchmarks.inside import record_messages
from benchmarks.stage import Stage
from openesim.encoding.asn1 import Choice
from openesim.messages.sgp22.authentication import AuthenticateServerResponse
from openesim.messages.sgp22.download import PrepareDownloadResponse
from openesim.messages.sgp22.notifications import PendingNotification

CODEC_BAR = 1.0
_ROUNDS = 40
_MODULES = ("rsp-2.5.asn", "rfc3280-PKIX1Explicit88.asn1", "rfc3280-PKIX1Implicit88.asn1")


def measure_codec(stage: Stage, modules: Path, turns: int) -> list[Figure]:
    """Measure decoding and encoding; nothing where the standard's modules are not at hand.

    Args:
        stage: with a chip to make messages with.
        modules: folder with the ASN.1 modules of the standard, which are not ours to bring along.
        turns: pairs of measurements.
    """
    if not modules.is_dir():
        return []
    import asn1tools

    specification = asn1tools.compile_files([str(modules / name) for name in _MODULES], "der")
    requests = record_messages(stage)
    proof = requests["authenticate_client"].authenticate_server_response.value
    readiness = requests["get_bound_profile_package"].prepare_download_response.value
    messages: tuple[tuple[str, Choice[Any], bytes], ...] = (
        ("AuthenticateServerResponse", AuthenticateServerResponse, AuthenticateServerResponse.encode(proof)),
        ("PrepareDownloadResponse", PrepareDownloadResponse, PrepareDownloadResponse.encode(readiness)),
        (
            "PendingNotification",
            PendingNotification,
            requests["handle_notification"].pending_notification.octets,
        ),
    )
    return [
        figure
        for name, ours, octets in messages
        for figure in _compare_message(name, (ours, specification.types[name]), octets, turns)
    ]


def _compare_message(name: str, both: tuple[Choice[Any], Any], octets: bytes, turns: int) -> list[Figure]:
    """Return decoding and encoding of one message, ours over theirs."""
    ours, theirs = both
    our_value, their_value = ours.decode(octets), theirs.decode(octets)
    return [
        _compare(f"codec.decode.{name}", lambda: theirs.decode(octets), lambda: ours.decode(octets), turns),
        _compare(
            f"codec.encode.{name}", lambda: theirs.encode(their_value), lambda: ours.encode(our_value), turns
        ),
    ]


def _compare(name: str, theirs: Callable[[], Any], ours: Callable[[], Any], turns: int) -> Figure:
    """Return our time over theirs."""
    ratios, _, _ = ratios_of_turns(turns, _timed(theirs), _timed(ours))
    return at_most(f"{name}.over_asn1tools", median(ratios), "x", CODEC_BAR)


def _timed(work: Callable[[], Any]) -> Callable[[], float]:
    def measure() -> float:
        begun = time.process_time()
        for _ in range(_ROUNDS):
            work()
        return time.process_time() - begun

    return measure

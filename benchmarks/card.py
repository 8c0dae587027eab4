"""The card of an enabled profile: processor time of the commands that a phone sends all day, in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.figures import Figure, at_most, median
from benchmarks.speed import one_processor
from benchmarks.stage import Stage
from openesim.adapters.apdu.software import MemoryCard
from openesim.apps.load.plan import read_maker_of_folder
from openesim.messages.saip.aka import AkaParameter, AlgoParameter
from openesim.messages.saip.package import Package, decode_package
from openesim.messages.sgp22.metadata import ProfileState, StoreMetadataRequest
from openesim.provisioning.euicc.state import Profile
from openesim.provisioning.uicc.build import build_image
from openesim.security.aka.milenage import Milenage
from openesim.security.aka.vectors import build_vector
from openesim.security.crypto.curves import Curve

BAR_US = 50.0
"""Microseconds that SELECT and READ BINARY may take each."""

_COMMANDS = 400
_AID = bytes.fromhex("A0000005591010FFFFFFFF8900001000")
_SELECT_USIM = bytes.fromhex("00A4040C07A0000000871002")
_SELECT_WITH_FCP, _SELECT = bytes.fromhex("00A40004026F0700"), bytes.fromhex("00A4000C026F07")
_READ_BINARY, _READ_RECORD = bytes.fromhex("00B0000009"), bytes.fromhex("00B2010C04")
_STATUS = bytes.fromhex("80F2000C")


def measure_card(stage: Stage, turns: int) -> list[Figure]:
    """Measure the commands of a card, each many times over, and what it takes to make the card."""
    package = decode_package(stage.profile)
    card = _insert(stage, package)
    vectors = iter(_challenges(package, (turns + 1) * _COMMANDS))

    def answer(command: bytes) -> Callable[[], bytes]:
        return lambda: card.transmit(command)

    with one_processor():
        return [
            _measure("card.select_with_fcp", answer(_SELECT_WITH_FCP), turns, BAR_US),
            _measure("card.select", answer(_SELECT), turns, BAR_US),
            _measure("card.read_binary", answer(_READ_BINARY), turns, BAR_US),
            _measure("card.read_record", answer(_READ_RECORD), turns),
            _measure("card.status", answer(_STATUS), turns),
            _measure("card.authenticate", lambda: card.transmit(next(vectors)), turns),
            at_most("card.made_of_a_package", _seconds(lambda: build_image(package), turns, 4) * 1e3, "ms"),
        ]


def _insert(stage: Stage, package: Package) -> MemoryCard:
    """Return a chip whose only profile is enabled and has its USIM selected."""
    chip = read_maker_of_folder(stage.folder / "pki", Curve.P256).make_chips(1)[0]
    metadata = StoreMetadataRequest(iccid=package.iccid, service_provider_name="B", profile_name="B")
    profile = Profile(
        aid=_AID,
        state=ProfileState.ENABLED,
        metadata=metadata,
        metadata_octets=metadata.encode(),
        package=package,
        ci_key_id=b"",
    )
    card = MemoryCard(replace(chip.empty_memory, profiles=(profile,)), chip.ambient)
    for command in (_SELECT_USIM, _SELECT):
        if card.transmit(command) != b"\x90\x00":
            raise RuntimeError(f"the card refused {command.hex()}")
    return card


def _challenges(package: Package, count: int) -> list[bytes]:
    """Return AUTHENTICATE commands that the card accepts one after the other."""
    parameter = package.values(AkaParameter)[0].algo_configuration
    if not isinstance(parameter, AlgoParameter):
        raise TypeError("the first application of the profile has no parameters of its own")
    network, rand = Milenage(parameter.key, parameter.opc), bytes(16)
    vectors = (build_vector(network, rand, number << 5, b"\x80\x00") for number in range(1, count + 1))
    return [bytes.fromhex("0088008122") + b"\x10" + rand + b"\x10" + one.autn + b"\0" for one in vectors]


def _measure(name: str, command: Callable[[], bytes], turns: int, bar: float | None = None) -> Figure:
    """Return the figure of one command, in microseconds.

    Raises:
        RuntimeError: the card refuses it.
    """
    if command()[-2:] != b"\x90\x00":
        raise RuntimeError(f"{name}: the card refused")
    return at_most(name, _seconds(command, turns, _COMMANDS - 1) * 1e6, "us", bar)


def _seconds(work: Callable[[], object], turns: int, times: int) -> float:
    """Return the median over the turns of the processor time that one call takes."""
    seconds = []
    for _ in range(turns):
        begun = time.process_time()
        for _ in range(times):
            work()
        seconds.append((time.process_time() - begun) / times)
    return median(seconds)

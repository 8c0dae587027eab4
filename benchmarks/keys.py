"""What sealing costs a download, and what a signature in a token costs over one in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure, at_most, median, ratios_of_turns
from benchmarks.speed import floor_of, one_processor
from benchmarks.stage import Stage
from openesim.adapters.db.data_keys import DataKeys
from openesim.adapters.keystore.pkcs11 import Token, TokenPlace
from openesim.adapters.keystore.token_keys import TokenSigners, import_signing_key
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import SoftwareSigner
from openesim.security.crypto.envelope import KeyEncryptionKey
from openesim.security.pki.world import make_world

SEALING_BAR = 0.02
"""Share of the floor that sealing may take: a download takes more than two floors."""

_RECORD_OCTETS = 350
_TIMES = 200
_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")
_PIN = "492716"


def measure_keys(stage: Stage, turns: int) -> list[Figure]:
    """Measure sealing, and signatures in SoftHSM2 where it is installed."""
    with one_processor():
        figures = [_measure_sealing(stage, turns)]
        with _softhsm(stage.folder / "softhsm") as place:
            if place is not None:
                figures += [_measure_signature(curve, place, turns) for curve in Curve]
    return figures


def _measure_sealing(stage: Stage, turns: int) -> Figure:
    """Return how much of the floor it takes to seal a download's record and to open it once."""
    keys = DataKeys(KeyEncryptionKey.generate(os.urandom))
    keys.learn(1, keys.new(), is_newest=True)
    record, place = os.urandom(_RECORD_OCTETS), b"downloads\0" + os.urandom(16)

    def seal() -> None:
        keys.open_under(1, keys.seal_under(keys.newest or 1, record, place), place)

    ratios, _, _ = ratios_of_turns(turns, floor_of(stage.profile), lambda: _seconds(seal))
    return at_most("keys.download_sealed_and_opened.over_floor", median(ratios), "x", SEALING_BAR)


def _measure_signature(curve: Curve, place: TokenPlace, turns: int) -> Figure:
    """Return how much dearer a signature in the token is than one in memory."""
    issued = make_world(curve, os.urandom, datetime.now(UTC))["dpauth"]
    token = Token(place)
    import_signing_key(token, issued.private_key, "benchmark")
    in_token = TokenSigners(token).find("benchmark", issued.certificate)
    in_memory = SoftwareSigner(issued.private_key)
    if in_token is None:
        raise RuntimeError("the key is not in the token")
    message = os.urandom(300)
    ratios, _, _ = ratios_of_turns(
        turns,
        lambda: _seconds(lambda: in_memory.sign(message)),
        lambda: _seconds(lambda: in_token.sign(message)),
    )
    token.close()
    return at_most(f"keys.sign_in_token.over_memory.{curve.name.lower()}", median(ratios), "x")


@contextmanager
def _softhsm(folder: Path) -> Iterator[TokenPlace | None]:
    """Give a token of SoftHSM2, or None where it is not installed."""
    module = next((path for path in _MODULES if Path(path).is_file()), None)
    program = shutil.which("softhsm2-util")
    if module is None or program is None:
        yield None
        return
    (folder / "tokens").mkdir(parents=True)
    (folder / "conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")
    command = [program, "--init-token", "--free", "--label", "bench", "--pin", _PIN, "--so-pin", _PIN]
    try:
        subprocess.run(command, check=True, capture_output=True)
        yield TokenPlace(module, "bench", lambda: _PIN)
    finally:
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before


def _seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one call."""
    begun = time.process_time()
    for _ in range(_TIMES):
        work()
    return (time.process_time() - begun) / _TIMES

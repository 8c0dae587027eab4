"""Stock: what a profile costs to personalise and seal, against pySim; and a million of them in constant memory.

``python -m benchmarks.stock FOLDER ROWS`` is the process whose memory is looked at.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.figures import Figure, at_least, at_most, growth, median, ratios_of_turns
from openesim.adapters.db.data_keys import DataKeys
from openesim.adapters.db.subscriptions import pack_secrets
from openesim.apps.keys import key_file
from openesim.apps.wiring import open_database
from openesim.kernel.ids import Iccid, Imsi
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import Description, OtaKeys
from openesim.security.crypto.envelope import KeyEncryptionKey
from openesim.services.batch_file import parse_batch
from openesim.services.batch_rows import count_rows
from openesim.services.batch_secrets import SubscriptionMaker
from openesim.services.package_import import read_package
from openesim.services.stock import BatchImport

PROFILES_A_SECOND_BAR, PYSIM_BAR, GROWTH_BAR_PERCENT = 2_000.0, 100.0, 2.0
_FIRST_ICCID, _FIRST_IMSI = "8988211000000000011", "001010000000001"
_ROUNDS, _PYSIM_ROUNDS = 500, 10
_PYSIM, _PYSIM_PYTHON = "OPENESIM_PYSIM", "OPENESIM_PYSIM_PYTHON"


def measure_stock(folder: Path, rows: int, turns: int) -> list[Figure]:
    """Measure personalising and sealing, and a batch of so many rows.

    Args:
        folder: for databases.
        rows: of the batch.
        turns: pairs of measurements against pySim, where ``OPENESIM_PYSIM`` names its source.
    """
    seconds = median([_personalise_and_seal() for _ in range(turns)])
    figures = [
        at_least("stock.personalised_and_sealed_a_second", 1 / seconds, "profiles", PROFILES_A_SECOND_BAR)
    ]
    if _PYSIM in os.environ:
        profile = folder / "stock.der"
        profile.write_bytes(_profile())
        ratios, _, _ = ratios_of_turns(max(turns // 3, 2), _personalise_and_seal, lambda: _pysim(profile))
        figures.append(at_least("stock.pysim_over_ours", median(ratios), "x", PYSIM_BAR))
    return figures + _measure_batch(folder / "stock", rows)


def _profile() -> bytes:
    """Return a profile package of about 12 kB with keys of remote management, which pySim asks for."""
    return build_package(
        Description(
            operator_name="Benchmark Mobile",
            mcc="001",
            mnc="01",
            iccid=Iccid(_FIRST_ICCID),
            imsi=Imsi(_FIRST_IMSI),
            k=bytes(16),
            opc=bytes(16),
            puk1="12345678",
            pin2="1234",
            puk2="87654321",
            adm1=b"12345678",
            ota=OtaKeys(kic=bytes(16), kid=bytes(16), kik=bytes(16)),
        ),
        12_000,
    )


def _description(rows: int) -> str:
    return (
        f'name = "benchmark"\nprofile = "stock.der"\ncount = {rows}\n'
        f'iccid = "{_FIRST_ICCID}"\nimsi = "{_FIRST_IMSI}"\n'
    )


def _make_personaliser() -> Callable[[], float]:
    """Return a measurement: processor time to draw, personalise and seal one profile, in seconds."""
    plan = parse_batch(_description(_ROUNDS))
    maker = SubscriptionMaker(plan, read_package(plan, _profile()), os.urandom)
    keys = DataKeys(KeyEncryptionKey.generate(os.urandom))
    wrapped = keys.new()

    def measure() -> float:
        begun = time.process_time()
        for row in count_rows(plan):
            subscription = maker.make(row)
            maker.personalise(subscription)
            keys.seal(wrapped, pack_secrets(subscription), row.iccid.encode())
        return (time.process_time() - begun) / _ROUNDS

    return measure


_personalise_and_seal = _make_personaliser()


def _measure_batch(folder: Path, rows: int) -> list[Figure]:
    """Measure a whole batch with its database, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.stock", str(folder), str(rows)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = json.loads(told)
    half, end = found["resident_at_half"], found["resident_at_end"]
    return [
        at_least("stock.added_a_second", rows / found["cpu_s"], "profiles", PROFILES_A_SECOND_BAR),
        at_most(f"stock.rss_after_{rows}_rows", end / 1e6, "MB"),
        at_most(f"stock.growth_in_the_second_{rows // 2}", growth(half, end), "%", GROWTH_BAR_PERCENT),
    ]


def _add_batch(folder: Path, rows: int) -> dict[str, float]:
    """Add a batch to a new database; return processor time, and memory half way and at the end."""
    key_file(folder).make(os.urandom)
    work = open_database(folder)
    resident: list[int] = []

    def look(done: int) -> None:
        if done in {rows // 2, rows}:
            resident.append(psutil.Process().memory_info().rss)

    files = ({"stock.der": _profile()}.get, lambda _: ())
    importer = BatchImport(work, files, os.urandom, datetime.now(UTC))
    begun = time.process_time()
    importer.store(importer.prepare(parse_batch(_description(rows))), look)
    cpu_s = time.process_time() - begun
    work.close()
    return {"cpu_s": cpu_s, "resident_at_half": resident[0], "resident_at_end": resident[-1]}


def _pysim(profile: Path) -> float:
    """Return what pySim's batch personaliser takes for one profile, processor time in seconds."""
    python = os.environ.get(_PYSIM_PYTHON, sys.executable)
    command = [python, "-c", _PYSIM_PROGRAM, os.environ[_PYSIM], str(profile), str(_PYSIM_ROUNDS)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


# Runs in pySim's own process: the same numbers, keys and codes, less the three keys of remote management.
_PYSIM_PROGRAM = """
import sys, time
source, profile, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.path.insert(0, source)
from pySim.esim.saip import ProfileElementSequence, param_source, personalization as p
from pySim.esim.saip.batch import BatchPersonalization
batch = BatchPersonalization(rounds, ProfileElementSequence.from_der(open(profile, "rb").read()))
count, digits, octets = param_source.IncDigitSource, param_source.RandomDigitSource, param_source.RandomHexDigitSource
batch.add_param_and_src(p.Iccid(), count(num_digits=18, first_value=898821100000000001, last_value=898821100099999999))
batch.add_param_and_src(p.Imsi(), count(num_digits=15, first_value=1010000000001, last_value=1010099999999))
for parameter, source in (
    (p.K, octets("0*32")), (p.Opc, octets("0*32")), (p.Pin1, digits("0*4")), (p.Pin2, digits("0*4")),
    (p.Puk1, digits("0*8")), (p.Puk2, digits("0*8")), (p.Adm1, digits("0*8")),
):
    batch.add_param_and_src(parameter(), source)
begun = time.process_time()
for made in batch.generate_profiles():
    made.to_der()
print((time.process_time() - begun) / rounds)
"""


if __name__ == "__main__":
    print(json.dumps(_add_batch(Path(sys.argv[1]), int(sys.argv[2]))))

"""What the benchmarks play on: a test PKI, a profile of 12 kB, databases full of orders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.chip import LightChip
from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.apps.wiring import open_database
from openesim.kernel.ids import Iccid, Imsi, luhn_check_digit
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import Description
from openesim.security.pki.world import WorldPlan
from openesim.services.order_import import OrderImport
from openesim.services.order_lines import OrderLine

FQDN = "smdp.example.com"
PROFILE_OCTETS = 12_000
_PROFILE = "benchmark.der"
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder with everything in it."""

    folder: Path
    pki: PkiFolder
    profile: bytes

    def chips(self, count: int) -> list[LightChip]:
        """Return so many chips with P-256 certificates below the test CI."""
        issued = self.pki.sets[0].issued
        now = datetime.now(UTC)
        return [LightChip(number, (issued["ci"], issued["eum"]), now) for number in range(count)]

    def fill(self, name: str, count: int) -> Path:
        """Make a database with so many released orders and return its folder.

        Matching ids are ``BENCH-0`` and so on.
        """
        data = self.folder / name
        work, now = open_database(data), datetime.now(UTC)
        try:
            for first in range(0, count, _CHUNK):
                lines = list(order_lines(first, min(first + _CHUNK, count)))
                work.run_now(lambda stores: OrderImport(stores, self._read, os.urandom, now).run(lines))  # noqa: B023
        finally:
            work.close()
        return data

    def _read(self, path: str) -> bytes | None:
        """Return the profile."""
        return self.profile if path == _PROFILE else None


def order_lines(first: int, end: int) -> Iterator[OrderLine]:
    """Yield rows of an order file with the matching ids from ``first`` to before ``end``."""
    for number in range(first, end):
        yield OrderLine(row=number - first + 1, profile=_PROFILE, matching_id=f"BENCH-{number}")


def set_stage(folder: Path) -> Stage:
    """Make PKI and profile in an empty folder."""
    pki = init_pki(folder / "pki", os.urandom, datetime.now(UTC), WorldPlan(smdp_fqdn=FQDN))
    return Stage(folder, pki, make_profile())


def make_profile(octets: int = PROFILE_OCTETS) -> bytes:
    """Return a profile package like TS.48: USIM, ISIM, GSM access, and about so many octets."""
    body = "890000320000000001"
    return build_package(
        Description(
            operator_name="Benchmark Mobile",
            mcc="001",
            mnc="01",
            iccid=Iccid.parse(body + luhn_check_digit(body)),
            imsi=Imsi.parse("001010000000001"),
            k=bytes(range(16)),
            opc=bytes(range(16, 32)),
            puk1="12345678",
            pin2="1234",
            puk2="87654321",
            adm1=b"12345678",
        ),
        octets,
    )

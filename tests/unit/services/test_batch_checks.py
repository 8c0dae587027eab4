"""Judging the rows of a batch: numbers in use, twice in a file, or of another network."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.services.batch_checks import MOST_ERRORS, BatchRefusedError
from tests.support.batches import COUNTED, FIRST, FROM_FILE, add
from tests.support.memory import MemoryWork
from tests.support.rig import Rig

SECOND = "8988211000000000029"


@pytest.fixture
def work() -> MemoryWork:
    return MemoryWork()


def refused(work: Any, fields: Any = COUNTED, csv: str | None = None, **changes: Any) -> list[str]:
    """Returns what is wrong; nothing may have been stored."""
    before = {**work.stores.snapshot(), "claims": None}
    with pytest.raises(BatchRefusedError) as caught:
        add(work, fields, csv, **changes)
    assert {**work.stores.snapshot(), "claims": None} == before
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"imsi": "001010000000100"}, "row 1, iccid: 8988211000000000052 is in use: begin behind it"),
        ({"iccid": "8988211000000001001"}, "row 1, imsi: 001010000000005 is in use: begin behind it"),
        (
            {"iccid": "8988211000000001001", "imsi": "001010000000100", "msisdn": "99970000005"},
            "row 1, msisdn: 99970000005 is in use: begin behind it",
        ),
    ],
)
def test_ranges_that_overlap_are_refused(work: MemoryWork, changes: dict[str, Any], told: str) -> None:
    add(work, msisdn="99970000001")
    assert refused(work, name="second", **changes)[0] == told


def test_the_number_of_an_order_is_in_use(rig: Rig) -> None:
    rig.add_order()
    assert refused(rig.work, iccid="8988211000000000003") == [
        "row 1, iccid: 8988211000000000017 is in use: begin behind it"
    ]


def test_the_next_range_begins_behind_the_last(work: MemoryWork) -> None:
    add(work)
    assert add(work, name="second", iccid="8988211000000000060", imsi="001010000000006").done == 5


def test_a_range_of_another_network_is_refused(work: MemoryWork) -> None:
    assert refused(work, imsi="001020000000001")[0].startswith("row 1, imsi: does not begin with 00101")


def test_a_range_that_leaves_the_network_is_refused(work: MemoryWork) -> None:
    assert refused(work, imsi="001019999999998")[0].startswith("row 5, imsi: does not begin with 00101")


def test_every_row_of_a_file_is_judged(work: MemoryWork) -> None:
    add(work, count=1)
    csv = (
        "iccid,imsi,msisdn,k\n"
        f"{FIRST},001010000000009,,\n"
        f"{SECOND},001010000000001,,\n"
        f"{SECOND},001010000000010,99970000001,\n"
        "8988211000000000037,001020000000011,99970000001,\n"
        "8988211000000000045,001010000000012,," + "0" * 64 + "\n"
        "8988211000000000052,0010100000000x,,\n"
    )
    assert refused(work, FROM_FILE, csv, name="second") == [
        f"row 1, iccid: {FIRST} is in use: begin behind it",
        "row 2, imsi: 001010000000001 is in use: begin behind it",
        f"row 3, iccid: {SECOND} stands in a row above: write another",
        "row 4, imsi: does not begin with 00101, which the package is for",
        "row 4, msisdn: 99970000001 stands in a row above: write another",
        "row 5, k: has 64 digits, and the profile type has room for 32: write so many",
        "row 6, imsi: IMSI must consist of decimal digits",
    ]


def test_nobody_reads_errors_without_end(work: MemoryWork) -> None:
    csv = "iccid,imsi\n" + "x,y\n" * 5 * MOST_ERRORS
    assert MOST_ERRORS <= len(refused(work, FROM_FILE, csv)) <= 3 * MOST_ERRORS

"""The description of a batch: what is written is what is meant, and all that is wrong is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from openesim.kernel.errors import ConfigError
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import Algorithm
from openesim.services.batch_file import parse_batch
from openesim.services.batch_rows import BatchRow, read_rows
from tests.support.batches import COUNTED, FIRST, FROM_FILE, toml

FULL: dict[str, Any] = {
    "msisdn": "99970000001",
    "algorithm": "tuak",
    "op": "00" * 32,
    "amf": "b9b9",
    "pin1": "0000",
    "release": True,
    "operator": "operator",
    "low_stock": 100,
    "service_provider_name": "Testland Telecom",
    "profile_name": "Testland 1",
}


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse_batch(text)
    return str(caught.value)


def test_a_short_description_is_enough() -> None:
    plan = parse_batch(toml(COUNTED))
    assert (plan.name, plan.profile, plan.count) == ("first", "testland.der", 5)
    assert (plan.iccid, plan.imsi, plan.msisdn) == (FIRST, "001010000000001", None)
    assert (plan.algorithm, plan.op, plan.amf, plan.release) == (None, None, b"\x80\x00", False)


def test_everything_that_is_written_is_read() -> None:
    plan = parse_batch(toml({**COUNTED, **FULL}))
    assert plan.msisdn == "99970000001"
    assert plan.algorithm is Algorithm.TUAK
    assert (plan.op, plan.amf, plan.pin1) == (Secret(bytes(32)), b"\xb9\xb9", Secret("0000"))
    assert (plan.release, plan.operator, plan.low_stock) == (True, "operator", 100)
    assert (plan.service_provider_name, plan.profile_name) == ("Testland Telecom", "Testland 1")


def test_secrets_are_not_printed() -> None:
    text = repr(parse_batch(toml({**COUNTED, "op": "ab" * 16, "pin1": "4711"})))
    assert "4711" not in text
    assert "abab" not in text
    assert "\\xab" not in text


def test_every_text_has_its_digest() -> None:
    digests = {
        parse_batch(toml({**COUNTED, **one})).digest for one in ({}, {}, {"count": 6}, {"op": "00" * 16})
    }
    assert len(digests) == 3


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": None}, "name: is missing"),
        ({"name": ""}, "name: must be a text"),
        ({"profile": None}, "profile: is missing"),
        ({"count": None}, "count: is missing"),
        ({"count": 0}, "count: must be a number from 1"),
        ({"count": True}, "count: must be a number"),
        ({"iccid": FIRST[:-1] + "7"}, f"write {FIRST}"),
        ({"iccid": "12"}, "iccid: ICCID must have 18 to 20 digits"),
        ({"iccid": 12}, "iccid: must be written in quotes"),
        ({"imsi": "00101x"}, "imsi: IMSI must consist of decimal digits"),
        ({"imsi": "001019999999998"}, "5 numbers do not fit"),
        ({"msisdn": "999"}, "msisdn: 5 numbers do not fit"),
        ({"algorithm": "md5"}, "algorithm: must be one of milenage, tuak, test"),
        ({"op": "zz" * 16}, "op: must be 32 or 64 hexadecimal digits"),
        ({"op": "00 " * 16}, "op: must be 32 or 64 hexadecimal digits"),
        ({"amf": "80"}, "amf: must be 4 hexadecimal digits"),
        ({"pin1": "123"}, "pin1: must be 4 to 8 digits"),
        ({"release": "yes"}, "release: must be true or false"),
        ({"low_stock": -1}, "low_stock: must be a number from 0"),
        ({"csv": "keys.csv"}, "count: cannot stand beside csv"),
        ({"colour": "blue"}, "colour: is not a field of a batch"),
    ],
)
def test_what_cannot_be_meant_is_told(changes: dict[str, Any], told: str) -> None:
    fields = {**COUNTED, **changes}
    if changes.get("imsi") == "001019999999998":
        fields["imsi"] = "999999999999998"
    assert told in refused(toml(fields))


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = refused(toml({**COUNTED, "count": 0, "amf": "x", "imsi": None}))
    assert all(name in told for name in ("count: ", "amf: ", "imsi: is missing"))


def test_a_wrong_secret_is_not_quoted() -> None:
    assert "4711x" not in refused(toml({**COUNTED, "pin1": "4711x", "op": "4711x"}))


def test_a_text_that_is_no_toml_is_told_as_such() -> None:
    assert "not TOML" in refused("name = ")


def test_a_file_of_rows_needs_no_numbers() -> None:
    assert parse_batch(toml(FROM_FILE)).csv == "keys.csv"


def test_the_example_is_a_batch_and_its_rows_are_rows() -> None:
    folder = Path(__file__).resolve().parents[3] / "examples"
    plan = parse_batch((folder / "batch.toml").read_text())
    assert (plan.name, plan.count, plan.low_stock) == ("2027-01", 1000, 100)
    with (folder / "batch.csv").open() as lines:
        rows = list(read_rows(lines))
    assert [isinstance(row, BatchRow) for row in rows] == [True, True]

"""Published identifiers of chips, profiles and devices (folder ids: eid, iccid, imei).

The personal numbers of the folder belong to a later issue and are not run yet.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid, Iccid, Imei, is_luhn_valid, luhn_check_digit

FOLDER = Path(__file__).parent / "ids"


def rows(name: str, table: str) -> list[Any]:
    """Return the rows of one table of a file as parameters named by their first value."""
    document = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return [pytest.param(row, id=str(next(iter(row.values())))) for row in document[table]]


@pytest.mark.parametrize("row", rows("eid.json", "eids"))
def test_an_eid_is_taken_exactly_where_the_figures_say_valid(row: dict[str, Any]) -> None:
    if row["valid"]:
        eid = Eid.parse(row["eid"])
        assert eid.octets.hex() == row["eid"]
        assert Eid.from_octets(eid.octets) == eid
    else:
        with pytest.raises(DecodeError):
            Eid.parse(row["eid"])


@pytest.mark.parametrize("row", rows("eid.json", "generation"))
def test_eid_check_digits_are_the_published_ones(row: dict[str, Any]) -> None:
    assert Eid.with_check_digits(row["first_30_digits"]) == row["first_30_digits"] + row["check_digits"]


@pytest.mark.parametrize("row", rows("iccid.json", "iccids"))
def test_an_iccid_with_a_wrong_luhn_digit_is_told_apart_and_not_refused(row: dict[str, Any]) -> None:
    assert is_luhn_valid(Iccid.parse(row["iccid"])) is row["luhn_valid"]


@pytest.mark.parametrize("row", rows("iccid.json", "check_digit"))
def test_iccid_check_digits_are_the_published_ones(row: dict[str, Any]) -> None:
    assert luhn_check_digit(row["digits"]) == row["check_digit"]


@pytest.mark.parametrize("row", rows("iccid.json", "ef_iccid"))
def test_an_iccid_has_the_published_octets_and_comes_back(row: dict[str, Any]) -> None:
    iccid = Iccid.parse(row["iccid"])
    assert iccid.octets.hex() == row["ef_iccid_hex"]
    assert Iccid.from_octets(iccid.octets) == iccid


@pytest.mark.parametrize("row", rows("imei.json", "imeis"))
def test_an_imei_is_taken_exactly_where_the_figures_say_valid(row: dict[str, Any]) -> None:
    if row["luhn_valid"]:
        assert Imei.parse(row["imei"]).tac == row["imei"][:8]
    else:
        with pytest.raises(DecodeError):
            Imei.parse(row["imei"])


@pytest.mark.parametrize("row", rows("imei.json", "check_digit"))
def test_imei_check_digits_are_the_published_ones(row: dict[str, Any]) -> None:
    assert luhn_check_digit(row["first_14_digits"]) == row["check_digit"]


@pytest.mark.parametrize("row", rows("imei.json", "luhn_other"))
def test_luhn_judges_other_numbers_as_published(row: dict[str, Any]) -> None:
    assert is_luhn_valid(row["digits"]) is row["valid"]

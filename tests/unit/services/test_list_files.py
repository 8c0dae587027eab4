"""Lists of others are read row by row; what cannot be read is told at its row and field, and nothing is taken then."""

from __future__ import annotations

import pytest

from openesim.adapters.db.scratch import Scratch
from openesim.kernel.errors import ConfigError
from openesim.services.list_files import note_beliefs, note_network
from openesim.services.order_lines import OrderFileError
from tests.support.rig import ICCID, eid_of

EID = str(eid_of(1))
OTHER = "8988211000000000025"


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("text", "is_json"),
    [
        (f"iccid,state,eid\n{ICCID},Installed,{EID}\n{OTHER}F,free,\n", False),
        (f"State , ICCID, EID\ninstalled,{ICCID},{EID}\n Available ,{OTHER},\n", False),
        (f'{{"iccid":"{ICCID}","state":"active","eid":"{EID}"}}\n\n{{"iccid":"{OTHER}","state":"free"}}\n', True),
        (f'[\n{{"iccid":"{ICCID}","state":"enabled","eid":"{EID}"}},\n{{"iccid":"{OTHER}","state":"free","eid":null}}]', True),
    ],
)  # fmt: skip
def test_an_operators_list_is_read(text: str, is_json: bool) -> None:
    notes = Scratch()
    assert note_beliefs(lines(text), notes, is_json=is_json) == 2
    assert notes.look_up([ICCID, OTHER]) == {ICCID: f"installed {EID}", OTHER: "free"}


@pytest.mark.parametrize(
    ("row", "field"),
    [("12,free,", "iccid"), (f"{OTHER},sold,", "state"), (f"{OTHER},free,12", "eid"), (f"{OTHER},,", "state"), (f"{ICCID},free,", "iccid")],
)  # fmt: skip
def test_a_row_that_is_wrong_is_named(row: str, field: str) -> None:
    with pytest.raises(OrderFileError) as error:
        note_beliefs(lines(f"iccid,state,eid\n{ICCID},free,\n{row}\n"), Scratch(), is_json=False)
    assert [(each.row, each.field) for each in error.value.errors] == [(3, field)]


@pytest.mark.parametrize("text", ["", "iccid\n", "eid,state\n", "\0,\n"])
def test_a_file_without_the_columns_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        note_beliefs(lines(text), Scratch(), is_json=False)


@pytest.mark.parametrize("text", ["[1,", "{", "nonsense", "[" * 10_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        note_beliefs(lines(text), Scratch(), is_json=True)


@pytest.mark.parametrize("text", ["[1]", '[{"iccid": 5, "state": []}]', "{}"])
def test_what_is_no_row_is_refused(text: str) -> None:
    with pytest.raises(OrderFileError):
        note_beliefs(lines(text), Scratch(), is_json=True)


def test_a_networks_list_is_read() -> None:
    notes = Scratch()
    assert note_network(lines("imsi,state\n001010000000001,on\n001010000000002,Disabled\n"), notes) == 2
    assert notes.look_up(["001010000000001", "001010000000002", "x"]) == {
        "001010000000001": "on",
        "001010000000002": "off",
    }
    with pytest.raises(OrderFileError, match="state"):
        note_network(lines("imsi,state\n001010000000001,perhaps\n"), Scratch())


def test_only_so_many_errors_are_told() -> None:
    rows = "".join(f"{number},free\n" for number in range(1000))
    with pytest.raises(OrderFileError) as error:
        note_beliefs(lines(f"iccid,state\n{rows}"), Scratch(), is_json=False)
    assert len(error.value.errors) == 50

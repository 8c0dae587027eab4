"""Order files: both forms, every field, every mistake told at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from openesim.kernel.errors import ConfigError
from openesim.kernel.ids import Iccid
from openesim.services.order_lines import OrderFileError, OrderLine, RowError, parse_csv, parse_toml
from tests.support.rig import ICCID, eid_of

EID = eid_of(1)

FULL_TOML = f"""
[[order]]
profile = "profiles/one.der"
iccid = "{ICCID}"
eid = "{EID}"
matching_id = "TEST-1"
confirmation_code = "0123"
expires_at = 2027-12-31T23:59:00+02:00
max_attempts = 5
release = true
default_smdp = false
reusable = true
service_provider_name = "Testland"
profile_name = "Test, one"

[[order]]
profile = "Testland"
"""

FULL_CSV = f"""profile,iccid,eid,matching_id,confirmation_code,expires_at,max_attempts,release,default_smdp,reusable,service_provider_name,profile_name
profiles/one.der,{ICCID},{EID},TEST-1,0123,2027-12-31T23:59:00+02:00,5,true,false,true,Testland,"Test, one"
Testland,,,,,,,,,,,
"""

FULL = [
    OrderLine(
        row=1,
        profile="profiles/one.der",
        iccid=ICCID,
        eid=EID,
        matching_id="TEST-1",
        confirmation_code="0123",
        expires_at=datetime(2027, 12, 31, 21, 59, tzinfo=UTC),
        max_attempts=5,
        reusable=True,
        service_provider_name="Testland",
        profile_name="Test, one",
    ),
    OrderLine(row=2, profile="Testland"),
]


def one(**fields: Any) -> OrderLine:
    """Returns the line of a TOML table with these fields."""
    (line,) = parse_toml(table(**fields))
    return line


def table(**fields: Any) -> str:
    """Returns a TOML file with one order; values are written as they stand."""
    values = {"profile": '"P"'} | fields
    return "[[order]]\n" + "".join(f"{name} = {value}\n" for name, value in values.items())


def errors_of(text: str, *, is_csv: bool = False) -> list[tuple[int, str]]:
    """Returns row and field of everything that is wrong with a file."""
    with pytest.raises(OrderFileError) as refused:
        (parse_csv if is_csv else parse_toml)(text)
    return [(error.row, error.field) for error in refused.value.errors]


def test_toml_holds_every_field() -> None:
    assert parse_toml(FULL_TOML) == FULL


def test_csv_holds_the_same_fields() -> None:
    assert parse_csv(FULL_CSV) == FULL


@pytest.mark.parametrize(
    "text",
    [
        FULL_CSV.replace("\n", "\r\n"),
        FULL_CSV.replace("Testland,,", "\nTestland,,"),
        FULL_CSV.replace(",,,,,,,,,,,", ""),
        FULL_CSV.replace("profile,iccid", "profile, iccid").replace(f",{ICCID}", f", {ICCID}"),
    ],
    ids=["line ends of Windows", "empty lines", "short rows", "blanks behind commas"],
)
def test_csv_is_read_as_people_write_it(text: str) -> None:
    assert parse_csv(text) == FULL


def test_only_the_profile_is_asked_for() -> None:
    line = one()
    assert line == OrderLine(row=1, profile="P")
    assert line.release
    assert not line.is_stock


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("iccid", '"8988211000000000017F"', ICCID),
        ("iccid", "8988211000000000017", ICCID),
        ("eid", str(EID), EID),
        ("matching_id", "123", "123"),
        ("matching_id", '"lower_case"', "lower_case"),
        ("confirmation_code", "1234", "1234"),
        ("confirmation_code", '"0001"', "0001"),
        ("expires_at", '"2027-06-01T00:00:00Z"', datetime(2027, 6, 1, tzinfo=UTC)),
        ("expires_at", "2027-06-01T00:00:00", datetime(2027, 6, 1, tzinfo=UTC)),
        ("expires_at", "2027-06-01", datetime(2027, 6, 1, tzinfo=UTC)),
        ("expires_at", '"2027-06-01"', datetime(2027, 6, 1, tzinfo=UTC)),
        ("max_attempts", '"7"', 7),
        ("release", '"no"', False),
        ("release", '"YES"', True),
    ],
)
def test_a_value_may_be_written_in_more_than_one_way(field: str, written: str, read: Any) -> None:
    assert getattr(one(**{field: written}), field) == read


@pytest.mark.parametrize(
    ("fields", "is_stock"),
    [
        ({"release": "false"}, True),
        ({"release": "false", "iccid": f'"{ICCID}"', "max_attempts": "3"}, True),
        ({"release": "true"}, False),
        ({"release": "false", "matching_id": '"T"'}, False),
        ({"release": "false", "eid": f'"{EID}"'}, False),
        ({"release": "false", "confirmation_code": '"1"'}, False),
    ],
)
def test_what_nobody_ordered_is_stock(fields: dict[str, str], is_stock: bool) -> None:
    assert one(**fields).is_stock is is_stock


MISTAKES: list[tuple[str, str, str]] = [
    ("profile", "profile", '""'),
    ("profile", "profile", "5"),
    ("iccid", "iccid", '"12"'),
    ("iccid", "iccid", '"89882110000000000A7"'),
    ("iccid", "iccid", "true"),
    ("eid", "eid", f'"{EID[:-1]}0"'),
    ("eid", "eid", '"1"'),
    ("matching_id", "matching_id", '""'),
    ("matching_id", "matching_id", '"A B"'),
    ("matching_id", "matching_id", '"A$B"'),
    ("matching_id", "matching_id", '"' + "A" * 256 + '"'),
    ("confirmation_code", "confirmation_code", '""'),
    ("confirmation_code", "confirmation_code", "true"),
    ("expires_at", "expires_at", '"tomorrow"'),
    ("expires_at", "expires_at", "12:00:00"),
    ("expires_at", "expires_at", '"0001-01-01T00:00:00+14:00"'),
    ("expires_at", "expires_at", "5"),
    ("max_attempts", "max_attempts", "0"),
    ("max_attempts", "max_attempts", "-1"),
    ("max_attempts", "max_attempts", '"many"'),
    ("max_attempts", "max_attempts", "1.5"),
    ("max_attempts", "max_attempts", "99999999999999999999"),
    ("release", "release", '"maybe"'),
    ("release", "release", "1"),
    ("default_smdp", "default_smdp", "true"),
    ("colour", "colour", '"red"'),
    ("Profile", "Profile", '"P"'),
]


@pytest.mark.parametrize(("field", "name", "value"), MISTAKES)
def test_a_mistake_is_told_with_its_field(field: str, name: str, value: str) -> None:
    assert errors_of(table(**{name: value})) == [(1, field)] or (
        field == "profile" and (1, "profile") in errors_of(table(**{name: value}))
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"default_smdp": "true"}, "default_smdp"),
        ({"default_smdp": "true", "eid": f'"{EID}"', "matching_id": '"T"'}, "matching_id"),
        ({"default_smdp": "true", "eid": f'"{EID}"', "reusable": "true"}, "reusable"),
        ({"reusable": "true", "release": "false"}, "reusable"),
    ],
)
def test_fields_that_contradict_one_another_are_told(fields: dict[str, str], field: str) -> None:
    assert errors_of(table(**fields)) == [(1, field)]


def test_a_missing_profile_is_told() -> None:
    assert errors_of('[[order]]\nmatching_id = "T"\n') == [(1, "profile")]
    assert errors_of("matching_id\nT\n", is_csv=True) == [(1, "profile")]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = f"""
[[order]]
profile = "P"
iccid = "1"
eid = "2"
[[order]]
profile = "P"
iccid = "{ICCID}"
[[order]]
release = "perhaps"
"""
    assert errors_of(text) == [(1, "iccid"), (1, "eid"), (3, "release"), (3, "profile")]
    with pytest.raises(OrderFileError, match=r"row 1, iccid: .*\(and 3 more\); nothing was stored"):
        parse_toml(text)


@pytest.mark.parametrize(
    "text", ["", "x = ", "[order]\nprofile='P'", "order = 5", "order = []", "profile='P'"]
)
def test_what_is_no_order_file_in_toml_is_told(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_toml(text)


def test_an_order_that_is_no_table_is_told() -> None:
    assert errors_of("order = [5]") == [(1, "profile")]


@pytest.mark.parametrize("text", ["", "profile\n", "profile,iccid\n\n\n"])
def test_a_csv_without_rows_is_told(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_csv(text)


def test_cells_beyond_the_header_are_told() -> None:
    """An unquoted comma shifts every cell behind it: nothing of such a row can be believed."""
    text = "profile,profile_name\nP,Test, one\n"
    assert [row for row, _ in errors_of(text, is_csv=True)] == [1]


def test_a_csv_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ConfigError):
        parse_csv("profile\n" + "x" * 200_000 + "\n")


def test_a_line_shows_neither_token_nor_code() -> None:
    shown = repr(FULL[0])
    assert "TEST-1" not in shown
    assert "0123" not in shown
    assert str(EID) not in shown


def test_an_error_reads_as_a_sentence() -> None:
    assert str(RowError(3, "iccid", "is wrong")) == "row 3, iccid: is wrong"


def test_the_mistake_of_a_code_does_not_show_the_code() -> None:
    with pytest.raises(OrderFileError) as refused:
        parse_toml(table(confirmation_code='"1234"', iccid='"9"', matching_id='"SE CRET"'))
    told = " ".join(map(str, refused.value.errors))
    assert "1234" not in told
    assert "SE CRET" not in told


def test_an_iccid_of_any_length_is_read() -> None:
    assert one(iccid='"898821100000000041"').iccid == Iccid("898821100000000041")

"""Stock at an operator's desk: what is left, and batches that are imported while nobody looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openesim.kernel.ids import luhn_check_digit
from openesim.services.stock_import_state import Stage, StockImport
from tests.support.desks import LiveDesks, path_of
from tests.support.operator_desk import OperatorDesk, await_end, upload
from tests.support.rig import package_octets

pytestmark = pytest.mark.sockets

IMPORT = "/operator/stock/import"


def iccid(number: int, run: int = 31) -> str:
    """Returns an ICCID with its check digit."""
    body = f"89860{run:03d}000000{number:04d}"
    return body + luhn_check_digit(body)


COUNTED = {
    "name": "spring",
    "profile": "+new",
    "rows": "counted",
    "count": "250",
    "iccid": iccid(1)[:4] + " " + iccid(1)[4:],
    "imsi": "001010310000001",
    "msisdn": "",
    "low_stock": "300",
}
PACKAGE = {"package": ("sea-5g.der", package_octets())}
FROM_FILE = {"name": "file", "profile": "sea-5g", "rows": "file", "low_stock": "0"}


@pytest.fixture(scope="module")
def desk(offices: LiveDesks) -> OperatorDesk:
    """An operator with nothing yet."""
    return OperatorDesk(offices, "stocks")


@pytest.fixture(scope="module")
def stocked(desk: OperatorDesk) -> OperatorDesk:
    """The same with a batch of 250 profiles."""
    visitor = desk.somebody()
    http_status, location = upload(visitor, IMPORT, COUNTED, PACKAGE)
    assert http_status == 303, visitor.text
    assert "All 250 profiles of the batch are on disk" in await_end(visitor, location)
    return desk


def test_a_batch_is_imported_while_nobody_looks(stocked: OperatorDesk) -> None:
    visitor = stocked.somebody()
    text = visitor.get("/operator/stock")
    assert "sea-5g" in text
    assert "One profile type is low in stock sea-5g: 250 left, the mark is 300" in text
    assert "spring sea-5g 250 250 300 Complete" in text
    batch = stocked.ask(lambda stores: stores.batch("stocks/spring"))
    assert (batch.done, batch.operator) == (250, "stocks")
    orders = stocked.ask(lambda stores: stores.count_available("sea-5g", "plans", 1000))
    assert orders == 0, "another operator could order them"


def test_the_same_batch_again_adds_nothing(stocked: OperatorDesk) -> None:
    visitor = stocked.somebody()
    _, location = upload(visitor, IMPORT, COUNTED, PACKAGE)
    assert "All 250 profiles" in await_end(visitor, location)
    other = COUNTED | {"count": "251"}
    _, location = upload(visitor, IMPORT, other, PACKAGE)
    assert "A batch of this name is in stock, made from something else." in await_end(visitor, location)


def import_file(desk: OperatorDesk, csv: bytes, language: str = "en", name: str = "rows.csv") -> str:
    """Imports a file of rows and returns what its page says in the end."""
    visitor = desk.somebody(language=language)
    http_status, location = upload(visitor, IMPORT, FROM_FILE, {"csv": (name, csv)})
    assert http_status == 303, visitor.text
    return await_end(visitor, location)


HEAD = b"iccid,imsi,msisdn,k\n"
ROWS = (
    f"{iccid(1, 32)},001010320000001,,\n"
    f"{iccid(2, 32)},00101032000000Z,+86 1,nothex\n"
    f"{iccid(1, 32)},001010320000003,,\n"
    f"{iccid(1)},001010320000004,,\n"
    "=1+1,001010320000005,,,too much\n"
).encode()


def test_rows_that_are_wrong_are_told_in_both_languages_and_nothing_is_stored(stocked: OperatorDesk) -> None:
    text = import_file(stocked, HEAD + ROWS)
    assert "Nothing was stored" in text
    for told in (
        "imsi: this is no IMSI",
        "msisdn: this is no phone number",
        "k: this is no key",
        f"iccid: {iccid(1, 32)} stands in a row above",
        "is in use already: begin behind it",
        "row: the row has more cells than the header",
        "iccid: this is no ICCID",
    ):
        assert told in text, told
    assert "不是有效的 IMSI" in import_file(stocked, HEAD + ROWS, language="zh")
    assert stocked.ask(lambda stores: stores.batch("stocks/file")) is None


@pytest.mark.parametrize(
    ("csv", "told"),
    [
        (b"imsi\n1\n", "missing there: iccid"),
        (b"iccid,imsi,<script>\n1,2,3\n", "“<script>” is no column of a batch"),
        (b"iccid,imsi\n", "The file has no rows under its header"),
        (b"\xff\xfe\x00", "The file is not text in UTF-8"),
        (b'iccid,imsi\n"8986,1\n', "Nothing was stored"),
        (b"PK\x03\x04" + bytes(200), "Nothing was stored"),
    ],
    ids=["columns", "unknown column", "no rows", "no text", "quote", "archive"],
)
def test_a_file_that_is_none_is_told_so(stocked: OperatorDesk, csv: bytes, told: str) -> None:
    visitor = stocked.somebody()
    assert told in import_file(stocked, csv, name="../../etc/<b>passwd</b>.csv")
    assert "<script>" not in visitor.page


def test_a_form_that_is_wrong_says_what_to_write(stocked: OperatorDesk) -> None:
    visitor = stocked.somebody()
    wrong = COUNTED | {
        "name": "",
        "iccid": iccid(1)[:-1] + "9",
        "imsi": "9" * 20,
        "count": "0",
        "profile": "",
    }
    http_status, _ = upload(visitor, IMPORT, wrong, {})
    assert http_status == 422
    for told in (
        "Name of the batch: please fill this in",
        f"First ICCID: the check digit does not fit; with it the number is {iccid(1)}",
        "How many: from 1 to 10000000",
        "Profile type: please choose",
    ):
        assert told in visitor.text, told
    upload(visitor, IMPORT, COUNTED | {"profile": "+new"}, {})
    assert "Profile package of a new type: please choose a file" in visitor.text
    upload(visitor, IMPORT, COUNTED | {"imsi": "9" * 20}, PACKAGE)
    assert "First IMSI: 6 to 15 digits" in visitor.text


def test_a_package_that_is_none_is_refused(stocked: OperatorDesk) -> None:
    visitor = stocked.somebody()
    _, location = upload(
        visitor, IMPORT, COUNTED | {"name": "broken"}, {"package": ("x.der", b"\x30\x03abc")}
    )
    text = await_end(visitor, location)
    assert "The profile package cannot be used" in text
    assert stocked.ask(lambda stores: stores.batch("stocks/broken")) is None


def interrupted(desk: OperatorDesk, **changes: Any) -> int:
    """Stores an import that nobody does any more, and returns its number."""
    now = desk.desks.site.ambient.clock.now()
    values: dict[str, Any] = {
        "operator": desk.operator,
        "batch": f"{desk.operator}/spring",
        "profile_type": "sea-5g",
        "stage": Stage.STORING,
        "begun_at": now - timedelta(minutes=9),
        "begun_by": "account:a_1",
        "seen_at": now - timedelta(minutes=5),
        "size": 250,
    }
    new = StockImport(**values | changes)
    number: int = desk.ask(lambda stores: stores.add_stock_import(new))
    return number


def test_an_import_whose_process_ended_says_how_to_go_on(stocked: OperatorDesk) -> None:
    number = interrupted(stocked)
    text = stocked.somebody().get(f"/operator/stock/imports/{number}")
    assert "The process that did it has ended. 250 profiles are on disk and stay there." in text
    stocked.ask(
        lambda stores: stores.save_stock_import(replace(stores.stock_import(number), stage=Stage.DONE))
    )


def test_one_import_at_a_time(stocked: OperatorDesk) -> None:
    now = stocked.desks.site.ambient.clock.now()
    number = interrupted(stocked, seen_at=now)
    visitor = stocked.somebody()
    http_status, _ = upload(visitor, IMPORT, COUNTED | {"name": "second"}, PACKAGE)
    assert http_status == 422
    assert "another import of yours is under way" in visitor.text
    text = visitor.get(f"/operator/stock/imports/{number}")
    assert "You may leave this page" in text
    assert f'data-live="/operator/stock/imports/{number}/live"' in visitor.page
    stocked.ask(
        lambda stores: stores.save_stock_import(replace(stores.stock_import(number), stage=Stage.DONE))
    )
    _, headers, stream = visitor.desks.get(f"/operator/stock/imports/{number}/live", visitor.token)
    assert headers["content-type"].startswith("text/event-stream")
    assert stream.endswith("event: over\ndata: {}\n\n")


def test_keys_of_a_file_are_nowhere_on_disk_in_clear(stocked: OperatorDesk) -> None:
    key = "0123456789abcdef0123456789abcdef"
    csv = f"iccid,imsi,k\n{iccid(1, 33)},001010330000001,{key}\n".encode()
    text = import_file_named(stocked, "keyed", csv)
    assert "All 1 profiles" in text

    async def folder() -> Path:
        return path_of(stocked.desks.site.work).parent

    for file in stocked.desks.run(folder()).iterdir():
        if file.is_file():
            octets = file.read_bytes()
            assert key.encode() not in octets
            assert bytes.fromhex(key) not in octets


def import_file_named(desk: OperatorDesk, name: str, csv: bytes) -> str:
    """Imports a file under a name and returns what its page says in the end."""
    visitor = desk.somebody()
    _, location = upload(visitor, IMPORT, FROM_FILE | {"name": name}, {"csv": ("rows.csv", csv)})
    return await_end(visitor, location)

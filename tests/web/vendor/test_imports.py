"""Files of vendors: taken as a whole or not at all, with what is wrong by row in both languages; others' rows are refused."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from tests.support.vendor_world import OTHER, OTHER_EIN, OWN, SECRET_MODEL
from tests.web.vendor.conftest import Makers, plain

pytestmark = pytest.mark.sockets

NEW = "/vendor/imports/new"
MODELS = "vendor,name,category\n"
TACS = "tac,vendor,model\n"


def sent(makers: Makers, kind: str, octets: bytes, vendor: str = "1", name: str = "made.csv") -> str:
    """Sends a file and waits for its end; returns the path of the page about it."""
    status, location, page = makers.send(NEW, ("file", name, octets), vendor, kind=kind)
    assert status == 303, plain(page)
    makers.settled()
    return location


def test_models_and_their_tacs_are_imported_and_known_at_once(makers: Makers) -> None:
    rows = "".join(f"{OWN},Bulk {number},iot\n" for number in range(30))
    page = plain(makers.get(sent(makers, "models", (MODELS + rows).encode())))
    assert "30 rows were stored." in page
    rows = "".join(f"8700{number:04d},{OWN},Bulk {number}\n" for number in range(30))
    path = sent(makers, "tacs", (TACS + rows).encode())
    assert "30 rows were stored." in plain(makers.get(path))
    assert "已保存 30 行" in plain(makers.get(path, language="zh"))
    status, headers, _ = makers.desks.get("/vendor/models?q=87000007", makers.token())
    assert status == 303
    assert "Bulk 7" in makers.get(headers["location"])
    again = plain(makers.get(sent(makers, "tacs", (TACS + rows).encode())))
    assert "0 rows were stored." in again
    assert "Registered before 30" in again


def test_rows_of_another_vendor_are_refused_whatever_the_file_says(makers: Makers) -> None:
    text = f"{MODELS}{OWN},Mine,phone\n{OTHER},Not mine,phone\n"
    path = sent(makers, "models", text.encode())
    page = plain(makers.get(path))
    assert "Nothing was stored" in page
    assert f"3 vendor a vendor's file names the vendor himself: {OWN}" in page
    assert f"厂商文件只能填写本厂商名称：{OWN}" in plain(makers.get(path, language="zh"))
    assert "Nothing matches" in makers.get("/vendor/models?q=Mine")
    tacs = f"{TACS}88000001,{OTHER},{SECRET_MODEL}\n35880103,{OWN},Shanlan S6\n"
    page = makers.get(sent(makers, "tacs", tacs.encode()))
    assert "35880103-35880103 is registered for somebody else" in plain(page)
    assert SECRET_MODEL not in page


def test_an_import_is_its_vendors_and_nobody_elses(makers: Makers) -> None:
    path = sent(makers, "models", f"{MODELS}{OWN},Private 1,phone\n".encode(), name="private.csv")
    for each in (path, f"{path}/live", f"{path}?format=csv"):
        assert "private.csv" not in makers.get(each, "2", http_status=404)
    assert "private.csv" not in makers.get("/vendor/imports", "2")
    assert "private.csv" in makers.get("/vendor/imports")


def test_what_is_wrong_is_given_away_as_a_file_that_no_spreadsheet_runs(makers: Makers) -> None:
    text = f"{MODELS}{OWN},=cmd|calc!A0,phone\n{OWN},Q,rocket\n"
    path = sent(makers, "models", text.encode())
    status, headers, file = makers.desks.get(f"{path}?format=csv", makers.token())
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert file.splitlines()[1].startswith("2,name,begins with =")
    assert "3,category,is none of: phone" in file


def zip_bomb() -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", b"0" * 50_000_000)
    return octets.getvalue()


HOSTILE = [
    (b"", "no_file", ""),
    (b"\0" * 100, "line 1 holds a NUL", "含有 NUL"),
    (MODELS.encode() + OWN.encode() + b",a\0b,phone\n", "line 2 holds a NUL", "第 2 行含有 NUL"),
    (MODELS.encode() + b"\xff\xfe\xfa\n", "is not text in UTF-8", "不是 UTF-8"),
    (MODELS.encode("utf-16"), "UTF-16", "UTF-16"),
    (b"PK\x03\x04", "is an archive or a workbook", "压缩包或工作簿"),
    (zip_bomb(), "is an archive or a workbook", "压缩包或工作簿"),
    (gzip.compress(b"0" * 10_000_000), "is an archive or a workbook", "压缩包或工作簿"),
    (b"one line without an end" * 10_000, "the header lacks", "缺少"),
    (b"vendor,name,category,vendor\n", "names the column vendor twice", "重复"),
    (b"vendor,name,category,evil\n", "a column that is not known: evil", "未知列 evil"),
    (b"vendor,name\n", "lacks the column category", "缺少列 category"),
    (MODELS.encode(), "no rows under its header", "没有数据行"),
    (MODELS.encode() + b'"unclosed,phone,x\n', "a quotation mark is not closed", "引号未在本行内闭合"),
    (MODELS.encode() + b'"two\nlines",phone,x\n', "a quotation mark is not closed", "引号未在本行内闭合"),
    (MODELS.encode() + b"a," * 3000 + b"\n", "is longer than 4096 octets", "超过 4096 字节"),
    (MODELS.encode() + b"a,b\n", "has 2 cells; the header has 3", "有 2 列，表头为 3 列"),
    (f"{MODELS}{OWN},=1+1,phone\n".encode(), "would run it as a formula", "作为公式执行"),
    (f"{MODELS}{OWN},@SUM(A1),phone\n".encode(), "would run it as a formula", "作为公式执行"),
    (f"{MODELS}{OWN},\uff1d1,phone\n".encode(), "would run it as a formula", "作为公式执行"),
    (f"{MODELS}{OWN},<script>alert(1)</script>,phone\n".encode(), "holds &lt; or &gt;", "名称中不允许"),
    (f"{MODELS}{OWN},{'x' * 200},phone\n".encode(), "at most 100 are taken", "最多 100 个"),
    (f"{MODELS}{OWN},a\u202eb,phone\n".encode(), "cannot be seen", "不可见字符"),
    (f"{MODELS}{OWN},Twice,phone\n{OWN},Twice,phone\n".encode(), "stands in row 2, too", "与第 2 行重复"),
    (
        f"{MODELS.strip()},approval_number,approved_from,approved_to\n{OWN},A,phone,02-1,2026-01-01,2027-01-01\n".encode(),
        "an approval is given by the inspector",
        "由审核人员填写",
    ),
]


@pytest.mark.parametrize(("octets", "told", "zh"), HOSTILE[1:], ids=range(1, len(HOSTILE)))
def test_a_file_that_means_harm_is_refused_with_what_is_wrong_and_nothing_is_stored(
    makers: Makers, octets: bytes, told: str, zh: str
) -> None:
    before = makers.desks.get("/vendor/models?format=csv", makers.token())[2]
    path = sent(makers, "models", octets, name="<script>alert(1)</script>.csv")
    page = makers.get(path)
    assert "Nothing was stored" in plain(page)
    assert told in page
    assert zh in plain(makers.get(path, language="zh"))
    assert "<script>alert" not in page
    assert makers.desks.get("/vendor/models?format=csv", makers.token())[2] == before


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\evil\\file.csv", "=cmd.csv", "a\u202egpj.csv", "x" * 900]
)
def test_a_files_name_is_a_name_and_never_a_path(makers: Makers, name: str) -> None:
    path = sent(makers, "models", b"PK\x03\x04", name=name.replace("\\", "\\\\"))
    page = plain(makers.get(path))
    assert "etc/passwd of" not in page
    assert "/etc/" not in page
    assert "\u202e" not in page
    assert "x" * 200 not in page


def test_a_form_without_a_file_or_with_a_kind_that_is_not_his_is_mended(makers: Makers) -> None:
    status, _, page = makers.send(NEW, ("file", "", b""), kind="models")
    assert (status, "please choose a file" in plain(page)) == (422, True)
    status, _, page = makers.send(NEW, ("file", "e.csv", b""), kind="models")
    assert (status, "the file is empty" in plain(page)) == (422, True)
    for kind in ("vendors", "everything", ""):
        status, _, page = makers.send(NEW, ("file", "a.csv", b"name\n"), kind=kind)
        assert (status, "please choose" in plain(page)) == (422, True)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(makers: Makers) -> None:
    status, _, page = makers.send(NEW, ("file", "a.csv", b"0" * 16_000_001), kind="models")
    assert (status, "larger than 16 MB" in plain(page)) == (422, True)
    status, _, page = makers.send(NEW, ("file", "a.csv", b"0" * 16_200_000), kind="models")
    assert (status, "This is too large" in plain(page)) == (413, True)


def test_a_chip_maker_imports_eids_that_his_certificates_are_for(makers: Makers) -> None:
    maker = f"{OTHER} Chips"
    path = sent(makers, "eins", f"ein,maker\n{OTHER_EIN}7,{maker}\n".encode(), "2")
    assert "One row was stored." in plain(makers.get(path, "2"))
    path = sent(makers, "eins", f"ein,maker\n89049032,{maker}\n{OTHER_EIN}8,{OWN} Chips\n".encode(), "2")
    page = plain(makers.get(path, "2"))
    assert "begins with no digits that a certificate of yours permits" in page
    assert f"names the vendor himself: {maker}" in page


@pytest.mark.parametrize(("sheet", "line"), [("models", OWN), ("tacs", OWN), ("eins", f"{OWN} Chips")])
def test_an_example_is_a_file_that_is_taken_as_far_as_its_columns_go(
    makers: Makers, sheet: str, line: str
) -> None:
    status, headers, file = makers.desks.get(f"/vendor/imports/example/{sheet}", makers.token())
    assert (status, headers["content-disposition"]) == (200, f'attachment; filename="example-{sheet}.csv"')
    assert line in file.splitlines()[1]
    path = sent(makers, sheet, file.encode())
    assert "the header" not in plain(makers.get(path))
    assert makers.get("/vendor/imports/example/vendors", http_status=404)


def test_progress_ends_with_the_whole_of_it(makers: Makers) -> None:
    path = sent(makers, "models", f"{MODELS}{OWN},Streamed,phone\n".encode())
    _, headers, stream = makers.desks.get(f"{path}/live", makers.token())
    assert headers["content-type"].startswith("text/event-stream")
    assert "event: show" in stream
    assert stream.rstrip().endswith("event: over\ndata: {}")

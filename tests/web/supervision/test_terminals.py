"""Vendors, models, chip makers, devices and files: their main paths, and everything that can be typed wrong."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from openesim.adapters.keystore.pem import to_pem
from openesim.kernel.ids import luhn_check_digit
from openesim.services.conditions.accounts.roles import Role
from tests.support.rig import eid_of, world_of
from tests.web.supervision.conftest import Office, plain

pytestmark = pytest.mark.sockets

TERMINALS = "/regulator/terminals"
MODELS, VENDORS, MAKERS = f"{TERMINALS}/models", f"{TERMINALS}/vendors", f"{TERMINALS}/makers"
DEVICE, IMPORTS = f"{TERMINALS}/device", f"{TERMINALS}/imports"
IMEI = "86012000000100" + luhn_check_digit("86012000000100")


# --- lists


def test_what_waits_is_told_with_those_first_that_have_waited_longest(office: Office) -> None:
    page = plain(office.get(TERMINALS, Role.INSPECTOR))
    assert "Models to be reviewed" in page
    assert page.index("Sorrel S10") < page.index("NW One 7")
    assert "TAC ranges" in page


def test_models_are_filtered_searched_and_told_in_pages(office: Office) -> None:
    page = plain(office.get(f"{MODELS}?state=suspended&sort=-changed"))
    assert "Suspended" in page
    assert "QH-P3" in page
    assert "QH-P1 " not in page
    assert "60 rows" in plain(office.get(MODELS))
    second = office.get(f"{MODELS}?q=watch")
    assert "YS Watch 1" in second
    assert "QH-P1" not in second
    of_vendor = plain(office.get(f"{MODELS}?vendor={office.things['vendor']}&category=phone"))
    assert "10 rows" in of_vendor
    assert "Nothing matches" in plain(office.get(f"{MODELS}?q=%3Cscript%3Ealert(1)%3C/script%3E"))
    assert "<script>alert" not in office.get(f"{MODELS}?q=%3Cscript%3Ealert(1)%3C/script%3E")


def test_lists_are_given_away_as_files(office: Office) -> None:
    text = office.get(f"{VENDORS}?format=csv&lang=en")
    assert text.startswith(
        "\N{BYTE ORDER MARK}Name,Standing,Kind,Country,Agent in this country,Models,Registered\r\n"
    )
    assert "青禾终端,In force,Private,CN,,10," in text
    assert len(office.get(f"{MODELS}?format=csv").splitlines()) == 61
    assert "Quillchip,In force,1,1," in office.get(f"{MAKERS}?format=csv")


def test_an_address_that_nobody_made_shows_the_first_page(office: Office) -> None:
    for query in (
        "after=nothing",
        "after=-5",
        "after=99999999999999999999",
        "state=%00",
        "sort=number",
        "vendor=x",
    ):
        assert "60 rows" in plain(office.get(f"{MODELS}?{query}"))


# --- vendors


def test_everything_that_is_wrong_with_a_vendor_is_told_at_once(office: Office) -> None:
    status, _, page = office.post(
        f"{VENDORS}/new?lang=zh", name="=cmd|calc", kind="foreign", country="cn", agent=""
    )
    assert status == 422
    shown = plain(page)
    assert "名称：以 = 开头：电子表格会将其作为公式执行" in shown
    assert "注册地：不是有效的国家代码" in shown
    assert "境内代理机构：境外厂商须通过境内代理机构办理" in shown
    office.get(f"{VENDORS}?lang=en")
    status, _, page = office.post(
        f"{VENDORS}/new", name="<script>alert(1)</script>", kind="private", country="CN"
    )
    assert status == 422
    assert "holds &lt; or &gt;" in page
    assert "<script>alert" not in page
    status, _, page = office.post(f"{VENDORS}/new", name="名" * 101, kind="pirate", country="CN")
    assert (status, "has 101 characters; at most 100" in page) == (422, True)
    status, _, page = office.post(f"{VENDORS}/new", name="青禾终端", kind="private", country="CN")
    assert (status, "青禾终端 is registered already" in page) == (422, True)


def test_a_vendor_is_registered_changed_and_struck_off_with_what_follows(office: Office) -> None:
    status, location, _ = office.post(f"{VENDORS}/new", name="Tansy Phones", kind="private", country="CN")
    assert (status, location.rsplit("/", 1)[0]) == (303, VENDORS)
    assert "Tansy Phones" in plain(office.get(location))
    status, _, page = office.post(f"{location}/change", name="Tansy", kind="foreign", country="US", agent="")
    assert (status, "acts through a domestic agent" in page) == (422, True)
    office.post(f"{location}/change", name="Tansy", kind="private", country="CN")
    assert "<h1>Tansy</h1>" in office.get(location)
    status, _, page = office.post(f"{location}/suspend", reason="")
    assert (status, "Reason: please fill this in" in page) == (422, True)
    office.post(f"{location}/suspend", reason="年度报告逾期未交。")
    page = plain(office.get(location))
    assert "Suspended 年度报告逾期未交。" in page
    assert "Let in again" in page
    office.post(f"{location}/strike-off", reason="gone")
    assert "Strike off" not in plain(office.get(location)).replace("Struck off", "")
    status, _, page = office.post(f"{location}/resume", reason="come back")
    assert (status, "not possible while it is struck-off" in page) == (422, True)


def test_who_would_be_hit_is_told_before_a_vendor_is_suspended(office: Office) -> None:
    page = plain(office.get(f"{VENDORS}/{office.things['vendor']}/suspend"))
    assert "4 persons have a line on such a device" in page
    assert "From now on 4 approved models of 青禾终端 count as not approved" in page
    assert "8 orders are known to be for such devices." in page


# --- models


def fresh(office: Office, name: str) -> str:
    """Returns the path of a model that waits."""
    vendor = office.register.work

    async def make() -> str:
        found = vendor.run_now(lambda stores: stores.vendor_named("远山通信设备"))
        model = office.register.model(found, name, state="submitted")
        await office.desks.site.parts.conditions.following.refresh()
        return f"{MODELS}/{model.model_id}"

    path: str = office.desks.run(make())
    return path


def test_a_model_is_approved_after_it_was_looked_at_once_more(office: Office) -> None:
    path = fresh(office, "Fresh 1")
    asked = {"number": "02-9001", "begins": "2026-01-01", "ends": "2029-01-01"}
    status, _, page = office.post(
        f"{path}/approve", Role.INSPECTOR, **{**asked, "ends": "2025-01-01", "number": ""}
    )
    assert status == 422
    assert "Number of the approval: please fill this in" in page
    assert "The last day is before the first one" in page
    status, _, page = office.post(f"{path}/approve", Role.INSPECTOR, **asked)
    assert (status, "Check before you approve" in page) == (200, True)
    assert "To be reviewed" in office.get(path)
    status, location, _ = office.post(f"{path}/approve", Role.INSPECTOR, **asked, checked="yes")
    assert (status, location) == (303, path)
    shown = plain(office.get(path))
    assert "Approval number 02-9001 First day 1 Jan 2026 Last day 1 Jan 2029" in shown
    assert office.deeds(f"model:{path.rsplit('/', 1)[1]}")[0]["deed"] == "approve-model"


def test_a_model_is_asked_back_and_refused_with_a_reason(office: Office) -> None:
    path = fresh(office, "Fresh 2")
    status, _, page = office.post(f"{path}/ask-back", reason="")
    assert (status, "What has to be answered?: please fill this in" in page) == (422, True)
    office.post(f"{path}/ask-back", reason="Which chip is in it?")
    assert "Which chip is in it?" in office.get(path)
    status, _, page = office.desks.get(f"{path}/approve", office.token())
    assert (status, "not possible while it is asked-back" in plain(page)) == (409, True)
    status, _, page = office.post(f"{path}/refuse", reason="=1+1")
    assert (status, "a spreadsheet would run it as a formula" in plain(page)) == (422, True)
    office.post(f"{path}/refuse", reason="The report is of another model.")
    assert "The report is of another model." in office.get(f"{path}?lang=zh")
    assert office.get(f"{path}?lang=en").count("Refused") > 0


def test_who_has_a_device_is_told_before_its_model_is_suspended(office: Office) -> None:
    page = plain(office.get(f"{MODELS}/{office.things['approved']}/suspend"))
    assert "4 persons have a line on such a device" in page
    assert "3 of them are on their way, and stop." in page


def test_tacs_are_added_and_taken_away(office: Office) -> None:
    path = fresh(office, "Fresh 3")
    for wrong, told in (
        ("8601200", "is no TAC"),
        ("86012000", "86012000-86012003 is registered for QH-P1"),
        ("86990009-86990001", "ends before it begins"),
        ("", "please fill this in"),
    ):
        status, _, page = office.post(f"{path}/tacs", tacs=wrong)
        assert (status, told in page) == (422, True)
    office.post(f"{path}/tacs", tacs="86990001-86990009")
    assert "86990001-86990009" in office.get(path)
    other = path.rpartition("/")[0] + f"/{office.things['approved']}"
    assert other != path
    assert office.post(f"{other}/tacs/remove", first="86990001")[0] == 404, "none of that model's"
    assert '<option value="86990001">' in office.get(path)
    office.post(f"{path}/tacs/remove", first="86990001")
    assert '<option value="86990001">' not in office.get(path)
    status, _, page = office.post(f"{path}/tacs/remove", first="86990001")
    assert (status, "no range of TACs begins with 86990001" in plain(page).lower()) == (
        404,
        False,
    ) or status == 404


# --- chip makers


def test_a_chip_maker_is_registered_with_all_that_is_his(office: Office) -> None:
    status, location, _ = office.post(f"{MAKERS}/new", name="Dogwood Silicon")
    assert (status, location.rsplit("/", 1)[0]) == (303, MAKERS)
    status, _, page = office.upload(f"{location}/certificate", "certificate", ("no.pem", b"no certificate"))
    assert (status, "this is no certificate of a chip maker" in plain(page).lower()) == (422, True)
    pem = to_pem("CERTIFICATE", world_of(name="dogwood")["eum"].certificate.octets)
    status, _, _ = office.upload(f"{location}/certificate", "certificate", ("eum.pem", pem))
    assert status == 303
    status, _, page = office.post(f"{location}/eins", eins="8904")
    assert (status, "names no EIDs" in page) == (422, True)
    assert office.post(f"{location}/eins", eins="89077")[0] == 303
    status, _, page = office.post(f"{location}/builds", version="4.2", remark="@SUM(A1)")
    assert (status, "is no version" in page, "formula" in page) == (422, True, True)
    assert office.post(f"{location}/builds", version="4.2.1", remark="第二批")[0] == 303
    status, _, page = office.post(f"{location}/vendor", vendor="Nobody At All")
    assert (status, "there is no vendor of exactly this name" in page) == (422, True)
    assert office.post(f"{location}/vendor", vendor="青禾终端")[0] == 303
    page = plain(office.get(location))
    for told in ("CN=OpenESIM EUM", "89077…", "4.2.1 第二批", "青禾终端"):
        assert told in page
    assert office.post(f"{location}/eins/remove", first="89" + "0" * 30)[0] == 404, "none of his"
    assert office.post(f"{location}/eins/remove", first="89077" + "0" * 27)[0] == 303
    assert "No EIDs yet" in office.get(location)


# --- one device


def test_a_device_is_found_by_tac_imei_or_eid(office: Office) -> None:
    page = plain(office.get(f"{DEVICE}?number=8601%202000", Role.INSPECTOR))
    assert "Model QH-P1" in page
    assert "Vendor 青禾终端" in page
    page = plain(office.get(f"{DEVICE}?number={IMEI}"))
    assert "Model QH-P1" in page
    assert f"IMEI {IMEI[:4]} {IMEI[4:8]}" in page
    eid = eid_of(20_100)
    page = plain(office.get(f"{DEVICE}?number={eid}"))
    assert "Chip maker Quillchip" in page
    assert "IMEI 86012000 •••••• •" in page, "which device it is, is told to nobody who did not ask for it"
    assert "not registered" in plain(office.get(f"{DEVICE}?number=00000000"))


def test_who_has_to_see_which_device_a_chip_is_held_to_says_why_and_sees_it_once(office: Office) -> None:
    eid = str(eid_of(20_101))
    path = f"{DEVICE}/look?field={eid}"
    page = office.get(f"{DEVICE}?number={eid}", Role.INSPECTOR)
    assert f'href="{path}"' in page
    page = plain(office.get(path, Role.INSPECTOR))
    assert "Why do you have to see this?" in page
    assert "data protection officer" in page
    for reason, told in (
        ("", "please fill this in"),
        ("because", "at least 10 characters"),
        ("the phone with 86012000", "no numbers of documents or telephones"),
    ):
        status, _, page = office.post(f"{DEVICE}/look", Role.INSPECTOR, field=eid, reason=reason)
        assert (status, told in plain(page)) == (422, True), reason
        assert "8601 2000" not in page
    status, _, page = office.post(
        f"{DEVICE}/look", Role.INSPECTOR, field=eid, reason="The court asked for the device."
    )
    assert status == 200
    assert re.search(r'<span class="unmasked">8601 2000 \d{4} \d{3}</span>', page)
    assert "••••" in office.get(f"{DEVICE}?number={eid}", Role.INSPECTOR), "once"
    [noted] = office.deeds(f"chip:{eid}")[:1]
    assert noted == {"field": "imei", "reason": "The court asked for the device."}
    assert "Looked at: IMEI" in plain(office.get(f"/regulator/ledger?subject=chip:{eid}"))


@pytest.mark.parametrize("number", ["", "123", str(eid_of(999_999)), "<script>"])
def test_there_is_no_look_at_what_is_held_to_nothing(office: Office, number: str) -> None:
    status, location, _ = office.post(
        f"{DEVICE}/look", Role.INSPECTOR, field=number, reason="The court asked for the device."
    )
    assert (status, location) == (303, DEVICE)
    status, headers, _ = office.desks.get(
        f"{DEVICE}/look?field={quote(number)}", office.token(Role.INSPECTOR)
    )
    assert (status, headers["location"]) == (303, DEVICE)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (IMEI[:-1] + str((int(IMEI[-1]) + 1) % 10), "the last digit of the IMEI is a check digit"),
        (str(eid_of(1))[:-3] + "9" + str(eid_of(1))[-2:], "the check digits do not fit"),
        ("1234567", "these are 7 digits"),
        ("８６０１２０００", "digits only"),
        ("abcdefgh", "digits only"),
        ("1" * 90, "these are 90 digits"),
    ],
)
def test_a_number_that_is_typed_wrong_is_told_with_what_is_wrong(
    office: Office, number: str, told: str
) -> None:
    status, _, page = office.desks.get(f"{DEVICE}?number={quote(number)}&lang=en", office.token())
    assert status == 422
    assert told in plain(page)


def test_a_chip_is_bound_and_let_go(office: Office) -> None:
    eid, imei = str(eid_of(31)), "35290611000000" + luhn_check_digit("35290611000000")
    status, _, page = office.post(f"{DEVICE}/bind", eid=eid, imei="352906110000001")
    assert (status, "IMEI of the device" in page) == (422, True)
    status, location, _ = office.post(f"{DEVICE}/bind", Role.INSPECTOR, eid=eid, imei=imei)
    assert (status, location) == (303, f"{DEVICE}?number={eid}")
    status, _, page = office.post(f"{DEVICE}/bind", eid=eid, imei=IMEI)
    assert (status, "this chip is bound to another device" in plain(page).lower()) == (422, True)
    assert "Let go of this chip?" in office.get(f"{DEVICE}/release?eid={eid}")
    status, _, page = office.post(f"{DEVICE}/release", eid=eid, reason="")
    assert (status, "please fill this in" in page) == (422, True)
    status, location, _ = office.post(f"{DEVICE}/release", eid=eid, reason="The board was replaced.")
    assert status == 303
    assert "held to nothing" in office.get(location)
    assert [one["deed"] for one in office.deeds(f"chip:{eid}")] == ["release", "bind"]


# --- files


def begun(office: Office, kind: str, file: tuple[str, bytes]) -> tuple[str, str]:
    """Returns the path of an import that has ended, and what its page tells."""
    status, location, page = office.upload(f"{IMPORTS}/new", "file", file, kind=kind)
    assert status == 303, page

    async def settle() -> None:
        await office.desks.site.services.regulator.imports.settled()

    office.desks.run(settle())
    return location, plain(office.get(location))


def test_a_file_is_imported_and_followed(office: Office) -> None:
    name = '<img src=x onerror="alert(1)">.csv'.replace('"', "%22")
    location, page = begun(office, "vendors", (name, b"name,kind,country\nAlder Mobile,state,CN\n"))
    assert "One new row is stored." in page
    assert "<img src=x" not in office.get(location)
    assert "Alder Mobile" in office.get(f"{VENDORS}?q=alder")
    status, headers, text = office.desks.get(f"{location}/progress", office.token())
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert text.endswith("event: over\ndata: {}\n\n")
    assert "Alder" not in plain(office.get(IMPORTS))
    assert "the regulator" in plain(office.get(IMPORTS))


def test_what_is_wrong_with_a_file_is_told_row_by_row_in_both_languages(office: Office) -> None:
    rows = "tac,vendor,model\n86012000,青禾终端,QH-P9\n8601,青禾终端,QH-P9\n86013000,Nobody,QH-P9\n"
    location, page = begun(office, "tacs", ("tacs.csv", rows.encode()))
    assert "Nothing was stored." in page
    assert "2 tac Overlaps 86012000-86012003, which is registered for QH-P1" in page
    assert "3 tac Is no TAC" in page
    assert "4 vendor Nothing registered has the name Nobody" in page
    page = plain(office.get(f"{location}?lang=zh"))
    assert "不是有效的 TAC" in page
    office.get(f"{location}?lang=en")


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"PK\x03\x04" + b"x" * 100, "The file is an archive or a workbook"),
        ("name,kind,country\nx,private,CN\n".encode("utf-16"), "The file is text in UTF-16"),
        (b"name,kind\nx,private\n", "The header lacks the column country"),
        (b"name,kind,country\n\0,private,CN\n", "Line 2 holds a NUL"),
    ],
)
def test_a_file_that_is_no_list_is_told_as_such(office: Office, octets: bytes, told: str) -> None:
    _, page = begun(office, "vendors", ("list.csv", octets))
    assert told in page


def test_without_a_file_nothing_begins(office: Office) -> None:
    status, _, page = office.upload(f"{IMPORTS}/new", "file", ("", b""), kind="")
    assert status == 422
    assert "please choose a file" in page
    assert "please choose" in page
    status, _, page = office.desks.get(f"{IMPORTS}/new", office.token(Role.INSPECTOR))
    assert status == 403

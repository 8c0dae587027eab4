"""Rules: read with their sources, compared, added as a whole or refused with the line, put in force, tried on the past."""

from __future__ import annotations

import re
import time

import pytest

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.rules.writing import write_pack
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import Role
from tests.support.desks import today
from tests.support.regulator_world import DAY
from tests.unit.conditions.admission.test_deciding import changed_pack
from tests.web.regulator.conftest import Nation, plain

pytestmark = pytest.mark.sockets


def pack_text(version: str, day: str = "2030-01-01", **limits: int) -> str:
    """Returns a version of the test pack with other limits; without any named, it is stricter."""
    text = write_pack(changed_pack(limits=limits or {"per_operator": 1}))
    text = re.sub(r'version = "[^"]+"', f'version = "{version}"', text, count=1)
    return re.sub(r"from = [0-9-]+", f"from = {day}", text, count=1)


def test_all_packs_and_who_is_under_which_are_listed(nation: Nation) -> None:
    page = nation.get("/regulator/rules", Role.INSPECTOR)
    text = plain(page)
    assert "cn-2025-trial Mainland China, eSIM on phones, commercial trial 2025-10-13 current" in text
    assert "/regulator/rules/assign" not in page
    assert "Add a pack" in plain(nation.get("/regulator/rules"))


@pytest.mark.parametrize(
    "pack", ["cn-2025-trial/2025-10-13", "in/2024-07-01", "de/2021-12-01", "open/1", "test/1"]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_demand_tells_its_rule_since_when_and_who_says_so(
    nation: Nation, pack: str, language: str
) -> None:
    page = nation.get(f"/regulator/rules/packs/{pack}?lang={language}", Role.INSPECTOR)
    nation.get("/regulator/rules?lang=en", Role.INSPECTOR)
    text = plain(page)
    if pack.startswith("cn") and language == "en":
        assert "Profiles on one chip service.phone.profiles_per_device 2 Home region, two numbers" in text
        assert "13 Oct 2025" in text
    if pack.startswith("cn") and language == "zh":
        assert "每芯片号码数上限" in text
        assert "机卡双向绑定" in text
        assert "法规原文" in text
    if pack.startswith("open"):
        assert "Asks nothing." in text or "无要求" in text


def test_a_pack_is_given_away_as_it_is_written(nation: Nation) -> None:
    status, headers, text = nation.desks.get(
        "/regulator/rules/packs/test/1?format=toml", nation.token(Role.INSPECTOR)
    )
    assert (status, headers["content-type"].partition(";")[0]) == (200, "application/toml")
    assert text.startswith("[pack]")


def test_two_versions_are_compared_in_words(nation: Nation) -> None:
    address = "/regulator/rules/compare?before=cn-2025-trial@2025-10-13&after=test@1"
    text = plain(nation.get(address, Role.INSPECTOR))
    assert "limits.per_operator Lines at one operator 5 2" in text
    assert "49 places differ" in text
    assert nation.desks.get("/regulator/rules/compare?before=x@1&after=y@2", nation.token())[0] == 404


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "please fill this in"),
        ("this is no pack", "line 1"),
        ("[pack]\nid = 'x'\nsurprise = 1\n", "line 3"),
        ("<script>alert(1)</script>", "line 1"),
        ("[pack]\nid = '\N{RIGHT-TO-LEFT OVERRIDE}x'\n", "line"),
    ],
)
def test_a_pack_that_is_none_is_refused_with_the_line(nation: Nation, text: str, told: str) -> None:
    status, _, page = nation.post("/regulator/rules/add", text=text)
    assert status == 422
    assert told in plain(page).lower()
    assert "<script>alert" not in page


def test_the_line_is_shown_with_those_around_it(nation: Nation) -> None:
    text = pack_text("2").replace("per_operator = 1", "per_opperator = 1")
    status, _, page = nation.post("/regulator/rules/add", text=text)
    assert status == 422
    assert re.search(r"<mark>\s*\d+  per_opperator = 1</mark>", page)
    assert "did you mean per_operator?" in plain(page)


def test_a_version_that_is_there_already_is_refused(nation: Nation) -> None:
    status, _, page = nation.post("/regulator/rules/add", text=pack_text("1"))
    assert status == 422
    assert "version" in plain(page)


def test_a_pack_is_looked_at_and_then_added(nation: Nation) -> None:
    text = pack_text("2030")
    status, _, page = nation.post("/regulator/rules/add", text=text)
    assert status == 200
    told = plain(page)
    assert "From its first day on, whoever is under test is under this version" in told
    assert "limits.per_operator Lines at one operator 2 1" in told
    assert "2030" not in plain(nation.get("/regulator/rules"))
    status, location, _ = nation.post("/regulator/rules/add", text=text, checked="yes")
    assert (status, location) == (303, "/regulator/rules/packs/test/2030")
    listed = plain(nation.get("/regulator/rules"))
    assert "Test pack 2030 to come" in listed
    assert "Zhou Ming" in listed
    assert nation.post("/regulator/rules/add", Role.INSPECTOR, text=text)[0] == 403


def test_a_pack_is_put_in_force_after_it_was_asked_once_more(nation: Nation) -> None:
    fields = {"pack": "test", "operator": "haitang", "service": "watch", "when": "at-once", "day": ""}
    status, _, page = nation.post("/regulator/rules/assign", **fields)
    assert status == 200
    told = plain(page)
    assert "Put test in force for 海棠通信?" in told
    assert "1 operator is under it" in told
    status, location, _ = nation.post("/regulator/rules/assign", **fields, checked="yes")
    assert (status, location) == (303, "/regulator/rules")
    book = nation.desks.site.parts.conditions.rules
    assert book.pack_for("haitang", ServiceClass.WATCH, today()).id == "test"
    assert book.pack_for("haitang", ServiceClass.PHONE, today()).id == "open"
    assert "海棠通信 watch test in force" in plain(nation.get("/regulator/rules"))
    assert "watch test" in plain(nation.get("/regulator/operators/haitang"))
    taken = {"pack": "-", "operator": "haitang", "service": "watch", "when": "at-once", "checked": "yes"}
    assert nation.post("/regulator/rules/assign", **taken)[0] == 303
    assert book.pack_for("haitang", ServiceClass.WATCH, today()).id == "open"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pack": "nothing"}, "pack"),
        ({"operator": "<script>"}, "operator"),
        ({"when": "day", "day": ""}, "day"),
        ({"when": "day", "day": "2001-01-01"}, "day"),
        ({"when": "day", "day": "9999-12-31"}, "day"),
        ({"service": "submarine"}, "service"),
        ({"when": ""}, "when"),
    ],
)
def test_what_cannot_be_put_in_force_is_told_at_its_field(
    nation: Nation, changes: dict[str, str], field: str
) -> None:
    fields = {"pack": "test", "operator": "", "service": "", "when": "at-once", "day": ""}
    status, _, page = nation.post("/regulator/rules/assign", **fields | changes, checked="yes")
    assert status == 422
    assert f'id="error-{field}"' in page


def settled(nation: Nation, path: str) -> str:
    """Returns the page of a simulation at its end."""
    nation.desks.run(nation.desks.site.services.regulator.simulations.settled())
    for _ in range(50):
        page = nation.get(path, Role.INSPECTOR)
        if "data-live" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError(page)


def test_a_pack_that_is_not_added_yet_is_tried_on_the_past(nation: Nation) -> None:
    text = pack_text("2031", "2031-01-01", per_operator=9, nationwide=0)
    status, _, page = nation.post("/regulator/rules/simulate", Role.INSPECTOR, text=text)
    assert status == 200
    assert "A pack that is not added yet is tried." in plain(page)
    status, location, _ = nation.post("/regulator/rules/simulate", Role.INSPECTOR, text=text, begin="yes")
    assert status == 303
    page = settled(nation, location)
    told = plain(page)
    assert "done" in told
    assert re.search(r"Newly allowed [1-9]", told)
    status, headers, stream = nation.desks.get(f"{location}/progress", nation.token(Role.INSPECTOR))
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert "event: over" in stream
    assert "test 2031" in plain(nation.get("/regulator/rules/simulate", Role.INSPECTOR))


def test_a_simulation_is_narrowed_and_bounded_by_days(nation: Nation) -> None:
    yesterday = (today() - DAY).date().isoformat()
    fields = {
        "pack": "test@1",
        "under": "-",
        "operator": "qinghe",
        "service": "phone",
        "since": yesterday,
        "until": yesterday,
        "begin": "yes",
    }
    status, location, _ = nation.post("/regulator/rules/simulate", Role.INSPECTOR, **fields)
    assert status == 303
    assert "青禾移动" in plain(settled(nation, location))
    status, _, page = nation.post(
        "/regulator/rules/simulate", Role.INSPECTOR, **fields | {"until": "2001-01-01"}
    )
    assert status == 422
    assert "it is before the first day" in plain(page)
    assert nation.post("/regulator/rules/simulate", Role.INSPECTOR, begin="yes", pack="x@y")[0] == 422
    for day in ("0001-01-01", "9999-12-31", "<b>"):
        for name in ("since", "until"):
            answer = nation.post("/regulator/rules/simulate", Role.INSPECTOR, **fields | {name: day})
            assert answer[0] == 422


def test_a_file_is_taken_in_the_place_of_the_text(nation: Nation) -> None:
    token, line = nation.token(), "\r\n"
    for octets, status, told in (
        (pack_text("2032", "2032-01-01"), 200, "Check test, version 2032"),
        ("PK\x03\x04 no pack", 422, "line 1"),
    ):
        parts = [
            f'--b{line}content-disposition: form-data; name="csrf_token"{line}{line}{csrf_of(Secret(token))}',
            f'--b{line}content-disposition: form-data; name="text"{line}{line}',
            f'--b{line}content-disposition: form-data; name="file"; filename="../../=cmd.toml"',
            f"content-type: text/plain{line}{line}{octets}",
            f"--b--{line}",
        ]
        answer = nation.desks.call(
            "POST",
            "/regulator/rules/add",
            token,
            line.join(parts).encode(),
            content_type="multipart/form-data; boundary=b",
        )
        assert answer[0] == status, plain(answer[2])
        assert told in plain(answer[2])

"""Recalls: whom one would hit, making one that holds at once, lifting it, and everything that can be typed wrong."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from openesim.kernel.ids import luhn_check_digit
from openesim.services.conditions.accounts.roles import Role
from tests.web.supervision.conftest import Office, plain

pytestmark = pytest.mark.sockets

RECALLS, DEVICE = "/regulator/recalls", "/regulator/terminals/device"
CONFIRMED = {"kind": "tac", "number": "86012011", "reason": "The battery swells.", "word": "86012011"}
IMEI = "86012011000100" + luhn_check_digit("86012011000100")


def preview(office: Office, role: Role = Role.CHIEF, /, **target: str) -> tuple[int, str]:
    """Returns status and text of the page that tells whom a recall would hit."""
    status, _, page = office.desks.get(f"{RECALLS}/preview?{urlencode(target)}", office.token(role))
    return status, plain(page)


def test_recalls_are_told_newest_first_by_state_and_kind(office: Office) -> None:
    page = plain(office.get(f"{RECALLS}?state=holds", Role.INSPECTOR))
    assert "电池过热，停止开通新号码。" in page
    assert "Made without an approval." not in page
    page = plain(office.get(f"{RECALLS}?state=lifted&kind=tac"))
    assert "86999000-86999009" in page
    assert "电池过热" not in page
    rows = office.get(f"{RECALLS}?format=csv&lang=en").splitlines()
    assert rows[0].endswith("Recall,State,By,What is recalled,Reason,Made by,Made")
    assert any("QH-P1" in row for row in rows)
    for query in ("after=x", "after=-1", "state=%00", "kind=ship", "after=9" + "9" * 30):
        assert office.desks.get(f"{RECALLS}?{query}", office.token())[0] == 200


def test_who_would_be_hit_is_told_and_nothing_is_done_by_that(office: Office) -> None:
    status, page = preview(office, Role.INSPECTOR, kind="model", number="QH-P1")
    assert status == 200
    assert "Persons 4 Lines, run or on their way 8 Orders 8" in page
    assert "8 orders are known to be for such devices. 3 of them are on their way, and stop." in page
    assert "Nothing is recalled yet." in page
    assert "A recall is made by a chief." in page
    assert preview(office, kind="model", number=office.things["approved"])[1].count("QH-P1") > 0
    status, page = preview(office, kind="build", number="4.2.0-4.2.9", maker=office.things["maker"])
    assert (status, "which software they have, chips tell only when they ask" in page) == (200, True)
    assert preview(office, kind="ein", number="89049032")[0] == 200
    before = plain(office.get(f"{RECALLS}?state=holds"))
    assert "89049032" not in before


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ({}, "Which: please fill this in"),
        ({"kind": "ship", "number": "8601"}, "By what: please choose"),
        ({"kind": "model", "number": "No such phone"}, "no model has exactly the name No such phone"),
        ({"kind": "model", "number": "99999999"}, "99999999"),
        ({"kind": "model", "number": "9" * 90}, "Which"),
        ({"kind": "model", "number": "<script>alert(1)</script>"}, "&lt;script&gt;"),
        ({"kind": "tac", "number": "8601"}, "TAC"),
        ({"kind": "tac", "number": "86012009-86012001"}, "ends before it begins"),
        ({"kind": "eum", "number": "abc"}, "Which"),
        ({"kind": "ein", "number": "8904-8906-8907"}, "Which"),
        ({"kind": "build", "number": "4.2"}, "version"),
        ({"kind": "build", "number": "4.2.0", "maker": "77777"}, "please choose"),
    ],
)
def test_what_names_nothing_is_told(office: Office, target: dict[str, str], told: str) -> None:
    status, page = preview(office, **target)
    assert status == 422
    assert told in page
    status, _, page = office.post(RECALLS, **{"reason": "x", "word": "x", **target})
    assert status == 422


def test_a_recall_is_the_chiefs_and_asks_for_a_fresh_proof(office: Office) -> None:
    assert (
        office.desks.get(f"{RECALLS}/confirm?kind=tac&number=86012011", office.token(Role.INSPECTOR))[0]
        == 403
    )
    assert office.post(RECALLS, Role.INSPECTOR, **CONFIRMED)[0] == 403
    status, headers, _ = office.desks.get(f"{RECALLS}/confirm?kind=tac&number=86012011", office.stale())
    assert (status, headers["location"]) == (
        303,
        "/account/prove?next=/regulator/recalls/confirm%3Fkind%3Dtac%26number%3D86012011",
    )
    assert office.desks.get(f"{RECALLS}/preview?kind=tac&number=86012011", office.stale())[0] == 200


def test_a_recall_holds_at_once_and_is_lifted_with_a_reason(office: Office) -> None:
    page = plain(office.get(f"{RECALLS}/confirm?kind=tac&number=86012011"))
    assert "Recall 86012011?" in page
    assert "From now on these devices and chips get nothing" in page
    assert "Models that are hit: YS Watch 1." in page
    for wrong, told in (
        ({"word": "86012012"}, "Type the word exactly as it stands there"),
        ({"reason": ""}, "please fill this in"),
    ):
        status, _, page = office.post(RECALLS, **CONFIRMED | wrong)
        assert status == 422
        assert told in plain(page)
    assert "Recalled" not in plain(office.get(f"{DEVICE}?number={IMEI}")).replace("Recalls", "")
    status, location, _ = office.post(RECALLS, **CONFIRMED)
    assert (status, location.rsplit("/", 1)[0]) == (303, RECALLS)
    page = plain(office.get(location))
    assert "The battery swells." in page
    assert "in force" in page
    assert location in office.get(f"{DEVICE}?number={IMEI}"), "who looks a device up is led to its recall"
    status, _, page = office.post(RECALLS, **CONFIRMED)
    assert (status, "is recalled for this reason already" in plain(page)) == (422, True)

    status, _, page = office.post(f"{location}/lift", reason=" ")
    assert (status, "please fill this in" in plain(page)) == (422, True)
    assert "It was made for this reason: The battery swells." in plain(office.get(f"{location}/lift"))
    assert office.post(f"{location}/lift", reason="They were replaced.")[0] == 303
    page = plain(office.get(location))
    assert "They were replaced." in page
    assert "Lift" not in page.replace("Lifted", "")
    status, _, page = office.post(f"{location}/lift", reason="Once more.")
    assert (status, "lifted" in plain(page)) == (422, True)
    number = location.rsplit("/", 1)[1]
    deeds = [each["deed"] for each in office.deeds(f"recall:{number}")]
    assert deeds == ["lift-recall", "recall"]


def test_who_recalls_a_model_types_its_name(office: Office) -> None:
    page = plain(office.get(f"{RECALLS}/confirm?kind=model&number={office.things['approved']}&lang=zh"))
    assert "召回 QH-P1？" in page
    assert "4 名用户的号码在此类终端上" in page
    office.get(f"{RECALLS}?lang=en")
    asked = {"kind": "model", "number": office.things["approved"], "reason": "x y"}
    status, _, page = office.post(RECALLS, **asked, word=office.things["approved"])
    assert status == 422


def test_what_is_not_there_is_told(office: Office) -> None:
    for path in (f"{RECALLS}/999999", f"{RECALLS}/999999/lift"):
        assert office.desks.get(path, office.token())[0] == 404
    assert office.post(f"{RECALLS}/999999/lift", reason="whatever it is")[0] == 404

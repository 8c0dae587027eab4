"""Held orders go on or end with a reason; who is watched is put on the list, looked at, and lifted."""

from __future__ import annotations

from itertools import count

import pytest

from openesim.services.conditions.accounts.roles import Role
from tests.support.operator_world import OperatorWorld
from tests.support.people import resident
from tests.support.rig import eid_of
from tests.web.supervision.conftest import Office, plain

pytestmark = pytest.mark.sockets

HELD, WATCH_LIST = "/regulator/held", "/regulator/watch-list"
NUMBER = resident("11010519880808003")
WISH = {"kind": "person", "country": "CN", "document": "resident-id", "subject": NUMBER, "score": "70",
        "reason": "reported by two banks"}  # fmt: skip


NUMBERS = count(700)


def held(office: Office) -> str:
    """Returns the path of an order that was held just now."""

    async def make() -> str:
        world, number = OperatorWorld(office.desks.site.work, office.register.now), next(NUMBERS)
        world.stock(1, profile_type=f"held {number}", number=number)
        return f"{HELD}/{world.held(profile_type=f'held {number}', has_line=True).order_id}"

    path: str = office.desks.run(make())
    return path


# --- held orders


def test_what_is_held_is_told_with_why_and_until_when(office: Office) -> None:
    page = plain(office.get(HELD, Role.INSPECTOR))
    number = office.things["held"]
    assert number in page
    assert "score" in page.lower()
    page = plain(office.get(f"{HELD}/{number}", Role.INSPECTOR))
    assert f"Order {number} is held" in page
    assert "A chief, or the operator&#39;s manager, ends a hold." in page or "A chief" in page
    assert "Nobody" not in office.get(f"{HELD}?operator=yuanshan").split("<table")[0]
    for query in ("operator=nobody", "after=x", "after=1.2", "after=" + "9" * 50):
        assert office.desks.get(f"{HELD}?{query}", office.token())[0] == 200


def test_a_hold_is_ended_by_a_chief_who_says_why(office: Office) -> None:
    path = held(office)
    number = path.rsplit("/", 1)[1]
    assert office.desks.get(f"{path}/end", office.token(Role.INSPECTOR))[0] == 403
    assert office.post(f"{path}/end", Role.INSPECTOR, reason="because of it all")[0] == 403
    assert "the person&#39;s line is given back" in office.get(f"{path}/end")
    for wrong in ("", "no", f"it is {NUMBER}", "x" * 500):
        status, _, page = office.post(f"{path}/end", reason=wrong)
        assert (status, "Reason: " in plain(page)) == (422, True), wrong
    status, location, _ = office.post(f"{path}/end", reason="He is known to the police.")
    assert (status, location) == (303, HELD)
    assert f"/held/{number}" not in office.get(HELD)
    assert office.desks.get(path, office.token())[0] == 404
    status, location, _ = office.post(f"{path}/end", reason="He is known to the police.")
    assert (status, location) == (303, HELD), "whoever comes second is told on the list"


def test_a_hold_is_cleared_and_the_order_asks_the_gate_again(office: Office) -> None:
    path = held(office)
    assert "Let order" in office.get(f"{path}/clear")
    status, _, page = office.post(f"{path}/clear", reason="")
    assert status == 422
    status, location, page = office.post(f"{path}/clear", reason="The man was called back.")
    assert status == 303, plain(page)
    assert location == HELD


# --- the watch-list


def test_who_is_watched_is_told_without_his_number(office: Office) -> None:
    page = plain(office.get(WATCH_LIST, Role.INSPECTOR))
    for told in ("Person ", "Chip ", "Network address ", "两家银行上报涉诈线索"):
        assert told in page
    assert "203.0.113.7" not in page
    assert "Put somebody on it" not in page
    assert "11010519850712101" not in page
    only = plain(office.get(f"{WATCH_LIST}?kind=chip&state=holds"))
    assert "seen with many numbers" in only
    assert "两家银行" not in only
    for query in ("kind=ghost", "state=%00", "after=x", "after=" + "9" * 50):
        assert office.desks.get(f"{WATCH_LIST}?{query}", office.token())[0] == 200
    page = plain(office.get(f"{WATCH_LIST}/{office.things['watched']}", Role.INSPECTOR))
    assert "Keyed digest" in page
    assert "Looked at each time Yes" in page


def test_a_person_is_watched_after_it_was_looked_at_once_more(office: Office) -> None:
    assert office.post(f"{WATCH_LIST}/new", Role.INSPECTOR, **WISH, checked="yes")[0] == 403
    status, _, page = office.post(f"{WATCH_LIST}/new", **WISH)
    shown = plain(page)
    assert (status, "Check before it counts" in shown) == (200, True)
    assert f"•••• {NUMBER[-4:]}" in shown
    assert NUMBER not in shown
    status, location, _ = office.post(f"{WATCH_LIST}/new", **WISH, checked="yes")
    assert (status, location.rsplit("/", 1)[0]) == (303, WATCH_LIST)
    page = plain(office.get(location))
    assert "Score 70" in page
    assert NUMBER not in page
    entry = location.rsplit("/", 1)[1]
    (deed,) = office.deeds(f"watched:{entry}")
    assert deed["deed"] == "watch"
    assert not any(NUMBER in text for text in deed.values())
    status, _, page = office.post(f"{WATCH_LIST}/new", **WISH, checked="yes")
    assert (status, "just this entry is on the watch-list already" in plain(page).lower()) == (422, True)

    assert office.post(f"{location}/lift", Role.INSPECTOR, reason="an error of ours")[0] == 403
    status, _, page = office.post(f"{location}/lift", reason="")
    assert (status, "Reason: " in plain(page)) == (422, True)
    assert office.post(f"{location}/lift", reason="It was an error of ours.")[0] == 303
    assert "lifted" in plain(office.get(location))
    status, _, page = office.post(f"{location}/lift", reason="It was an error of ours.")
    assert status == 422
    assert [each["deed"] for each in office.deeds(f"watched:{entry}")] == ["lift-watch", "watch"]


def test_chips_and_networks_are_watched(office: Office) -> None:
    chip = {"kind": "chip", "eid": str(eid_of(91)), "score": "30", "reason": "many numbers in a week"}
    status, location, _ = office.post(f"{WATCH_LIST}/new", **chip, checked="yes")
    assert status == 303
    assert f"number={eid_of(91)}" in office.get(location)
    network = {
        "kind": "address",
        "address": "2001:db8::91",
        "score": "30",
        "reason": "hundreds of orders a day",
    }
    status, _, page = office.post(f"{WATCH_LIST}/new?lang=zh", **network)
    assert (status, "2001:db8::91" in page, "生效前请核对" in page) == (200, True, True)
    office.get(f"{WATCH_LIST}?lang=en")
    assert office.post(f"{WATCH_LIST}/new", **network, listed="yes", checked="yes")[0] == 303


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"kind": "ghost"}, "Known by: please choose"),
        ({"country": "XX"}, "Documents of: please choose"),
        ({"document": ""}, "Kind of document: please choose"),
        ({"subject": ""}, "Number of the document: "),
        ({"subject": NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")}, "Number of the document: "),
        ({"kind": "chip", "eid": "8904"}, "EID of the chip: "),
        ({"kind": "chip", "eid": ""}, "EID of the chip: "),
        ({"kind": "address", "address": "somewhere"}, "Network address: "),
        ({"kind": "address", "address": "300.1.1.1"}, "Network address: "),
        ({"score": "0"}, "Score, 1 to 100: "),
        ({"score": "101"}, "Score, 1 to 100: "),
        ({"score": "many"}, "Score, 1 to 100: "),
        ({"reason": "short"}, "Reason: "),
        ({"reason": f"he has {NUMBER}"}, "Reason: "),
    ],
)
def test_what_is_typed_wrong_is_told_at_its_field(office: Office, typed: dict[str, str], told: str) -> None:
    for checked in ({}, {"checked": "yes"}):
        status, _, page = office.post(f"{WATCH_LIST}/new", **WISH | typed, **checked)
        assert (status, told in plain(page)) == (422, True), plain(page)


def test_what_is_not_there_is_told(office: Office) -> None:
    for path in (f"{WATCH_LIST}/99999", f"{WATCH_LIST}/99999/lift", f"{HELD}/99999", f"{HELD}/99999/end"):
        assert office.desks.get(path, office.token())[0] == 404

"""From a plan to a line, without a browser: what is asked, what is told, what is refused, in the order of the pages."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from openesim.conditions.identity.findings import Doubt, NotVerified
from openesim.kernel.errors import PeerError
from openesim.kernel.ids import Eid
from openesim.services.conditions.accounts.roles import Role
from tests.support.chip import ENABLE
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import LiveDesks
from tests.support.people import resident
from tests.support.rig import eid_of
from tests.support.subscriber_life import apply, plan_named, show_papers
from tests.support.subscriber_world import EID, IMEI, DeskPhones, MemoryAuthority, is_pending, is_right

pytestmark = pytest.mark.sockets


@pytest.fixture
def visitor(market: LiveDesks) -> DeskVisitor:
    """A subscriber who has just registered."""
    return DeskVisitor(market, market.token(Role.SUBSCRIBER))


@pytest.fixture
def authority(market: LiveDesks) -> MemoryAuthority:
    """The register, which finds everybody right unless told otherwise."""
    found = market.site.verifiers["authority:register"]
    found.answers, found.asked = [is_right], []
    return found  # type: ignore[no-any-return]


CHIPS = iter(range(100, 10_000))


def fresh_eid() -> Eid:
    """Returns the EID of a chip that nobody has."""
    return eid_of(next(CHIPS))


def test_the_first_page_tells_how_it_goes(visitor: DeskVisitor) -> None:
    text = visitor.get("/subscriber")
    assert "Choose operator and plan" in text
    assert "Choose a plan" in text


def test_only_what_is_offered_is_shown_and_can_be_filtered(visitor: DeskVisitor) -> None:
    text = visitor.get("/subscriber/plans")
    assert "Seaside 30" in text
    assert "CN¥29.00 a month" in text
    assert "ask the operator" in text
    assert "only in Guangdong" in text
    text = visitor.get("/subscriber/plans?operator=haitang")
    assert "Begonia Free" in text
    assert "Seaside 30" not in text
    assert "Begonia Watch" not in visitor.get("/subscriber/plans?operator=haitang&service=phone")
    assert "Seaside 30" in visitor.get("/subscriber/plans?operator=<script>")


def test_plans_stand_side_by_side(visitor: DeskVisitor) -> None:
    small, large = plan_named(visitor.desks, "go"), plan_named(visitor.desks, "big")
    text = visitor.get(f"/subscriber/plans/compare?plan={small}&plan={large}&plan=999&plan=%3Cb%3E")
    assert "Seaside 30" in text
    assert "Seaside 100" in text
    assert "Nothing to compare" in visitor.get("/subscriber/plans/compare")


def test_a_plan_says_what_has_to_be_brought(visitor: DeskVisitor) -> None:
    text = visitor.get(f"/subscriber/plans/{plan_named(visitor.desks, 'home')}")
    assert "resident identity card" in text
    assert "order in the same visit" in text
    assert "at a counter" in text
    assert "Do not lend" in text
    assert visitor.get("/subscriber/plans/999999").startswith("There is nothing here")


def test_a_device_is_described_and_nothing_speaks_against_it(visitor: DeskVisitor) -> None:
    plan = plan_named(visitor.desks, "go")
    text = visitor.post(f"/subscriber/plans/{plan}/device", eid=EID, imei=IMEI, place="elsewhere")
    assert visitor.title == "It will work"
    for told in ("Q1 Pro", "青禾终端", "02-1234-567890", "Nimbus Chips", "no recall known", "of 2 profiles"):
        assert told in text, told
    assert "nobody was verified for this order" in text.lower()


def test_what_speaks_against_a_device_is_explained_in_both_languages(visitor: DeskVisitor) -> None:
    plan = plan_named(visitor.desks, "home")
    text = visitor.post(f"/subscriber/plans/{plan}/device", eid=EID, imei=IMEI, place="abroad")
    assert visitor.title == "It will not work"
    assert "written in the country only" in text
    assert "gate:outside-country" in text
    visitor.language = "zh"
    text = visitor.post(f"/subscriber/plans/{plan}/device", eid=EID, imei=IMEI, place="abroad")
    assert visitor.title == "不能使用"
    assert "仅允许在境内写入号码" in text
    assert "unknown" not in text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"eid": ""}, "please type the 32 digits"),
        ({"eid": EID[:31]}, "31 of 32 digits"),
        ({"eid": EID[:10] + str((int(EID[10]) + 1) % 10) + EID[11:]}, "digit 11"),
        ({"eid": EID[:5] + "<b>" + EID[5:]}, "place 6 is “<”"),
        ({"eid": "٣" * 32}, "which is no digit"),
        ({"eid": "8" * 5000}, "5000 digits"),
        ({"imei": IMEI[:-1] + "1"}, "check digit at the end does not fit"),
        ({"imei": "３５２９０６１１００００００７"}, "digits only"),
        ({"imei": "12"}, "2 digits; an IMEI has 15"),
        ({"place": "moon"}, "please choose"),
        ({"place": ""}, "please choose"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_input_is_told_at_its_field(visitor: DeskVisitor, fields: dict[str, str], told: str) -> None:
    plan = plan_named(visitor.desks, "go")
    sent = {"eid": str(EID), "imei": IMEI, "place": "elsewhere", **fields}
    for page in ("device", "apply"):
        text = visitor.post(f"/subscriber/plans/{plan}/{page}", **sent)
        assert visitor.status == 422
        assert told in text
        assert "<b>" not in text


def test_where_the_model_counts_the_imei_is_asked_for(visitor: DeskVisitor) -> None:
    plan = plan_named(visitor.desks, "home")
    text = visitor.post(f"/subscriber/plans/{plan}/device", eid=EID, imei="", place="home")
    assert "IMEI of the device: please fill this in" in text


def test_all_plans_are_held_against_a_device(visitor: DeskVisitor) -> None:
    text = visitor.post("/subscriber/device", eid=EID, imei=IMEI)
    assert "Q1 Pro" in text
    assert re.search(r"Seaside 30 青禾移动 Qinghe Mobile works", text)
    assert re.search(r"Mountain Home 远山电信 Yuanshan Telecom works", text), text


def test_a_person_is_verified_and_gets_a_line(
    visitor: DeskVisitor, market: LiveDesks, authority: MemoryAuthority
) -> None:
    case_id = apply(visitor, "go", EID, imei=IMEI, place="elsewhere")
    assert visitor.title == "How do you want to show who you are?"
    assert "accept" in visitor.text
    text = visitor.post(way="authority:register")
    assert visitor.status == 422
    assert "this has to be ticked to go on" in text
    show_papers(visitor, case_id)
    assert visitor.path == f"/subscriber/applications/{case_id}"
    assert "You were verified" in visitor.text
    assert authority.asked[0].operator == "qinghe"
    text = visitor.get(f"/subscriber/applications/{case_id}/order")
    assert visitor.title == "Check your answers"
    assert "resident identity card" in text
    visitor.post()
    assert visitor.path.endswith("/get")
    order = visitor.page
    visitor.post(f"/subscriber/applications/{case_id}/order")
    code = unescape(re.findall(r"<code>(LPA:1\$[^<]+)</code>", order)[0])
    assert code == unescape(re.findall(r"<code>(LPA:1\$[^<]+)</code>", visitor.page)[0]), "ordered once"
    assert "https://esimsetup.apple.com/" in order
    assert f"{EID[:4]} {EID[4:8]}" in order
    assert "Show my code" in visitor.text
    text = visitor.post(f"/subscriber/applications/{case_id}/code")
    secret = "".join(re.findall(r"Confirmation code (\d{4} \d{4})", text)).replace(" ", "")
    assert len(secret) == 8, text
    assert re.findall(r"\d{4} \d{4} Type", visitor.get(f"/subscriber/applications/{case_id}/get")) == []

    phones = DeskPhones(market.site, market.run)
    lpa, matching_id = phones.phone(EID), code.split("$")[2]
    assert lpa.announce(matching_id).pair is None
    assert "has asked for it" in visitor.get(f"/subscriber/applications/{case_id}/get")
    assert lpa.get_package(secret).pair is None
    assert lpa.deliver(lpa.install()).http_status == 204
    phones.process()
    assert "The line is on your device. Switch it on" in visitor.get(
        f"/subscriber/applications/{case_id}/get"
    )
    (iccid,) = lpa.chip.profiles
    lpa.deliver(lpa.chip.change(iccid, ENABLE))
    phones.process()
    text = visitor.get(f"/subscriber/applications/{case_id}/get")
    assert "You are online" in text
    assert "LPA:1" not in text

    text = visitor.get("/subscriber/lines")
    assert "One line runs" in text
    text = visitor.get("/subscriber/rights")
    for told in ("欧***", "your own wish", "the verifier National Register", "for 5 years after that"):
        assert told in text, (told, text)
    assert "欧阳若曦" not in text
    assert resident() not in text


def test_what_is_wrong_with_papers_is_told_at_its_field(
    visitor: DeskVisitor, authority: MemoryAuthority
) -> None:
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    wrong = resident()[:-1] + ("0" if resident()[-1] != "0" else "1")
    text = show_papers(visitor, case_id, number=wrong, name="<script>alert(1)</script>", born="1999-13-01")
    assert visitor.status == 422
    assert "check digit at the end does not fit" in text
    assert "a name has letters" in text
    assert "<script>alert" not in visitor.page
    assert authority.asked == []
    visitor.language = "zh"
    assert "校验码不符" in show_papers(visitor, case_id, number=wrong)


def test_a_verifier_that_does_not_know_yet_is_asked_again_the_same(
    visitor: DeskVisitor, market: LiveDesks, authority: MemoryAuthority
) -> None:
    authority.answers = [is_pending, lambda _: PeerError("register: away"), is_pending, is_right]
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    text = show_papers(visitor, case_id)
    assert "The verifier is looking" in text
    assert 'data-live="/subscriber/applications' in visitor.page
    clock: Any = market.site.ambient.clock
    for _ in range(3):
        clock.advance(minutes=1)
        market.run(market.site.services.subscriber.verification.ask_due())
    assert "You may order now" in visitor.get(f"/subscriber/applications/{case_id}")
    assert len(authority.asked) == 4
    assert len({question.request_id for question in authority.asked}) == 1


def test_who_does_not_want_to_wait_goes_to_a_counter(
    visitor: DeskVisitor, market: LiveDesks, authority: MemoryAuthority
) -> None:
    authority.answers = [lambda _: PeerError("register: away"), is_right]
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    assert "choose another way" in show_papers(visitor, case_id)
    visitor.post(f"/subscriber/applications/{case_id}/who", way="counter")
    assert visitor.path.endswith("/counter")
    market.site.ambient.clock.advance(minutes=20)  # type: ignore[attr-defined]
    market.run(market.site.services.subscriber.verification.ask_due())
    assert len(authority.asked) == 1
    visitor.post(f"/subscriber/applications/{case_id}/who", way="authority:nobody", **{"notice-risk": "yes"})
    assert visitor.status == 422
    visitor.get("/verify/oidc/nobody?state=x")
    assert visitor.status == 404


def test_who_is_not_verified_learns_why_and_may_try_again(
    visitor: DeskVisitor, authority: MemoryAuthority
) -> None:
    authority.answers = [
        lambda _: NotVerified(verifier="authority:register", doubt=Doubt.DOES_NOT_MATCH),
        is_right,
    ]
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    text = show_papers(visitor, case_id)
    assert "name, number or person do not belong together" in text
    assert "Show who I am" in text
    show_papers(visitor, case_id)
    assert "You may order now" in visitor.text
    first, second = authority.asked
    assert first.request_id != second.request_id


def test_the_counter_is_told_where_nothing_can_be_done_online(visitor: DeskVisitor) -> None:
    case_id = apply(visitor, "home", fresh_eid(), imei=IMEI, place="home")
    assert visitor.path.endswith("/counter")
    text = visitor.text
    assert " ".join(case_id[at : at + 4] for at in range(0, 16, 4)) in text
    for told in (
        "resident identity card",
        "the face is to be compared",
        "written authority",
        "Younger than 16",
    ):
        assert told in text, told


def test_where_nothing_is_asked_a_line_is_ordered_at_once(visitor: DeskVisitor) -> None:
    case_id = apply(visitor, "open", fresh_eid())
    assert visitor.title == "Check your answers"
    visitor.post(f"/subscriber/applications/{case_id}/order")
    assert "LPA:1$" in visitor.text
    assert "Confirmation code" not in visitor.text
    assert "Begonia Free" in visitor.get("/subscriber")


def test_a_verifier_is_called_as_people_know_it(visitor: DeskVisitor) -> None:
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    path = f"/subscriber/applications/{case_id}"
    text = visitor.get(f"{path}/who")
    assert "Online, with Harbour Bank" in text
    assert "Online, with my document (National Register)" in text
    assert "国家登记中心" in visitor.get(f"{path}/papers?by=register&lang=zh")
    for nobody in ("Call+0800+1234", "bank", "", "counter"):
        assert "0800" not in visitor.get(f"{path}/papers?by={nobody}&lang=en")
        assert visitor.path == f"{path}/who", (
            "whoever is named in an address and verifies nobody is not named on a page"
        )


def test_the_bank_verifies_and_the_browser_comes_back(visitor: DeskVisitor, market: LiveDesks) -> None:
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    text = visitor.post(f"/subscriber/applications/{case_id}/who", way="oidc:bank", **{"notice-risk": "yes"})
    assert visitor.title == "Go on to Harbour Bank"
    assert "https://bank.example.com/authorize" in visitor.page
    assert "name, your day of birth" in text
    state = market.site.verifiers["oidc:bank"]._provider.asked[-1].state
    stranger = DeskVisitor(market, market.token(Role.SUBSCRIBER))
    assert "belongs to no verification that you have under way" in stranger.get(
        f"/verify/oidc/bank?code=x&state={state}"
    )
    visitor.get(f"/verify/oidc/bank?code=x&state={state}")
    assert visitor.path == f"/subscriber/applications/{case_id}"
    assert "You were verified." in visitor.text
    assert "belongs to no verification" in visitor.get(f"/verify/oidc/bank?code=x&state={state}")


def test_an_application_is_withdrawn(visitor: DeskVisitor) -> None:
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    assert "Withdraw this application?" in visitor.get(f"/subscriber/applications/{case_id}/withdraw")
    visitor.post()
    assert "The application was withdrawn." in visitor.text
    assert "This application has ended." in visitor.get(f"/subscriber/applications/{case_id}")


def test_nobody_sees_anothers_application(visitor: DeskVisitor, market: LiveDesks) -> None:
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    other = DeskVisitor(market, market.token(Role.SUBSCRIBER))
    for page in ("", "/who", "/order", "/get", "/counter", "/withdraw", "/live", "/get/live", "/papers"):
        other.get(f"/subscriber/applications/{case_id}{page}")
        assert other.status == 404, page


def test_too_many_applications_are_refused_and_the_same_one_is_the_same(visitor: DeskVisitor) -> None:
    eid = fresh_eid()
    assert apply(visitor, "go", eid, place="elsewhere") == apply(visitor, "go", eid, place="elsewhere")
    for _ in range(9):
        apply(visitor, "go", fresh_eid(), place="elsewhere")
    plan = plan_named(visitor.desks, "go")
    text = visitor.post(f"/subscriber/plans/{plan}/apply", eid=fresh_eid(), place="elsewhere")
    assert visitor.status == 409
    assert "as many applications under way as one account may have" in text


@pytest.mark.usefixtures("authority")
def test_lines_are_frozen_disputed_and_let_go(visitor: DeskVisitor) -> None:
    text = visitor.get("/subscriber/lines")
    assert "We do not know yet who you are" in text
    text = visitor.post("/subscriber/lines/freeze")
    assert "We do not know yet which person is behind this account" in text
    person = {"number": resident("11010519850307209"), "name": "王大明"}
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    show_papers(visitor, case_id, **person)
    visitor.post(f"/subscriber/applications/{case_id}/order")
    assert "LPA:1$" in visitor.text
    assert "Freeze new lines in your name?" in visitor.get("/subscriber/lines/freeze")
    visitor.post()
    assert "New lines in your name are frozen." in visitor.text
    other = apply(visitor, "big", fresh_eid(), place="elsewhere")
    show_papers(visitor, other, **person)
    text = visitor.get(f"/subscriber/applications/{other}/order")
    assert "the person has frozen new lines" in text.lower()
    visitor.post(f"/subscriber/applications/{other}/order")
    assert "frozen" in visitor.text
    visitor.get("/subscriber/lines/unfreeze")
    visitor.post()
    assert "Lines may begin again" in visitor.text
    line = re.findall(r"/subscriber/lines/(\d+)/dispute", visitor.page)[0]
    text = visitor.get(f"/subscriber/lines/{line}/dispute")
    assert "The verification behind it is revoked at once" in text
    visitor.post()
    assert "You said that the line is not yours" in visitor.text


def test_papers_are_shown_so_often_a_day_and_no_more(
    visitor: DeskVisitor, authority: MemoryAuthority
) -> None:
    authority.answers = [lambda _: NotVerified(verifier="authority:register", doubt=Doubt.NO_SUCH_DOCUMENT)]
    case_id = apply(visitor, "go", fresh_eid(), place="elsewhere")
    for _ in range(10):
        show_papers(visitor, case_id)
        assert visitor.status == 200
    text = show_papers(visitor, case_id)
    assert visitor.status == 409
    assert "as often as they may be in a day" in text
    assert len(authority.asked) == 10


def test_pages_say_what_they_say_once(visitor: DeskVisitor) -> None:
    for name in ("go", "home", "open"):
        for language in ("en", "zh"):
            visitor.language = language
            visitor.get(f"/subscriber/plans/{plan_named(visitor.desks, name)}")
            assert "&amp;#" not in visitor.page
            assert "&#39;" not in visitor.text

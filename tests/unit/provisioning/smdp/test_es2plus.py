"""ES2+: who may order what, when, and what a repeated call is answered. Written from the fact sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.ids import Eid, Iccid
from openesim.provisioning.smdp.orders import Order, OrderState
from tests.support.lpa import Reply
from tests.support.rig import FQDN, ICCID, PROFILE_TYPE, Rig, eid_of, make_chip

Pair = tuple[str, str] | None
S = OrderState

WIRE_ICCID = f"{ICCID}F"
EID, OTHER_EID = str(eid_of(1)), str(eid_of(2))
UNKNOWN_ICCID = "8988211000000000999F"


def stock(rig: Rig, state: OrderState = S.AVAILABLE, **changes: Any) -> Order:
    """Puts a profile into the stores as it stands in a state of its way through ES2+."""
    operator = None if state is S.AVAILABLE else "operator"
    token = "TEST-1" if state in {S.CONFIRMED, S.RELEASED, S.DOWNLOADED, S.INSTALLED} else None
    if state is S.LINKED:
        changes.setdefault("eid", eid_of(1))
    return rig.add_order(**{"state": state, "operator": operator, "matching_id": token, **changes})


def succeeded(reply: Reply) -> dict[str, Any]:
    """Returns the output of a success."""
    assert reply.http_status == 200
    members = reply.members
    assert members.pop("header") == {"functionExecutionStatus": {"status": "Executed-Success"}}
    return members


# --- DownloadOrder --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("eid", "state"), [(None, S.ALLOCATED), (EID, S.LINKED)])
@pytest.mark.parametrize("by", [{"iccid": WIRE_ICCID}, {"iccid": ICCID}, {"profileType": PROFILE_TYPE}])
def test_a_profile_is_reserved(rig: Rig, by: dict[str, str], eid: str | None, state: OrderState) -> None:
    stock(rig)
    members = by if eid is None else by | {"eid": eid}
    assert succeeded(rig.call_es2("downloadOrder", **members)) == {"iccid": WIRE_ICCID}
    order = rig.order()
    assert (order.state, order.eid, order.operator) == (state, eid, "operator")


def test_profiles_of_a_type_are_given_one_after_the_other(rig: Rig) -> None:
    stock(rig)
    stock(rig, iccid=Iccid("8988211000000000025"))
    given = {succeeded(rig.call_es2("downloadOrder", profileType=PROFILE_TYPE))["iccid"] for _ in range(2)}
    assert given == {WIRE_ICCID, "8988211000000000025F"}
    assert rig.call_es2("downloadOrder", profileType=PROFILE_TYPE).pair == ("8.2.5", "3.7")


DOWNLOAD_ORDER: list[tuple[str, dict[str, Any], dict[str, Any], Pair]] = [
    ("unknown ICCID", {}, {"iccid": UNKNOWN_ICCID}, ("8.2.1", "3.9")),
    ("another operator's", {"operator": "other"}, {"iccid": WIRE_ICCID}, ("8.2.1", "1.2")),
    ("unknown type", {}, {"profileType": "Nowhere"}, ("8.2.5", "3.9")),
    ("type of another profile", {}, {"iccid": WIRE_ICCID, "profileType": "Nowhere"}, ("8.2.5", "3.8")),
    ("none of the type left", {"state": S.RELEASED}, {"profileType": PROFILE_TYPE}, ("8.2.5", "3.7")),
    ("the type is another's", {"operator": "other"}, {"profileType": PROFILE_TYPE}, ("8.2.5", "3.7")),
    ("neither ICCID nor type", {}, {}, ("1.6", "2.3")),
    ("unknown before type", {}, {"iccid": UNKNOWN_ICCID, "profileType": "Nowhere"}, ("8.2.1", "3.9")),
]


@pytest.mark.parametrize(
    ("order", "members", "expected"),
    [row[1:] for row in DOWNLOAD_ORDER],
    ids=[row[0] for row in DOWNLOAD_ORDER],
)
def test_a_reservation_is_refused(
    rig: Rig, order: dict[str, Any], members: dict[str, Any], expected: Pair
) -> None:
    before = stock(rig, **order)
    assert rig.call_es2("downloadOrder", **members).pair == expected
    assert rig.order() == before


@pytest.mark.parametrize(
    "state",
    sorted(set(OrderState) - {S.AVAILABLE, S.ALLOCATED, S.LINKED, S.DELETED}),
    ids=lambda state: state.value,
)
def test_a_profile_in_use_is_not_reserved_again(rig: Rig, state: OrderState) -> None:
    before = stock(rig, state)
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID).pair == ("8.2.1", "3.3")
    assert rig.order() == before


@pytest.mark.parametrize("eid", [None, EID])
def test_a_profile_that_its_chip_deleted_is_ordered_again(rig: Rig, eid: str | None) -> None:
    stock(rig, S.DELETED, operator="operator", eid=eid_of(2), chip_sequence=9, matching_id="OLD")
    members = {} if eid is None else {"eid": eid}
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID, **members).pair is None
    order = rig.order()
    assert order.state is (S.ALLOCATED if eid is None else S.LINKED)
    assert (order.eid, order.matching_id, order.chip_sequence) == (eid, None, -1)
    reply = rig.call_es2("confirmOrder", iccid=WIRE_ICCID, releaseFlag=True)
    assert rig.lpa().download(reply.members["matchingId"]).http_status == 204


def test_a_deleted_profile_of_another_operator_is_not_ordered(rig: Rig) -> None:
    before = stock(rig, S.DELETED, operator="somebody else", eid=eid_of(2))
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID).pair == ("8.2.1", "1.2")
    assert rig.order() == before


def test_a_repeated_reservation_gets_the_same_answer(rig: Rig) -> None:
    stock(rig)
    first = rig.call_es2("downloadOrder", iccid=WIRE_ICCID, eid=EID)
    after = rig.order()
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID, eid=EID).body == first.body
    assert rig.order() == after
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID).pair == ("8.2.1", "3.3"), "without the EID"
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID, eid=OTHER_EID).pair == ("8.2.1", "3.3")


# --- ConfirmOrder ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [S.ALLOCATED, S.LINKED], ids=lambda state: state.value)
@pytest.mark.parametrize("release", [False, True])
def test_an_order_is_confirmed(rig: Rig, state: OrderState, release: bool) -> None:
    stock(rig, state)
    output = succeeded(
        rig.call_es2("confirmOrder", iccid=WIRE_ICCID, matchingId="TOKEN-1", releaseFlag=release)
    )
    assert output["matchingId"] == "TOKEN-1"
    assert output["smdpAddress"] == FQDN
    assert output.get("eid") == (EID if state is S.LINKED else None)
    assert rig.order().state is (S.RELEASED if release else S.CONFIRMED)
    assert rig.lpa().announce("TOKEN-1").pair == (None if release else ("8.2", "1.2"))


def test_a_matching_id_is_made_where_none_is_given(rig: Rig) -> None:
    stock(rig, S.ALLOCATED)
    stock(rig, S.ALLOCATED, iccid=Iccid("8988211000000000025"))
    tokens = {
        succeeded(rig.call_es2("confirmOrder", iccid=iccid, releaseFlag=True))["matchingId"]
        for iccid in (WIRE_ICCID, "8988211000000000025F")
    }
    assert len(tokens) == 2
    for token in tokens:
        assert set(token) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"), "generated strictly"
        assert rig.lpa().announce(token).pair is None


def test_an_empty_matching_id_lets_the_chip_be_found_by_its_eid(rig: Rig) -> None:
    stock(rig, S.ALLOCATED)
    output = succeeded(
        rig.call_es2("confirmOrder", iccid=WIRE_ICCID, eid=EID, matchingId="", releaseFlag=True)
    )
    assert (output["matchingId"], output["eid"]) == ("", EID)
    assert rig.lpa().download(None).http_status == 204


def test_a_confirmation_code_is_asked_for_afterwards(rig: Rig) -> None:
    stock(rig, S.ALLOCATED)
    members = {"iccid": WIRE_ICCID, "matchingId": "TOKEN-1", "releaseFlag": True}
    succeeded(rig.call_es2("confirmOrder", confirmationCode="2718", **members))
    assert rig.lpa().fetch("TOKEN-1").pair == ("8.2.7", "2.2")
    assert rig.lpa().fetch("TOKEN-1", "2718").pair is None


CONFIRM_ORDER: list[tuple[str, dict[str, Any], dict[str, Any], Pair]] = [
    ("unknown ICCID", {}, {"iccid": UNKNOWN_ICCID}, ("8.2.1", "3.9")),
    ("another operator's", {"operator": "other"}, {}, ("8.2.1", "1.2")),
    ("another operator's, token taken", {"operator": "other"}, {"matchingId": "TAKEN"}, ("8.2.1", "1.2")),
    ("not reserved", {"state": S.AVAILABLE}, {}, ("8.2.1", "3.5")),
    ("released otherwise", {"state": S.RELEASED}, {"matchingId": "OTHER"}, ("8.2.1", "3.5")),
    ("fetched", {"state": S.DOWNLOADED}, {}, ("8.2.1", "3.5")),
    ("installed", {"state": S.INSTALLED}, {}, ("8.2.1", "3.5")),
    ("out of stock", {"state": S.UNAVAILABLE}, {}, ("8.2.1", "3.5")),
    ("token taken", {}, {"matchingId": "TAKEN"}, ("8.2.6", "3.3")),
    ("no token, no EID", {}, {"matchingId": ""}, ("8.1.1", "2.2")),
    ("SM-DS, no EID", {}, {"smdsAddress": "smds.example.com"}, ("8.1.1", "2.2")),
    ("SM-DS", {}, {"smdsAddress": "smds.example.com", "eid": EID}, ("8.9", "5.1")),
    ("another EID", {"state": S.LINKED}, {"eid": OTHER_EID}, ("8.1.1", "3.10")),
    ("a token with blanks", {}, {"matchingId": "A B"}, ("8.2.6", "2.1")),
    ("a token with a $", {}, {"matchingId": "A$B"}, ("8.2.6", "2.1")),
]


@pytest.mark.parametrize(
    ("order", "members", "expected"),
    [row[1:] for row in CONFIRM_ORDER],
    ids=[row[0] for row in CONFIRM_ORDER],
)
def test_a_confirmation_is_refused(
    rig: Rig, order: dict[str, Any], members: dict[str, Any], expected: Pair
) -> None:
    rig.add_order(iccid=Iccid("8988211000000000033"), matching_id="TAKEN")
    before = stock(rig, order.pop("state", S.ALLOCATED), **order)
    given = {"iccid": WIRE_ICCID, "releaseFlag": True} | members
    assert rig.call_es2("confirmOrder", **given).pair == expected
    assert rig.order() == before


@pytest.mark.parametrize("release", [False, True])
@pytest.mark.parametrize(
    "members",
    [{"matchingId": "TOKEN-1"}, {}, {"eid": EID, "matchingId": ""}, {"confirmationCode": "1234"}],
    ids=["token", "made", "by EID", "code"],
)
def test_a_repeated_confirmation_gets_the_same_answer(
    rig: Rig, members: dict[str, Any], release: bool
) -> None:
    stock(rig, S.ALLOCATED)
    given = {"iccid": WIRE_ICCID, "releaseFlag": release} | members
    first = rig.call_es2("confirmOrder", **given)
    assert first.pair is None
    after = rig.order()
    assert rig.call_es2("confirmOrder", **given).body == first.body
    assert rig.order() == after
    assert rig.call_es2("confirmOrder", **(given | {"confirmationCode": "9999"})).pair == ("8.2.1", "3.5")


def test_a_taken_matching_id_is_free_again_when_its_order_was_taken_back(rig: Rig) -> None:
    stock(rig, S.RELEASED)
    other = Iccid("8988211000000000025")
    stock(rig, S.ALLOCATED, iccid=other)
    confirm = {"iccid": f"{other}F", "matchingId": "TEST-1", "releaseFlag": True}
    assert rig.call_es2("confirmOrder", **confirm).pair == ("8.2.6", "3.3")
    cancelled = rig.call_es2("cancelOrder", iccid=WIRE_ICCID, finalProfileStatusIndicator="Available")
    assert cancelled.pair is None
    assert rig.call_es2("confirmOrder", **confirm).pair is None


# --- ReleaseProfile -------------------------------------------------------------------------------------------


def test_a_confirmed_profile_is_released(rig: Rig) -> None:
    stock(rig, S.CONFIRMED)
    assert succeeded(rig.call_es2("releaseProfile", iccid=WIRE_ICCID)) == {}
    assert rig.order().state is S.RELEASED
    assert succeeded(rig.call_es2("releaseProfile", iccid=WIRE_ICCID)) == {}, "repeated"
    assert rig.lpa().announce("TEST-1").pair is None


@pytest.mark.parametrize(
    "state", sorted(set(OrderState) - {S.CONFIRMED, S.RELEASED}), ids=lambda state: state.value
)
def test_a_profile_in_another_state_cannot_be_released(rig: Rig, state: OrderState) -> None:
    before = stock(rig, state, operator="operator")
    assert rig.call_es2("releaseProfile", iccid=WIRE_ICCID).pair == ("8.2.1", "3.5")
    assert rig.order() == before


def test_only_the_owner_releases(rig: Rig) -> None:
    stock(rig, S.CONFIRMED, operator="other")
    assert rig.call_es2("releaseProfile", iccid=WIRE_ICCID).pair == ("8.2.1", "1.2")
    assert rig.call_es2("releaseProfile", iccid=UNKNOWN_ICCID).pair == ("8.2.1", "3.9")


# --- CancelOrder ----------------------------------------------------------------------------------------------

CANCELLABLE = [S.ALLOCATED, S.LINKED, S.CONFIRMED, S.RELEASED, S.ERROR]


@pytest.mark.parametrize("state", CANCELLABLE, ids=lambda state: state.value)
@pytest.mark.parametrize("final", ["Available", "Unavailable"])
def test_an_order_is_taken_back(rig: Rig, state: OrderState, final: str) -> None:
    before = stock(rig, state, confirmation_hash=bytes(32), download_attempts=3)
    members = {"eid": EID} if before.eid else {}
    reply = rig.call_es2("cancelOrder", iccid=WIRE_ICCID, finalProfileStatusIndicator=final, **members)
    assert succeeded(reply) == {}
    order = rig.order()
    assert order.state.value == final
    assert order.operator == "operator"
    forgotten = (order.eid, order.matching_id, order.confirmation_hash, order.download_attempts)
    assert forgotten == (None, None, None, 0)
    again = rig.call_es2("downloadOrder", iccid=WIRE_ICCID).pair
    assert again == (None if final == "Available" else ("8.2.1", "3.3"))


CANCEL_ORDER: list[tuple[str, dict[str, Any], dict[str, Any], Pair]] = [
    ("unknown ICCID", {}, {"iccid": UNKNOWN_ICCID}, ("8.2.1", "3.9")),
    ("another operator's", {"operator": "other"}, {}, ("8.2.1", "1.2")),
    ("another EID", {"eid": eid_of(1)}, {"eid": OTHER_EID}, ("8.2.1", "3.10")),
    ("no EID although one is linked", {"eid": eid_of(1)}, {}, ("8.2.1", "3.10")),
    ("an EID although none is linked", {}, {"eid": EID}, ("8.2.1", "3.10")),
    ("another matching id", {}, {"matchingId": "OTHER"}, ("8.2.6", "3.10")),
    ("in stock", {"state": S.AVAILABLE, "operator": "operator"}, {}, ("8.2.1", "3.5")),
    ("installed", {"state": S.INSTALLED}, {}, ("8.2.1", "3.5")),
    ("deleted", {"state": S.DELETED, "matching_id": None}, {}, ("8.2.1", "3.5")),
    ("out of stock", {"state": S.UNAVAILABLE}, {}, ("8.2.1", "3.5")),
    ("another end", {}, {"finalProfileStatusIndicator": "Deleted"}, ("1.6", "2.1")),
]


@pytest.mark.parametrize(
    ("order", "members", "expected"), [row[1:] for row in CANCEL_ORDER], ids=[row[0] for row in CANCEL_ORDER]
)
def test_a_cancellation_is_refused(
    rig: Rig, order: dict[str, Any], members: dict[str, Any], expected: Pair
) -> None:
    before = stock(rig, order.pop("state", S.RELEASED), **order)
    given = {"iccid": WIRE_ICCID, "finalProfileStatusIndicator": "Available"} | members
    assert rig.call_es2("cancelOrder", **given).pair == expected
    assert rig.order() == before


def test_the_right_matching_id_and_eid_cancel(rig: Rig) -> None:
    stock(rig, S.RELEASED, eid=eid_of(1))
    reply = rig.call_es2(
        "cancelOrder",
        iccid=WIRE_ICCID,
        eid=EID,
        matchingId="TEST-1",
        finalProfileStatusIndicator="Unavailable",
    )
    assert reply.pair is None
    assert rig.lpa().announce("TEST-1").pair == ("8.2.6", "3.8")


@pytest.mark.parametrize("given_up", [False, True], ids=["Downloaded", "Error"])
def test_a_profile_that_was_handed_out_never_returns_to_stock(rig: Rig, given_up: bool) -> None:
    """Nobody can know whether the chip has it: sold again, it would be on two."""
    stock(rig, S.RELEASED)
    lpa = rig.lpa()
    assert lpa.fetch("TEST-1").pair is None
    if given_up:
        lpa.cancel(0)
    before = rig.order()
    cancel = {"iccid": WIRE_ICCID, "eid": EID}
    refused = rig.call_es2("cancelOrder", finalProfileStatusIndicator="Available", **cancel)
    assert refused.pair == ("8.2.1", "3.5")
    assert rig.order() == before
    assert rig.call_es2("cancelOrder", finalProfileStatusIndicator="Unavailable", **cancel).pair is None


def test_the_way_of_an_order_through_es2plus_to_the_chip(rig: Rig) -> None:
    stock(rig)
    iccid = succeeded(rig.call_es2("downloadOrder", profileType=PROFILE_TYPE))["iccid"]
    token = succeeded(rig.call_es2("confirmOrder", iccid=iccid, releaseFlag=False))["matchingId"]
    assert rig.lpa().announce(token).pair == ("8.2", "1.2")
    succeeded(rig.call_es2("releaseProfile", iccid=iccid))
    lpa = rig.lpa()
    assert lpa.download(token).http_status == 204
    rig.process()
    assert rig.order().state is S.INSTALLED
    refused = rig.call_es2("cancelOrder", iccid=iccid, eid=EID, finalProfileStatusIndicator="Available")
    assert refused.pair == ("8.2.1", "3.5")


# --- Orders that are nobody's ---------------------------------------------------------------------------------


def test_what_was_ordered_on_the_server_itself_is_no_operator_s(rig: Rig) -> None:
    """Orders imported on the server belong to nobody on ES2+; only their stock is for everybody."""
    before = rig.add_order(state=S.CONFIRMED)
    for function, members in (
        ("releaseProfile", {}),
        ("confirmOrder", {"releaseFlag": True}),
        ("cancelOrder", {"finalProfileStatusIndicator": "Available"}),
    ):
        assert rig.call_es2(function, iccid=WIRE_ICCID, **members).pair == ("8.2.1", "1.2"), function
    assert rig.order() == before


def test_a_laboratory_s_order_is_invisible_to_operators(rig: Rig) -> None:
    stored = rig.add_order(is_reusable=True, state=S.AVAILABLE)
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID).pair == ("8.2.1", "3.9")
    assert rig.call_es2("downloadOrder", profileType=PROFILE_TYPE).pair == ("8.2.5", "3.7")
    assert rig.order(stored.order_id) == stored


def test_what_one_operator_reserved_is_closed_to_the_next(rig: Rig) -> None:
    stock(rig)
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID).pair is None
    rig.operator = "other"
    assert rig.call_es2("downloadOrder", iccid=WIRE_ICCID).pair == ("8.2.1", "1.2")
    assert rig.call_es2("confirmOrder", iccid=WIRE_ICCID, releaseFlag=True).pair == ("8.2.1", "1.2")
    cancel = {"iccid": WIRE_ICCID, "finalProfileStatusIndicator": "Available"}
    assert rig.call_es2("cancelOrder", **cancel).pair == ("8.2.1", "1.2")


# --- Form -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "members"),
    [
        ("downloadOrder", {"iccid": "12"}),
        ("downloadOrder", {"iccid": WIRE_ICCID, "eid": EID[:-1] + "0"}),
        ("downloadOrder", {"iccid": 8988211000000000017}),
        ("downloadOrder", {"profileType": 5}),
        ("confirmOrder", {"iccid": WIRE_ICCID}),
        ("confirmOrder", {"iccid": WIRE_ICCID, "releaseFlag": "true"}),
        ("confirmOrder", {"releaseFlag": True}),
        ("releaseProfile", {}),
        ("cancelOrder", {"iccid": WIRE_ICCID}),
    ],
)
def test_a_malformed_call_is_told_so(rig: Rig, function: str, members: dict[str, Any]) -> None:
    before = stock(rig)
    reply = rig.call_es2(function, **members)
    assert reply.http_status == 400
    assert rig.order() == before


def test_no_answer_shows_a_confirmation_code(rig: Rig, logs: list[Any]) -> None:
    stock(rig, S.ALLOCATED)
    code = "SECRET-CODE-8472"
    given = {"iccid": WIRE_ICCID, "releaseFlag": True, "confirmationCode": code}
    replies = [
        rig.call_es2("confirmOrder", **(given | {"matchingId": "A$B"})),
        rig.call_es2("confirmOrder", **given),
    ]
    replies.append(rig.call_es2("confirmOrder", **(given | {"confirmationCode": code + "X"})))
    assert all(code.encode() not in reply.body for reply in replies)
    assert code not in repr(logs)
    assert code not in repr(rig.order())


def test_nothing_of_ours_is_needed_to_tell_two_eids_apart() -> None:
    assert Eid.parse(EID) != Eid.parse(OTHER_EID)
    assert replace(make_chip(1)).eid == EID

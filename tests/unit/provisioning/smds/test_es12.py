"""ES12 and ES15 at the SM-DS: what is taken in, from whom, and who may take it back.

The pairs are the fact sheet's.
"""

from __future__ import annotations

from typing import Any

import pytest

from openesim.provisioning.smds.events import EventState
from tests.support.discovery import SmdsRig
from tests.support.rig import eid_of

EID = eid_of(1)


def test_an_event_is_kept_with_who_registered_it(smds: SmdsRig) -> None:
    reply = smds.register(EID, caller="smdp one")
    assert (reply.http_status, reply.pair, list(reply.members)) == (200, None, ["header"])
    (event,) = smds.events
    assert (event.event_id, event.eid, event.registrant) == ("EVENT-1", EID, "smdp one")
    assert (event.state, event.forwarded_event_id) == (EventState.REGISTERED, None)
    assert "EVENT-1" not in repr(event)


@pytest.mark.parametrize("caller", ["smdp one", "smdp two"])
@pytest.mark.parametrize("eid", [EID, eid_of(2)])
def test_an_event_id_is_registered_once(smds: SmdsRig, caller: str, eid: object) -> None:
    assert smds.register(EID, caller="smdp one").pair is None
    assert smds.call("registerEvent", caller, **_members(str(eid))).pair == ("8.9.5", "3.3")
    assert len(smds.events) == 1


def _members(eid: str) -> dict[str, Any]:
    return {
        "eid": eid,
        "eventId": "EVENT-1",
        "rspServerAddress": "smdpplus.example.com",
        "forwardingIndicator": False,
    }


def test_an_event_is_deleted_by_who_registered_it_and_nobody_else(smds: SmdsRig) -> None:
    smds.register(EID, caller="smdp one")
    assert smds.delete(EID, caller="smdp two").pair == ("8.9.5", "1.2")
    assert len(smds.events) == 1
    assert smds.delete(EID, caller="smdp one").pair is None
    assert smds.events == []
    assert smds.delete(EID, caller="smdp one").pair == ("8.9.5", "3.9")
    assert smds.register(EID, caller="smdp two").pair is None, "the id is free again"


def test_an_event_that_this_chip_does_not_have_cannot_be_deleted(smds: SmdsRig) -> None:
    smds.register(EID)
    assert smds.delete(EID, "EVENT-2").pair == ("8.9.5", "3.9")
    assert smds.delete(eid_of(2)).pair == ("8.9.5", "3.9")
    assert len(smds.events) == 1


def test_a_root_has_nobody_to_forward_to(smds: SmdsRig) -> None:
    assert smds.register(EID, forwardingIndicator=True).pair is None
    assert [each.state for each in smds.events] == [EventState.REGISTERED]
    assert smds.sky.calls == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("eventId", ""),
        ("eventId", "A B"),
        ("eventId", "A\0"),
        ("eventId", "A" * 256),
        ("rspServerAddress", ""),
        ("rspServerAddress", "no host name"),
        ("rspServerAddress", "a.example.com:99999"),
    ],
)
def test_what_no_lpa_could_use_is_refused(smds: SmdsRig, member: str, value: str) -> None:
    assert smds.register(EID, **{member: value}).pair == ("1.6", "2.1")
    assert smds.events == []


@pytest.mark.parametrize("member", ["header", "eid", "eventId", "rspServerAddress", "forwardingIndicator"])
@pytest.mark.parametrize("value", [None, 7])
def test_every_member_is_mandatory_and_of_its_type(smds: SmdsRig, member: str, value: object) -> None:
    assert smds.call("registerEvent", **_members(str(EID)) | {member: value}).http_status == 400
    assert smds.events == []


def test_es15_has_the_same_functions_under_its_own_paths(smds: SmdsRig) -> None:
    assert smds.register(EID, interface="es15").pair is None
    assert smds.register(EID, interface="es15").pair == ("8.9.5", "3.3")
    assert smds.delete(EID, interface="es15").pair is None
    assert smds.events == []

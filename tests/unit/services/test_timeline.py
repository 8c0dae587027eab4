"""The timeline: each step in words, each failure explained in either language, and no secret in any of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from openesim.encoding import tlv
from openesim.messages.saip.response import EuiccResponse
from openesim.messages.sgp22.explained import Language
from openesim.messages.sgp22.notifications import ErrorResult, FinalResult
from openesim.provisioning.smdp.history import Action, Step
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.timeline import ACTIONS, Entry, explain_step, timeline, told
from tests.support.rig import ICCID, NOW, PROFILE_TYPE, Rig, eid_of, make_chip


def a_step(**changes: Any) -> Step:
    """Returns a step in which nothing went wrong."""
    step = Step(
        order_id=1, operator="o", iccid=ICCID, profile_type=PROFILE_TYPE, at=NOW,
        action=Action.INSTALLATION_RESULT, state=OrderState.ERROR,
    )  # fmt: skip
    return replace(step, **changes)


def entries(rig: Rig, language: Language = Language.ENGLISH, operator: str | None = None) -> list[Entry]:
    """Returns the timeline of the only order."""
    return rig.work.run_now(lambda stores: list(timeline(stores, rig.order(), language, operator=operator)))


@pytest.mark.parametrize("action", Action)
def test_every_action_has_words_in_both_languages(action: Action) -> None:
    english, chinese = ACTIONS[action]
    assert english.isascii()
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)


def test_a_failed_installation_tells_what_the_profile_interpreter_said() -> None:
    """PAIN 13."""
    final = ErrorResult(
        bpp_command_id=5, error_reason=12, sima_response=EuiccResponse.failure(10, 7, "no javacard").encode()
    )
    octets = tlv.encode(0xA2, FinalResult.encode(final))
    found = explain_step(a_step(code="installation:5/12", result_data=octets))
    assert found is not None
    assert "feature not supported" in found.cause
    assert "no javacard" in found.cause
    chinese = told(a_step(code="installation:5/12", result_data=octets), Language.CHINESE).values()
    assert "不支持该功能" in str(chinese["cause"])


@pytest.mark.parametrize("octets", [None, b"", b"\xff\xff", b"\xa2\x02\xa1\x00"])
def test_without_a_readable_result_command_and_reason_are_told(octets: bytes | None) -> None:
    found = explain_step(a_step(code="installation:5/12", result_data=octets))
    assert found is not None
    assert found.code == "installation:5/12"


def test_a_step_in_which_nothing_went_wrong_is_not_explained() -> None:
    assert explain_step(a_step()) is None


def test_what_the_chip_said_is_told_before_what_we_made_of_it() -> None:
    entry = told(a_step(subject="8.1", reason="4.2", code="DownloadErrorCode:1"))
    assert (entry.code, entry.subject, entry.reason) == ("DownloadErrorCode:1", "8.1", "4.2")


def test_a_whole_life_is_told_without_a_secret(rig: Rig) -> None:
    code, token = "20471", "MATCHING-ID-9"
    rig.add_order(code=code, matching_id=token, created_at=NOW, operator="operator", eid=eid_of(1))
    lpa = rig.lpa()
    rig.lpa(make_chip(2)).announce(token)
    lpa.fetch(token, "99999")
    lpa.get_package(code)
    lpa.chip.fails_with = (5, 12)
    lpa.deliver(lpa.install())
    rig.process()
    lpa.cancel(0)
    found = entries(rig)
    assert [entry.action for entry in found] == [
        "stock",
        "authenticate_client",
        "authenticate_client",
        "get_bound_profile_package",
        "get_bound_profile_package",
        "installation_result",
        "cancel_session",
    ]
    assert [entry.code for entry in found if entry.explanation] == [
        "status:8.1.1/3.8",
        "status:8.2.7/3.8",
        "installation:5/12",
        "CancelSessionReason:0",
    ]
    text = json.dumps([entry.values() for language in Language for entry in entries(rig, language)])
    assert token not in text
    assert code not in text


def test_an_operator_sees_what_happened_while_the_profile_was_his(rig: Rig) -> None:
    rig.add_order(operator="operator")
    rig.lpa().announce("TEST-1")
    rig.save_order(replace(rig.order(), operator="other"))
    rig.lpa().announce("TEST-1")
    assert len(entries(rig)) == 2
    assert len(entries(rig, operator="operator")) == 1
    assert len(entries(rig, operator="other")) == 1
    assert entries(rig, operator="stranger") == []

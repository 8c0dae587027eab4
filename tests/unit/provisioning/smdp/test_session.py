"""Sessions: what is awaited when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from openesim.kernel.ids import TransactionId
from openesim.provisioning.smdp.session import AWAITED, Session, SessionState
from tests.support.rig import FQDN, NOW

SESSION = Session(
    transaction_id=TransactionId(bytes(16)),
    expires_at=NOW,
    server_address=FQDN,
    server_challenge=b"challenge of 16.",
    svn=b"\2\5\0",
    identity=bytes(20),
    euicc_ci_pkid=bytes(20),
)
EXPECTED = {
    SessionState.EXPECT_AUTHENTICATE_CLIENT: {"authenticate_client"},
    SessionState.EXPECT_GET_BOUND_PROFILE_PACKAGE: {"get_bound_profile_package", "cancel_session"},
    SessionState.CLOSED: set(),
}


@pytest.mark.parametrize("state", list(SessionState))
def test_each_state_awaits_its_functions_only(state: SessionState) -> None:
    session = replace(SESSION, state=state)
    before = NOW - timedelta(milliseconds=1)
    assert {name for name in AWAITED if session.awaits(name, before)} == EXPECTED[state]


@pytest.mark.parametrize("function", list(AWAITED))
def test_a_session_awaits_nothing_from_its_end_on(function: str) -> None:
    assert not any(replace(SESSION, state=state).awaits(function, NOW) for state in SessionState)


def test_a_session_shows_no_challenge_and_no_signature() -> None:
    shown = repr(replace(SESSION, smdp_signature2=b"signature", euicc_key=b"key of the chip"))
    assert "challenge of" not in shown
    assert "b'signature'" not in shown

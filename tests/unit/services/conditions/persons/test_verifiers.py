"""A flow is one browser's, for one case, once, and not for long; whatever comes back otherwise verifies nobody."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.identity.verifier_texts import Trouble, trouble_of
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import OpenEsimError, PeerError, VerificationError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.verifiers import FLOW_TIME, OidcVerifier
from openesim.services.conditions.rules.book import RuleBook
from tests.support.memory_flows import FlowWork
from tests.support.memory_provider import ISSUER, MemoryProvider
from tests.support.verifying import BROWSER, CASE, NOW, NUMBER, POLICY, SetClock


@dataclass
class Stage:
    """A verifier with everything around it."""

    provider: MemoryProvider = field(default_factory=MemoryProvider)
    work: FlowWork = field(default_factory=FlowWork)
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))

    def __post_init__(self) -> None:
        self.verifier = OidcVerifier(
            self.work, Ambient(self.clock, os.urandom), self.provider, POLICY, RuleBook()
        )

    def begin(self, case_id: str = CASE, browser: Secret[str] = BROWSER) -> dict[str, str]:
        """Begins a flow and returns the query of a good answer."""
        asyncio.run(self.verifier.begin(case_id, browser))
        return {"state": self.provider.asked[-1].state, "code": "a-code"}

    def complete(self, query: dict[str, str], browser: Secret[str] = BROWSER) -> Findings | NotVerified:
        return asyncio.run(self.verifier.complete(query, browser)).outcome

    def refusal(self, query: dict[str, str], browser: Secret[str] = BROWSER) -> OpenEsimError:
        with pytest.raises((VerificationError, PeerError)) as refused:
            self.complete(query, browser)
        assert refused.value.explanation is not None
        return refused.value


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_flow_ends_in_findings(stage: Stage) -> None:
    outcome = stage.complete(stage.begin())
    assert isinstance(outcome, Findings)
    assert outcome.verifier == stage.verifier.name == "oidc:bank"
    assert stage.work.flows == {}


def test_state_nonce_and_code_verifier_are_drawn_anew_for_every_flow(stage: Stage) -> None:
    stage.begin()
    stage.begin()
    first, second = stage.provider.asked
    values = [
        first.state,
        first.nonce,
        first.code_challenge,
        second.state,
        second.nonce,
        second.code_challenge,
    ]
    assert len(set(values)) == 6
    assert all(len(value) >= 43 for value in values)


def test_a_state_is_taken_once(stage: Stage) -> None:
    query = stage.begin()
    stage.complete(query)
    assert trouble_of(stage.refusal(query)) is Trouble.FLOW_UNKNOWN
    assert len(stage.provider.redeemed) == 1


def test_a_state_that_nobody_gave_is_unknown_and_harms_no_flow(stage: Stage) -> None:
    query = stage.begin()
    for state in ("", CASE, f"{CASE}.x", f"{CASE}.{'x' * 43}", "x" * 10_000, "\ud800", f"{CASE}\0.x"):
        assert trouble_of(stage.refusal({**query, "state": state})) is Trouble.FLOW_UNKNOWN
    assert trouble_of(stage.refusal({"code": "a-code"})) is Trouble.FLOW_UNKNOWN
    assert isinstance(stage.complete(query), Findings)


def test_an_address_that_was_sent_to_somebody_else_verifies_nobody(stage: Stage) -> None:
    """Else a person who opens a stranger's address would lend him the own name."""
    query = stage.begin()
    assert trouble_of(stage.refusal(query, Secret("another browser"))) is Trouble.FLOW_UNKNOWN
    assert isinstance(stage.complete(query), Findings)


def test_a_state_of_one_case_is_of_no_use_for_another(stage: Stage) -> None:
    mine = stage.begin()
    stage.begin("CASE0000CASE0002")
    swapped = mine["state"].replace(CASE, "CASE0000CASE0002")
    assert trouble_of(stage.refusal({**mine, "state": swapped})) is Trouble.FLOW_UNKNOWN


def test_a_newer_flow_of_a_case_ends_the_older_one(stage: Stage) -> None:
    older = stage.begin()
    newer = stage.begin()
    assert trouble_of(stage.refusal(older)) is Trouble.FLOW_UNKNOWN
    assert isinstance(stage.complete(newer), Findings)


def test_a_flow_that_took_too_long_is_over(stage: Stage) -> None:
    query = stage.begin()
    stage.clock.moment = NOW + FLOW_TIME
    assert trouble_of(stage.refusal(query)) is Trouble.FLOW_EXPIRED
    assert stage.provider.redeemed == []
    assert stage.work.flows == {}


def test_a_flow_may_be_deleted_when_it_is_over(stage: Stage) -> None:
    stage.begin()
    assert stage.work.flows[CASE][1] == NOW + FLOW_TIME


def test_a_state_of_another_provider_of_ours_is_unknown_here(stage: Stage) -> None:
    """Mix-up: both providers are ours, and come back to addresses of their own."""
    query = stage.begin()
    other = OidcVerifier(
        stage.work,
        Ambient(stage.clock, os.urandom),
        MemoryProvider("https://evil.example.com"),
        replace(POLICY, verifier="oidc:evil"),
        RuleBook(),
    )
    with pytest.raises(VerificationError) as refused:
        asyncio.run(other.complete(query, BROWSER))
    assert trouble_of(refused.value) is Trouble.FLOW_UNKNOWN


@pytest.mark.parametrize("issuer", ["https://evil.example.com", "", ISSUER + "/"])
def test_an_answer_of_another_issuer_is_refused(stage: Stage, issuer: str) -> None:
    query = {**stage.begin(), "iss": issuer}
    assert trouble_of(stage.refusal(query)) is Trouble.WRONG_SENDER
    assert stage.provider.redeemed == []


def test_an_answer_without_issuer_is_refused_where_the_provider_says_one(stage: Stage) -> None:
    stage.provider.says_its_name = True
    assert trouble_of(stage.refusal(stage.begin())) is Trouble.WRONG_SENDER
    assert isinstance(stage.complete({**stage.begin(), "iss": ISSUER}), Findings)


def test_a_person_who_says_no_at_the_provider_has_given_up(stage: Stage) -> None:
    for word in ("access_denied", "login_required", "consent_required"):
        outcome = stage.complete({"state": stage.begin()["state"], "error": word})
        assert outcome == NotVerified(verifier="oidc:bank", doubt=Doubt.GIVEN_UP)


@pytest.mark.parametrize(
    ("word", "trouble"),
    [
        ("server_error", Trouble.BUSY),
        ("temporarily_unavailable", Trouble.BUSY),
        ("invalid_scope", Trouble.REFUSES_QUESTION),
        ("<script>", Trouble.REFUSES_QUESTION),
    ],
)
def test_a_provider_in_trouble_has_said_nothing_of_the_person(
    stage: Stage, word: str, trouble: Trouble
) -> None:
    query = {"state": stage.begin()["state"], "error": word, "error_description": "<b>hostile</b>"}
    error = stage.refusal(query)
    assert isinstance(error, PeerError)
    assert trouble_of(error) is trouble
    assert "<" not in str(error)


def test_an_answer_with_nothing_in_it_does_not_hold(stage: Stage) -> None:
    error = stage.refusal({"state": stage.begin()["state"]})
    assert trouble_of(error) is Trouble.ANSWER_INVALID


def test_verified_claims_of_another_form_are_unreadable(stage: Stage) -> None:
    stage.provider.claims = {"verification": NUMBER}
    error = stage.refusal(stage.begin())
    assert isinstance(error, PeerError)
    assert trouble_of(error) is Trouble.UNREADABLE
    assert NUMBER not in str(error)


def test_two_answers_at_the_same_time_redeem_one_code(stage: Stage) -> None:
    query = stage.begin()

    async def both() -> list[Any]:
        twice = (stage.verifier.complete(query, BROWSER) for _ in range(2))
        return await asyncio.gather(*twice, return_exceptions=True)

    done = asyncio.run(both())
    assert sorted(isinstance(each, VerificationError) for each in done) == [False, True]
    assert len(stage.provider.redeemed) == 1


def test_what_is_kept_of_a_flow_is_secret_and_does_not_show(stage: Stage) -> None:
    query = stage.begin()
    request = stage.provider.asked[-1]
    record, _ = stage.work.flows[CASE]
    assert BROWSER.reveal() not in record
    with capture_logs() as logs:
        stage.complete(query)
        stage.complete({"state": stage.begin()["state"], "error": "access_denied"})
    told = json.dumps(logs, default=repr)
    for secret in (request.nonce, request.state, "a-code", NUMBER):
        assert secret not in told
    assert repr(stage.provider.redeemed[0]).count("<secret>") == 3


def test_flows_end_soon() -> None:
    assert timedelta(minutes=5) <= FLOW_TIME <= timedelta(minutes=30)

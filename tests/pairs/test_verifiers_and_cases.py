"""From an application to a verified case with evidence, by an identity provider and by an authority, as far as packs let."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from openesim.adapters.http_client.authority import AuthorityHttpVerifier, AuthoritySettings
from openesim.adapters.http_client.json_calls import CallOptions
from openesim.adapters.http_server.listener import Listener, Servers
from openesim.apps.sandbox.authority import SandboxAuthority
from openesim.apps.sandbox.people import Scenario, make_people
from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.findings import Findings, NotVerified
from openesim.conditions.rules.words import Channel, DocumentKind, Group
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import VerificationError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.acts import Act
from openesim.services.conditions.persons.verifiers import OidcVerifier, Question
from openesim.services.conditions.persons.verifying import take_findings
from openesim.services.conditions.rules.book import RuleBook
from tests.support.memory import MemoryWork
from tests.support.memory_provider import MemoryProvider
from tests.support.people import APPLICATION, CHINA, GERMANY, NOW, SHOWN, begin, do
from tests.support.verifying import BROWSER, POLICY, SetClock, verified_claims

ONLINE = replace(APPLICATION, channel=Channel.ONLINE)
BANK = replace(POLICY, home="DEU")


def by_video(**changed_claims: Any) -> dict[str, Any]:
    """Claims of somebody whom a bank has seen by video."""
    told = {"country": "DEU", "number": "L01X00T47", "checks": ()} | changed_claims
    claims = verified_claims(**told)
    claims["verification"]["evidence"][0]["method"] = "sripp"
    return claims


def go(work: Any, case: Case, claims: dict[str, Any]) -> Case:
    """Sends the person to the provider and takes what comes back."""
    provider = MemoryProvider(claims=claims)
    verifier = OidcVerifier(work, Ambient(SetClock(NOW), os.urandom), provider, BANK, RuleBook())

    async def both() -> Findings | NotVerified:
        await verifier.begin(case.case_id, BROWSER)
        query = {"state": provider.asked[-1].state, "code": "a-code"}
        return (await verifier.complete(query, BROWSER)).outcome

    outcome = asyncio.run(both())
    after: Case = do(
        work, take_findings, case.case_id, outcome, GERMANY, Act(actor="oidc:bank", now=NOW), SHOWN
    )
    return after


def test_a_person_is_verified_online_by_his_bank() -> None:
    work = MemoryWork()
    case = go(work, begin(work, ONLINE), by_video())
    assert case.state is CaseState.VERIFIED
    assert case.verifier == "oidc:bank"
    assert case.reference == "f24c6f-6d3f-4ec5-973e-b0d8506f3bc7"
    assert case.evidence is not None
    fields = do(work, lambda stores: stores.fields_of(case.case_id))
    assert {Field.NAME, Field.NUMBER, Field.BORN} <= set(fields)
    assert Field.FLOW not in fields


def test_what_the_bank_did_not_do_is_still_missing() -> None:
    work = MemoryWork()
    claims = verified_claims(country="DEU", number="L01X00T47", checks=("vri",))
    case = go(work, begin(work, ONLINE), claims)
    assert case.state is CaseState.STEP_UP
    assert set(case.missing) >= {"video-ident", "liveness"}
    assert case.evidence is None


def test_a_person_whose_document_is_over_may_show_another_one() -> None:
    work = MemoryWork()
    case = go(work, begin(work, ONLINE), by_video(expires=date(2020, 1, 1)))
    assert case.state is CaseState.STEP_UP
    assert go(work, case, by_video()).state is CaseState.VERIFIED


def test_a_flow_of_a_case_does_not_verify_another_one() -> None:
    work = MemoryWork()
    mine, others = begin(work, ONLINE), begin(work, ONLINE)
    provider = MemoryProvider(claims=by_video())
    verifier = OidcVerifier(work, Ambient(SetClock(NOW), os.urandom), provider, BANK, RuleBook())

    async def swapped() -> None:
        await verifier.begin(mine.case_id, BROWSER)
        state = provider.asked[-1].state.replace(mine.case_id, others.case_id)
        await verifier.complete({"state": state, "code": "a-code"}, BROWSER)

    with pytest.raises(VerificationError):
        asyncio.run(swapped())


@pytest.mark.sockets
def test_an_authority_says_who_it_is_and_the_counter_does_the_rest() -> None:
    """The trial's pack wants the person himself: an authority alone is not enough, and the case says what is missing."""
    people = make_people(1, 7)
    person = next(each for each in people if each.scenario is Scenario.MATCH)
    token = Secret("a-token-of-the-sandbox")

    async def ask() -> Any:
        servers = Servers([Listener("127.0.0.1", 0, SandboxAuthority(people, token))])
        ((host, port),) = await servers.start()
        stop = asyncio.Event()
        serving = asyncio.create_task(servers.serve(stop))
        settings = AuthoritySettings(
            name="authority:lab", address=f"http://{host}:{port}", token=token, is_sandbox=True
        )
        verifier = AuthorityHttpVerifier(settings, CallOptions(is_plain=True))
        question = Question(
            request_id="REQUEST000000001",
            operator="Qinghe",
            group=Group.NATIONAL,
            document=DocumentKind.RESIDENT_ID,
            number=Secret(person.number),
            name=Secret(person.name),
            born=Secret(person.born),
            face=Secret(b"\xff\xd8 picture"),
        )
        try:
            return await verifier.ask(question)
        finally:
            verifier.close()
            stop.set()
            await serving

    work = MemoryWork()
    case = begin(work)
    act = Act(actor="authority:lab", now=NOW)
    after: Case = do(work, take_findings, case.case_id, asyncio.run(ask()), CHINA, act, SHOWN)
    assert after.state is CaseState.STEP_UP
    assert set(after.missing) == {"document-chip-or-scan", "in-person"}
    assert str(after.reference).startswith("SANDBOX-")

"""A flow with an identity provider is kept with its case, sealed, and taken once, whatever the stores are."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest

from openesim.conditions.identity.case import Field
from openesim.conditions.identity.findings import Findings
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import VerificationError
from openesim.services.conditions.persons.verifiers import FLOW_TIME, OidcVerifier
from openesim.services.conditions.rules.book import RuleBook
from tests.support.memory import MemoryWork
from tests.support.memory_provider import MemoryProvider
from tests.support.verifying import BROWSER, CASE, NOW, POLICY, SetClock


def verifier(work: Any, provider: MemoryProvider) -> OidcVerifier:
    return OidcVerifier(work, Ambient(SetClock(NOW), os.urandom), provider, POLICY, RuleBook())


def test_a_flow_begins_in_one_process_and_ends_in_another(
    reopen: Callable[[], Any], runner: asyncio.Runner
) -> None:
    provider = MemoryProvider()
    runner.run(verifier(reopen(), provider).begin(CASE, BROWSER))
    work = reopen()
    kept = runner.run(work.run(lambda stores: stores.fields_of(CASE)))
    assert kept == {Field.FLOW: NOW + FLOW_TIME}
    query = {"state": provider.asked[-1].state, "code": "a-code"}
    done = runner.run(verifier(work, provider).complete(query, BROWSER))
    assert isinstance(done.outcome, Findings)
    assert runner.run(work.run(lambda stores: stores.fields_of(CASE))) == {}
    with pytest.raises(VerificationError):
        runner.run(verifier(reopen(), provider).complete(query, BROWSER))


def test_a_newer_flow_takes_the_place_of_the_older_one(work: Any, runner: asyncio.Runner) -> None:
    provider = MemoryProvider()
    ours = verifier(work, provider)
    runner.run(ours.begin(CASE, BROWSER))
    older = provider.asked[-1]
    runner.run(ours.begin(CASE, BROWSER))
    with pytest.raises(VerificationError):
        runner.run(ours.complete({"state": older.state, "code": "a-code"}, BROWSER))
    runner.run(ours.complete({"state": provider.asked[-1].state, "code": "a-code"}, BROWSER))


def test_what_a_flow_needs_is_not_kept_in_clear(work: Any, runner: asyncio.Runner) -> None:
    if isinstance(work, MemoryWork):
        return  # memory is not kept
    provider = MemoryProvider()
    runner.run(verifier(work, provider).begin(CASE, BROWSER))
    request = provider.asked[-1]

    def sealed(stores: Any) -> bytes:
        place = f"{CASE}/{Field.FLOW.value}"
        return stores._one("case_field", lambda row: bytes(row[0]), place=place) or b""

    octets = runner.run(work.run(sealed))
    assert len(octets) > 200
    for secret in (request.state, request.nonce):
        assert secret.encode() not in octets

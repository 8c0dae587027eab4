"""A download under load: the whole way against a server in memory, timed, and failures told by code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.apps.load.plan import Chip, Maker
from openesim.kernel.errors import (
    CardError,
    DecodeError,
    FunctionError,
    OpenEsimError,
    PeerError,
    VerificationError,
)
from openesim.messages.saip.header import ServicesList
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.personalise import find_patch_points
from openesim.messages.sgp22.explained import LpaOutcome, with_outcome
from openesim.messages.sgp22.function import Function
from openesim.messages.sgp22.status import Status
from openesim.provisioning.procedures.capabilities import required_capabilities
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.load import Attempt, LoadTarget, TimedClient, attempt_download, failure_of
from tests.support.rig import FQDN, Rig, package_octets, world_of

CALLS = ["initiate_authentication", "authenticate_client", "get_bound_profile_package", "handle_notification"]
TARGET = LoadTarget(address=FQDN)


class InMemory:
    """An ``Es9Client`` that calls the service of a rig, or fails in the function that is named."""

    def __init__(self, rig: Rig, broken: str = "") -> None:
        self._rig = rig
        self._broken = broken

    def call(self, address: str, function: Function, request: object) -> Any:
        if function.name == self._broken:
            raise with_outcome(PeerError("no answer in time"), LpaOutcome.TIMED_OUT)
        answer = self._rig.run(getattr(self._rig.service, function.name)(request))
        if isinstance(answer, Status):
            raise FunctionError(answer.subject.value, answer.reason.value, answer.message)
        return answer


@cache
def chips() -> list[Chip]:
    world = world_of()
    eum = world["eum"]
    maker = Maker(
        eum.certificate.octets,
        eum.private_key.scalar.reveal(),
        eum.private_key.curve.name,
        (world["ci"].certificate.octets,),
    )
    return maker.make_chips(2)


def stopwatch() -> Callable[[], float]:
    """Returns a watch on which a second passes with every look."""
    seconds = count()
    return lambda: float(next(seconds))


def attempt(rig: Rig, matching_id: str = "TEST-1", broken: str = "", target: LoadTarget = TARGET) -> Attempt:
    chip = chips()[0]
    card = MemoryCard(chip.empty_memory, chip.ambient)
    return attempt_download(card, InMemory(rig, broken), target, matching_id, stopwatch())


def test_a_complete_download_is_timed_call_by_call(rig: Rig) -> None:
    rig.add_order()
    done = attempt(rig)
    assert done.failure is None
    assert done.calls == tuple((name, 1.0) for name in CALLS)
    assert done.seconds == 9.0
    rig.process()
    assert rig.order().state is OrderState.INSTALLED


def test_a_chip_comes_back_empty_for_the_next_download(rig: Rig) -> None:
    rig.add_order(is_reusable=True)
    assert [attempt(rig).failure for _ in range(3)] == [None] * 3


def test_chips_have_eids_and_certificates_of_their_own() -> None:
    first, second = chips()
    assert first.identity.eid != second.identity.eid
    assert all(chip.identity.eid.startswith("89049032") for chip in chips())
    assert first.identity.credentials[0].certificate != second.identity.credentials[0].certificate


def test_a_confirmation_code_is_answered(rig: Rig) -> None:
    rig.add_order(code="1234")
    target = LoadTarget(address=FQDN, confirmation_code="1234")
    assert "1234" not in repr(target)
    assert attempt(rig, target=target).failure is None


def test_a_code_that_is_asked_for_and_not_given_is_a_failure_of_this_side(rig: Rig) -> None:
    rig.add_order(code="1234")
    failure = attempt(rig).failure
    assert failure is not None
    assert (failure.call, failure.code) == ("chip", "lpa:confirmation-code-not-given")


def test_a_refusal_is_counted_by_its_codes_and_its_call(rig: Rig) -> None:
    done = attempt(rig, "NOBODYS")
    assert done.failure is not None
    assert (done.failure.call, done.failure.code) == ("authenticate_client", "8.2.6/3.8")
    assert [name for name, _ in done.calls] == CALLS[:2], "a refusal is an answer, and answers are timed"


def test_a_profile_that_demands_a_java_card_is_taken_too(rig: Rig) -> None:
    package, services = decode_package(package_octets()), ServicesList.of("usim", "milenage", "javacard")
    header, *others = package.elements
    demanding = header.with_value(replace(package.header, mandatory_services=services))
    octets = b"".join(element.octets for element in (demanding, *others))
    rig.add_order(
        package=rig.add_package(
            octets=octets,
            points=find_patch_points(octets),
            required=required_capabilities(services.names),
        )
    )
    assert attempt(rig, "TEST-1").failure is None


@pytest.mark.parametrize("broken", CALLS[:3])
def test_an_answer_that_does_not_come_is_a_failure_of_the_transport(rig: Rig, broken: str) -> None:
    rig.add_order()
    done = attempt(rig, broken=broken)
    assert done.failure is not None
    assert (done.failure.call, done.failure.code) == (broken, "transport:timed-out")
    assert broken not in dict(done.calls)


def test_a_result_that_cannot_be_delivered_is_a_failure(rig: Rig) -> None:
    rig.add_order()
    done = attempt(rig, broken="handle_notification")
    assert done.failure is not None
    assert (done.failure.call, done.failure.code) == ("handle_notification", "transport:not-delivered")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FunctionError("8.1", "6.1", "no"), "8.1/6.1"),
        (PeerError("gone"), "transport:failed"),
        (with_outcome(PeerError("gone"), LpaOutcome.TLS_EXPIRED), "transport:tls-expired"),
        (CardError("no", 0x6985), "status-word:6985"),
        (DecodeError("what"), "lpa:answer-unreadable"),
        (VerificationError("false"), "lpa:unexplained"),
    ],
)
def test_every_error_has_a_code(error: OpenEsimError, code: str) -> None:
    assert failure_of(error, "some_call").code == code
    assert failure_of(error, None).call == "chip"


def test_a_fault_of_ours_is_not_taken_for_a_failure_of_the_server() -> None:
    class Faulty:
        def call(self, address: str, function: Function, request: object) -> Any:
            raise ZeroDivisionError

    client = TimedClient(Faulty(), stopwatch())
    with pytest.raises(ZeroDivisionError), asyncio.Runner():
        client.call("x", Function("f", "/f", None), None)  # type: ignore[arg-type]
    assert client.failed is None

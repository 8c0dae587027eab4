"""LPA, software chip and SM-DP+ together, in memory: what one of them does, the others must agree with afterwards."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from openesim.adapters.apdu.channel import ChannelOptions, Es10ApduChannel, open_es10_channel
from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding.jsonbinding import decode_object, encode_object
from openesim.kernel.errors import CardError, ConflictError, FunctionError, OpenEsimError, PeerError
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.messages.sgp22.asn1binding import decode_response, encode_request, parse_error
from openesim.messages.sgp22.explained import LpaOutcome, explain_error, outcome_of
from openesim.messages.sgp22.function import (
    ASN1_MEDIA_TYPE,
    ASN1_PATH,
    JSON_MEDIA_TYPE,
    Function,
    parse_answer,
)
from openesim.messages.sgp22.metadata import NotificationConfigurationInformation, StoreMetadataRequest
from openesim.messages.sgp22.types import NotificationEvent
from openesim.provisioning.euicc.ambient import build_ambient
from openesim.provisioning.euicc.personalise import build_identity
from openesim.provisioning.euicc.state import Nvm
from openesim.provisioning.lpa.effects import AskConsent, Consent, Report, Stage
from openesim.provisioning.smdp.orders import OrderState
from openesim.security.pki.world import issue_euicc
from openesim.services.lpa import Lpa, Surroundings, Unattended
from tests.support.fixtures import logs, rig, runner
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, ICCID, NOW, Rig, eid_of, entropy_of, world_of

__all__ = ["logs", "rig", "runner"]

CODE = ActivationCode(address=FQDN, matching_id="TEST-1")


@dataclass
class Network:
    """Calls the server in memory, in either binding; breaks where it is told to."""

    server: Rig
    speaks_asn1: bool = False
    breaks_before: set[str] = field(default_factory=set)
    breaks_after: set[str] = field(default_factory=set)

    def call(self, address: str, function: Function, request: Any) -> Any:
        assert address == FQDN
        if function.name in self.breaks_before:
            raise PeerError("the request was lost")
        answer = self._call_asn1(function, request) if self.speaks_asn1 else self._call(function, request)
        if function.name in self.breaks_after:
            raise PeerError("the answer was lost")
        self.server.process()
        return answer

    def _call(self, function: Function, request: Any) -> Any:
        body = encode_object(function.request.encode(request))
        reply = self.server.post(function.path, {"Content-Type": JSON_MEDIA_TYPE}, body)
        return None if function.is_notification else parse_answer(function, decode_object(reply.body))

    def _call_asn1(self, function: Function, request: Any) -> Any:
        body = encode_request(function, request)
        reply = self.server.post(ASN1_PATH, {"Content-Type": ASN1_MEDIA_TYPE}, body)
        if function.is_notification:
            return None
        answered, outcome = decode_response(reply.body)
        if isinstance(outcome, int):
            raise parse_error(answered, outcome)
        return outcome


class Person(Unattended):
    """Says what the test tells it to, and remembers how far it was told."""

    def __init__(self, consent: Consent = Consent.YES, code: str | None = None) -> None:
        super().__init__(Secret(code) if code else None)
        self._consent = consent
        self.stages: list[Stage] = []

    def consent(self, question: AskConsent) -> Consent:
        return self._consent

    def progress(self, report: Report) -> None:
        self.stages.append(report.stage)


class Phone:
    """A chip of the test world with an LPA in front of it."""

    def __init__(self, server: Rig, number: int = 1) -> None:
        world = world_of()
        eid = eid_of(number)
        chip = issue_euicc(world["eum"], eid, entropy_of(f"phone {number}"), NOW)
        identity = build_identity([(chip, world["eum"].certificate)], [world["ci"].certificate])
        self.eid = eid
        self.card = MemoryCard(Nvm(identity=identity), build_ambient(identity, entropy_of(f"card {number}")))
        self.network = Network(server)
        self.channel: Es10ApduChannel = open_es10_channel(self.card, ChannelOptions(block_size=200))

    def lpa(self, user: Unattended | None = None) -> Lpa:
        around = Surroundings(reset_card=self.channel.reset, pause=lambda _: None)
        return Lpa(self.channel, self.network, user, around)

    @property
    def iccids(self) -> list[str]:
        return [str(profile.iccid) for profile in self.lpa().profiles()]


@pytest.fixture
def phone(rig: Rig) -> Phone:
    return Phone(rig)


def order_profile(server: Rig, **changes: Any) -> None:
    """Puts an order for a profile that reports everything to its server."""
    told = NotificationConfigurationInformation(
        profile_management_operation=NotificationEvent(0b1110), notification_address=FQDN
    )
    metadata = StoreMetadataRequest(
        iccid=ICCID,
        service_provider_name="Testland Telecom",
        profile_name="Testland 1",
        notification_configuration_info=(told,),
    )
    server.add_order(package=server.add_package(metadata=metadata), **changes)


@pytest.mark.parametrize("speaks_asn1", [False, True])
def test_a_profile_lives_and_dies_and_the_order_follows(rig: Rig, phone: Phone, speaks_asn1: bool) -> None:
    order_profile(rig)
    phone.network.speaks_asn1 = speaks_asn1
    user = Person()
    lpa = phone.lpa(user)

    done = lpa.download(CODE)
    assert (done.metadata.iccid, done.is_resumed) == (ICCID, False)
    assert rig.order().state is OrderState.INSTALLED
    assert user.stages[0] is Stage.CONTACTING_SERVER
    assert user.stages[-1] is Stage.NOTIFYING

    for change in (lpa.enable, lpa.disable, lpa.delete):
        assert len(change(ICCID).notifications.delivered) == 1
    assert rig.order().state is OrderState.DELETED
    assert phone.iccids == []
    assert lpa.notifications() == ()


def test_a_confirmation_code_opens_the_order_and_a_wrong_one_does_not(rig: Rig, phone: Phone) -> None:
    order_profile(rig, code="1234")
    with pytest.raises(FunctionError) as caught:
        phone.lpa(Person(code="0000")).download(CODE)
    assert (caught.value.subject, caught.value.reason) == ("8.2.7", "3.8")
    with pytest.raises(OpenEsimError) as missing:
        phone.lpa(Person()).download(CODE)
    assert outcome_of(missing.value) is LpaOutcome.CONFIRMATION_CODE_NOT_GIVEN
    assert rig.order().state is OrderState.RELEASED
    phone.lpa(Person(code="1234")).download(CODE)
    assert rig.order().state is OrderState.INSTALLED


def test_an_order_for_this_chip_is_found_without_an_activation_code(rig: Rig, phone: Phone) -> None:
    order_profile(rig, matching_id=None, eid=phone.eid, is_default_smdp=True)
    phone.lpa().set_default_smdp(FQDN)
    assert phone.lpa().download(None).metadata.iccid == ICCID


@pytest.mark.parametrize(
    ("function", "before"),
    [
        ("initiate_authentication", True),
        ("initiate_authentication", False),
        ("authenticate_client", True),
        ("authenticate_client", False),
        ("get_bound_profile_package", True),
        ("get_bound_profile_package", False),
    ],
)
def test_a_download_that_broke_off_anywhere_is_repeated_with_the_same_code(
    rig: Rig,
    phone: Phone,
    function: str,
    before: bool,
) -> None:
    order_profile(rig)
    broken = phone.network.breaks_before if before else phone.network.breaks_after
    broken.add(function)
    with pytest.raises(PeerError):
        phone.lpa().download(CODE)
    broken.clear()
    done = phone.lpa().download(CODE)
    assert done.is_resumed == (function == "get_bound_profile_package" and not before)
    assert rig.order().state is OrderState.INSTALLED


def test_a_result_that_was_not_delivered_is_delivered_when_the_download_is_tried_again(
    rig: Rig,
    phone: Phone,
) -> None:
    """PAIN 7, 8 and 10: the profile is there, the server does not know, and the user tries again."""
    order_profile(rig)
    phone.network.breaks_before.add("handle_notification")
    assert phone.lpa().download(CODE).notifications.undelivered
    assert rig.order().state is OrderState.DOWNLOADED

    phone.network.breaks_before.clear()
    with pytest.raises(ConflictError) as caught:
        phone.lpa().download(CODE)
    assert outcome_of(caught.value) is LpaOutcome.ALREADY_INSTALLED
    assert rig.order().state is OrderState.INSTALLED
    assert phone.iccids == [ICCID]
    assert phone.lpa().notifications() == ()


@pytest.mark.parametrize(
    ("consent", "state"),
    [
        (Consent.NO, OrderState.ERROR),
        (Consent.LATER, OrderState.RELEASED),
        (Consent.NO_ANSWER, OrderState.RELEASED),
    ],
)
def test_the_order_ends_only_if_the_user_refuses(
    rig: Rig,
    phone: Phone,
    consent: Consent,
    state: OrderState,
) -> None:
    order_profile(rig)
    with pytest.raises(OpenEsimError):
        phone.lpa(Person(consent)).download(CODE)
    assert rig.order().state is state
    if state is OrderState.RELEASED:
        assert phone.lpa().download(CODE).metadata.iccid == ICCID


def test_a_card_that_loses_power_while_loading_can_try_again(rig: Rig, phone: Phone) -> None:
    order_profile(rig)

    class Loses(Person):
        def progress(self, report: Report) -> None:
            super().progress(report)
            if report.stage is Stage.INSTALLING and report.done > 0:
                phone.channel.reset()  # the segments that follow find no session

    with pytest.raises(CardError) as caught:
        phone.lpa(Loses()).download(CODE)
    assert explain_error(caught.value).next_step
    assert phone.iccids == []
    with suppress(OpenEsimError):
        phone.lpa().process_notifications()
    assert phone.lpa().download(CODE).metadata.iccid == ICCID
    assert rig.order().state is OrderState.INSTALLED


REFUSALS: dict[str, dict[str, Any]] = {
    "no such code": {"matching_id": "ANOTHER"},
    "another device": {"eid": eid_of(9)},
    "used already": {"state": OrderState.INSTALLED},
    "not released yet": {"state": OrderState.CONFIRMED},
    "too late": {"expires_at": NOW},
    "tried too often": {"max_attempts": 3, "download_attempts": 3},
}


def test_every_refusal_says_why_whose_move_it_is_and_what_to_do(rig: Rig, phone: Phone) -> None:
    """PAIN 11 and 15: one code for a wrong code, a wrong device and a used profile helps nobody."""
    causes = {}
    for name, changes in REFUSALS.items():
        server = Rig(MemoryWork(), rig.runner)
        order_profile(server, **changes)
        phone.network.server = server
        with pytest.raises(FunctionError) as caught:
            phone.lpa().download(CODE)
        explanation = explain_error(caught.value)
        assert all((explanation.cause, explanation.owner, explanation.next_step)), name
        causes[name] = (caught.value.subject, caught.value.reason, caught.value.message, explanation.cause)
    assert len(set(causes.values())) == len(REFUSALS), causes
    assert len({cause for *_, cause in causes.values()}) >= len(REFUSALS) - 1


def test_a_card_is_as_good_as_new_after_any_number_of_failed_downloads(rig: Rig, phone: Phone) -> None:
    """PAIN 9: no session, no half of a profile and no memory is left behind."""

    class Unlucky(Person):
        def __init__(self, segments: int) -> None:
            super().__init__()
            self._left = segments

        def progress(self, report: Report) -> None:
            super().progress(report)
            if report.stage is Stage.INSTALLING:
                self._left -= 1
                if self._left == 0:
                    phone.channel.reset()

    order_profile(rig)
    free = phone.lpa().info().free_memory
    for segments in range(1, 8):
        with pytest.raises(CardError):
            phone.lpa(Unlucky(segments)).download(CODE)
        phone.lpa().process_notifications()
        assert phone.iccids == []
        assert phone.lpa().info().free_memory == free
    assert phone.lpa().download(CODE).metadata.iccid == ICCID


@pytest.mark.parametrize("block_size", [6, 60, 120, 255])
def test_a_package_goes_into_a_card_in_blocks_of_any_size(rig: Rig, phone: Phone, block_size: int) -> None:
    """PAIN 18: removable cards and their readers take shorter commands than soldered chips."""
    order_profile(rig)
    phone.channel = open_es10_channel(phone.card, ChannelOptions(block_size=block_size))
    assert phone.lpa().download(CODE).metadata.iccid == ICCID


def test_a_second_phone_is_told_that_the_code_is_not_for_it(rig: Rig, phone: Phone) -> None:
    """PAIN 12: the code is bound to another device."""
    order_profile(rig, eid=phone.eid)
    with pytest.raises(FunctionError) as caught:
        Phone(rig, 2).lpa().download(CODE)
    assert "another device" in explain_error(caught.value).cause
    assert phone.lpa().download(CODE).metadata.iccid == ICCID

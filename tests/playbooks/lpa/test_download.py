"""Downloads, played through branch by branch. Effects must come exactly as written, and nothing after the end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openesim.encoding.tlv import encode
from openesim.kernel.errors import (
    CardError,
    ConflictError,
    DecodeError,
    FunctionError,
    NotFoundError,
    OpenEsimError,
    PeerError,
    RuleRefused,
    VerificationError,
)
from openesim.kernel.ids import Oid
from openesim.kernel.secret import Secret
from openesim.messages.saip.response import EuiccResponse, PeStatusCode
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.messages.sgp22.authentication import AuthenticateErrorCode, AuthenticateResponseError
from openesim.messages.sgp22.download import (
    CancelSessionError,
    CancelSessionReason,
    CancelSessionResponse,
    DownloadErrorCode,
    PrepareDownloadResponse,
    PrepareDownloadResponseError,
)
from openesim.messages.sgp22.es10a import EuiccConfiguredAddressesRequest, EuiccConfiguredAddressesResponse
from openesim.messages.sgp22.es10b import (
    GetRatRequest,
    GetRatResponse,
    PprFlags,
    ProfilePolicyAuthorisationRule,
)
from openesim.messages.sgp22.explained import LpaOutcome, explain_error, outcome_of
from openesim.messages.sgp22.metadata import ProfileClass, ProfileInfo
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason, ErrorResult
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.lpa.download import Downloaded, DownloadRequest, download
from openesim.provisioning.lpa.effects import (
    AskConfirmationCode,
    AskConsent,
    Consent,
    Pause,
    Report,
    SendCommand,
    Stage,
)
from openesim.provisioning.lpa.segments import cut
from openesim.provisioning.lpa.session import Caller
from openesim.security.crypto.confirmation_code import hash_cc, hash_confirmation_code
from openesim.security.pki.world import DP_OID
from tests.playbooks.lpa import script
from tests.playbooks.lpa.script import METADATA, TID
from tests.playbooks.playbook import Playbook
from tests.support.rig import world_of

REQUEST = DownloadRequest.of(ActivationCode.parse(f"LPA:1${script.ADDRESS}$ID-1"))
YES = (AskConsent(METADATA, script.ADDRESS), Consent.YES)
WRONG_CODE = FunctionError("8.2.7", "3.8")
PPR1 = PprIds(PprIds.PPR1_DISABLE_NOT_ALLOWED)
OWNER = OperatorId(mcc_mnc=bytes.fromhex("00F110"))


def begin(request: DownloadRequest = REQUEST) -> Playbook[Downloaded]:
    """A download up to the point where chip and server know each other."""
    return Playbook(download(request)).expect_all(*script.opening())


def loading(octets: bytes, answers: dict[int, bytes] | None = None) -> list[tuple[Any, ...]]:
    """Every segment of a package, each with the report before it; answers by the number of the segment."""
    steps: list[tuple[Any, ...]] = []
    done = 0
    for number, segment in enumerate(cut(octets)):
        steps.append((Report(Stage.INSTALLING, done, len(octets)),))
        steps.append((SendCommand(segment), (answers or {}).get(number, b"")))
        done += len(segment)
    return steps


def loaded(octets: bytes, result: bytes) -> list[tuple[Any, ...]]:
    """All segments, the result as the answer to the last, and the first step after it."""
    last = len(cut(octets)) - 1
    return [
        *loading(octets, {last: result}),
        (Report(Stage.INSTALLING, len(octets), len(octets)),),
        (Report(Stage.NOTIFYING),),
    ]


def test_a_profile_is_downloaded_installed_reported_and_the_report_removed() -> None:
    offered, octets = script.offer(), script.package()
    result = script.installation_result().encode()
    listed = script.listing(script.about(1, script.INSTALL))

    done = (
        begin()
        .expect(script.authenticate_client(), offered)
        .expect_all(script.profiles(), YES, *script.preparation(offered))
        .expect(script.get_package(), script.bound())
        .expect_all(*loaded(octets, result), listed, listed)
        .expect(script.delivery(result))
        .expect_all(script.removal(1))
        .returns()
    )

    assert (done.metadata, done.aid, done.address, done.is_resumed) == (
        METADATA,
        script.AID,
        script.ADDRESS,
        False,
    )
    assert [one.seq_number for one in done.notifications.delivered] == [1]
    assert not done.notifications.undelivered


def test_without_an_activation_code_the_default_server_is_asked_and_no_matching_id_is_sent() -> None:
    addresses = EuiccConfiguredAddressesResponse(
        default_dp_address=script.ADDRESS, root_ds_address="smds.example.com"
    )
    playbook = Playbook(download(DownloadRequest()))
    playbook.expect(SendCommand(EuiccConfiguredAddressesRequest().encode()), addresses.encode())
    playbook.expect_all(*script.opening(matching_id=None))
    playbook.expect(script.authenticate_client(matching_id=None), throw=FunctionError("8.1.1", "3.8"))
    assert playbook.raises(FunctionError).subject == "8.1.1"


@pytest.mark.parametrize("address", [None, ""])
def test_without_code_and_default_server_the_user_is_told_so(address: str | None) -> None:
    addresses = EuiccConfiguredAddressesResponse(
        default_dp_address=address, root_ds_address="smds.example.com"
    )
    playbook = Playbook(download(DownloadRequest()))
    playbook.expect(SendCommand(EuiccConfiguredAddressesRequest().encode()), addresses.encode())
    assert outcome_of(playbook.raises(NotFoundError)) is LpaOutcome.NO_DEFAULT_SERVER


def test_an_empty_matching_id_is_sent_as_it_is() -> None:
    request = DownloadRequest.of(ActivationCode.parse(f"1${script.ADDRESS}$"))
    playbook = Playbook(download(request)).expect_all(*script.opening(matching_id=""))
    playbook.expect(script.authenticate_client(matching_id=""), throw=FunctionError("8.2.6", "3.8"))
    playbook.raises(FunctionError)


PORT_ADDRESS = f"{script.ADDRESS}:8443"


def test_the_port_of_an_address_is_told_to_the_server_so_that_it_can_ask_for_notifications_there() -> None:
    request = DownloadRequest.of(ActivationCode.parse(f"1${PORT_ADDRESS}$ID-1"))
    playbook = Playbook(download(request)).expect_all(*script.opening(address=PORT_ADDRESS))
    playbook.expect(script.authenticate_client(address=PORT_ADDRESS), throw=PeerError("gone"))
    playbook.raises(PeerError)


def test_a_server_that_knows_itself_by_its_name_alone_is_called_by_it() -> None:
    request = DownloadRequest.of(ActivationCode.parse(f"1${PORT_ADDRESS}$ID-1"))
    *steps, (greeting, proof), report, answer = script.opening(address=PORT_ADDRESS)
    playbook = Playbook(download(request)).expect_all(*steps)
    playbook.expect(greeting, throw=FunctionError("8.8.1", "3.8"))
    playbook.expect(script.initiate(PORT_ADDRESS, script.ADDRESS), proof).expect_all(report, answer)
    playbook.expect(script.authenticate_client(address=PORT_ADDRESS), throw=PeerError("gone"))
    playbook.raises(PeerError)


@pytest.mark.parametrize("address", [script.ADDRESS, PORT_ADDRESS])
def test_a_server_that_does_not_know_itself_by_its_name_either_is_left_alone(address: str) -> None:
    request = DownloadRequest.of(ActivationCode.parse(f"1${address}$ID-1"))
    *steps, (greeting, _), _, _ = script.opening(address=address)
    playbook = Playbook(download(request)).expect_all(*steps)
    playbook.expect(greeting, throw=FunctionError("8.8.1", "3.8"))
    if address != script.ADDRESS:
        playbook.expect(script.initiate(address, script.ADDRESS), throw=FunctionError("8.8.1", "3.8"))
    playbook.raises(FunctionError)


# --- The server is not the one that was called ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["SMDP.Example.com", "smdp.example.com:443", "smdp.example.com."])
def test_a_server_may_write_its_name_differently(name: str) -> None:
    playbook = Playbook(download(REQUEST))
    playbook.expect_all(*script.opening(proof=script.server_proof(server_address=name)))
    playbook.expect(script.authenticate_client(), throw=PeerError("enough"))
    playbook.raises(PeerError)


def test_a_server_that_signs_for_another_name_never_meets_the_chip() -> None:
    proof = script.server_proof(server_address="evil.example.com")
    playbook = Playbook(download(REQUEST)).expect_all(*script.greeting(proof=proof))
    assert outcome_of(playbook.raises(VerificationError)) is LpaOutcome.SERVER_ADDRESS_MISMATCH


def test_a_server_that_names_two_sessions_never_meets_the_chip() -> None:
    proof = script.server_proof(transaction_id=script.OTHER_TID)
    playbook = Playbook(download(REQUEST)).expect_all(*script.greeting(proof=proof))
    assert outcome_of(playbook.raises(VerificationError)) is LpaOutcome.TRANSACTION_MISMATCH


def test_the_object_identifier_of_the_code_must_stand_in_the_certificate() -> None:
    certificate = world_of()["dpauth"].certificate.octets
    proof = replace(script.server_proof(), server_certificate=certificate)
    right = replace(REQUEST, caller=Caller(matching_id="ID-1", smdp_oid=DP_OID))
    wrong = replace(REQUEST, caller=Caller(matching_id="ID-1", smdp_oid=Oid("2.999.99")))

    accepted = Playbook(download(right)).expect_all(*script.opening(proof=proof))
    accepted.expect(script.authenticate_client(), throw=PeerError("enough"))
    accepted.raises(PeerError)

    refused = Playbook(download(wrong)).expect_all(*script.greeting(proof=proof))
    assert outcome_of(refused.raises(VerificationError)) is LpaOutcome.SERVER_OID_MISMATCH


def test_a_certificate_that_cannot_be_read_carries_no_object_identifier() -> None:
    request = replace(REQUEST, caller=Caller(matching_id="ID-1", smdp_oid=DP_OID))
    playbook = Playbook(download(request)).expect_all(*script.greeting())
    assert outcome_of(playbook.raises(VerificationError)) is LpaOutcome.SERVER_OID_MISMATCH


def test_the_server_hears_that_the_chip_refused_it() -> None:
    refusal = AuthenticateResponseError(
        transaction_id=TID, authenticate_error_code=AuthenticateErrorCode.INVALID_CERTIFICATE
    )
    playbook = Playbook(download(REQUEST)).expect_all(*script.opening(answer=refusal))
    playbook.expect(script.authenticate_client(refusal), throw=FunctionError("8.1", "6.1"))
    error = playbook.raises(CardError)
    assert explain_error(error).owner == "operator"
    assert "invalid certificate" in str(error)


def test_an_answer_for_another_session_ends_the_download() -> None:
    playbook = begin().expect(script.authenticate_client(), script.offer(transaction_id=script.OTHER_TID))
    playbook.expect_all(*script.cancellation(CancelSessionReason.POSTPONED))
    assert outcome_of(playbook.raises(VerificationError)) is LpaOutcome.TRANSACTION_MISMATCH


# --- Refused is not unreachable -------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [FunctionError("8.2.6", "3.8"), PeerError("no network")])
def test_nothing_is_cancelled_when_the_server_refuses_or_is_out_of_reach(error: OpenEsimError) -> None:
    playbook = begin().expect(script.authenticate_client(), throw=error)
    assert playbook.raises(type(error)) is error


def test_a_connection_that_breaks_before_the_package_leaves_order_and_key_as_they_are() -> None:
    offered = script.offer()
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), throw=PeerError("broken"))
    playbook.raises(PeerError)


def test_a_download_that_broke_off_is_resumed_with_the_key_the_server_names() -> None:
    offered, octets = script.offer(otpk=script.OTPK), script.package()
    result = script.installation_result().encode()
    listed = script.listing(script.about(1, script.INSTALL))
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound())
    playbook.expect_all(*loaded(octets, result), listed, listed)
    playbook.expect(script.delivery(result)).expect_all(script.removal(1))
    assert playbook.returns().is_resumed


# --- What the user says ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "reason", "outcome"),
    [
        (Consent.NO, CancelSessionReason.END_USER_REJECTION, LpaOutcome.USER_REFUSED),
        (Consent.LATER, CancelSessionReason.POSTPONED, LpaOutcome.USER_POSTPONED),
        (Consent.NO_ANSWER, CancelSessionReason.TIMEOUT, LpaOutcome.USER_DID_NOT_ANSWER),
    ],
)
def test_without_consent_both_sides_hear_why(
    answer: Consent, reason: CancelSessionReason, outcome: LpaOutcome
) -> None:
    playbook = begin().expect(script.authenticate_client(), script.offer())
    playbook.expect_all(script.profiles(), (YES[0], answer), *script.cancellation(reason))
    assert outcome_of(playbook.raises(OpenEsimError)) is outcome


def test_an_interrupt_at_the_question_gives_the_session_up_and_goes_on() -> None:
    playbook = begin().expect(script.authenticate_client(), script.offer())
    playbook.expect_all(script.profiles()).expect(YES[0], throw=KeyboardInterrupt())
    playbook.expect_all(*script.cancellation(CancelSessionReason.POSTPONED))
    playbook.raises(KeyboardInterrupt)


@pytest.mark.parametrize("says_so", ["activation code", "server"])
def test_a_confirmation_code_is_asked_for_when_either_side_demands_it(says_so: str) -> None:
    """PAIN 21: asked before the chip prepares, and never submitted without."""
    request = replace(REQUEST, confirmation_code_required=says_so == "activation code")
    offered = script.offer(needs_code=says_so == "server")
    hashed = hash_cc(hash_confirmation_code("1234"), TID)
    playbook = begin(request).expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, (AskConfirmationCode(1), Secret("1234")))
    playbook.expect_all(*script.preparation(offered, hashed))
    playbook.expect(script.get_package(script.prepared(hashed)), throw=PeerError("enough"))
    playbook.raises(PeerError)


def test_a_user_without_the_code_keeps_the_order() -> None:
    playbook = begin().expect(script.authenticate_client(), script.offer(needs_code=True))
    playbook.expect_all(script.profiles(), YES, (AskConfirmationCode(1), None))
    playbook.expect_all(*script.cancellation(CancelSessionReason.POSTPONED))
    assert outcome_of(playbook.raises(OpenEsimError)) is LpaOutcome.CONFIRMATION_CODE_NOT_GIVEN


def _with_wrong_code() -> Playbook[Downloaded]:
    """A download up to the server's answer that the code 0000 is wrong."""
    offered = script.offer(needs_code=True)
    hashed = hash_cc(hash_confirmation_code("0000"), TID)
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, (AskConfirmationCode(1), Secret("0000")))
    playbook.expect_all(*script.preparation(offered, hashed))
    return playbook.expect(script.get_package(script.prepared(hashed)), throw=WRONG_CODE)


def test_after_a_wrong_code_the_user_is_asked_before_another_session_is_begun() -> None:
    """PAIN 21: a mistyped code costs none of the order's attempts until there is another one to try."""
    playbook = _with_wrong_code().expect(AskConfirmationCode(2), Secret("1234"))
    offered = script.offer(needs_code=True)
    hashed = hash_cc(hash_confirmation_code("1234"), TID)
    # The profile is the one that was agreed to: nobody is asked twice.
    playbook.expect_all(*script.opening()).expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), *script.preparation(offered, hashed))
    playbook.expect(script.get_package(script.prepared(hashed)), throw=PeerError("enough"))
    playbook.raises(PeerError)


def test_another_profile_behind_the_same_code_is_asked_about_again() -> None:
    playbook = _with_wrong_code().expect(AskConfirmationCode(2), Secret("1234"))
    changed = replace(METADATA, profile_name="Something else")
    playbook.expect_all(*script.opening()).expect(script.authenticate_client(), script.offer(changed))
    playbook.expect_all(script.profiles()).expect(
        AskConsent(changed, script.ADDRESS), throw=PeerError("enough")
    )
    playbook.raises(PeerError)


def test_whoever_has_no_other_code_gives_the_session_up_and_hears_of_the_wrong_one() -> None:
    playbook = _with_wrong_code().expect(AskConfirmationCode(2), None)
    playbook.expect_all(*script.cancellation(CancelSessionReason.POSTPONED))
    assert playbook.raises(FunctionError) is WRONG_CODE


# --- What the LPA checks --------------------------------------------------------------------------------------


def test_a_profile_that_is_there_already_is_said_to_be_there_and_pending_results_are_delivered() -> None:
    notification = script.about(4, script.INSTALL)
    result = script.installation_result(4).encode()
    playbook = begin().expect(script.authenticate_client(), script.offer())
    playbook.expect_all(
        script.profiles(ProfileInfo(iccid=script.ICCID)),
        *script.cancellation(CancelSessionReason.POSTPONED),
        script.listing(notification),
        script.retrieval(4, result),
        (script.delivery(result),),
        script.removal(4),
    )
    assert outcome_of(playbook.raises(ConflictError)) is LpaOutcome.ALREADY_INSTALLED


def _rat(*, consent: bool = False, rules: PprIds = PPR1) -> tuple[SendCommand, bytes]:
    """GetRAT and a table that lets everybody set a rule."""
    line = ProfilePolicyAuthorisationRule(
        ppr_ids=rules,
        allowed_operators=(OperatorId(mcc_mnc=b"\xee\xee\xee", gid1=b"", gid2=b""),),
        ppr_flags=PprFlags(PprFlags.CONSENT_REQUIRED if consent else 0),
    )
    everybody = replace(
        line, allowed_operators=(*line.allowed_operators, OperatorId(mcc_mnc=b"\xee\xee\xee"))
    )
    return SendCommand(GetRatRequest().encode()), GetRatResponse(rat=(everybody,)).encode()


@pytest.mark.parametrize("consent", [False, True])
def test_a_policy_rule_that_the_chip_allows_is_shown_strongly_if_the_chip_says_so(consent: bool) -> None:
    metadata = replace(METADATA, profile_policy_rules=PPR1, profile_owner=OWNER)
    playbook = begin().expect(script.authenticate_client(), script.offer(metadata))
    playbook.expect_all(script.profiles(), _rat(consent=consent))
    question = AskConsent(metadata, script.ADDRESS, is_strong=consent)
    assert question.rules == PPR1
    playbook.expect(question, throw=PeerError("enough"))
    playbook.raises(PeerError)


def test_a_policy_rule_that_the_chip_does_not_allow_is_refused_without_asking() -> None:
    metadata = replace(METADATA, profile_policy_rules=PPR1, profile_owner=OWNER)
    playbook = begin().expect(script.authenticate_client(), script.offer(metadata))
    playbook.expect_all(script.profiles(), _rat(rules=PprIds(PprIds.PPR2_DELETE_NOT_ALLOWED)))
    playbook.expect_all(*script.cancellation(CancelSessionReason.PPR_NOT_ALLOWED))
    assert outcome_of(playbook.raises(RuleRefused)) is LpaOutcome.PPR_NOT_ALLOWED


@pytest.mark.parametrize("profile_class", [None, ProfileClass.OPERATIONAL])
def test_a_profile_that_could_not_be_disabled_is_refused_beside_another(
    profile_class: ProfileClass | None,
) -> None:
    metadata = replace(METADATA, profile_policy_rules=PPR1, profile_owner=OWNER)
    playbook = begin().expect(script.authenticate_client(), script.offer(metadata))
    playbook.expect_all(
        script.profiles(ProfileInfo(iccid=script.OTHER_ICCID, profile_class=profile_class)),
        *script.cancellation(CancelSessionReason.PPR_NOT_ALLOWED),
    )
    assert outcome_of(playbook.raises(RuleRefused)) is LpaOutcome.PPR1_BESIDE_OTHER_PROFILES


def test_a_test_profile_does_not_stand_in_the_way_of_a_policy_rule() -> None:
    metadata = replace(METADATA, profile_policy_rules=PPR1, profile_owner=OWNER)
    playbook = begin().expect(script.authenticate_client(), script.offer(metadata))
    playbook.expect_all(
        script.profiles(ProfileInfo(iccid=script.OTHER_ICCID, profile_class=ProfileClass.TEST)), _rat()
    )
    playbook.expect(AskConsent(metadata, script.ADDRESS), throw=PeerError("enough"))
    playbook.raises(PeerError)


@pytest.mark.parametrize(
    ("delivered", "reason", "outcome"),
    [
        (
            replace(METADATA, profile_policy_rules=PPR1),
            CancelSessionReason.PPR_NOT_ALLOWED,
            LpaOutcome.PPR_CHANGED,
        ),
        (
            replace(METADATA, profile_name="Another"),
            CancelSessionReason.METADATA_MISMATCH,
            LpaOutcome.METADATA_MISMATCH,
        ),
        (
            replace(METADATA, iccid=script.OTHER_ICCID),
            CancelSessionReason.METADATA_MISMATCH,
            LpaOutcome.METADATA_MISMATCH,
        ),
        (b"\xbf\x25\x00", CancelSessionReason.METADATA_MISMATCH, LpaOutcome.METADATA_MISMATCH),
    ],
)
def test_a_package_with_another_profile_than_announced_never_meets_the_chip(
    delivered: Any, reason: CancelSessionReason, outcome: LpaOutcome
) -> None:
    offered = script.offer()
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound(script.package(delivered)))
    playbook.expect_all(*script.cancellation(reason))
    assert outcome_of(playbook.raises(VerificationError)) is outcome


def test_metadata_that_say_the_same_in_other_octets_are_the_same() -> None:
    spelt_out = METADATA.encode()[3:] + bytes.fromhex(
        "950102"
    )  # the class is stated though it is the default
    offered, octets = script.offer(), script.package(encode(0xBF25, spelt_out))
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound(octets))
    playbook.expect(Report(Stage.INSTALLING, 0, len(octets)), throw=PeerError("enough"))
    playbook.raises(PeerError)


def test_a_package_that_is_none_is_refused() -> None:
    offered = script.offer()
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound(encode(0xBF36, encode(0xBF23, b""))))
    playbook.expect_all(*script.cancellation(CancelSessionReason.LOAD_BPP_EXECUTION_ERROR))
    assert outcome_of(playbook.raises(DecodeError)) is LpaOutcome.PACKAGE_MALFORMED


def test_a_package_for_another_session_is_refused() -> None:
    offered = script.offer()
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound(transaction_id=script.OTHER_TID))
    playbook.expect_all(*script.cancellation(CancelSessionReason.POSTPONED))
    assert outcome_of(playbook.raises(VerificationError)) is LpaOutcome.TRANSACTION_MISMATCH


# --- The chip says no -----------------------------------------------------------------------------------------


def test_the_server_hears_that_the_chip_did_not_prepare() -> None:
    offered = script.offer()
    refusal = PrepareDownloadResponseError(
        transaction_id=TID, download_error_code=DownloadErrorCode.INVALID_SIGNATURE
    )
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, (Report(Stage.PREPARING),))
    playbook.expect(script.prepare(offered), PrepareDownloadResponse.encode(refusal))
    playbook.expect(script.get_package(refusal), throw=PeerError("and it does not even listen"))
    assert explain_error(playbook.raises(CardError)).owner == "server administrator"


def test_a_chip_that_breaks_off_while_loading_is_told_to_the_server() -> None:
    offered, octets = script.offer(), script.package()
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound())
    playbook.expect_all(*loading(octets)[:5])
    playbook.expect(SendCommand(cut(octets)[2]), throw=CardError("refused", 0x6A88))
    playbook.expect_all(*script.cancellation(CancelSessionReason.LOAD_BPP_EXECUTION_ERROR))
    assert playbook.raises(CardError).status_word == 0x6A88


def test_no_segment_is_sent_after_the_chip_has_given_its_result() -> None:
    """PAIN 14: a status word of a later segment would hide the cause."""
    offered, octets = script.offer(), script.package()
    failure = script.installation_result(
        result=ErrorResult(
            bpp_command_id=BppCommandId.STORE_METADATA,
            error_reason=ErrorReason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC,
        )
    ).encode()
    done = sum(map(len, cut(octets)[:4]))
    listed = script.listing(script.about(1, script.INSTALL))
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound())
    playbook.expect_all(*loading(octets, {3: failure})[:8])
    playbook.expect_all((Report(Stage.INSTALLING, done, len(octets)),), (Report(Stage.NOTIFYING),))
    playbook.expect_all(listed, listed, (script.delivery(failure),), script.removal(1))
    error = playbook.raises(CardError)
    assert "metadata" in explain_error(error).cause
    assert explain_error(error).owner == "user"


def test_what_the_profile_interpreter_said_is_not_lost() -> None:
    """PAIN 13: "5/12" alone tells nobody what the chip did not like."""
    sima = EuiccResponse.failure(PeStatusCode.NOT_ENOUGH_MEMORY, 7, "EF.PNN is too large").encode()
    failure = script.installation_result(
        result=ErrorResult(
            bpp_command_id=BppCommandId.LOAD_PROFILE_ELEMENTS,
            error_reason=ErrorReason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR,
            sima_response=sima,
        )
    )
    error = _failing_with(failure.encode())
    assert "not enough memory" in explain_error(error).cause
    assert "EF.PNN is too large" in explain_error(error).cause
    assert "status 4" in str(error)


def test_a_made_up_answer_of_the_profile_interpreter_does_no_harm() -> None:
    failure = script.installation_result(
        result=ErrorResult(bpp_command_id=5, error_reason=12, sima_response=b"\xff\x00")
    )
    assert "5, reason 12" in str(_failing_with(failure.encode()))


def _failing_with(result: bytes) -> CardError:
    """The error of a download whose last segment is answered with a failure."""
    offered, octets = script.offer(), script.package()
    listed = script.listing(script.about(1, script.INSTALL))
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound())
    playbook.expect_all(
        *loaded(octets, result), listed, listed, (script.delivery(result),), script.removal(1)
    )
    return playbook.raises(CardError)


def test_a_chip_that_stays_silent_to_the_end_is_an_error() -> None:
    offered, octets = script.offer(), script.package()
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound())
    playbook.expect_all(*loading(octets))
    playbook.expect_all(*script.cancellation(CancelSessionReason.LOAD_BPP_EXECUTION_ERROR))
    assert outcome_of(playbook.raises(CardError)) is LpaOutcome.NO_INSTALLATION_RESULT


def test_a_card_that_is_gone_cannot_cancel_and_the_first_error_is_told() -> None:
    offered, octets = script.offer(), script.package()
    gone = CardError("the card is gone")
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound())
    playbook.expect_all(*loading(octets)[:1]).expect(SendCommand(cut(octets)[0]), throw=gone)
    playbook.expect(
        script.chip_cancellation(CancelSessionReason.LOAD_BPP_EXECUTION_ERROR), throw=CardError("still gone")
    )
    assert playbook.raises(CardError) is gone


def test_a_chip_without_a_session_signs_nothing_for_the_server() -> None:
    playbook = begin().expect(script.authenticate_client(), script.offer())
    playbook.expect_all(script.profiles(), (YES[0], Consent.NO))
    playbook.expect(
        script.chip_cancellation(CancelSessionReason.END_USER_REJECTION),
        CancelSessionResponse.encode(CancelSessionError.INVALID_TRANSACTION_ID),
    )
    playbook.raises(OpenEsimError)


def test_a_server_that_does_not_hear_the_cancellation_changes_nothing() -> None:
    playbook = begin().expect(script.authenticate_client(), script.offer())
    chip, server = script.cancellation(CancelSessionReason.END_USER_REJECTION)
    playbook.expect_all(script.profiles(), (YES[0], Consent.NO), chip)
    playbook.expect(server[0], throw=PeerError("no network"))
    assert outcome_of(playbook.raises(OpenEsimError)) is LpaOutcome.USER_REFUSED


def test_an_answer_of_the_chip_that_cannot_be_read_is_explained() -> None:
    playbook = Playbook(download(REQUEST)).expect_all(*script.greeting()[:1])
    playbook.expect(script.greeting()[1][0], b"\xbf\x20\x01")
    assert outcome_of(playbook.raises(CardError)) is LpaOutcome.CARD_ANSWER_UNREADABLE


# --- After the installation -----------------------------------------------------------------------------------


def _installed(result: bytes) -> Playbook[Downloaded]:
    """A download up to the result."""
    offered = script.offer()
    playbook = begin().expect(script.authenticate_client(), offered)
    playbook.expect_all(script.profiles(), YES, *script.preparation(offered))
    playbook.expect(script.get_package(), script.bound())
    return playbook.expect_all(*loaded(script.package(), result))


def test_a_result_that_cannot_be_delivered_stays_on_the_chip_and_the_download_holds() -> None:
    result = script.installation_result().encode()
    listed = script.listing(script.about(1, script.INSTALL))
    playbook = _installed(result).expect_all(listed, listed)
    for pause in (1.0, 4.0):
        playbook.expect(script.delivery(result), throw=PeerError("no network")).expect(Pause(pause))
    playbook.expect(script.delivery(result), throw=PeerError("no network"))
    done = playbook.returns()
    assert [one.problem for one in done.notifications.undelivered] == ["no network"]


def test_other_servers_that_want_to_hear_of_the_installation_do() -> None:
    result = script.installation_result().encode()
    elsewhere = script.about(2, script.INSTALL, "notify.example.com")
    older = script.about(0, script.DELETE, "third.example.com", script.OTHER_ICCID)
    listed = script.listing(older, script.about(1, script.INSTALL), elsewhere)
    playbook = _installed(result).expect_all(
        listed,
        listed,
        script.retrieval(2, script.other(elsewhere)),
        (script.delivery(script.other(elsewhere), "notify.example.com"),),
        script.removal(2),
        (script.delivery(result),),
        script.removal(1),
    )
    done = playbook.returns()
    assert {one.seq_number for one in done.notifications.delivered} == {1, 2}
    assert done.notifications.others_waiting == 1


def test_a_card_that_fails_after_the_installation_does_not_undo_it() -> None:
    playbook = _installed(script.installation_result().encode())
    playbook.expect(script.listing()[0], throw=CardError("gone"))
    done = playbook.returns()
    assert done.aid == script.AID
    assert len(done.notifications.undelivered) == 1


def test_a_result_that_cannot_be_read_is_delivered_all_the_same() -> None:
    unreadable = bytes.fromhex("BF370100")
    waiting = script.about(1, script.INSTALL)
    playbook = _installed(unreadable).expect_all(
        script.listing(waiting),
        script.retrieval(1, unreadable),
        (script.delivery(unreadable),),
        script.removal(1),
    )
    assert outcome_of(playbook.raises(CardError)) is LpaOutcome.CARD_ANSWER_UNREADABLE

"""AuthenticateServer and CancelSession: who is believed, and what a refusal leaves behind."""

import hashlib

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.kernel.errors import CardError
from openesim.messages.sgp22.authentication import (
    AuthenticateErrorCode,
    AuthenticateResponseError,
    AuthenticateServerResponse,
)
from openesim.messages.sgp22.download import (
    CancelSessionError,
    CancelSessionResponse,
    CancelSessionResponseOk,
)
from openesim.provisioning.euicc.session import ChallengeIssued, ServerAuthenticated
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.pki.build import Issuer
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.crl import Revocation, build_crl
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.euicc.laboratory import Smdp, new_card


def refusal(card: MemoryCard, command: bytes) -> int:
    """The code with which a chip refuses, after a look that nothing but the answer came of it."""
    before = card.euicc
    answer = AuthenticateServerResponse.decode(card.execute(command))
    assert isinstance(answer, AuthenticateResponseError)
    assert card.euicc is before
    assert answer.transaction_id == b"\x01" * 16
    return answer.authenticate_error_code


@pytest.mark.parametrize("curve", list(Curve), ids=lambda curve: curve.name)
def test_a_server_of_a_trusted_ci_is_answered_with_the_chips_signature(curve: Curve) -> None:
    card, smdp = new_card(None, curve), Smdp(world=lab.world(curve))
    challenge = lab.challenge(card)
    ok = smdp.take_authentication(card.execute(smdp.authenticate_server(challenge)))
    euicc = Certificate.decode(ok.euicc_certificate)
    verify_signature(euicc.public_key, ok.euicc_signed1.octets, ok.euicc_signature1)
    assert euicc.eid == card.nvm.identity.eid
    assert ok.eum_certificate == lab.world(curve)["eum"].certificate.octets
    assert ok.euicc_signed1.value.server_challenge == bytes(range(16))
    assert ok.euicc_signed1.value.server_address == lab.ADDRESS
    assert ok.euicc_signed1.value.ctx_params1.device_info.tac.hex() == "35290611"
    assert isinstance(card.euicc.ram.session, ServerAuthenticated)


def test_one_chip_answers_servers_of_both_curves() -> None:
    card = new_card(None, Curve.P256, Curve.BRAINPOOL_P256R1)
    for curve in Curve:
        ok = lab.authenticate(card, Smdp(world=lab.world(curve)))
        assert Certificate.decode(ok.euicc_certificate).public_key.curve is curve


def test_the_ci_of_the_server_and_the_ci_to_sign_with_need_not_be_the_same() -> None:
    card = new_card(None, Curve.P256, Curve.BRAINPOOL_P256R1)
    ci_key_id = lab.world(Curve.BRAINPOOL_P256R1)["ci"].certificate.key_id
    ok = lab.authenticate(card, Smdp(ci_key_id=ci_key_id))
    assert Certificate.decode(ok.euicc_certificate).public_key.curve is Curve.BRAINPOOL_P256R1


def test_an_sm_ds_is_believed_too() -> None:
    card, smdp = new_card(), Smdp(world=lab.world() | {"dpauth": lab.world()["dsauth"]})
    assert lab.authenticate(card, smdp).euicc_signed1.value.transaction_id == smdp.transaction_id


def test_context_of_a_later_lpa_is_signed_as_it_came() -> None:
    card, smdp = new_card(), Smdp()
    later = bytes.fromhex("A010 8000 A108 8004 35290611 A100 8B02 0102".replace(" ", ""))
    ok = smdp.take_authentication(card.execute(smdp.authenticate_server(lab.challenge(card), later)))
    assert ok.euicc_signed1.octets.endswith(later)


def test_components_of_a_later_server_are_passed_over_but_stand_under_its_signature() -> None:
    card, smdp = new_card(), Smdp()
    signed = lab.server_signed1(
        lab.challenge(card), smdp.transaction_id, more=bytes.fromhex("A503800101860101")
    )
    world = smdp.world
    command = tlv.encode(
        0xBF38,
        signed
        + lab.sign(world["dpauth"], signed)
        + tlv.encode(0x04, world["ci"].certificate.key_id or b"")
        + world["dpauth"].certificate.octets
        + lab.CTX_PARAMS1,
    )
    smdp.take_authentication(card.execute(command))


def test_without_a_challenge_there_is_no_session() -> None:
    card = new_card()
    code = refusal(card, Smdp().authenticate_server(bytes(16)))
    assert code == AuthenticateErrorCode.NO_SESSION_CONTEXT


def test_a_challenge_is_good_for_one_server() -> None:
    card, smdp = new_card(), Smdp()
    command = smdp.authenticate_server(lab.challenge(card))
    card.execute(command)
    assert refusal(card, command) == AuthenticateErrorCode.NO_SESSION_CONTEXT


@pytest.mark.parametrize("impostor", ["ci", "eum", "euicc", "dppb", "dptls"])
def test_another_certificate_of_the_same_ci_makes_no_server(impostor: str) -> None:
    card = new_card()
    smdp = Smdp(world=lab.world() | {"dpauth": lab.world()[impostor]})
    code = refusal(card, smdp.authenticate_server(lab.challenge(card)))
    assert code == AuthenticateErrorCode.INVALID_CERTIFICATE


def test_a_server_below_an_unknown_ci_is_refused() -> None:
    card = new_card()
    smdp = Smdp(world=lab.stranger(), ci_key_id=lab.world()["ci"].certificate.key_id)
    code = refusal(card, smdp.authenticate_server(lab.challenge(card)))
    assert code == AuthenticateErrorCode.INVALID_CERTIFICATE


def test_a_certificate_that_names_the_ci_but_was_not_signed_by_it_is_refused() -> None:
    card, world = new_card(), lab.world()
    forged = Certificate.decode(lab.recertify(world["dpauth"].certificate.signed, lab.stranger()["ci"]))
    smdp = Smdp()
    command = smdp.authenticate_server(lab.challenge(card))
    command = tlv.encode(
        0xBF38,
        tlv.read_one(command).value.replace(world["dpauth"].certificate.octets, forged.octets),
    )
    assert refusal(card, command) == AuthenticateErrorCode.INVALID_CERTIFICATE


def test_a_revoked_server_is_refused() -> None:
    card, world = new_card(), lab.world()
    revoked = Revocation(world["dpauth"].certificate.serial_number, lab.NOW)
    issuer = Issuer.of(world["ci"].certificate, world["ci"].credential.signer)
    crl = build_crl(issuer, [revoked], 1, (lab.NOW, lab.NOW))
    assert card.execute(tlv.encode(0xBF35, b"\xa0" + crl.octets[1:])).hex() == "bf3502a000"
    code = refusal(card, Smdp().authenticate_server(lab.challenge(card)))
    assert code == AuthenticateErrorCode.INVALID_CERTIFICATE


def command_with_certificate(card: MemoryCard, octets: bytes) -> bytes:
    """A request of the true server with another certificate in it."""
    command = Smdp().authenticate_server(lab.challenge(card))
    present = lab.world()["dpauth"].certificate.octets
    return tlv.encode(0xBF38, tlv.read_one(command).value.replace(present, octets))


def test_a_key_on_another_curve_is_named_as_such_if_the_ci_signed_it() -> None:
    card, world = new_card(), lab.world()
    certificate = world["dpauth"].certificate
    content = tlv.read_one(certificate.signed).value
    # ecPublicKey on P-384, with a point of the right length.
    other_key = tlv.encode(
        0x30, bytes.fromhex("301006072A8648CE3D020106052B81040022") + tlv.encode(0x03, b"\0\x04" + bytes(96))
    )
    signed = tlv.encode(0x30, content.replace(certificate.subject_public_key_info, other_key))
    code = refusal(card, command_with_certificate(card, lab.recertify(signed, world["ci"])))
    assert code == AuthenticateErrorCode.UNSUPPORTED_CURVE
    unsigned = lab.recertify(signed, lab.stranger()["ci"])
    code = refusal(card, command_with_certificate(card, unsigned))
    assert code == AuthenticateErrorCode.INVALID_CERTIFICATE


def test_a_server_without_object_identifier_is_refused_as_such() -> None:
    card, world = new_card(), lab.world()
    signed = world["dpauth"].certificate.signed
    nameless = signed.replace(bytes.fromhex("880388370A"), bytes.fromhex("8203616263"))
    assert nameless != signed
    code = refusal(card, command_with_certificate(card, lab.recertify(nameless, world["ci"])))
    assert code == AuthenticateErrorCode.INVALID_OID


def test_a_signature_of_somebody_else_is_refused() -> None:
    card, smdp = new_card(), Smdp()
    signed = lab.server_signed1(lab.challenge(card), smdp.transaction_id)
    command = tlv.encode(
        0xBF38,
        signed
        + lab.sign(lab.other_smdp()["dpauth"], signed)
        + tlv.encode(0x04, smdp.world["ci"].certificate.key_id or b"")
        + smdp.world["dpauth"].certificate.octets
        + lab.CTX_PARAMS1,
    )
    assert refusal(card, command) == AuthenticateErrorCode.INVALID_SIGNATURE


def test_an_old_proof_does_not_answer_a_new_challenge() -> None:
    card, smdp = new_card(), Smdp()
    old = smdp.authenticate_server(lab.challenge(card))
    lab.challenge(card)
    assert refusal(card, old) == AuthenticateErrorCode.EUICC_CHALLENGE_MISMATCH


def test_a_ci_that_the_chip_cannot_sign_under_is_named_as_unknown() -> None:
    card, smdp = new_card(), Smdp(ci_key_id=bytes(20))
    code = refusal(card, smdp.authenticate_server(lab.challenge(card)))
    assert code == AuthenticateErrorCode.CI_PK_UNKNOWN


def test_certificate_comes_before_signature_and_signature_before_challenge() -> None:
    card = new_card()
    lab.challenge(card)
    wrong = Smdp(world=lab.world() | {"dpauth": lab.world()["dptls"]}, ci_key_id=bytes(20))
    assert refusal(card, wrong.authenticate_server(bytes(16))) == AuthenticateErrorCode.INVALID_CERTIFICATE
    late = Smdp(ci_key_id=bytes(20))
    code = refusal(card, late.authenticate_server(bytes(16)))
    assert code == AuthenticateErrorCode.EUICC_CHALLENGE_MISMATCH


def test_after_a_refusal_the_same_challenge_can_still_be_answered() -> None:
    card, smdp = new_card(), Smdp()
    challenge = lab.challenge(card)
    refusal(card, Smdp(ci_key_id=bytes(20)).authenticate_server(challenge))
    smdp.take_authentication(card.execute(smdp.authenticate_server(challenge)))


def test_every_flipped_octet_of_the_servers_proof_is_noticed() -> None:
    card, smdp = new_card(), Smdp()
    command = smdp.authenticate_server(lab.challenge(card))
    # What the LPA adds stands under no signature of the server.
    end = len(command) - len(lab.CTX_PARAMS1)
    codes = set()
    before = card.euicc
    for position in range(0, end, 3):
        flipped = command[:position] + bytes((command[position] ^ 0x04,)) + command[position + 1 :]
        try:
            answer = AuthenticateServerResponse.decode(card.execute(flipped))
        except CardError as error:
            codes.add(error.status_word)
        else:
            assert isinstance(answer, AuthenticateResponseError), position
            codes.add(int(answer.authenticate_error_code))
        assert card.euicc is before
    assert {0x6A80, 1, 2, 7} <= codes


# --- CancelSession -----------------------------------------------------------------------------------------------


def cancel(transaction_id: bytes, reason: int) -> bytes:
    """CancelSessionRequest."""
    return tlv.encode(0xBF41, tlv.encode(0x80, transaction_id) + tlv.encode(0x81, bytes((reason,))))


@pytest.mark.parametrize("reason", [0, 1, 2, 3, 4, 5, 16, 127])
def test_a_cancelled_session_is_signed_for_the_server_and_over(reason: int) -> None:
    card, smdp = new_card(), Smdp()
    ok = lab.authenticate(card, smdp)
    answer = CancelSessionResponse.decode(card.execute(cancel(smdp.transaction_id, reason)))
    assert isinstance(answer, CancelSessionResponseOk)
    signed = answer.euicc_cancel_session_signed
    key = Certificate.decode(ok.euicc_certificate).public_key
    verify_signature(key, signed.octets, answer.euicc_cancel_session_signature)
    assert (signed.value.smdp_oid, signed.value.reason) == ("2.999.10", reason)
    assert card.euicc.ram.session is None
    again = CancelSessionResponse.decode(card.execute(cancel(smdp.transaction_id, reason)))
    assert again == CancelSessionError.INVALID_TRANSACTION_ID


def test_a_session_that_does_not_exist_cannot_be_cancelled() -> None:
    card = new_card()
    lab.challenge(card)
    answer = CancelSessionResponse.decode(card.execute(cancel(b"\x01" * 16, 0)))
    assert answer == CancelSessionError.INVALID_TRANSACTION_ID
    assert isinstance(card.euicc.ram.session, ChallengeIssued)


def test_a_foreign_transaction_does_not_cancel_ours() -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    before = card.euicc
    answer = CancelSessionResponse.decode(card.execute(cancel(b"\x02" * 16, 0)))
    assert answer == CancelSessionError.INVALID_TRANSACTION_ID
    assert card.euicc is before


def test_a_session_can_be_cancelled_while_the_profile_comes_in_and_nothing_is_left_to_report() -> None:
    card, smdp = new_card(), Smdp()
    segments = lab.bind(card, smdp)
    for segment in segments[:5]:
        assert card.execute(segment) == b""
    answer = CancelSessionResponse.decode(card.execute(cancel(smdp.transaction_id, 5)))
    assert isinstance(answer, CancelSessionResponseOk)
    assert card.nvm.installation is None
    card.reset()
    assert card.nvm.notifications == ()
    assert card.nvm.profiles == ()


def test_signatures_repeat_so_that_a_session_replays() -> None:
    def transcript() -> str:
        card, smdp = new_card(seed="replay"), Smdp()
        answers = lab.authenticate(card, smdp).encode()
        return hashlib.sha256(answers + card.execute(cancel(smdp.transaction_id, 1))).hexdigest()

    assert transcript() == transcript()

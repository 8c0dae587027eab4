"""PrepareDownload: what is checked, and which one-time key is promised."""

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.messages.sgp22.download import (
    DownloadErrorCode,
    PrepareDownloadResponse,
    PrepareDownloadResponseError,
)
from openesim.provisioning.euicc.download import MOST_ONE_TIME_KEYS
from openesim.provisioning.euicc.session import DownloadPrepared
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.pki.certificate import Certificate
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.euicc.laboratory import Smdp, new_card

HASH_CC = bytes(range(32))


def refusal(card: MemoryCard, command: bytes) -> int:
    """The code with which a chip refuses, after a look that nothing but the answer came of it."""
    before = card.euicc
    answer = PrepareDownloadResponse.decode(card.execute(command))
    assert isinstance(answer, PrepareDownloadResponseError)
    assert card.euicc is before
    return answer.download_error_code


@pytest.mark.parametrize("curve", list(Curve), ids=lambda curve: curve.name)
def test_the_chip_signs_a_one_time_key_on_the_servers_curve(curve: Curve) -> None:
    card, smdp = new_card(None, curve), Smdp(world=lab.world(curve))
    authenticated = lab.authenticate(card, smdp)
    request = smdp.prepare_download()
    ok = smdp.take_preparation(card.execute(request))
    signature2 = next(item for item in tlv.read_one(request).children() if item.tag == 0x5F37).octets
    key = Certificate.decode(authenticated.euicc_certificate).public_key
    verify_signature(key, ok.euicc_signed2.octets + signature2, ok.euicc_signature2)
    session = card.euicc.ram.session
    assert isinstance(session, DownloadPrepared)
    assert session.one_time_key.curve is curve
    assert session.one_time_key.public_key == ok.euicc_signed2.value.euicc_otpk
    assert ok.euicc_signed2.value.hash_cc is None


def test_the_hash_of_the_confirmation_code_is_signed_where_it_is_required() -> None:
    card, smdp = new_card(), Smdp()
    ok = lab.prepare(card, smdp, cc_required=True, hash_cc=HASH_CC)
    assert ok.euicc_signed2.value.hash_cc == HASH_CC


def test_a_confirmation_code_that_nobody_required_is_not_signed() -> None:
    ok = lab.prepare(new_card(), Smdp(), hash_cc=HASH_CC)
    assert ok.euicc_signed2.value.hash_cc is None


def test_a_required_confirmation_code_must_be_there() -> None:
    card, smdp = new_card(), Smdp()
    lab.authenticate(card, smdp)
    assert refusal(card, smdp.prepare_download(cc_required=True)) == DownloadErrorCode.UNDEFINED_ERROR
    smdp.take_preparation(card.execute(smdp.prepare_download(cc_required=True, hash_cc=HASH_CC)))


def test_nothing_can_be_prepared_before_the_server_has_proven_itself() -> None:
    card, smdp = new_card(), Smdp(euicc_signature1=bytes(67))
    assert refusal(card, smdp.prepare_download()) == DownloadErrorCode.NO_SESSION_CONTEXT
    lab.challenge(card)
    assert refusal(card, smdp.prepare_download()) == DownloadErrorCode.NO_SESSION_CONTEXT


@pytest.mark.parametrize("impostor", ["dpauth", "dptls", "euicc"])
def test_only_a_certificate_for_binding_binds(impostor: str) -> None:
    card, smdp = new_card(), Smdp()
    lab.authenticate(card, smdp)
    smdp.world = lab.world() | {"dppb": lab.world()[impostor]}
    assert refusal(card, smdp.prepare_download()) == DownloadErrorCode.INVALID_CERTIFICATE


def test_a_certificate_below_an_unknown_ci_does_not_bind() -> None:
    card, smdp = new_card(), Smdp()
    lab.authenticate(card, smdp)
    smdp.world = lab.stranger()
    assert refusal(card, smdp.prepare_download()) == DownloadErrorCode.INVALID_CERTIFICATE


def test_another_sm_dp_of_the_same_ci_cannot_take_the_session_over() -> None:
    card, smdp = new_card(), Smdp()
    lab.authenticate(card, smdp)
    smdp.world = lab.other_smdp()
    assert refusal(card, smdp.prepare_download()) == DownloadErrorCode.INVALID_CERTIFICATE


def test_the_two_certificates_of_a_server_stand_below_one_ci() -> None:
    card, smdp = new_card(None, Curve.P256, Curve.BRAINPOOL_P256R1), Smdp()
    lab.authenticate(card, smdp)
    smdp.world = lab.world(Curve.BRAINPOOL_P256R1)
    assert refusal(card, smdp.prepare_download()) == DownloadErrorCode.INVALID_CERTIFICATE


def test_an_sm_ds_prepares_no_download() -> None:
    card, smdp = new_card(), Smdp(world=lab.world() | {"dpauth": lab.world()["dsauth"]})
    lab.authenticate(card, smdp)
    assert refusal(card, smdp.prepare_download()) == DownloadErrorCode.INVALID_CERTIFICATE


def test_the_signature_covers_what_the_chip_signed_before() -> None:
    card, smdp = new_card(), Smdp()
    lab.authenticate(card, smdp)
    smdp.euicc_signature1 = tlv.encode(0x5F37, bytes(64))
    assert refusal(card, smdp.prepare_download()) == DownloadErrorCode.INVALID_SIGNATURE


def test_another_transaction_is_refused() -> None:
    card, smdp = new_card(), Smdp()
    lab.authenticate(card, smdp)
    smdp.transaction_id = b"\x02" * 16
    assert refusal(card, smdp.prepare_download()) == DownloadErrorCode.INVALID_TRANSACTION_ID


def test_a_key_on_another_curve_is_named_as_such() -> None:
    card, smdp, world = new_card(), Smdp(), lab.world()
    lab.authenticate(card, smdp)
    certificate = world["dppb"].certificate
    other_key = tlv.encode(
        0x30, bytes.fromhex("301006072A8648CE3D020106052B81040022") + tlv.encode(0x03, b"\0\x04" + bytes(96))
    )
    content = tlv.read_one(certificate.signed).value
    signed = tlv.encode(0x30, content.replace(certificate.subject_public_key_info, other_key))
    changed = tlv.read_one(smdp.prepare_download()).value.replace(
        certificate.octets, lab.recertify(signed, world["ci"])
    )
    assert refusal(card, tlv.encode(0xBF21, changed)) == DownloadErrorCode.UNSUPPORTED_CURVE


# --- One-time keys -----------------------------------------------------------------------------------------------


def test_every_download_gets_a_key_of_its_own() -> None:
    card = new_card()
    keys = {lab.prepare(card, Smdp()).euicc_signed2.value.euicc_otpk for _ in range(3)}
    assert len(keys) == 3


def test_the_server_that_remembers_the_key_gets_it_again() -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    promised = smdp.euicc_otpk
    card.reset()
    lab.prepare(card, smdp, otpk=promised)
    assert smdp.euicc_otpk == promised


def test_a_key_is_given_again_to_nobody_else() -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    other = Smdp(world=lab.other_smdp())
    lab.prepare(card, other, otpk=smdp.euicc_otpk)
    assert other.euicc_otpk != smdp.euicc_otpk


def test_a_key_that_was_never_promised_is_not_taken_over() -> None:
    card, smdp = new_card(), Smdp()
    strange = lab.world()["dppb"].certificate.public_key.point
    lab.prepare(card, smdp, otpk=strange)
    assert smdp.euicc_otpk != strange


def test_a_key_is_used_up_by_the_installation() -> None:
    card, smdp = new_card(), Smdp()
    lab.download(card, smdp=smdp)
    used = smdp.euicc_otpk
    assert card.nvm.one_time_keys == ()
    lab.prepare(card, smdp, otpk=used)
    assert smdp.euicc_otpk != used


def test_a_lost_answer_can_be_had_again() -> None:
    card, smdp = new_card(), Smdp()
    lab.authenticate(card, smdp)
    request = smdp.prepare_download()
    first = card.execute(request)
    assert card.execute(request) == first
    assert len(card.nvm.one_time_keys) == 1


def test_several_broken_downloads_of_one_server_keep_their_keys() -> None:
    card = new_card()
    first, second = Smdp(), Smdp()
    lab.prepare(card, first)
    lab.prepare(card, second)
    promised = first.euicc_otpk
    lab.prepare(card, first, otpk=promised)
    assert first.euicc_otpk == promised


def test_unused_keys_do_not_pile_up() -> None:
    card, last = new_card(), Smdp()
    for _ in range(MOST_ONE_TIME_KEYS + 3):
        lab.prepare(card, last)
    assert len(card.nvm.one_time_keys) == MOST_ONE_TIME_KEYS
    assert card.nvm.one_time_keys[-1].public_key == last.euicc_otpk


def test_private_keys_of_the_chip_do_not_print() -> None:
    card = new_card()
    lab.prepare(card, Smdp())
    printed = repr(card.euicc)
    for record in card.nvm.one_time_keys:
        secret = record.private_key.reveal()
        assert secret.hex() not in printed
        assert repr(secret) not in printed
    assert repr(card.nvm.identity.credentials[0].private_key.reveal()) not in printed

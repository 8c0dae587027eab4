"""ES10b: challenge, information, notifications, rules."""

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.kernel.errors import CardError
from openesim.messages.sgp22.es10b import (
    GetRatResponse,
    ListNotificationResponse,
    NotificationsListError,
    RetrieveNotificationsListResponse,
)
from openesim.messages.sgp22.euicc_info import EuiccInfo1, EuiccInfo2, free_non_volatile_memory
from openesim.messages.sgp22.notifications import OtherSignedNotification, ProfileInstallationResult
from openesim.provisioning.euicc.personalise import EVERY_OPERATOR_AFTER_CONSENT
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.pki.certificate import Certificate
from tests.unit.provisioning.euicc import laboratory as lab


def call(card: MemoryCard, command: str) -> bytes:
    return card.execute(bytes.fromhex(command))


def test_every_challenge_is_another_one() -> None:
    card = lab.new_card()
    assert len({lab.challenge(card) for _ in range(5)}) == 5


def test_a_challenge_ends_the_session_and_keeps_unused_keys() -> None:
    card, smdp = lab.new_card(), lab.Smdp()
    lab.prepare(card, smdp)
    lab.challenge(card)
    assert len(card.nvm.one_time_keys) == 1
    with pytest.raises(CardError):
        card.execute(tlv.encode(0xBF36, b""))


def test_the_chip_says_which_cis_it_verifies_and_signs_with() -> None:
    card = lab.new_card(None, Curve.P256, Curve.BRAINPOOL_P256R1)
    expected = tuple(lab.world(curve)["ci"].certificate.key_id for curve in Curve)
    info1 = EuiccInfo1.decode(call(card, "BF2000"))
    info2 = EuiccInfo2.decode(call(card, "BF2200"))
    for info in (info1, info2):
        assert info.euicc_ci_pkid_list_for_verification == expected
        assert info.euicc_ci_pkid_list_for_signing == expected
        assert info.svn.hex() == "020500"


def test_the_chip_says_how_much_memory_is_left() -> None:
    card = lab.new_card(capacity=100_000)
    before = free_non_volatile_memory(EuiccInfo2.decode(call(card, "BF2200")).ext_card_resource)
    lab.install(card)
    info = EuiccInfo2.decode(call(card, "BF2200"))
    after = free_non_volatile_memory(info.ext_card_resource)
    assert before == 100_000
    assert after is not None
    assert before - after > len(lab.package())
    assert info.ext_card_resource[:3].hex() == "810101"


def test_an_empty_table_of_rules_is_an_empty_list() -> None:
    assert call(lab.new_card(), "BF4300").hex() == "bf4302a000"


def test_the_table_of_rules_is_told() -> None:
    card = lab.new_card(rat=EVERY_OPERATOR_AFTER_CONSENT)
    assert GetRatResponse.decode(call(card, "BF4300")).rat == EVERY_OPERATOR_AFTER_CONSENT


# --- Notifications -----------------------------------------------------------------------------------------------


def card_with_news() -> MemoryCard:
    """A chip that has an installation (1), an enabling (2) and a disabling (3) to report."""
    card = lab.new_card()
    lab.download(card)
    identifier = tlv.encode(0xA0, tlv.encode(0x5A, lab.ICCID.octets))
    for tag in (0xBF31, 0xBF32):
        card.execute(tlv.encode(tag, identifier + bytes.fromhex("8100")[:1] + b"\x01\x00"))
    return card


def numbers(card: MemoryCard, command: str) -> list[int]:
    """Sequence numbers that ListNotification tells."""
    answer = ListNotificationResponse.decode(call(card, command))
    assert isinstance(answer, tuple)
    return [one.seq_number for one in answer]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("BF2800", [1, 2, 3]),
        ("BF280481020780", [1]),
        ("BF280481020640", [2]),
        ("BF280481020520", [3]),
        ("BF280481020410", []),
        ("BF2804810204F0", [1, 2, 3]),
    ],
)
def test_notifications_are_listed_by_event(command: str, expected: list[int]) -> None:
    assert numbers(card_with_news(), command) == expected


def test_without_news_the_list_is_empty() -> None:
    assert call(lab.new_card(), "BF2800").hex() == "bf2802a000"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("BF2B00", [1, 2, 3]),
        ("BF2B05A003800102", [2]),
        ("BF2B06A00481020780", [1]),
        ("BF2B06A00481020560", [2, 3]),
        ("BF2B03800103", [3]),
    ],
)
def test_notifications_are_handed_out_by_number_or_event(command: str, expected: list[int]) -> None:
    answer = RetrieveNotificationsListResponse.decode(call(card_with_news(), command))
    assert isinstance(answer, tuple)
    found = [
        one.profile_installation_result_data.value.notification_metadata.seq_number
        if isinstance(one, ProfileInstallationResult)
        else one.tbs_other_notification.value.seq_number
        for one in answer
    ]
    assert found == expected


@pytest.mark.parametrize("command", ["BF2B05A003800109", "BF2B06A00481020410"])
def test_finding_none_is_an_error_when_they_are_asked_for(command: str) -> None:
    answer = RetrieveNotificationsListResponse.decode(call(card_with_news(), command))
    assert answer == NotificationsListError.NO_RESULT_AVAILABLE


def test_what_happened_to_a_profile_is_signed_by_the_chip() -> None:
    card = card_with_news()
    answer = RetrieveNotificationsListResponse.decode(call(card, "BF2B05A003800102"))
    assert isinstance(answer, tuple)
    (one,) = answer
    assert isinstance(one, OtherSignedNotification)
    key = Certificate.decode(one.euicc_certificate).public_key
    verify_signature(key, one.tbs_other_notification.octets, one.euicc_notification_signature)
    assert one.eum_certificate == lab.world()["eum"].certificate.octets
    assert one.tbs_other_notification.value.iccid == lab.ICCID


def test_a_delivered_notification_is_forgotten_once() -> None:
    card = card_with_news()
    assert call(card, "BF3003800102").hex() == "bf3003800100"
    assert numbers(card, "BF2800") == [1, 3]
    before = card.nvm
    assert call(card, "BF3003800102").hex() == "bf3003800101"
    assert card.nvm is before


def test_numbers_are_never_used_again() -> None:
    card = card_with_news()
    lab.forget_notifications(card)
    card.execute(tlv.encode(0xBF33, tlv.encode(0x5A, lab.ICCID.octets)))
    assert numbers(card, "BF2800") == [4]

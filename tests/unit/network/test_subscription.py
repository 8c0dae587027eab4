"""A subscription: what it gives a profile, and what it never prints."""

from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.personalise import Subscriber
from openesim.network.subscription import CardSecrets, Subscription

ICCID, IMSI = Iccid("8988211000000000017"), Imsi("001010000000001")


def test_a_profile_gets_everything_that_the_card_must_know() -> None:
    card = CardSecrets(pins={1: b"p" * 8}, puks={129: b"u" * 8}, ota={0x0101: b"o" * 16})
    subscription = Subscription(
        iccid=ICCID,
        imsi=IMSI,
        msisdn=Msisdn("99970000001"),
        k=Secret(b"k" * 16),
        opc=Secret(b"c" * 16),
        card=card,
    )
    assert subscription.subscriber == Subscriber(
        iccid=ICCID,
        imsi=IMSI,
        msisdn=Msisdn("99970000001"),
        key=b"k" * 16,
        opc=b"c" * 16,
        pins=card.pins,
        puks=card.puks,
        ota_keys=card.ota,
    )


def test_the_test_algorithm_has_no_opc_to_write() -> None:
    subscription = Subscription(
        iccid=ICCID,
        imsi=IMSI,
        algorithm=Algorithm.USIM_TEST_ALGORITHM,
        k=Secret(b"k" * 16),
        opc=Secret(b""),
    )
    assert subscription.subscriber.opc is None


def test_keys_and_codes_are_not_printed() -> None:
    card = CardSecrets(pins={1: b"PINPINPI"}, puks={1: b"PUKPUKPU"}, ota={1: b"OTAOTAOT"})
    subscription = Subscription(
        iccid=ICCID, imsi=IMSI, k=Secret(b"KKKKKKKK"), opc=Secret(b"CCCCCCCC"), card=card
    )
    text = f"{subscription!r} {subscription.subscriber!r} {card}"
    for secret in ("PINPIN", "PUKPUK", "OTAOTA", "KKKK", "CCCC"):
        assert secret not in text

import pytest

from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.kernel.secret import Secret
from openesim.network.subscription import CardSecrets, Subscription


@pytest.fixture
def subscription() -> Subscription:
    """An active subscription that has used sequence numbers already: SEQ 5, IND 3."""
    return Subscription(
        iccid=Iccid("8988211000000000017"),
        imsi=Imsi("001010000000001"),
        msisdn=Msisdn("99970000001"),
        k=Secret(bytes(range(16))),
        opc=Secret(bytes(range(16, 32))),
        amf=b"\xb9\xb9",
        sqn=5 << 5 | 3,
        is_active=True,
        card=CardSecrets(pins={1: b"1234\xff\xff\xff\xff"}),
    )

"""A subscription with the keys of a published figure, and stores that have it.

Source: 3GPP TS 35.207 §4, §5, §6, test set 1.
"""

from __future__ import annotations

from typing import Any

from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.kernel.secret import Secret
from openesim.network.subscription import Batch, Subscription
from tests.support.memory import MemoryWork

BATCH = Batch(name="test", digest=bytes(32), profile_type="test", size=1)
IMSI = Imsi("001010000000001")
K, OPC = "465b5ce8b199b49faa5f0a2ee238a6bc", "cd63cb71954a9f4e48a5994e37a02baf"
RAND, AMF = "23553cbe9637a89d218ae64dae47bf35", "b9b9"
SQN = 0xFF9BB4D0B607
SQN_BEFORE = (SQN >> 5) - 1 << 5 | (SQN & 31) - 1
RES, CK, IK = "a54211d5e3ba50bf", "b40ba9a3c58b2a05bbf0d987b21bf8cb", "f769bcd751044604127672711c6d3441"
AK, MAC_A = "aa689c648370", "4a9ffac354dfafb3"
AUTN = f"{SQN ^ int(AK, 16):012x}{AMF}{MAC_A}"
SRES, KC = "46f8416a", "eae4be823af9a08b"


def make_subscription(**fields: Any) -> Subscription:
    """Returns a subscription that is on, and whose next vector is the published one."""
    usual: dict[str, Any] = {
        "iccid": Iccid("8988001010000000018"),
        "imsi": IMSI,
        "msisdn": Msisdn("8613800000001"),
        "k": Secret(bytes.fromhex(K)),
        "opc": Secret(bytes.fromhex(OPC)),
        "amf": bytes.fromhex(AMF),
        "sqn": SQN_BEFORE,
        "is_active": True,
    }
    return Subscription(**usual | fields)


def work_with(*subscriptions: Subscription) -> MemoryWork:
    """Returns stores in memory that have these subscriptions."""
    work = MemoryWork()
    work.stores.add_batch(BATCH)
    for subscription in subscriptions:
        work.stores.add_subscription(subscription, BATCH.name)
    return work

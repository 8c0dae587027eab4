"""A subscription: what the network and the profile on the card must know alike.

Source: 3GPP TS 33.102 §6.3; TS 23.003 §2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.aka_algorithm import USUAL_SETTINGS, AlgorithmSettings
from openesim.messages.saip.personalise import Subscriber

DEFAULT_AMF = b"\x80\x00"
"""Separation bit set: vectors for LTE and 5G (TS 33.401 §6.1.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSecrets:
    """Codes and keys that only the card holds; an operator's help desk may ask for a PUK.

    Attributes:
        pins: 8 octets by key reference (1 PIN1, 129 PIN2, 10 ADM1).
        puks: 8 octets by reference (1 PUK1, 129 PUK2).
        ota: keys of the operator's security domain by version and identifier, an octet each: 0x0101 is KIC,
            0x0102 KID and 0x0103 KIK of version 1.
    """

    pins: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    puks: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    ota: Mapping[int, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription.

    Attributes:
        iccid: of its profile.
        k: 16 octets, or 32 with TUAK.
        opc: OPc (16 octets) or TOPc (32); empty with the test algorithm.
        settings: what the algorithm is set to, as in its profile.
        amf: 2 octets.
        sqn: the last sequence number handed out, 48 bits: SEQ and the 5 bits of IND behind it.
        is_active: whether the network lets it in; an installation switches it on, a deletion off.
    """

    iccid: Iccid
    imsi: Imsi
    msisdn: Msisdn | None = None
    algorithm: Algorithm = Algorithm.MILENAGE
    k: Secret[bytes]
    opc: Secret[bytes]
    settings: AlgorithmSettings = USUAL_SETTINGS
    amf: bytes = DEFAULT_AMF
    sqn: int = 0
    is_active: bool = False
    card: CardSecrets = field(default_factory=CardSecrets)

    @property
    def subscriber(self) -> Subscriber:
        """What makes a prepared package this subscription's."""
        return Subscriber(
            iccid=self.iccid,
            imsi=self.imsi,
            msisdn=self.msisdn,
            key=self.k.reveal(),
            opc=self.opc.reveal() or None,
            pins=self.card.pins,
            puks=self.card.puks,
            ota_keys=self.card.ota,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Subscriptions that were made together, for profiles of one type.

    Attributes:
        name: chosen by the operator; one batch has it.
        digest: SHA-256 of what it was made from, 32 octets: the same name with other content is refused.
        profile_type: type of its profiles.
        size: subscriptions it will have.
        done: subscriptions it has; less than ``size`` while it is being added.
        low_stock: profiles of its type in stock below which more should be made.
        operator: who may order them; None: any.
    """

    name: str
    digest: bytes
    profile_type: str
    size: int
    done: int = 0
    low_stock: int = 0
    operator: str | None = None

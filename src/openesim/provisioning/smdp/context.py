"""What the SM-DP+ is: its address, keys and rules; and what a function gives back.

Source: SGP.22 v2.5 §2.4, §4.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from openesim.encoding.asn1 import Signed
from openesim.kernel.errors import ConfigError
from openesim.kernel.records import with_quick_init
from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.messages.sgp22.status import Status
from openesim.provisioning.smdp.binding import Download
from openesim.provisioning.smdp.orders import ON_A_CHIP, Order
from openesim.provisioning.smdp.session import Session
from openesim.security.pki.chain import EumCache
from openesim.security.pki.trust import Credential, ServerIdentity, TrustStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules that the server's owner may set.

    Attributes:
        session_lifetime: how long an LPA may take from InitiateAuthentication to the last call.
        replace_session_keys: protect profiles with keys of their own (PPK) instead of the session keys.
        allow_rebinding: bind a profile anew when the same chip comes with another one-time key.
        redownloads: how often a chip may fetch a profile again that it had; 0: the operator issues it again;
            None: as often as it likes.
        redownloads_of: the same for single operators.
    """

    session_lifetime: timedelta = timedelta(minutes=30)
    replace_session_keys: bool = False
    allow_rebinding: bool = True
    redownloads: int | None = 0
    redownloads_of: Mapping[str, int | None] = field(default_factory=dict)

    def allows_redownload(self, order: Order, last: Download | None) -> bool:
        """Tell whether the chip of a profile that it had may fetch it again.

        A package that is out and of which no success was told is a broken download: to repeat that costs nothing.
        """
        limit = self.redownloads_of.get(order.operator or "", self.redownloads)
        is_repeated = last is not None and order.redownloads > 0
        return order.state in ON_A_CHIP and (limit is None or order.redownloads < limit or is_repeated)


@dataclass(frozen=True, slots=True)
class Smdp:
    """The SM-DP+ as its functions see it.

    Attributes:
        fqdn: our address.
        identities: our certificates by key identifier of the CI.
        trust: the CI keys under which chips are known, and revocations.
        policy: the owner's rules.
        manufacturers: EUM certificates that were verified before.
    """

    fqdn: str
    identities: Mapping[bytes, ServerIdentity]
    trust: TrustStore
    policy: Policy
    manufacturers: EumCache

    def binding_credential(self, identity: bytes) -> Credential:
        """Return CERT.DPpb and its key under a CI.

        Raises:
            ConfigError: the identity was set up without one.
        """
        credential = self.identities[identity].binding
        if credential is None:
            raise ConfigError("an SM-DP+ needs CERT.DPpb and its key beside CERT.DPauth")
        return credential


@with_quick_init
@dataclass(frozen=True, slots=True)
class ProfilePackage:
    """A profile package as prepared for one order.

    Attributes:
        metadata: what the user sees; the ICCID is the order's.
        octets: the unprotected profile package.
        saip_version: major and minor version of the package.
        required: features of the chip that the package declares mandatory.
    """

    metadata: Signed[StoreMetadataRequest]
    octets: bytes
    saip_version: tuple[int, int]
    required: UiccCapability


@with_quick_init
@dataclass(frozen=True, slots=True)
class Offer:
    """What the stores hold for a matching id or an EID.

    Attributes:
        order: the order.
        package: its profile package; None where it cannot be personalised now.
        last: what was last handed out for it and is not on the chip, if a retry may build on it.
    """

    order: Order
    package: ProfilePackage | None
    last: Download | None = None


@with_quick_init
@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a function answers, and what is to be stored with it in one unit of work.

    Attributes:
        answer: the output, or the status of a failure.
        session: the session to store.
        order: the order to store.
        download: the download to store.
        code: what the catalogue of explanations knows it by, where the chip and not we said no.
    """

    answer: T | Status
    session: Session | None = None
    order: Order | None = None
    download: Download | None = None
    code: str | None = None

"""The chip as a value: what it keeps without power, and what it forgets.

Nothing here changes in place. A function of the chip takes an ``Euicc`` and returns the next one, so the old
one is still there when a check fails half way: an error leaves the chip as it was by construction. Octets of
profiles are shared between the old and the new value, never copied.

``Nvm`` is what a power cut must not harm; whoever keeps the chip in a file saves it whenever a function
returned another ``Nvm`` (compare with ``is not``), before the answer leaves. ``Ram`` ends with the power.

Source: SGP.22 v2.5 §2.4.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from openesim.kernel.ids import Eid, Iccid, Oid, TransactionId
from openesim.kernel.secret import Secret
from openesim.messages.saip.package import Package
from openesim.messages.sgp22.es10b import ProfilePolicyAuthorisationRule
from openesim.messages.sgp22.euicc_info import (
    CertificationDataObject,
    EuiccCategory,
    RspCapability,
    UiccCapability,
)
from openesim.messages.sgp22.metadata import (
    DpProprietaryData,
    ProfileClass,
    ProfileState,
    StoreMetadataRequest,
)
from openesim.messages.sgp22.notifications import BppCommandId
from openesim.messages.sgp22.types import NotificationEvent, PprIds
from openesim.provisioning.euicc.channels import CLOSED_CHANNELS, Channel
from openesim.provisioning.euicc.session import Session
from openesim.provisioning.euicc.toolkit import Dialogue
from openesim.provisioning.procedures.short_message import Pieces
from openesim.provisioning.uicc.image import Image, PinKey
from openesim.provisioning.uicc.memory import UNTOUCHED, Memory
from openesim.security.crypto.curves import Curve

DEFAULT_CAPACITY = 1_500_000
"""Octets of memory for profiles where nothing else is asked for."""

DEFAULT_ROOT_SMDS = "smds.example.com"
"""Root SM-DS where nothing else is asked for: an address of nobody, so that a test chip asks no real server."""

SOFTWARE_CAPABILITY = UiccCapability(
    UiccCapability.USIM_SUPPORT
    | UiccCapability.ISIM_SUPPORT
    | UiccCapability.CSIM_SUPPORT
    | UiccCapability.AKA_MILENAGE
    | UiccCapability.AKA_TUAK128
    | UiccCapability.AKA_TUAK256
    | UiccCapability.USIM_TEST_ALGORITHM
    | UiccCapability.MULTIPLE_USIM_SUPPORT
    | UiccCapability.MULTIPLE_ISIM_SUPPORT
    | UiccCapability.MULTIPLE_CSIM_SUPPORT
    | UiccCapability.BER_TLV_FILE_SUPPORT
    | UiccCapability.DF_LINK_SUPPORT
    | UiccCapability.GET_IDENTITY
    | UiccCapability.PROFILE_A_X25519
    | UiccCapability.PROFILE_B_P256
)
"""What this chip offers to profiles: no Java Card, but all that opens a network."""

SOFTWARE_RSP_CAPABILITY = RspCapability(
    RspCapability.ADDITIONAL_PROFILE
    | RspCapability.CRL_SUPPORT
    | RspCapability.TEST_PROFILE_SUPPORT
    | RspCapability.DEVICE_INFO_EXTENSIBILITY_SUPPORT
)
"""What this chip offers to servers."""

NO_POLICY_RULES = PprIds(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One identity of the chip: its certificate and key under one CI.

    Attributes:
        ci_key_id: subject key identifier of the CI that the EUM certificate was issued by.
        certificate: CERT.EUICC.ECDSA, DER.
        eum_certificate: CERT.EUM.ECDSA, DER.
        private_key: SK.EUICC.ECDSA as a scalar of 32 octets.
    """

    ci_key_id: bytes
    curve: Curve
    certificate: bytes
    eum_certificate: bytes
    private_key: Secret[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the chip is and whom it believes, both in order of preference.

    Attributes:
        credentials: one for every CI it can sign under.
        ci_certificates: certificates of the CIs it can verify with, DER; several may carry one key.
    """

    eid: Eid
    credentials: tuple[Credential, ...]
    ci_certificates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What EUICCInfo1 and EUICCInfo2 say of the platform; versions are 3 octets each."""

    profile_version: bytes = b"\x03\x03\x01"
    svn: bytes = b"\x02\x05\x00"
    firmware_version: bytes = b"\x00\x01\x00"
    globalplatform_version: bytes = b"\x02\x03\x00"
    uicc_capability: UiccCapability = SOFTWARE_CAPABILITY
    rsp_capability: RspCapability = SOFTWARE_RSP_CAPABILITY
    category: EuiccCategory = EuiccCategory.OTHER
    forbidden_policy_rules: PprIds = NO_POLICY_RULES
    pp_version: bytes = b"\x01\x00\x00"
    sas_accreditation_number: str = "OpenESIM software chip, not accredited"
    certification: CertificationDataObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One installed profile.

    Attributes:
        aid: AID of its ISD-P, 16 octets.
        metadata_octets: StoreMetadata as received, or as the operator changed it since, for the memory account.
        package: the profile elements, parsed; its ``octets`` are those that were installed.
        ci_key_id: CI of the session that installed it: notifications are signed under the same.
        card_memory: what its card keeps beyond the package.
    """

    aid: bytes
    state: ProfileState = ProfileState.DISABLED
    nickname: str = ""
    metadata: StoreMetadataRequest
    metadata_octets: bytes
    package: Package
    dp_proprietary_data: DpProprietaryData | None = None
    ci_key_id: bytes
    card_memory: Memory = UNTOUCHED

    @property
    def iccid(self) -> Iccid:
        """The profile's ICCID."""
        return self.metadata.iccid

    @property
    def is_enabled(self) -> bool:
        """Whether the profile is the enabled one."""
        return self.state is ProfileState.ENABLED

    @property
    def is_test(self) -> bool:
        """Whether it is a test profile."""
        return self.metadata.profile_class == ProfileClass.TEST

    @property
    def policy_rules(self) -> PprIds:
        """The policy rules it came with, as far as its operator has not taken them away."""
        return self.metadata.profile_policy_rules or NO_POLICY_RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification that waits for its delivery: signed when it came about.

    Attributes:
        octets: PendingNotification, complete: BF37 of an installation, 30 of everything else.
    """

    seq_number: int
    event: NotificationEvent
    address: str
    iccid: Iccid | None
    octets: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeKeyRecord:
    """A one-time key (otSK/otPK.EUICC.ECKA) that no installation has used up yet.

    Attributes:
        smdp_oid: the SM-DP+ it was made for; nobody else's package is taken with it.
        public_key: 04‖X‖Y, 65 octets.
        private_key: scalar, 32 octets.
    """

    smdp_oid: Oid
    curve: Curve
    public_key: bytes
    private_key: Secret[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class OngoingInstallation:
    """What the chip must know to report an installation that a power cut ended.

    Attributes:
        command: the ES8+ command it had got to.
        iccid: None until the metadata were read.
    """

    transaction_id: TransactionId
    smdp_oid: Oid
    smdp_address: str
    ci_key_id: bytes
    command: BppCommandId
    iccid: Iccid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nvm:
    """Everything that outlives the power.

    Attributes:
        capacity: octets for profiles, notifications and CRLs.
        factory_dp_address: what a memory reset puts back.
        suspended_aid: ISD-P of the operational profile that comes back when the test profile leaves.
        next_seq_number: number of the next notification; numbers are never used twice.
        crls: certificate revocation lists, DER, at most one of a CI and partial number.
    """

    identity: Identity
    description: Description = Description()
    capacity: int = DEFAULT_CAPACITY
    rat: tuple[ProfilePolicyAuthorisationRule, ...] = ()
    factory_dp_address: str = ""
    default_dp_address: str = ""
    root_ds_address: str = DEFAULT_ROOT_SMDS
    profiles: tuple[Profile, ...] = ()
    suspended_aid: bytes | None = None
    notifications: tuple[Notification, ...] = ()
    next_seq_number: int = 1
    one_time_keys: tuple[OneTimeKeyRecord, ...] = ()
    installation: OngoingInstallation | None = None
    crls: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class PresentCard:
    """The card that answers behind the channels.

    Attributes:
        aid: ISD-P of the profile that makes it, None where no profile is enabled.
        image: worked out once, when the first command for it came.
        verified: PINs that were given.
    """

    aid: bytes | None
    image: Image
    verified: frozenset[PinKey] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ram:
    """Everything that ends with the power.

    Attributes:
        session: the RSP session.
        channels: the logical channels.
        card: the card behind them; None until a command needs it.
        dialogue: how far chip and terminal have got with proactive commands.
        pieces: short messages of a secured packet that is not complete yet.
    """

    session: Session | None = None
    channels: tuple[Channel | None, ...] = CLOSED_CHANNELS
    card: PresentCard | None = None
    dialogue: Dialogue = Dialogue.SILENT
    pieces: Pieces | None = None


@dataclass(frozen=True, slots=True)
class Euicc:
    """The whole chip."""

    nvm: Nvm
    ram: Ram = Ram()

    def with_nvm(self, nvm: Nvm) -> Euicc:
        """Return the chip with other memory, session and channels as they are."""
        return Euicc(nvm, self.ram)

    def with_session(self, session: Session | None) -> Euicc:
        """Return the chip in another session state, or idle."""
        return Euicc(self.nvm, replace(self.ram, session=session))

    def with_channels(self, channels: tuple[Channel | None, ...]) -> Euicc:
        """Return the chip with other logical channels."""
        ram = self.ram  # written out: most APDUs come by here, and ``replace`` takes four times as long
        return Euicc(
            self.nvm,
            Ram(
                session=ram.session,
                channels=channels,
                card=ram.card,
                dialogue=ram.dialogue,
                pieces=ram.pieces,
            ),
        )

    def with_channel(self, number: int, channel: Channel | None) -> Euicc:
        """Return the chip with one logical channel in another state."""
        return self.with_channels((*self.ram.channels[:number], channel, *self.ram.channels[number + 1 :]))

    def with_card(self, card: PresentCard | None) -> Euicc:
        """Return the chip with another card behind the channels."""
        return Euicc(self.nvm, replace(self.ram, card=card))

    def with_dialogue(self, dialogue: Dialogue) -> Euicc:
        """Return the chip further on in its dialogue with the terminal."""
        return Euicc(self.nvm, replace(self.ram, dialogue=dialogue))

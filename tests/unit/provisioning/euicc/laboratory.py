"""A small world around the chip: a CI, an SM-DP+ that can be made to lie, and chips born for it.

The server's half is written here a second time on purpose, from the messages up: a chip tested against our own SM-DP+
would share its misreadings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import shake_256
from typing import Any

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.kernel.errors import CardError
from openesim.kernel.ids import Eid, Iccid, Imsi, Oid, TransactionId
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.applications import NonStandard
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import Description as Subscription
from openesim.messages.saip.elements import ProfileElement
from openesim.messages.saip.header import PeHeader
from openesim.messages.saip.kinds import ElementKind
from openesim.messages.saip.package import decode_package
from openesim.messages.sgp22.authentication import AuthenticateResponseOk, AuthenticateServerResponse
from openesim.messages.sgp22.download import PrepareDownloadResponse, PrepareDownloadResponseOk
from openesim.messages.sgp22.es8plus import ControlRefTemplate, SignedPartOfSecureChannel
from openesim.messages.sgp22.es10b import GetEuiccChallengeResponse
from openesim.messages.sgp22.metadata import NotificationConfigurationInformation, StoreMetadataRequest
from openesim.messages.sgp22.notifications import ProfileInstallationResult
from openesim.messages.sgp22.types import NotificationEvent
from openesim.provisioning.euicc.ambient import build_ambient
from openesim.provisioning.euicc.personalise import build_identity
from openesim.provisioning.euicc.state import Nvm
from openesim.security.crypto.bsp import BspKeys, BspTag, BspWriter
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import raw_to_der
from openesim.security.crypto.ecka import OneTimeKey
from openesim.security.pki import profiles
from openesim.security.pki.build import Holder
from openesim.security.pki.certificate import SIGNATURE_ALGORITHM
from openesim.security.pki.names import Name
from openesim.security.pki.oids import COMMON_NAME, ORGANIZATION
from openesim.security.pki.world import Issued, WorldPlan, issue, issue_euicc, make_world

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ADDRESS = "smdp.example.com"
OTHER_ADDRESS = "notify.example.com"
ICCID = Iccid.parse("8901234567890123456")
SECOND_ICCID = Iccid.parse("8901234567890123464")
THIRD_ICCID = Iccid.parse("8901234567890123472")
HOST_ID = b"laboratory"
ALL_EVENTS = NotificationEvent(0b1111)
CHANGES = NotificationEvent(0b1110)
CTX_PARAMS1 = bytes.fromhex("A00A A108 8004 35290611 A100".replace(" ", ""))

World = dict[str, Issued]


class Entropy:
    """A reproducible source of octets."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._drawn = 0

    def __call__(self, octets: int) -> bytes:
        self._drawn += 1
        return shake_256(f"{self._seed}/{self._drawn}".encode()).digest(octets)


@cache
def world(curve: Curve = Curve.P256, seed: str = "world") -> World:
    """The certificates and keys of one CI."""
    return make_world(curve, Entropy(f"{seed}/{curve.name}"), NOW)


@cache
def stranger(curve: Curve = Curve.P256) -> World:
    """Another CI with everything below it, which no chip of ours trusts."""
    return world(curve, "stranger")


@cache
def other_smdp(curve: Curve = Curve.P256) -> World:
    """Another SM-DP+ below the same CI, with another object identifier."""
    base, draw = world(curve), Entropy("other smdp")
    holder = Holder(
        subject=Name.build((ORGANIZATION, "Other"), (COMMON_NAME, "Other SM-DP+")),
        registered_id=Oid("2.999.77"),
        crl_distribution_points=("http://ci.test.example.com/other.crl",),
    )
    return base | {
        "dpauth": issue(profiles.DP_AUTH, holder, base["ci"], draw, NOW),
        "dppb": issue(profiles.DP_PB, holder, base["ci"], draw, NOW),
    }


def recertify(signed: bytes, issuer: Issued) -> bytes:
    """A certificate whose tbsCertificate was changed, signed again by its true issuer."""
    signature = raw_to_der(issuer.credential.signer.sign(signed))
    return tlv.encode(0x30, signed + SIGNATURE_ALGORITHM + tlv.encode(0x03, b"\0" + signature))


def new_nvm(*curves: Curve, eid: Eid | None = None, **settings: Any) -> Nvm:
    """A chip's memory, fresh from the factory; P-256 unless curves are named."""
    worlds = [world(curve) for curve in curves or (Curve.P256,)]
    eid = eid or WorldPlan().eid
    euiccs = [
        (
            one["euicc"]
            if one["euicc"].certificate.eid == eid
            else issue_euicc(one["eum"], eid, Entropy(eid), NOW),
            one["eum"].certificate,
        )
        for one in worlds
    ]
    identity = build_identity(euiccs, (one["ci"].certificate for one in worlds))
    return Nvm(identity=identity, root_ds_address="smds.example.com", **settings)


def new_card(nvm: Nvm | None = None, *curves: Curve, seed: str = "card", **settings: Any) -> MemoryCard:
    """A chip in memory with reproducible randomness."""
    nvm = nvm or new_nvm(*curves, **settings)
    return MemoryCard(nvm, build_ambient(nvm.identity, Entropy(seed)))


def metadata(iccid: Iccid = ICCID, **changes: Any) -> StoreMetadataRequest:
    """Metadata of an operational profile that reports enable, disable and delete to its SM-DP+."""
    told = NotificationConfigurationInformation(
        profile_management_operation=CHANGES, notification_address=ADDRESS
    )
    values: dict[str, Any] = {
        "iccid": iccid,
        "service_provider_name": "Operator",
        "profile_name": "Plan",
        "notification_configuration_info": (told,),
    }
    return StoreMetadataRequest(**(values | changes))


def subscription(iccid: Iccid = ICCID, **changes: Any) -> Subscription:
    """What a small profile is made from."""
    values: dict[str, Any] = {
        "operator_name": "Operator",
        "mcc": "001",
        "mnc": "01",
        "iccid": iccid,
        "imsi": Imsi("001010123456789"),
        "k": bytes(range(16)),
        "opc": bytes(range(16, 32)),
        "puk1": "12345678",
        "pin2": "1234",
        "puk2": "87654321",
        "adm1": b"55555555",
    }
    return Subscription(**(values | changes))


@cache
def package(iccid: Iccid = ICCID) -> bytes:
    """A small profile package."""
    return build_package(subscription(iccid))


@cache
def package_for_tests(iccid: Iccid = ICCID) -> bytes:
    """A package whose key opens no real network."""
    return build_package(subscription(iccid, algorithm=Algorithm.USIM_TEST_ALGORITHM, opc=b""))


def larger_package(octets: int, iccid: Iccid = ICCID) -> bytes:
    """The small package with an element of that many octets in it, which the chip may pass over."""
    elements = list(decode_package(package(iccid)).elements)
    header = PeHeader(identification=900)
    filling = NonStandard(header=header, issuer_id=Oid("2.999.1"), content=bytes(octets))
    elements.insert(-1, ProfileElement.of(ElementKind.NON_STANDARD, filling))
    return b"".join(element.octets for element in elements)


def server_signed1(
    challenge: bytes, transaction_id: bytes, address: str = ADDRESS, more: bytes = b""
) -> bytes:
    """ServerSigned1, put together by hand."""
    return tlv.encode(
        0x30,
        tlv.encode(0x80, transaction_id)
        + tlv.encode(0x81, challenge)
        + tlv.encode(0x83, address.encode())
        + tlv.encode(0x84, bytes(range(16)))
        + more,
    )


def sign(holder: Issued, octets: bytes) -> bytes:
    """Complete signature TLV, 5F37."""
    return tlv.encode(0x5F37, holder.credential.signer.sign(octets))


@dataclass
class Smdp:
    """The SM-DP+'s half of one session; every attribute can be set to a lie before the next step."""

    world: World = field(default_factory=world)
    transaction_id: bytes = b"\x01" * 16
    address: str = ADDRESS
    ci_key_id: bytes | None = None
    host_id: bytes = HOST_ID
    seed: str = "smdp"
    euicc_signature1: bytes = b""
    euicc_otpk: bytes = b""

    def authenticate_server(self, challenge: bytes, ctx_params1: bytes = CTX_PARAMS1) -> bytes:
        """AuthenticateServerRequest."""
        signed = server_signed1(challenge, self.transaction_id, self.address)
        key_id = self.ci_key_id or self.world["ci"].certificate.key_id or b""
        return tlv.encode(
            0xBF38,
            signed
            + sign(self.world["dpauth"], signed)
            + tlv.encode(0x04, key_id)
            + self.world["dpauth"].certificate.octets
            + ctx_params1,
        )

    def take_authentication(self, answer: bytes) -> AuthenticateResponseOk:
        """Keep what the chip signed."""
        ok = AuthenticateServerResponse.decode(answer)
        assert isinstance(ok, AuthenticateResponseOk), ok
        self.euicc_signature1 = tlv.encode(0x5F37, ok.euicc_signature1)
        return ok

    def prepare_download(
        self, *, cc_required: bool = False, hash_cc: bytes | None = None, otpk: bytes | None = None
    ) -> bytes:
        """PrepareDownloadRequest."""
        signed = tlv.encode(
            0x30,
            tlv.encode(0x80, self.transaction_id)
            + tlv.encode(0x01, b"\xff" if cc_required else b"\x00")
            + (tlv.encode(0x5F49, otpk) if otpk else b""),
        )
        return tlv.encode(
            0xBF21,
            signed
            + sign(self.world["dppb"], signed + self.euicc_signature1)
            + (tlv.encode(0x04, hash_cc) if hash_cc else b"")
            + self.world["dppb"].certificate.octets,
        )

    def take_preparation(self, answer: bytes) -> PrepareDownloadResponseOk:
        """Keep the chip's one-time key."""
        ok = PrepareDownloadResponse.decode(answer)
        assert isinstance(ok, PrepareDownloadResponseOk), ok
        self.euicc_otpk = ok.euicc_signed2.value.euicc_otpk
        return ok

    def bind(self, eid: Eid, contents: Contents) -> bytes:
        """BoundProfilePackage for the chip's one-time key."""
        key = OneTimeKey.generate(self.world["dppb"].private_key.curve, Entropy(self.seed))
        keys = BspKeys.derive(key.agree(self.euicc_otpk), self.host_id, eid.octets)
        template = ControlRefTemplate(
            key_type=contents.key_type, key_len=contents.key_length, host_id=self.host_id
        )
        signed = SignedPartOfSecureChannel(
            remote_op_id=contents.remote_op_id,
            transaction_id=TransactionId(self.transaction_id),
            control_ref_template=template,
            smdp_otpk=key.public_key,
            euicc_otpk=self.euicc_otpk,
        ).signed_octets()
        without_euicc_key = signed[: -len(tlv.encode(0x5F49, self.euicc_otpk))]
        channel = tlv.encode(0xBF23, without_euicc_key + sign(self.world["dppb"], signed))
        writer = BspWriter(keys)
        parts = [
            channel,
            tlv.encode(0xA0, b"".join(writer.protect(BspTag.COMMAND, contents.configure_isdp))),
            tlv.encode(0xA1, b"".join(writer.protect(BspTag.METADATA, contents.metadata))),
        ]
        if contents.ppk is not None:
            replace_keys = contents.replace_session_keys or tlv.encode(
                0xBF26,
                tlv.encode(0x80, contents.ppk.mcv)
                + tlv.encode(0x81, contents.ppk.s_enc)
                + tlv.encode(0x82, contents.ppk.s_mac),
            )
            parts.append(tlv.encode(0xA2, b"".join(writer.protect(BspTag.COMMAND, replace_keys))))
            writer.replace_keys(contents.ppk)
        parts.append(tlv.encode(0xA3, b"".join(writer.protect(BspTag.PROFILE_ELEMENTS, contents.package))))
        return tlv.encode(0xBF36, b"".join(parts))


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What goes into a bound profile package; defaults are what they should be."""

    metadata: bytes = field(default_factory=lambda: metadata().encode())
    package: bytes = field(default_factory=package)
    configure_isdp: bytes = bytes.fromhex("BF2400")
    ppk: BspKeys | None = None
    replace_session_keys: bytes | None = None
    remote_op_id: int = 1
    key_type: bytes = b"\x88"
    key_length: bytes = b"\x10"


PPK = BspKeys(b"\x22" * 16, b"\x00" * 16, b"\x11" * 16)


def contents(iccid: Iccid = ICCID, **changes: Any) -> Contents:
    """A profile with its metadata; keyword ``about`` changes the metadata."""
    about = changes.pop("about", {})
    base = Contents(metadata=metadata(iccid, **about).encode(), package=package(iccid))
    return replace(base, **changes)


def cut(bound: bytes) -> list[bytes]:
    """The segments of a bound profile package, as most LPAs cut it.

    Source: SGP.22 v2.5 §2.5.5.
    """
    whole = tlv.read_one(bound)
    first, *containers = whole.children()
    segments = [bound[: first.end]]
    for container in containers:
        head = bound[container.start : container.value_start]
        pieces = [piece.octets for piece in container.children()]
        if container.tag in (0xA0, 0xA2):
            segments += [head + pieces[0], *pieces[1:]]
        else:
            segments += [head, *pieces]
    return segments


def challenge(card: MemoryCard) -> bytes:
    """GetEUICCChallenge."""
    return GetEuiccChallengeResponse.decode(card.execute(bytes.fromhex("BF2E00"))).euicc_challenge


def authenticate(card: MemoryCard, smdp: Smdp) -> AuthenticateResponseOk:
    """Session up to the chip's answer to the server."""
    return smdp.take_authentication(card.execute(smdp.authenticate_server(challenge(card))))


def prepare(card: MemoryCard, smdp: Smdp, **options: Any) -> PrepareDownloadResponseOk:
    """Session up to the chip's one-time key."""
    authenticate(card, smdp)
    return smdp.take_preparation(card.execute(smdp.prepare_download(**options)))


def bind(card: MemoryCard, smdp: Smdp, what: Contents | None = None) -> list[bytes]:
    """Session up to the segments of a package for this chip."""
    prepare(card, smdp)
    return cut(smdp.bind(card.nvm.identity.eid, what or contents()))


def load(card: MemoryCard, segments: Iterable[bytes]) -> bytes:
    """Hand segments over until the chip says something."""
    for segment in segments:
        answer = card.execute(segment)
        if answer:
            return answer
    return b""


def download(card: MemoryCard, what: Contents | None = None, smdp: Smdp | None = None) -> Any:
    """A whole download; returns the final result."""
    pir = load(card, bind(card, smdp or Smdp(), what))
    return result_of(pir)


def result_of(pir: bytes) -> Any:
    """FinalResult of an installation result."""
    return ProfileInstallationResult.decode(pir).profile_installation_result_data.value.final_result


def install(card: MemoryCard, iccid: Iccid = ICCID, **about: Any) -> None:
    """Put a profile on a chip, and forget the installation result."""
    result = download(card, contents(iccid, about=about))
    assert type(result).__name__ == "SuccessResult", result
    forget_notifications(card)


def forget_notifications(card: MemoryCard) -> None:
    """Remove all waiting notifications."""
    for one in card.nvm.notifications:
        card.execute(tlv.encode(0xBF30, tlv.encode(0x80, der_integer(one.seq_number))))


def der_integer(number: int) -> bytes:
    """Content of a DER INTEGER, not negative."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def refused_with(card: MemoryCard, command: bytes) -> int | None:
    """Carry out a command; the status word of a refusal, which must leave the chip alone, None for an answer."""
    before = card.euicc
    try:
        card.execute(command)
    except CardError as error:
        if card.euicc is not before:
            raise AssertionError("a refusal changed the chip") from error
        return error.status_word
    return None


def lasting(card: MemoryCard) -> tuple[object, ...]:
    """What a refused installation must leave alone."""
    nvm = card.nvm
    return (nvm.identity, nvm.profiles, nvm.suspended_aid, nvm.one_time_keys, nvm.installation, nvm.crls)

"""A second chip, for tests only: it shares nothing with the code it tests, so that the two cannot agree on an error.

Its own DER in thirty lines, keys and ciphers straight from ``cryptography``, the rules from the fact sheets. It keeps
profiles as decrypted octets and does not look into them. It is told to misbehave through ``alter``: a table from the
name of an octet string (``euicc_signed1``, ``euicc_signature2``, …) to what is done with it before it is used further.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

INSTALL, ENABLE, DISABLE, DELETE = 0x80, 0x40, 0x20, 0x10
"""Notification events, as the first octet of a bit string."""

NO_ERROR = (0, 0)


# --- DER ------------------------------------------------------------------------------------------------------


def tlv(tag: int, *parts: bytes) -> bytes:
    """Returns tag, length and value."""
    value = b"".join(parts)
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    else:
        digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(digits)]) + digits
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + length + value


@dataclass(frozen=True)
class Node:
    """One TLV: its tag, its whole octets, its value."""

    tag: int
    octets: bytes
    value: bytes

    def __iter__(self) -> Iterator[Node]:
        return iter(nodes(self.value))

    def __getitem__(self, tag: int) -> Node:
        """Returns the first child with the tag."""
        return next(child for child in self if child.tag == tag)

    def get(self, tag: int) -> Node | None:
        """Returns the first child with the tag, if there is one."""
        return next((child for child in self if child.tag == tag), None)


def nodes(octets: bytes) -> list[Node]:
    """Returns the TLVs that stand side by side."""
    found = []
    at = 0
    while at < len(octets):
        start = at
        at += 2 if octets[at] & 0x1F == 0x1F else 1
        tag = int.from_bytes(octets[start:at], "big")
        size = octets[at]
        at += 1
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(octets[at : at + count], "big")
            at += count
        assert at + size <= len(octets)
        found.append(Node(tag, octets[start : at + size], octets[at : at + size]))
        at += size
    return found


def node(octets: bytes) -> Node:
    """Returns the one TLV that fills the octets."""
    (only,) = nodes(octets)
    return only


def _integer(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def bits(octets: bytes) -> bytes:
    """Returns the content of a bit string, its last zero bits left out."""
    number = int.from_bytes(octets, "big")
    if number == 0:
        return b"\0"
    trailing = (number & -number).bit_length() - 1
    return bytes([trailing % 8]) + octets[: len(octets) - trailing // 8]


def swapped(digits: str) -> bytes:
    """Returns the ten octets of an ICCID."""
    padded = digits.ljust(20, "F")
    return bytes.fromhex("".join(padded[i + 1] + padded[i] for i in range(0, 20, 2)))


def unswapped(octets: bytes) -> str:
    """Returns the digits of an ICCID."""
    return "".join(pair[1] + pair[0] for pair in (f"{octet:02X}" for octet in octets)).rstrip("F")


# --- The chip -------------------------------------------------------------------------------------------------


class ServerRefused(Exception):
    """The chip found something wrong with the server."""


@dataclass
class Installed:
    """One profile on the chip."""

    iccid: str
    package: bytes
    metadata: bytes
    address: str
    enabled: bool = False


@dataclass
class Session:
    """What the chip remembers between two calls of a download."""

    transaction_id: bytes = b""
    server: ec.EllipticCurvePublicKey | None = None
    server_oid: bytes = b""
    address: str = ""
    signature1: bytes = b""
    smdp_signed2: bytes = b""
    smdp_signature2: bytes = b""
    binding: ec.EllipticCurvePublicKey | None = None
    one_time_key: ec.EllipticCurvePrivateKey | None = None


@dataclass(eq=False)
class Chip:
    """One chip under one CI."""

    eid: str
    key: ec.EllipticCurvePrivateKey
    certificate: bytes
    eum_certificate: bytes
    ci_key: ec.EllipticCurvePublicKey
    ci_pkid: bytes
    svn: bytes = b"\x02\x05\x00"
    svn2: bytes | None = None
    profile_version: bytes = b"\x03\x03\x01"
    uicc_capability: bytes = b"\xff\xff\xff\xff"
    rsp_capability: bytes = b"\xf8"
    forbidden: bytes = b""
    free_memory: int = 500_000
    verification: list[bytes] | None = None
    signing: list[bytes] | None = None
    keeps_one_time_key: bool = True
    fails_with: tuple[int, int] = NO_ERROR
    alter: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    session: Session = field(default_factory=Session)
    profiles: dict[str, Installed] = field(default_factory=dict)
    challenge: bytes = b""
    sequence: int = 0
    kept: dict[bytes, ec.EllipticCurvePrivateKey] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Chip(…{self.eid[-6:]})"

    # --- what it says of itself

    @property
    def info1(self) -> bytes:
        """EUICCInfo1."""
        return tlv(0xBF20, tlv(0x82, self.svn), self._lists())

    @property
    def info2(self) -> bytes:
        """EUICCInfo2."""
        resource = tlv(0x81, b"\x00") + tlv(0x82, _integer(self.free_memory)) + tlv(0x83, b"\x10\x00")
        parts = [
            tlv(0x81, self.profile_version),
            tlv(0x82, self.svn2 or self.svn),
            tlv(0x83, b"\x01\x02\x03"),
            tlv(0x84, resource),
            tlv(0x85, bits(self.uicc_capability)),
            tlv(0x88, bits(self.rsp_capability)),
            self._lists(),
            tlv(0x99, bits(self.forbidden)) if self.forbidden else b"",
            tlv(0x04, b"\x01\x00\x00"),
            tlv(0x0C, b"TEST"),
        ]
        return tlv(0xBF22, *parts)

    def _lists(self) -> bytes:
        verification = [self.ci_pkid] if self.verification is None else self.verification
        signing = [self.ci_pkid] if self.signing is None else self.signing
        return tlv(0xA9, *(tlv(4, ci) for ci in verification)) + tlv(0xAA, *(tlv(4, ci) for ci in signing))

    # --- common mutual authentication

    def new_challenge(self) -> bytes:
        """GetEUICCChallenge: a session that was open ends."""
        self.session = Session()
        self.challenge = os.urandom(16)
        return self.challenge

    def authenticate_server(self, ok: dict[str, bytes], address: str, matching_id: str | None) -> bytes:
        """AuthenticateServer.

        ``ok`` holds serverSigned1, serverSignature1, euiccCiPKIdToBeUsed and serverCertificate as TLVs.
        """
        signed, signature = node(ok["serverSigned1"]), node(ok["serverSignature1"])
        certificate = self._server_certificate(ok["serverCertificate"])
        server = certificate.public_key()
        assert isinstance(server, ec.EllipticCurvePublicKey)
        verify(server, signature.value, signed.octets)
        self._expect(signature.tag == 0x5F37, "serverSignature1 is no 5F37")
        self._expect(signed[0x81].value == self.challenge, "another challenge was signed")
        self._expect(signed[0x83].value.decode() == address, "another address was signed")
        chosen = node(ok["euiccCiPKIdToBeUsed"])
        self._expect(chosen.tag == 4 and chosen.value == self.ci_pkid, "another CI was chosen")
        self.session = Session(signed[0x80].value, server, _registered_id(certificate), address)
        tid = self.session.transaction_id
        context = tlv(
            0xA0,
            b"" if matching_id is None else tlv(0x80, matching_id.encode()),
            tlv(0xA1, tlv(0x80, b"\x35\x29\x06\x11"), tlv(0xA1)),
        )
        euicc_signed1 = self._at(
            "euicc_signed1",
            tlv(
                0x30,
                tlv(0x80, self._at("inner_transaction_id", tid)),
                tlv(0x83, address.encode()),
                tlv(0x84, self._at("server_challenge", signed[0x84].value)),
                self.info2,
                context,
            ),
        )
        self.session.signature1 = tlv(0x5F37, self._at("euicc_signature1", self.sign(euicc_signed1)))
        return tlv(
            0xBF38,
            tlv(
                0xA0,
                euicc_signed1,
                self.session.signature1,
                self._at("euicc_certificate", self.certificate),
                self._at("eum_certificate", self.eum_certificate),
            ),
        )

    def _server_certificate(self, octets: bytes) -> x509.Certificate:
        certificate = x509.load_der_x509_certificate(octets)
        assert certificate.signature_hash_algorithm is not None
        self.ci_key.verify(
            certificate.signature,
            certificate.tbs_certificate_bytes,
            ec.ECDSA(certificate.signature_hash_algorithm),
        )
        return certificate

    # --- download

    def prepare_download(self, ok: dict[str, bytes], code: str | None = None) -> bytes:
        """PrepareDownload.

        ``ok`` holds smdpSigned2, smdpSignature2 and smdpCertificate as TLVs.
        """
        signed, signature = node(ok["smdpSigned2"]), node(ok["smdpSignature2"])
        certificate = self._server_certificate(ok["smdpCertificate"])
        self._expect(_registered_id(certificate) == self.session.server_oid, "CERT.DPpb is of another SM-DP+")
        binding = certificate.public_key()
        assert isinstance(binding, ec.EllipticCurvePublicKey)
        verify(binding, signature.value, signed.octets + self.session.signature1)
        tid = self.session.transaction_id
        self._expect(signed[0x80].value == tid, "smdpSigned2 is of another session")
        bound = signed.get(0x5F49)
        key = self.kept.get(bound.value) if bound else None
        if key is None or not self.keeps_one_time_key:
            key = ec.generate_private_key(binding.curve)
        self.session.binding, self.session.one_time_key = binding, key
        self.kept[point(key.public_key())] = key
        hash_cc = b""
        if code is not None:
            hash_cc = tlv(4, sha256(sha256(code.encode()).digest() + tid).digest())
        self.session.smdp_signed2, self.session.smdp_signature2 = signed.octets, signature.octets
        euicc_signed2 = self._at(
            "euicc_signed2",
            tlv(
                0x30,
                tlv(0x80, self._at("inner_transaction_id2", tid)),
                tlv(0x5F49, self._at("euicc_otpk", point(key.public_key()))),
                hash_cc,
            ),
        )
        signature2 = self._at("euicc_signature2", self.sign(euicc_signed2 + signature.octets))
        return tlv(0xBF21, tlv(0xA0, euicc_signed2, tlv(0x5F37, signature2)))

    def open_package(self, package: bytes) -> tuple[bytes, bytes]:
        """Returns metadata (BF25) and profile of a bound profile package, everything verified.

        Raises:
            ServerRefused: something is wrong with it.
        """
        outer = node(package)
        self._expect(outer.tag == 0xBF36, "no BF36")
        channel, *groups = outer
        assert self.session.one_time_key is not None
        assert self.session.binding is not None
        own = self.session.one_time_key
        signed = b"".join(part.octets for part in channel if part.tag != 0x5F37)
        verify(self.session.binding, channel[0x5F37].value, signed + tlv(0x5F49, point(own.public_key())))
        self._expect(channel[0x80].value == self.session.transaction_id, "BF23 is of another session")
        template = channel[0xA6]
        self._expect((template[0x80].value, template[0x81].value) == (b"\x88", b"\x10"), "CRT values")
        peer = ec.EllipticCurvePublicKey.from_encoded_point(own.curve, channel[0x5F49].value)
        shared = own.exchange(ec.ECDH(), peer)
        host, eid = template[0x84].value, bytes.fromhex(self.eid)
        info = bytes([0x88, 0x10, len(host)]) + host + bytes([len(eid)]) + eid
        reader = _Reader(X963KDF(hashes.SHA256(), 48, info).derive(shared))
        plain: dict[int, bytes] = {}
        for group in groups:
            plain[group.tag] = b"".join(reader.open(segment) for segment in group)
            if group.tag == 0xA2:
                keys = node(plain[0xA2])
                reader = _Reader(keys[0x80].value + keys[0x81].value + keys[0x82].value)
        self._expect(plain[0xA0][:2] == b"\xbf\x24", "no ConfigureISDP")
        return plain[0xA1], plain[0xA3]

    def install(self, package: bytes) -> bytes:
        """Takes a bound profile package and returns the notification of its result, BF37."""
        metadata, profile = self.open_package(package)
        told = node(metadata)
        iccid = unswapped(told[0x5A].value)
        address = told[0xB6][0x30][0x81].value.decode()
        outcome = self.fails_with
        if outcome == NO_ERROR and iccid in self.profiles:
            outcome = (5, 9)
        if outcome == NO_ERROR:
            self.profiles[iccid] = Installed(iccid, profile, metadata, address)
            self.kept.clear()
            final = tlv(0xA0, tlv(0x4F, bytes.fromhex("A0000005591010FFFFFFFF8900001100")), tlv(4, b"\x30\0"))
        else:
            command, reason = outcome
            final = tlv(0xA1, tlv(0x80, _integer(command)), tlv(0x81, _integer(reason)))
        data = self._at(
            "pir_data",
            tlv(
                0xBF27,
                tlv(0x80, self.session.transaction_id),
                self._metadata(INSTALL, address, iccid),
                tlv(6, self.session.server_oid),
                tlv(0xA2, final),
            ),
        )
        return tlv(0xBF37, data, tlv(0x5F37, self._at("pir_signature", self.sign(data))))

    def cancel(self, reason: int) -> bytes:
        """CancelSession."""
        signed = self._at(
            "cancel_signed",
            tlv(
                0x30,
                tlv(0x80, self.session.transaction_id),
                tlv(0x81, self.session.server_oid),
                tlv(0x82, _integer(reason)),
            ),
        )
        signature = self._at("cancel_signature", self.sign(signed))
        return tlv(0xBF41, tlv(0xA0, signed, tlv(0x5F37, signature)))

    # --- profiles

    def change(self, iccid: str, event: int) -> bytes:
        """Enables, disables or deletes a profile and returns the notification, 30."""
        profile = self.profiles[iccid]
        if event == DELETE:
            del self.profiles[iccid]
        else:
            profile.enabled = event == ENABLE
        return self.tell(event, profile.address, iccid)

    def tell(self, event: int, address: str, iccid: str) -> bytes:
        """Returns a notification, whether it is true or not."""
        told = self._at("notification", self._metadata(event, address, iccid))
        signature = tlv(0x5F37, self._at("notification_signature", self.sign(told)))
        return tlv(
            0x30,
            told,
            signature,
            self._at("euicc_certificate", self.certificate),
            self._at("eum_certificate", self.eum_certificate),
        )

    def _metadata(self, event: int, address: str, iccid: str) -> bytes:
        self.sequence += 1
        return tlv(
            0xBF2F,
            tlv(0x80, _integer(self.sequence)),
            tlv(0x81, bits(bytes([event]))),
            tlv(0x0C, address.encode()),
            tlv(0x5A, swapped(iccid)),
        )

    # --- tools

    def sign(self, message: bytes) -> bytes:
        """Returns the signature of a message, r‖s."""
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def _at(self, name: str, octets: bytes) -> bytes:
        return self.alter[name](octets) if name in self.alter else octets

    @staticmethod
    def _expect(holds: bool, wrong: str) -> None:
        if not holds:
            raise ServerRefused(wrong)


def verify(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> None:
    """Verifies a signature r‖s."""
    if len(signature) != 64:
        raise ServerRefused("signature is not 64 octets")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Returns 04‖X‖Y."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _registered_id(certificate: x509.Certificate) -> bytes:
    """Returns the content octets of the object identifier in the alternative names."""
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    (name,) = extension.value.get_values_for_type(x509.RegisteredID)
    # The library has no encoder of its own to call: an extension that holds the identifier brings it back as DER.
    usage = x509.ExtendedKeyUsage([name]).public_bytes()
    return node(usage)[6].value


class _Reader:
    """Opens protected segments, one cipher context each, as the standard tells it."""

    def __init__(self, keys: bytes) -> None:
        self._chain, self._enc, self._mac = keys[:16], keys[16:32], keys[32:]
        self._counter = 0

    def open(self, segment: Node) -> bytes:
        if len(segment.octets) > 1020:
            raise ServerRefused("segment is longer than 1020 octets")
        mac = CMAC(algorithms.AES128(self._mac))
        mac.update(self._chain + segment.octets[:-8])
        chain = mac.finalize()
        if chain[:8] != segment.octets[-8:]:
            raise ServerRefused("MAC")
        self._chain = chain
        self._counter += 1
        data = segment.value[:-8]
        if segment.tag == 0x88:
            return data
        icv = Cipher(algorithms.AES128(self._enc), modes.ECB()).encryptor()
        start = icv.update(self._counter.to_bytes(16, "big"))
        plain = Cipher(algorithms.AES128(self._enc), modes.CBC(start)).decryptor().update(data)
        stripped = plain.rstrip(b"\0")
        if stripped[-1:] != b"\x80":
            raise ServerRefused("padding")
        return stripped[:-1]

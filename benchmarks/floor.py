"""The floor: what the cryptography of one download costs, done plainly with ``cryptography`` and nothing around it.

The protocol demands of the server, for every download that it has not seen before: three signatures (serverSigned1,
smdpSigned2, smdpSign2 of the secure channel), four verifications (CERT.EUICC, euiccSignature1, euiccSignature2 and the
signature of the installation result; CERT.EUM is the manufacturer's and can be remembered), a one-time key pair and an
agreement, the key derivation, and the SCP03t protection of ConfigureISDP, StoreMetadata and the profile.

Keys are loaded beforehand and signatures are random, not deterministic: everything that could be argued to belong to
the server is left to the server.

Source: SGP.22 v2.5 §3.1.3, §2.5.4, Annex G; GlobalPlatform Amendment D §6.2.6.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

SIGNATURES, VERIFICATIONS = 3, 4
METADATA_OCTETS = 120
PROFILE_OCTETS = 12_000
_BLOCK = 16
_MOST_PLAINTEXT, _MOST_PLAIN = 1007, 1008
_MAC_OCTETS = 8

_ECDSA = ec.ECDSA(hashes.SHA256())


def make_floor(profile_octets: int = PROFILE_OCTETS) -> Callable[[], None]:
    """Return a function that does the cryptography of one download once."""
    curve = ec.SECP256R1()
    own, peer = ec.generate_private_key(curve), ec.generate_private_key(curve).public_key()
    verifying_key = own.public_key()
    message, shared_info = os.urandom(200), os.urandom(31)
    signature = own.sign(message, _ECDSA)
    command, metadata, profile = b"\xbf\x24\x00", os.urandom(METADATA_OCTETS), os.urandom(profile_octets)

    def once() -> None:
        for _ in range(SIGNATURES):
            own.sign(message, _ECDSA)
        for _ in range(VERIFICATIONS):
            verifying_key.verify(signature, message, _ECDSA)
        shared_secret = ec.generate_private_key(curve).exchange(ec.ECDH(), peer)
        material = X963KDF(hashes.SHA256(), 48, shared_info).derive(shared_secret)
        protect(material, command, metadata, profile)

    return once


def protect(material: bytes, command: bytes, metadata: bytes, profile: bytes) -> list[bytes]:
    """Return the TLVs of a protected package, made the way the standard describes it.

    Args:
        material: initial MAC chaining value, S-ENC and S-MAC, 48 octets.
        command: ConfigureISDP, encrypted.
        metadata: StoreMetadata, authenticated only.
        profile: the profile package, encrypted.
    """
    chain, s_enc, s_mac = material[:16], material[16:32], material[32:]
    pieces = [(0x87, command), (0x88, metadata)]
    pieces += [(0x86, profile[at : at + _MOST_PLAINTEXT]) for at in range(0, len(profile), _MOST_PLAINTEXT)]
    segments = []
    for counter, (tag, piece) in enumerate(pieces, start=1):
        data = piece
        if tag != 0x88:
            padded = piece + b"\x80" + bytes(-(len(piece) + 1) % _BLOCK)
            block = Cipher(algorithms.AES(s_enc), modes.ECB()).encryptor()
            icv = block.update(counter.to_bytes(_BLOCK, "big")) + block.finalize()
            encryptor = Cipher(algorithms.AES(s_enc), modes.CBC(icv)).encryptor()
            data = encryptor.update(padded) + encryptor.finalize()
        head = bytes((tag,)) + _length(len(data) + _MAC_OCTETS)
        mac = CMAC(algorithms.AES(s_mac))
        mac.update(chain + head + data)
        chain = mac.finalize()
        segments.append(head + data + chain[:_MAC_OCTETS])
    return segments


def _length(octets: int) -> bytes:
    """Return a DER length."""
    if octets < 0x80:
        return bytes((octets,))
    size = (octets.bit_length() + 7) // 8
    return bytes((0x80 | size,)) + octets.to_bytes(size, "big")

"""Keys of EAP-SIM, EAP-AKA and EAP-AKA': what a login through a card leaves on both sides.

::

    EAP-SIM    MK = SHA-1(identity ‖ Kc … ‖ NONCE_MT ‖ version list ‖ version)
    EAP-AKA    MK = SHA-1(identity ‖ IK ‖ CK)                             keys = FIPS 186-2 generator(MK)
    EAP-AKA'   CK' ‖ IK' = KDF(CK ‖ IK, network name, SQN xor AK)         keys = PRF'(IK' ‖ CK', "EAP-AKA'" ‖ identity)

Source: RFC 4186 §7; RFC 4187 §7; RFC 5448 §3.3, §3.4; RFC 9048 §3.3.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Final

from openesim.kernel.errors import DecodeError
from openesim.security.aka.algorithm import SQN_OCTETS, require_octets
from openesim.security.aka.vectors import AUTN_OCTETS
from openesim.security.crypto.fips186_2 import fips186_2_prf
from openesim.security.crypto.kdf import ts33220_kdf

_KEY_OCTETS: Final = 16
_NONCE_OCTETS: Final = 16
_MASTER_KEY_OCTETS: Final = 20
_LONG_KEY_OCTETS: Final = 32
_MSK_OCTETS: Final = 64
_FC_CK_IK_PRIME: Final = 0x20


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What EAP hands to the network; never printed.

    Attributes:
        msk: 64 octets.
        emsk: 64 octets.
    """

    msk: bytes = field(repr=False)
    emsk: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EapKeys(SessionKeys):
    """Keys of a full authentication by EAP-SIM or EAP-AKA; never printed.

    Attributes:
        mk: master key, 20 octets, kept for a fast re-authentication.
        k_encr: 16 octets.
        k_aut: 16 octets.
    """

    mk: bytes = field(repr=False)
    k_encr: bytes = field(repr=False)
    k_aut: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EapAkaPrimeKeys(SessionKeys):
    """Keys of a full authentication by EAP-AKA'; never printed.

    Attributes:
        k_encr: 16 octets.
        k_aut: 32 octets.
        k_re: 32 octets, kept for a fast re-authentication.
    """

    k_encr: bytes = field(repr=False)
    k_aut: bytes = field(repr=False)
    k_re: bytes = field(repr=False)


# --- EAP-SIM and EAP-AKA -------------------------------------------------------------------------------------


def derive_eap_sim_keys(
    identity: bytes, kcs: Sequence[bytes], nonce_mt: bytes, version_list: bytes, selected_version: bytes
) -> EapKeys:
    """Derive the keys of EAP-SIM.

    Args:
        identity: as the peer sent it last.
        kcs: Kc of two or three triplets in order, 8 octets each.
        nonce_mt: 16 octets.
        version_list: the versions that were offered, 2 octets each.
        selected_version: 2 octets.

    Raises:
        DecodeError: a key or nonce of another length.

    Source: RFC 4186 §7.
    """
    for kc in kcs:
        require_octets("Kc", kc, 8)
    require_octets("NONCE_MT", nonce_mt, _NONCE_OCTETS)
    require_octets("selected version", selected_version, 2)
    return _eap_keys(identity + b"".join(kcs) + nonce_mt + version_list + selected_version)


def derive_eap_aka_keys(identity: bytes, ck: bytes, ik: bytes) -> EapKeys:
    """Derive the keys of EAP-AKA.

    Args:
        identity: as the peer sent it last.
        ck: cipher key of the vector, 16 octets.
        ik: integrity key of the vector, 16 octets.

    Raises:
        DecodeError: a key of another length.

    Source: RFC 4187 §7.
    """
    require_octets("CK", ck, _KEY_OCTETS)
    require_octets("IK", ik, _KEY_OCTETS)
    return _eap_keys(identity + ik + ck)


def rederive_eap_keys(mk: bytes, identity: bytes, counter: int, nonce_s: bytes) -> SessionKeys:
    """Derive the keys of a fast re-authentication by EAP-SIM or EAP-AKA.

    Args:
        mk: master key of the full authentication, 20 octets.
        identity: the re-authentication identity.
        counter: how many times, 1 to 65 535.
        nonce_s: 16 octets.

    Raises:
        DecodeError: a value of another length or out of range.

    Source: RFC 4186 §7; RFC 4187 §7.
    """
    require_octets("MK", mk, _MASTER_KEY_OCTETS)
    require_octets("NONCE_S", nonce_s, _NONCE_OCTETS)
    xkey = sha1(identity + _counter_octets(counter) + nonce_s + mk).digest()  # noqa: S324 (RFC 4187)
    return SessionKeys(*_cut(fips186_2_prf(xkey, 2 * _MSK_OCTETS), _MSK_OCTETS, _MSK_OCTETS))


def _eap_keys(seed: bytes) -> EapKeys:
    """Return the keys for what goes into the master key."""
    mk = sha1(seed).digest()  # noqa: S324 (RFC 4187)
    lengths = (_KEY_OCTETS, _KEY_OCTETS, _MSK_OCTETS, _MSK_OCTETS)
    k_encr, k_aut, msk, emsk = _cut(fips186_2_prf(mk, sum(lengths)), *lengths)
    return EapKeys(mk=mk, k_encr=k_encr, k_aut=k_aut, msk=msk, emsk=emsk)


# --- EAP-AKA' ------------------------------------------------------------------------------------------------


def derive_ck_ik_prime(ck: bytes, ik: bytes, network_name: bytes, autn: bytes) -> tuple[bytes, bytes]:
    """Return CK' and IK', 16 octets each: the keys of a vector bound to the network that uses it.

    Args:
        ck: cipher key of the vector, 16 octets.
        ik: integrity key of the vector, 16 octets.
        network_name: the access network's name, as in AT_KDF_INPUT.
        autn: token of the vector, 16 octets; its first 6 octets are SQN xor AK.

    Raises:
        DecodeError: a value of another length.

    Source: RFC 5448 §3.3; 3GPP TS 33.402 Annex A.2.
    """
    require_octets("CK", ck, _KEY_OCTETS)
    require_octets("IK", ik, _KEY_OCTETS)
    require_octets("AUTN", autn, AUTN_OCTETS)
    derived = ts33220_kdf(ck + ik, _FC_CK_IK_PRIME, network_name, autn[:SQN_OCTETS])
    return derived[:_KEY_OCTETS], derived[_KEY_OCTETS:]


def derive_eap_aka_prime_keys(identity: bytes, ck_prime: bytes, ik_prime: bytes) -> EapAkaPrimeKeys:
    """Derive the keys of EAP-AKA'.

    Args:
        identity: as the peer sent it last.
        ck_prime: 16 octets.
        ik_prime: 16 octets.

    Raises:
        DecodeError: a key of another length.

    Source: RFC 5448 §3.3.
    """
    require_octets("CK'", ck_prime, _KEY_OCTETS)
    require_octets("IK'", ik_prime, _KEY_OCTETS)
    lengths = (_KEY_OCTETS, _LONG_KEY_OCTETS, _LONG_KEY_OCTETS, _MSK_OCTETS, _MSK_OCTETS)
    derived = _prf_prime(ik_prime + ck_prime, b"EAP-AKA'" + identity, sum(lengths))
    k_encr, k_aut, k_re, msk, emsk = _cut(derived, *lengths)
    return EapAkaPrimeKeys(k_encr=k_encr, k_aut=k_aut, k_re=k_re, msk=msk, emsk=emsk)


def rederive_eap_aka_prime_keys(k_re: bytes, identity: bytes, counter: int, nonce_s: bytes) -> SessionKeys:
    """Derive the keys of a fast re-authentication by EAP-AKA'.

    Args:
        k_re: of the full authentication, 32 octets.
        identity: the re-authentication identity.
        counter: how many times, 1 to 65 535.
        nonce_s: 16 octets.

    Raises:
        DecodeError: a value of another length or out of range.

    Source: RFC 5448 §3.3.
    """
    require_octets("K_re", k_re, _LONG_KEY_OCTETS)
    require_octets("NONCE_S", nonce_s, _NONCE_OCTETS)
    seed = b"EAP-AKA' re-auth" + identity + _counter_octets(counter) + nonce_s
    return SessionKeys(*_cut(_prf_prime(k_re, seed, 2 * _MSK_OCTETS), _MSK_OCTETS, _MSK_OCTETS))


def _prf_prime(key: bytes, seed: bytes, length: int) -> bytes:
    """Return so many octets of PRF'.

    Source: RFC 5448 §3.4.1.
    """
    made = block = b""
    counter = 0
    while len(made) < length:
        counter += 1
        block = hmac.digest(key, block + seed + bytes((counter,)), "sha256")
        made += block
    return made[:length]


def _counter_octets(counter: int) -> bytes:
    """Return the counter of fast re-authentications, 2 octets."""
    if not 0 < counter < 1 << 16:
        msg = f"the counter of fast re-authentications must be 1 to 65535, not {counter}"
        raise DecodeError(msg)
    return counter.to_bytes(2, "big")


def _cut(octets: bytes, *lengths: int) -> list[bytes]:
    """Cut octets into pieces of these lengths."""
    pieces, at = [], 0
    for length in lengths:
        pieces.append(octets[at : at + length])
        at += length
    return pieces

"""What a profile package says of remote management over the air: keys, addresses and least protection of the operator's domain.

Both sides read it: the card to open a secured packet, the operator to make one.

Source: TCA eUICC Profile Package 3.3.1, PE-SecurityDomain; ETSI TS 102 226 §8.2.1.3.2; ETSI TS 102 225 §5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.applications import KeyObject, SecurityDomain
from openesim.messages.saip.description import KEY_TYPE_AES, KEY_TYPE_DES, SCP80_VERSIONS
from openesim.messages.saip.package import Package
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.security.crypto.scp80 import Scp80Keys
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering

CIPHERING_KEY, CHECKSUM_KEY = 1, 2
"""Key identifiers of KIc and KID within a key version."""

_TAR_OCTETS: Final = 3
_MENU_ENTRIES_AT: Final = 3
_MINIMUM_SPI1: Final = 0x01
_CHECKSUM_32: Final = 4
_AES, _TRIPLE_DES, _TRIPLE_DES_LONG = 0x02, 0x05, 0x09
_LONG_KEY: Final = 24


@dataclass(frozen=True, slots=True)
class Scp80Key:
    """One key: its type (80 DES, 88 AES), octets, and length of the checksums made with it."""

    key_type: int
    octets: SecretOctets = field(repr=False)
    checksum_octets: int = 8

    @property
    def algorithm(self) -> int:
        """Low half of the octet KIc or KID that names it."""
        if self.key_type == KEY_TYPE_AES:
            return _AES
        return _TRIPLE_DES_LONG if len(self.octets) == _LONG_KEY else _TRIPLE_DES


@dataclass(frozen=True, slots=True)
class Scp80Domain:
    """The operator's security domain (MNO-SD), as far as secured packets go.

    Attributes:
        tars: toolkit application references that reach it, 3 octets each.
        minimum_spi1: least protection of a command, as first octet of an SPI; 0 where nothing is asked.
        keys: by key version and key identifier.
    """

    tars: tuple[bytes, ...]
    minimum_spi1: int
    keys: Mapping[tuple[int, int], Scp80Key] = field(repr=False)

    def newest_version(self) -> int:
        """Return the highest key version that has both keys.

        Raises:
            DecodeError: none has.
        """
        complete = [
            version
            for version, identifier in self.keys
            if identifier == CIPHERING_KEY and (version, CHECKSUM_KEY) in self.keys
        ]
        if not complete:
            raise DecodeError("the profile has no keys for secured packets (SCP80)")
        return max(complete)

    def keys_for(self, kic: int, kid: int, *, is_ciphered: bool = True) -> Scp80Keys:
        """Return the keys that the octets KIc and KID of a packet name; without ciphering KIc may name nothing.

        Raises:
            DecodeError: there is no such key, or it is for another algorithm.

        Source: ETSI TS 102 225 §5.1.2, §5.1.3.
        """
        checksum = self._key(kid, CHECKSUM_KEY)
        algorithm = Checksum.of(kid, is_keyed=True)
        if algorithm is Checksum.AES_CMAC64 and checksum.checksum_octets == _CHECKSUM_32:
            algorithm = Checksum.AES_CMAC32
        if not is_ciphered and (kic >> 4, CIPHERING_KEY) not in self.keys:
            return Scp80Keys(checksum=algorithm, kid=bytes(checksum.octets))
        ciphering = self._key(kic, CIPHERING_KEY)
        return Scp80Keys(
            ciphering=Ciphering.of(kic),
            kic=bytes(ciphering.octets),
            checksum=algorithm,
            kid=bytes(checksum.octets),
        )

    def _key(self, octet: int, identifier: int) -> Scp80Key:
        """Return the key that an octet names by version and algorithm."""
        key = self.keys.get((octet >> 4, identifier))
        if key is None:
            raise DecodeError(f"there is no key of version {octet >> 4} for secured packets")
        if (key.key_type == KEY_TYPE_AES) is not (octet & 0x0F == _AES):
            raise DecodeError(f"key version {octet >> 4} is for another algorithm")
        return key


def find_scp80_domain(package: Package) -> Scp80Domain | None:
    """Return the operator's security domain of a package, the first one in it, or None.

    A domain without toolkit parameters, or with such as cannot be read, has no address: no packet reaches it.

    Source: TCA eUICC Profile Package 3.3.1, PE-SecurityDomain (the first is the MNO-SD).
    """
    domain = next(iter(package.values(SecurityDomain)), None)
    if domain is None:
        return None
    parameters = domain.instance.application_parameters
    tars, minimum = _read_toolkit(parameters.toolkit if parameters and parameters.toolkit else b"")
    keys = {
        (key.key_version_number[0], key.key_identifier[0]): _scp80_key(key)
        for key in domain.key_list or ()
        if key.key_version_number[0] in SCP80_VERSIONS
        and int.from_bytes(key.key_components[0].key_type, "big") in (KEY_TYPE_AES, KEY_TYPE_DES)
    }
    return Scp80Domain(tars, minimum, keys)


def _scp80_key(key: KeyObject) -> Scp80Key:
    """Return a key of the list."""
    component = key.key_components[0]
    return Scp80Key(int.from_bytes(component.key_type, "big"), component.key_data, component.mac_length)


def _read_toolkit(octets: bytes) -> tuple[tuple[bytes, ...], int]:
    """Return TARs and least protection of toolkit parameters.

    ::

        priority, timers, length of a menu text, menu entries n, 2·n octets, channels,
        length and value of the least security, length and value of the TARs, services

    Source: ETSI TS 102 226 §8.2.1.3.2.1.
    """
    try:
        at = _MENU_ENTRIES_AT + 1 + 2 * octets[_MENU_ENTRIES_AT] + 1
        security = octets[at + 1 : at + 1 + octets[at]]
        at += 1 + octets[at]
        names = octets[at + 1 : at + 1 + octets[at]]
    except IndexError:
        return (), 0
    tars = tuple(names[i : i + _TAR_OCTETS] for i in range(0, len(names) - 2, _TAR_OCTETS))
    return tars, security[1] if len(security) > 1 and security[0] == _MINIMUM_SPI1 else 0

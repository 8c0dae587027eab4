"""Ciphers and checksums of SCP80: their names and their keys (figures are in tests/vectors)."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering


@pytest.mark.parametrize(
    ("kic", "ciphering"),
    [
        (0x01, Ciphering.DES_CBC),
        (0x15, Ciphering.TRIPLE_DES_CBC),
        (0x29, Ciphering.TRIPLE_DES_CBC),
        (0xFD, Ciphering.DES_ECB),
        (0x12, Ciphering.AES_CBC),
    ],
)
def test_the_low_half_of_kic_names_the_cipher_whatever_the_key(kic: int, ciphering: Ciphering) -> None:
    assert Ciphering.of(kic) is ciphering


@pytest.mark.parametrize("kic", [0x00, 0x10, 0x03, 0x06, 0x0F])
def test_an_unknown_kic_is_refused(kic: int) -> None:
    with pytest.raises(DecodeError, match=f"KIc {kic:02X}"):
        Ciphering.of(kic)


def test_kid_means_one_thing_for_a_redundancy_check_and_another_for_a_keyed_checksum() -> None:
    assert Checksum.of(0x11, is_keyed=False) is Checksum.CRC16
    assert Checksum.of(0x15, is_keyed=False) is Checksum.CRC32
    assert Checksum.of(0x11, is_keyed=True) is Checksum.DES_CBC
    assert Checksum.of(0x15, is_keyed=True) is Checksum.TRIPLE_DES_CBC
    assert Checksum.of(0x19, is_keyed=True) is Checksum.TRIPLE_DES_CBC
    assert Checksum.of(0x12, is_keyed=True) is Checksum.AES_CMAC64


@pytest.mark.parametrize(("kid", "is_keyed"), [(0x00, True), (0x00, False), (0x02, False), (0x03, True)])
def test_an_unknown_kid_is_refused(kid: int, *, is_keyed: bool) -> None:
    with pytest.raises(DecodeError, match=f"KID {kid:02X}"):
        Checksum.of(kid, is_keyed=is_keyed)


@pytest.mark.parametrize("ciphering", list(Ciphering))
def test_a_cipher_takes_whole_blocks_and_keys_of_its_own_lengths(ciphering: Ciphering) -> None:
    block = bytes(range(ciphering.block_octets))
    for length in (7, 8, 15, 16, 17, 24, 32):
        key = bytes(range(length))
        if length in ciphering.key_octets:
            assert ciphering.decipher(key, ciphering.encipher(key, block * 3)) == block * 3
            with pytest.raises(DecodeError, match="whole blocks"):
                ciphering.decipher(key, block[1:])
        else:
            with pytest.raises(DecodeError, match="key"):
                ciphering.encipher(key, block)


@pytest.mark.parametrize("checksum", [checksum for checksum in Checksum if checksum.is_keyed])
def test_a_checksum_takes_keys_of_its_own_lengths(checksum: Checksum) -> None:
    for length in (0, 8, 15, 16, 24, 32):
        if length in checksum.key_octets:
            assert len(checksum.compute(bytes(length), b"message")) == checksum.octets
        else:
            with pytest.raises(DecodeError, match="key"):
                checksum.compute(bytes(length), b"message")

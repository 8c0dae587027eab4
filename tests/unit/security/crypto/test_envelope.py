"""Envelope encryption, on published vectors: RFC 3394 §4.6, and test case 16 of the GCM specification (McGrew, Viega)."""

import pytest

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.secret import Secret
from openesim.security.crypto.envelope import DataKey, KeyEncryptionKey

KEK = Secret(bytes(range(32)))
DATA_KEY = Secret(bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f"))
WRAPPED = bytes.fromhex("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21")

GCM_KEY = Secret(bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2))
NONCE = bytes.fromhex("cafebabefacedbaddecaf888")
ASSOCIATED = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
RECORD = bytes.fromhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
CIPHERTEXT = bytes.fromhex(
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
)
TAG = bytes.fromhex("76fc6ece0f4e1768cddf8853bb2d551b")


def test_a_data_key_is_wrapped_as_the_rfc_says() -> None:
    assert KeyEncryptionKey(KEK).wrap(DATA_KEY) == WRAPPED
    assert KeyEncryptionKey(KEK).unwrap(WRAPPED) == DATA_KEY


def test_a_record_is_sealed_as_the_specification_says() -> None:
    sealed = DataKey(GCM_KEY).seal(RECORD, ASSOCIATED, NONCE)
    assert sealed == NONCE + CIPHERTEXT + TAG
    assert DataKey(GCM_KEY).open(sealed, ASSOCIATED) == RECORD


@pytest.mark.parametrize("octet", [0, 12, 40, -1])
def test_a_record_that_was_changed_is_not_opened(octet: int) -> None:
    sealed = bytearray(NONCE + CIPHERTEXT + TAG)
    sealed[octet] ^= 1
    with pytest.raises(VerificationError):
        DataKey(GCM_KEY).open(bytes(sealed), ASSOCIATED)


@pytest.mark.parametrize("sealed", [b"", NONCE, NONCE + TAG[:15]])
def test_a_record_that_was_cut_is_not_opened(sealed: bytes) -> None:
    with pytest.raises(VerificationError):
        DataKey(GCM_KEY).open(sealed, ASSOCIATED)


def test_a_record_is_opened_only_for_what_it_belongs_to() -> None:
    with pytest.raises(VerificationError):
        DataKey(GCM_KEY).open(NONCE + CIPHERTEXT + TAG, b"another")
    with pytest.raises(VerificationError):
        DataKey(DATA_KEY).open(NONCE + CIPHERTEXT + TAG, ASSOCIATED)


@pytest.mark.parametrize("wrapped", [b"", WRAPPED[:-1], WRAPPED[:-8], bytes(40)])
def test_a_data_key_of_another_key_is_not_unwrapped(wrapped: bytes) -> None:
    with pytest.raises(VerificationError):
        KeyEncryptionKey(KEK).unwrap(wrapped)


def test_keys_have_their_length_and_no_text_form() -> None:
    for made in (DataKey, KeyEncryptionKey):
        with pytest.raises(DecodeError):
            made(Secret(b"short"))
        assert "short" not in repr(made(Secret(b"short" * 6 + b"!!")))
    fresh = KeyEncryptionKey.generate(lambda octets: b"f" * octets)
    assert fresh.octets == Secret(b"f" * 32)

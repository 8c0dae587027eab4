"""Protected profile packages: known answers, the recorded session, and every false octet."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from openesim.encoding import tlv
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Eid
from openesim.security.crypto.bsp import SEGMENT_OCTETS, BspKeys, BspReader, BspTag, BspWriter
from openesim.security.crypto.cmac import aes_cmac
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecka import OneTimeKey

EID = Eid("89049032123451234512345678901235")
HOST_ID = b"euicc-rsp"
Z = bytes.fromhex("79696dc34351dfc7758b07baf66643f01d7d8f5ab976c51d5f2c42ab71f5a6c3")
KEYS = BspKeys.derive(Z, HOST_ID, EID.octets)
OTHER_KEYS = BspKeys(bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48)))

COMMAND, METADATA, ELEMENTS = BspTag.COMMAND, BspTag.METADATA, BspTag.PROFILE_ELEMENTS


def test_session_keys_are_the_known_answers_of_the_recorded_session() -> None:
    assert KEYS.mcv.hex() == "9a8d4dc5d8c2ba3fccbb7f69036fd09f"
    assert KEYS.s_enc.hex() == "1f745c2897a86858e94823c218a2db4a"
    assert KEYS.s_mac.hex() == "1c073583341b81244c40aae342de5434"


def test_keys_are_never_printed() -> None:
    assert repr(KEYS) == "BspKeys()"


@pytest.mark.parametrize(("host_id", "eid"), [(b"", bytes(16)), (bytes(17), bytes(16)), (b"h", EID.encode())])
def test_a_host_id_or_eid_of_another_length_is_refused(host_id: bytes, eid: bytes) -> None:
    with pytest.raises(DecodeError):
        BspKeys.derive(Z, host_id, eid)


def test_keys_of_another_length_are_refused() -> None:
    with pytest.raises(DecodeError):
        BspKeys(bytes(16), bytes(16), bytes(15))


def test_generated_keys_are_the_entropy_in_order() -> None:
    assert BspKeys.generate(lambda count: bytes(range(count))) == OTHER_KEYS


# --- The recorded session ------------------------------------------------------------------------------------


def recorded_segments(session: Path) -> list[bytes]:
    """Return the protected TLVs of the recorded package in order."""
    package = tlv.read_one((session / "bound-profile-package.der").read_bytes())
    return [part.octets for sequence in list(package.children())[1:] for part in sequence.children()]


def test_the_recorded_one_time_key_agrees_on_z(shared: Path) -> None:
    session = shared / "vectors" / "euicc-rsp-session"
    response = (session / "prepare-download-response.der").read_bytes()
    point = response[response.index(b"\x5f\x49\x41") + 3 :][:65]
    one_time_key = OneTimeKey.from_scalar(Curve.P256, (session / "otsk-dp.bin").read_bytes())
    assert one_time_key.agree(point) == Z


def test_the_recorded_package_is_made_again_octet_for_octet(shared: Path) -> None:
    session = shared / "vectors" / "euicc-rsp-session"
    writer = BspWriter(KEYS)
    made = [
        *writer.protect(COMMAND, bytes.fromhex("bf2400")),
        *writer.protect(METADATA, (session / "store-metadata.der").read_bytes()),
        *writer.protect(ELEMENTS, (session / "upp.der").read_bytes()),
    ]
    assert made == recorded_segments(session)


def test_the_recorded_package_is_read(shared: Path) -> None:
    session = shared / "vectors" / "euicc-rsp-session"
    first, second, third = recorded_segments(session)
    reader = BspReader(KEYS)
    assert reader.unprotect(COMMAND, first) == bytes.fromhex("bf2400")
    assert reader.unprotect(METADATA, second) == (session / "store-metadata.der").read_bytes()
    assert reader.unprotect(ELEMENTS, third) == (session / "upp.der").read_bytes()


# --- The rules -----------------------------------------------------------------------------------------------


def straightforward(keys: BspKeys, rows: list[tuple[BspTag, bytes]]) -> list[bytes]:
    """Protect segments as the standard tells it, with a fresh context for every step."""
    chain, made = keys.mcv, []
    s_enc = algorithms.AES128(keys.s_enc)
    for counter, (tag, data) in enumerate(rows, start=1):
        content = data
        if tag is not METADATA:
            padded = data + b"\x80" + bytes(-(len(data) + 1) % 16)
            icv = Cipher(s_enc, modes.ECB()).encryptor().update(counter.to_bytes(16, "big"))
            content = Cipher(s_enc, modes.CBC(icv)).encryptor().update(padded)
        body = bytes([tag]) + tlv.length_octets(len(content) + 8) + content
        chain = aes_cmac(keys.s_mac, chain + body)
        made.append(body + chain[:8])
    return made


rows = st.lists(st.tuples(st.sampled_from(BspTag), st.binary(max_size=1007)), min_size=1, max_size=6)


@given(rows)
def test_one_cipher_context_for_the_whole_row_gives_what_a_context_a_segment_gives(
    row: list[tuple[BspTag, bytes]],
) -> None:
    writer = BspWriter(KEYS)
    made = [segment for tag, data in row for segment in writer.protect(tag, data)]
    assert made == straightforward(KEYS, row)


@given(rows, rows)
def test_what_is_protected_is_read_back_across_replaced_keys(
    before: list[tuple[BspTag, bytes]], after: list[tuple[BspTag, bytes]]
) -> None:
    writer, reader = BspWriter(KEYS), BspReader(KEYS)
    for tag, data in before:
        (segment,) = writer.protect(tag, data)
        assert reader.unprotect(tag, segment) == data
    writer.replace_keys(OTHER_KEYS)
    reader.replace_keys(OTHER_KEYS)
    for tag, data in after:
        (segment,) = writer.protect(tag, data)
        assert reader.unprotect(tag, segment) == data


def test_replaced_keys_start_counter_and_chain_again_so_that_prepared_segments_fit_any_session() -> None:
    prepared = BspWriter(OTHER_KEYS).protect(ELEMENTS, b"profile" * 400)
    writer = BspWriter(KEYS)
    writer.protect(COMMAND, b"\xbf\x24\x00")
    writer.protect(METADATA, b"metadata")
    writer.protect(COMMAND, b"replace session keys")
    writer.replace_keys(OTHER_KEYS)
    assert writer.protect(ELEMENTS, b"profile" * 400) == prepared


@pytest.mark.parametrize(
    ("tag", "octets", "lengths"),
    [
        (ELEMENTS, 0, [26]),
        (ELEMENTS, 15, [26]),
        (ELEMENTS, 16, [42]),
        (ELEMENTS, 1007, [1020]),
        (ELEMENTS, 1008, [1020, 26]),
        (ELEMENTS, 2014, [1020, 1020]),
        (COMMAND, 1008, [1020, 26]),
        (METADATA, 0, [10]),
        (METADATA, 1008, [1020]),
        (METADATA, 1009, [1020, 11]),
    ],
)
def test_no_segment_exceeds_1020_octets(tag: BspTag, octets: int, lengths: list[int]) -> None:
    segments = BspWriter(KEYS).protect(tag, bytes(octets))
    assert [len(segment) for segment in segments] == lengths
    assert max(lengths) <= SEGMENT_OCTETS
    reader = BspReader(KEYS)
    assert b"".join(reader.unprotect(tag, segment) for segment in segments) == bytes(octets)


# --- False octets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", list(BspTag))
def test_a_changed_octet_anywhere_is_refused_and_moves_nothing(tag: BspTag) -> None:
    (segment,) = BspWriter(KEYS).protect(tag, b"what a profile carries")
    reader = BspReader(KEYS)
    for position in range(len(segment)):
        false = bytearray(segment)
        false[position] ^= 0x01
        expected = DecodeError if position < 2 else VerificationError
        with pytest.raises(expected):
            reader.unprotect(tag, bytes(false))
    assert reader.unprotect(tag, segment) == b"what a profile carries"


def test_a_repeated_a_left_out_and_a_moved_segment_are_refused() -> None:
    segments = BspWriter(KEYS).protect(ELEMENTS, os.urandom(3000))
    reader = BspReader(KEYS)
    reader.unprotect(ELEMENTS, segments[0])
    for wrong in (segments[0], segments[2]):
        with pytest.raises(VerificationError):
            reader.unprotect(ELEMENTS, wrong)
    reader.unprotect(ELEMENTS, segments[1])


def test_segments_of_one_row_never_repeat_a_ciphertext() -> None:
    segments = BspWriter(KEYS).protect(ELEMENTS, bytes(3 * 1007))
    assert all(one[4:20] != other[4:20] for one, other in pairwise(segments))


def sealed(tag: BspTag, data: bytes) -> bytes:
    """Return a TLV of the data as they are, with a true first MAC."""
    body = bytes([tag]) + tlv.length_octets(len(data) + 8) + data
    return body + aes_cmac(KEYS.s_mac, KEYS.mcv + body)[:8]


@pytest.mark.parametrize(
    ("tag", "segment"),
    [
        (ELEMENTS, b""),
        (ELEMENTS, b"\x86"),
        (ELEMENTS, b"\x86\x80" + bytes(40)),
        (ELEMENTS, sealed(COMMAND, bytes(16))),
        (ELEMENTS, sealed(ELEMENTS, bytes(15))),
        (ELEMENTS, sealed(ELEMENTS, b"")),
        (ELEMENTS, sealed(ELEMENTS, bytes(16)) + b"\x00"),
        (ELEMENTS, sealed(ELEMENTS, bytes(16))[:-1]),
        (ELEMENTS, sealed(ELEMENTS, bytes(1040))),
        (COMMAND, sealed(COMMAND, bytes(1024))),
        (METADATA, b"\x88\x07" + bytes(7)),
        (METADATA, sealed(METADATA, bytes(1009))),
    ],
)
def test_a_segment_of_wrong_structure_is_told_apart_from_a_false_one(tag: BspTag, segment: bytes) -> None:
    with pytest.raises(DecodeError):
        BspReader(KEYS).unprotect(tag, segment)


def test_a_segment_of_profile_elements_cut_16_octets_too_late_is_tolerated() -> None:
    plaintext = os.urandom(1008)
    icv = Cipher(algorithms.AES128(KEYS.s_enc), modes.ECB()).encryptor().update((1).to_bytes(16, "big"))
    encryptor = Cipher(algorithms.AES128(KEYS.s_enc), modes.CBC(icv)).encryptor()
    segment = sealed(ELEMENTS, encryptor.update(plaintext + b"\x80" + bytes(15)))
    assert len(segment) == 1036
    assert BspReader(KEYS).unprotect(ELEMENTS, segment) == plaintext


@pytest.mark.parametrize("padded", [bytes(16), b"\x80" + bytes(16) + bytes(15), b"\x01" * 16])
def test_wrong_padding_under_a_true_mac_is_a_security_error(padded: bytes) -> None:
    icv = Cipher(algorithms.AES128(KEYS.s_enc), modes.ECB()).encryptor().update((1).to_bytes(16, "big"))
    ciphertext = Cipher(algorithms.AES128(KEYS.s_enc), modes.CBC(icv)).encryptor().update(padded)
    with pytest.raises(VerificationError, match="padding"):
        BspReader(KEYS).unprotect(ELEMENTS, sealed(ELEMENTS, ciphertext))


@given(st.binary(max_size=1100), st.sampled_from(BspTag))
@settings(max_examples=300)
def test_arbitrary_octets_raise_nothing_else(octets: bytes, tag: BspTag) -> None:
    with pytest.raises((DecodeError, VerificationError)):
        BspReader(KEYS).unprotect(tag, octets)

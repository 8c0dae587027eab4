"""Published secured packets (folder scp80), made and read."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.kernel.errors import VerificationError
from openesim.security.crypto.scp80 import (
    RESPONSE_USER_DATA_HEADER,
    CommandPacket,
    ResponsePacket,
    Scp80Keys,
    Transport,
    unwrap_command,
    unwrap_response,
    wrap_command,
    wrap_response,
)
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering
from tests.vectors.figures import count, octets, rows

CIPHERINGS = {
    None: None,
    "des_cbc": Ciphering.DES_CBC,
    "des_ecb": Ciphering.DES_ECB,
    "3des_cbc": Ciphering.TRIPLE_DES_CBC,
    "3des_ecb": Ciphering.TRIPLE_DES_ECB,
    "aes_cbc": Ciphering.AES_CBC,
}
CHECKSUMS = {
    None: None,
    "crc16": Checksum.CRC16,
    "crc32": Checksum.CRC32,
    "xor4": Checksum.XOR4,
    "xor8": Checksum.XOR8,
    "des_cbc": Checksum.DES_CBC,
    "3des_cbc": Checksum.TRIPLE_DES_CBC,
    "aes_cmac32": Checksum.AES_CMAC32,
    "aes_cmac64": Checksum.AES_CMAC64,
}
PADDED_WITH_80 = {"onomondo-uicc-aes-ciphered-cc", "onomondo-uicc-aes-ciphered"}
"""Read like the others; we pad with zeros and therefore make other octets."""

COMMANDS = rows("scp80/command-packets.json", "packets")
RESPONSES = rows("scp80/response-packets.json", "packets")


def test_no_figure_of_the_folder_is_passed_over() -> None:
    assert count("scp80") == {
        "checksums.json": {"cc": 7, "rc": 4},
        "command-packets.json": {"packets": 44},
        "response-packets.json": {"packets": 18},
    }


def keys_of(row: dict[str, Any]) -> Scp80Keys:
    """Return the key set of a row."""
    return Scp80Keys(
        ciphering=CIPHERINGS[row["cipher"]],
        kic=bytes.fromhex(row["kic_key"] or ""),
        checksum=CHECKSUMS[row["auth"]],
        kid=bytes.fromhex(row["kid_key"] or ""),
    )


@pytest.mark.parametrize("row", rows("scp80/checksums.json", "cc") + rows("scp80/checksums.json", "rc"))
def test_checksums_are_the_published_ones(row: dict[str, Any]) -> None:
    checksum = CHECKSUMS[row["auth"]]
    assert checksum is not None
    key, message = bytes.fromhex(row.get("key", "")), bytes.fromhex(row["message"])
    assert checksum.compute(key, message).hex() == row["rc_cc"]


@pytest.mark.parametrize("row", COMMANDS)
def test_commands_are_made_and_read_as_published(row: dict[str, Any]) -> None:
    packet, spi, kic, kid, tar, counter, data = octets(
        row, "packet", "spi", "kic_octet", "kid_octet", "tar", "cntr", "secured_data"
    )
    expected = CommandPacket(spi, kic[0], kid[0], tar, int.from_bytes(counter, "big"), data)
    keys, transport = keys_of(row), Transport(row["transport"])
    assert unwrap_command(packet, keys, transport) == expected
    made = wrap_command(expected, keys, transport)
    assert (made == packet) is (row["id"] not in PADDED_WITH_80)
    assert unwrap_command(made, keys, transport) == expected
    if "sms_deliver_tpdu" in row:
        assert row["sms_deliver_tpdu"].endswith(row["packet"])


@pytest.mark.parametrize("row", RESPONSES)
def test_responses_are_made_and_judged_as_published(row: dict[str, Any]) -> None:
    whole, tar, counter, status, data = octets(
        row, "packet_with_udh", "tar", "cntr", "status", "response_data"
    )
    header, packet = whole[:3], whole[3:]
    assert header == RESPONSE_USER_DATA_HEADER
    spi = bytes((0, 0x10 * row["ciphered"] | 0x08 * (row["auth"] is not None)))
    keys = keys_of(row)
    if row["valid"]:
        expected = ResponsePacket(tar, int.from_bytes(counter, "big"), status[0], data)
        assert unwrap_response(packet, spi, keys) == expected
        made = wrap_response(expected, spi, keys)
        assert (made == packet) is (row["id"] not in PADDED_WITH_80)
        assert unwrap_response(made, spi, keys) == expected
    else:
        with pytest.raises(VerificationError):
            unwrap_response(packet, spi, keys)


@pytest.mark.parametrize("row", [row for row in COMMANDS if row.values[0]["cipher"]])
def test_kic_names_the_cipher_where_the_standard_gives_it_a_name(row: dict[str, Any]) -> None:
    if row["cipher"] != "3des_ecb":
        assert Ciphering.of(int(row["kic_octet"], 16)) is CIPHERINGS[row["cipher"]]


@pytest.mark.parametrize("row", [row for row in COMMANDS if row.values[0]["kid_octet"][1] != "0"])
def test_kid_names_the_checksum(row: dict[str, Any]) -> None:
    if row["auth"] is not None:
        named = Checksum.of(int(row["kid_octet"], 16), is_keyed=True)
        shorter = Checksum.AES_CMAC32 if named is Checksum.AES_CMAC64 else named
        assert CHECKSUMS[row["auth"]] in {named, shorter}

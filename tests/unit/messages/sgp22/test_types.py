"""Types that several interfaces share."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.types import NotificationEvent, OperatorId, PprIds, format_version


def test_a_version_is_written_with_dots() -> None:
    assert format_version(b"\x02\x05\x00") == "2.5.0"
    assert format_version(b"\x02\x00\x0c") == "2.0.12"


def test_an_operator_has_its_codes_and_groups() -> None:
    octets = bytes.fromhex("300b" + "800326f310" + "810101" + "8201ff")
    operator = OperatorId(mcc_mnc=b"\x26\xf3\x10", gid1=b"\x01", gid2=b"\xff")
    assert operator.encode() == octets
    assert OperatorId.decode(octets) == operator


def test_an_empty_group_identifier_is_not_an_absent_one() -> None:
    assert OperatorId.decode(bytes.fromhex("3007" + "800326f310" + "8100")).gid1 == b""
    assert OperatorId.decode(bytes.fromhex("3005" + "800326f310")).gid1 is None


def test_an_operator_without_three_octets_of_codes_is_refused() -> None:
    with pytest.raises(DecodeError, match="mcc_mnc: must have 3 octets, has 2 at octet 2"):
        OperatorId.decode(bytes.fromhex("3004" + "800226f3"))


def test_events_and_rules_have_the_bits_of_the_standard() -> None:
    assert NotificationEvent.names() == {"INSTALL": 1, "ENABLE": 2, "DISABLE": 4, "DELETE": 8}
    assert PprIds(0b110).set_names == ["ppr1_disable_not_allowed", "ppr2_delete_not_allowed"]

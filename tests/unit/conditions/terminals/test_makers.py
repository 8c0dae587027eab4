"""Chip makers: certificates are read in place, builds by their version."""

from __future__ import annotations

import pytest

from openesim.conditions.terminals.makers import read_build, read_certificate
from openesim.kernel.errors import ConflictError, DecodeError
from tests.support.rig import world_of


def test_a_certificate_is_known_by_its_key() -> None:
    eum = world_of()["eum"].certificate
    read = read_certificate(eum.octets)
    assert (read.key_id, read.octets) == (eum.key_id, eum.octets)


@pytest.mark.parametrize("octets", [b"", b"no certificate", bytes(range(200))])
def test_what_is_no_certificate_is_refused(octets: bytes) -> None:
    with pytest.raises(ConflictError, match="no certificate of a chip maker"):
        read_certificate(octets)


def test_a_build_has_a_version_and_perhaps_a_remark() -> None:
    assert (read_build("4.02.0").version, read_build("4.2.0", "first").remark) == ("4.2.0", "first")
    for version, remark in (("4.2", ""), ("4.2.0", "=1")):
        with pytest.raises(DecodeError):
            read_build(version, remark)

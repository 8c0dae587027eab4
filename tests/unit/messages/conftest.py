"""The ASN.1 module of SGP.22 v2.5, compiled once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.messages.oracle import Oracle


@pytest.fixture(scope="session")
def oracle(shared: Path) -> Oracle:
    """asn1tools with the module of SGP.22 v2.5: for valid input only, it may not terminate on broken octets."""
    return Oracle.compile(shared / "asn1" / "rsp-v2")

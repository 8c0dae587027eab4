"""Faults of chains."""

from openesim.kernel.errors import VerificationError
from openesim.security.pki.faults import EUICC_FAULTS, EUM_FAULTS, SERVER_FAULTS, ChainError, ChainFault


def test_every_fault_belongs_to_one_certificate_and_one_kind() -> None:
    named = [
        fault
        for faults in (EUM_FAULTS, EUICC_FAULTS, SERVER_FAULTS)
        for fault in (faults.invalid, faults.expired, faults.revoked)
    ]
    assert sorted(fault.name for fault in (*named, ChainFault.CI_UNKNOWN)) == sorted(
        fault.name for fault in ChainFault
    )


def test_an_error_carries_its_fault_and_tells_it() -> None:
    error = ChainError(ChainFault.EUM_EXPIRED, "on 2026-01-01")
    assert isinstance(error, VerificationError)
    assert error.fault is ChainFault.EUM_EXPIRED
    assert str(error) == "EUM certificate has expired: on 2026-01-01"
    assert str(ChainError(ChainFault.CI_UNKNOWN)) == "no trusted CI key stands above the chain"

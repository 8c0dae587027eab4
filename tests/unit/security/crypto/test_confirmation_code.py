"""The confirmation code: kept as a hash, proven for one transaction."""

from __future__ import annotations

from hashlib import sha256

import pytest

from openesim.kernel.errors import VerificationError
from openesim.security.crypto.confirmation_code import hash_cc, hash_confirmation_code, verify_hash_cc

TRANSACTION = bytes.fromhex("0123456789abcdef")


def test_the_hash_is_of_the_inner_hash_and_the_transaction() -> None:
    inner = sha256(b"4711").digest()
    assert hash_confirmation_code("4711") == inner
    assert hash_cc(inner, TRANSACTION) == sha256(inner + TRANSACTION).digest()


def test_the_code_is_hashed_as_utf8() -> None:
    assert hash_confirmation_code("确认") == sha256("确认".encode()).digest()


def test_the_right_code_is_taken_for_its_transaction_only() -> None:
    kept = hash_confirmation_code("4711")
    verify_hash_cc(kept, TRANSACTION, hash_cc(kept, TRANSACTION))
    for wrong in (hash_cc(kept, b"other"), hash_cc(hash_confirmation_code("4712"), TRANSACTION), kept, b""):
        with pytest.raises(VerificationError):
            verify_hash_cc(kept, TRANSACTION, wrong)

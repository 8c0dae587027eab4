"""The confirmation code: what the operator hands to the subscriber apart from the activation code.

The server keeps only the inner hash, the chip sends the outer one, which holds for one transaction.

Source: SGP.22 v2.5 §5.6.2, §5.7.5.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from openesim.kernel.errors import VerificationError


def hash_confirmation_code(code: str) -> bytes:
    """Return the inner hash, SHA-256 of the code in UTF-8, 32 octets: what an order keeps."""
    return sha256(code.encode("utf-8")).digest()


def hash_cc(confirmation_hash: bytes, transaction_id: bytes) -> bytes:
    """Return hashCc, 32 octets: SHA-256 of the inner hash and the transaction id (1 to 16 octets).

    Source: SGP.22 v2.5 §5.7.5 (hashCc).
    """
    return sha256(confirmation_hash + transaction_id).digest()


def verify_hash_cc(confirmation_hash: bytes, transaction_id: bytes, received: bytes) -> None:
    """Verify the hashCc that a chip sent, in constant time.

    Args:
        confirmation_hash: inner hash kept with the order, 32 octets.
        transaction_id: transaction of this session.
        received: hashCc as received.

    Raises:
        VerificationError: the code that was typed in is another one.

    Source: SGP.22 v2.5 §5.6.2.
    """
    if not hmac.compare_digest(hash_cc(confirmation_hash, transaction_id), received):
        msg = "the confirmation code is wrong"
        raise VerificationError(msg)

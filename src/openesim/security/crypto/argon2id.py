"""Passwords by Argon2id, kept as one text with algorithm, parameters, salt and hash (the PHC string format).

Source: RFC 9106 §3 (Argon2id), §4 (second recommended option: 64 MiB, 3 passes, 4 lanes, salt of 16 octets, hash of 32).
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from openesim.kernel.ambient import Entropy
from openesim.kernel.secret import Secret

SALT_OCTETS: Final = 16
HASH_OCTETS: Final = 32

_FORM: Final = re.compile(
    r"\$argon2id\$v=19\$m=([0-9]{1,10}),t=([0-9]{1,10}),p=([0-9]{1,10})\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What it costs to try one password.

    Attributes:
        memory_kib: KiB, at least 8 a lane.
        passes: over the memory, at least 1.
        lanes: that are worked on side by side, at least 1.
    """

    memory_kib: int
    passes: int
    lanes: int


RECOMMENDED: Final = Cost(memory_kib=65536, passes=3, lanes=4)
"""RFC 9106 §4, second recommended option."""


class Argon2Hashing:
    """Hashes passwords and verifies them: a tenth of a second each time, in which other threads run.

    Implements ``services.conditions.accounts.passwords.PasswordHashing``.
    """

    def __init__(self, entropy: Entropy, cost: Cost = RECOMMENDED) -> None:
        """Take today's cost; what was hashed for less is hashed again when its password is next known.

        Args:
            entropy: source of salts.
            cost: of one password.
        """
        self._entropy: Final = entropy
        self._cost: Final = cost
        salt, hashed = (_base64(entropy(octets)) for octets in (SALT_OCTETS, HASH_OCTETS))
        written = f"m={cost.memory_kib},t={cost.passes},p={cost.lanes}"
        self._nobody: Final = Secret(f"$argon2id$v=19${written}${salt}${hashed}")

    def hash(self, password: Secret[str]) -> Secret[str]:
        """Return what is kept of a password, under a fresh salt."""
        kdf = Argon2id(
            salt=self._entropy(SALT_OCTETS),
            length=HASH_OCTETS,
            iterations=self._cost.passes,
            lanes=self._cost.lanes,
            memory_cost=self._cost.memory_kib,
        )
        return Secret(kdf.derive_phc_encoded(_octets(password)))

    def is_right(self, kept: Secret[str], password: Secret[str]) -> bool:
        """Tell whether a password is the one of which something is kept; never, where that cannot be read."""
        try:
            Argon2id.verify_phc_encoded(_octets(password), kept.reveal())
        except InvalidKey:
            return False
        return True

    def is_outdated(self, kept: Secret[str]) -> bool:
        """Tell whether it was hashed for less than today's cost, or by something else."""
        form = _FORM.fullmatch(kept.reveal())
        if form is None:
            return True
        memory_kib, passes, lanes = map(int, form.groups())
        today = self._cost
        return memory_kib < today.memory_kib or passes < today.passes or lanes < today.lanes

    @property
    def nobody(self) -> Secret[str]:
        """What is kept of nobody's password: a random hash for today's cost, which no password has."""
        return self._nobody


def _octets(password: Secret[str]) -> bytes:
    """Return the octets of a password; half a surrogate is none's, and does no harm."""
    return password.reveal().encode("utf-8", "surrogatepass")


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode().rstrip("=")

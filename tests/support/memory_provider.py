"""An identity provider in memory."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openesim.services.conditions.persons.verifiers import AuthorisationRequest, Redemption
from tests.support.verifying import verified_claims

ISSUER = "https://bank.example.com"


@dataclass
class MemoryProvider:
    """Implements ``IdentityProvider``: a code is the nonce and the challenge that it was given for."""

    issuer: str = ISSUER
    says_its_name: bool = False
    claims: Any = field(default_factory=verified_claims)
    asked: list[AuthorisationRequest] = field(default_factory=list)
    redeemed: list[Redemption] = field(default_factory=list)

    async def address(self, request: AuthorisationRequest) -> str:
        self.asked.append(request)
        return f"{self.issuer}/authorize"

    async def names_itself(self) -> bool:
        return self.says_its_name

    def close(self) -> None:
        self.asked.clear()

    async def redeem(self, redemption: Redemption) -> Mapping[str, Any]:
        self.redeemed.append(redemption)
        request = self.asked[-1]
        challenge = hashlib.sha256(redemption.code_verifier.reveal().encode()).digest()
        assert urlsafe_b64encode(challenge).rstrip(b"=").decode() == request.code_challenge
        assert redemption.nonce.reveal() == request.nonce
        return {"sub": "x", "verified_claims": self.claims}

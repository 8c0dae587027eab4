"""What tests of verifiers stand on: a certificate for localhost, verified claims, a clock."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from openesim.adapters.http_client.json_calls import CallOptions
from openesim.conditions.identity.verified_claims import ClaimsPolicy
from openesim.conditions.rules.words import Assurance
from openesim.kernel.secret import Secret
from openesim.security.crypto.curves import Curve
from openesim.security.pki.profiles import DP_TLS
from openesim.security.pki.world import Issued, issue_tls_leaf, make_world

CASE = "CASE0000CASE0001"
BROWSER = Secret("the session of one browser")
REDIRECT = "https://desk.example.com/verify/oidc/bank"
NUMBER = "110000199001010013"
NAME = "沙箱测试"
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)

POLICY = ClaimsPolicy(
    verifier="oidc:bank",
    frameworks={"de_aml": frozenset(), "eidas": frozenset({Assurance.ELECTRONIC_ID})},
    home="CHN",
)


@dataclass
class SetClock:
    """Tells the time that it was set to, or the machine's."""

    moment: datetime | None = None

    def now(self) -> datetime:
        return self.moment or datetime.now(UTC)


@cache
def localhost() -> tuple[Issued, bytes]:
    """A certificate for localhost, and what it is believed by."""
    now = datetime.now(UTC)
    world = make_world(Curve.P256, os.urandom, now)
    leaf = issue_tls_leaf(world["ci"], ("localhost",), os.urandom, now, DP_TLS)
    return leaf, world["ci"].certificate.octets


def options(**changed: Any) -> CallOptions:
    """How to call localhost."""
    told: dict[str, Any] = {"trust": (localhost()[1],), "uses_system_roots": False, "in_all_s": 5.0}
    return CallOptions(**(told | changed))


def verified_claims(
    *,
    framework: str = "de_aml",
    document: str = "idcard",
    country: str = "CN",
    number: str = NUMBER,
    born: str | None = "1990-01-01",
    checks: tuple[str, ...] = ("vpip", "pvp"),
    expires: date = date(2036, 1, 1),
    time: str = "2026-11-01T10:00:00Z",
) -> dict[str, Any]:
    """A set of verified claims as a provider has it."""
    claims = {"given_name": "测试", "family_name": "沙箱"}
    return {
        "verification": {
            "trust_framework": framework,
            "time": time,
            "verification_process": "f24c6f-6d3f-4ec5-973e-b0d8506f3bc7",
            "evidence": [
                {
                    "type": "document",
                    "check_details": [{"check_method": each} for each in checks],
                    "document_details": {
                        "type": document,
                        "document_number": number,
                        "date_of_expiry": expires.isoformat(),
                        "issuer": {"country_code": country, "name": "Sandbox Office"},
                    },
                }
            ],
        },
        "claims": claims if born is None else claims | {"birthdate": born},
    }

"""How a case stands behind an order, as far as the gate may know."""

from __future__ import annotations

from typing import Final

from openesim.conditions.admission.facts import Standing
from openesim.conditions.identity.cases import CaseState

_STANDINGS: Final = {
    CaseState.VERIFIED: Standing.VALID,
    CaseState.RE_VERIFY: Standing.VALID,
    CaseState.EXPIRED: Standing.EXPIRED,
    CaseState.REFUSED: Standing.REVOKED,
    CaseState.REVOKED: Standing.REVOKED,
    CaseState.WITHDRAWN: Standing.REVOKED,
}


def standing_of(state: CaseState) -> Standing:
    """Return how a case stands; what is not finished is pending."""
    return _STANDINGS.get(state, Standing.PENDING)

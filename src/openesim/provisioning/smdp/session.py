"""Sessions: one run of the common mutual authentication and of the download behind it.

::

    InitiateAuthentication ─► EXPECT_AUTHENTICATE_CLIENT
    AuthenticateClient     ─► EXPECT_GET_BOUND_PROFILE_PACKAGE     refused ─► CLOSED
    GetBoundProfilePackage ─► stays                                refused or answered
    CancelSession          ─► CLOSED

A session is an offer, not a promise: it may be lost at any moment (it expires, or the server is restarted
before it was stored) and the LPA begins again. Everything that must not be lost stands in the order and in
the download. GetBoundProfilePackage leaves the session as it is: after a wrong confirmation code the right one may
follow, and a lost answer is built again, octet for octet.

Source: SGP.22 v2.5 §3.0.1, §3.1.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from openesim.kernel.ids import Eid
from openesim.kernel.records import changed, with_quick_init
from openesim.provisioning.procedures.blocklist import ChipFacts
from openesim.provisioning.procedures.server_authentication import UNKNOWN_TRANSACTION, Handshake

__all__ = ["AWAITED", "UNKNOWN_TRANSACTION", "Session", "SessionState"]


class SessionState(StrEnum):
    """What the server awaits."""

    EXPECT_AUTHENTICATE_CLIENT = "authenticate_client"
    EXPECT_GET_BOUND_PROFILE_PACKAGE = "get_bound_profile_package"
    CLOSED = "closed"


_S = SessionState

AWAITED: dict[str, SessionState] = {
    "authenticate_client": _S.EXPECT_AUTHENTICATE_CLIENT,
    "get_bound_profile_package": _S.EXPECT_GET_BOUND_PROFILE_PACKAGE,
    "cancel_session": _S.EXPECT_GET_BOUND_PROFILE_PACKAGE,
}
"""In which state a function is awaited; in any other the transaction counts as unknown."""


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Handshake):
    """What the server has to remember between two calls, beside the handshake.

    Attributes:
        state: what is awaited.
        eid: the chip, once authenticated.
        euicc_key: public key of the chip as SubjectPublicKeyInfo, once authenticated.
        order_id: the order that was found.
        matching_id: its matching id at that moment; an order that has another one now is not the same any more.
        smdp_signature2: what ``euiccSignature2`` must cover, 64 octets.
        eum_key_id: key identifier of the manufacturer, once authenticated: a block may come in the middle.
        firmware: version of the chip's software, once authenticated.
        platform_label: of the chip's certification, if it told one.
        device: IMEI (15 digits) or TAC (8 digits) of the device around it, as it told; empty where it told none.
    """

    state: SessionState = SessionState.EXPECT_AUTHENTICATE_CLIENT
    eid: Eid | None = None
    euicc_key: bytes = field(default=b"", repr=False)
    order_id: int = 0
    matching_id: str | None = None
    smdp_signature2: bytes = field(default=b"", repr=False)
    eum_key_id: bytes = b""
    firmware: bytes = b""
    platform_label: str = ""
    device: str = ""

    @property
    def chip(self) -> ChipFacts | None:
        """What blocks may name the chip by; None as long as none has authenticated."""
        if self.eid is None:
            return None
        return ChipFacts(
            eid=self.eid,
            eum_key_id=self.eum_key_id,
            firmware=self.firmware,
            platform_label=self.platform_label,
        )

    @classmethod
    def of(cls, handshake: Handshake) -> Self:
        """Return the session that a handshake opens."""
        return cls(
            transaction_id=handshake.transaction_id,
            expires_at=handshake.expires_at,
            server_address=handshake.server_address,
            server_challenge=handshake.server_challenge,
            svn=handshake.svn,
            identity=handshake.identity,
            euicc_ci_pkid=handshake.euicc_ci_pkid,
        )

    def awaits(self, function: str, now: datetime) -> bool:
        """Tell whether the session still runs and awaits this function."""
        return now < self.expires_at and self.state is AWAITED[function]

    def closed(self) -> Self:
        """Return the session ended."""
        return changed(self, state=SessionState.CLOSED)

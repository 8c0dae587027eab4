"""States of an RSP session on the chip. There is one session at most, whichever channel it came over.

A state holds exactly what the next function needs, so a function that comes too early finds nothing to work
with instead of something stale.

::

    from                      function                      to
    any                       GetEUICCChallenge             ChallengeIssued
    ChallengeIssued           AuthenticateServer ok         ServerAuthenticated
    ServerAuthenticated       PrepareDownload ok            DownloadPrepared
    DownloadPrepared          PrepareDownload ok            DownloadPrepared   (same one-time key: an answer was lost)
    DownloadPrepared          InitialiseSecureChannel ok    ProfileLoading
    ProfileLoading            next segment ok               ProfileLoading
    DownloadPrepared,         installation result           idle
     ProfileLoading            (installed or failed)
    from ServerAuthenticated  CancelSession                 idle
    any                       memory reset, power off       idle

A refused AuthenticateServer or PrepareDownload changes nothing. A challenge is good for one authentication.

Source: SGP.22 v2.5 §3.0.1, §3.1.3, §5.7.5–5.7.7, §5.7.13, §5.7.14.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from openesim.kernel.ids import Oid, TransactionId
from openesim.messages.sgp22.metadata import DpProprietaryData, StoreMetadataRequest
from openesim.messages.sgp22.notifications import BppCommandId
from openesim.security.crypto.bsp import BspReader
from openesim.security.crypto.ecka import OneTimeKey
from openesim.security.crypto.keys import PublicKey
from openesim.security.pki.certificate import Certificate


@dataclass(frozen=True, slots=True)
class ChallengeIssued:
    """A challenge of 16 octets is out; the server's proof is awaited."""

    challenge: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAuthenticated:
    """The server has proven itself, and the chip has answered.

    Attributes:
        certificate: the certificate that was shown, with an object identifier of the server in it.
        ci_key_id: CI under which the chip signs in this session.
        euicc_signature1: complete TLV 5F37: the server's next signature covers it.
    """

    transaction_id: TransactionId
    server_address: str
    certificate: Certificate
    ci_key_id: bytes
    euicc_signature1: bytes

    @property
    def oid(self) -> Oid:
        """Object identifier of the server."""
        return self.certificate.oid or Oid("2.999")


@dataclass(frozen=True, slots=True)
class DownloadPrepared:
    """The chip has promised a one-time key; the bound profile package is awaited.

    Attributes:
        smdp_key: PK.DPpb.ECDSA, which signs the beginning of the package.
    """

    server: ServerAuthenticated
    one_time_key: OneTimeKey
    smdp_key: PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenContainer:
    """A sequence of protected segments whose header has come.

    Attributes:
        tag: A0, A1, A2 or A3.
        octets_left: octets of its value that have not come yet.
        pieces: what its segments carried, in the clear.
        pieces_octets: their total length.
    """

    tag: int
    octets_left: int
    pieces: tuple[bytes, ...] = field(default=(), repr=False)
    pieces_octets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLoading:
    """A bound profile package comes in.

    The reader of protected segments moves on with every true segment: it belongs to the newest state alone, and
    a state left behind must not be loaded into again.

    Attributes:
        octets_left: octets of BF36 that have not come yet.
        command: the ES8+ command that is being received or comes next.
        container: the sequence that is open, None between two.
        awaited: tags of the sequences that may be opened next.
    """

    prepared: DownloadPrepared
    reader: BspReader = field(repr=False)
    octets_left: int
    command: BppCommandId
    container: OpenContainer | None = None
    awaited: tuple[int, ...]
    dp_proprietary_data: DpProprietaryData | None = None
    metadata: StoreMetadataRequest | None = None
    metadata_octets: bytes = b""


Session = ChallengeIssued | ServerAuthenticated | DownloadPrepared | ProfileLoading


def authenticated_server(session: Session | None) -> ServerAuthenticated | None:
    """Return the server of a session, None before one has proven itself."""
    match session:
        case ServerAuthenticated():
            return session
        case DownloadPrepared():
            return session.server
        case ProfileLoading():
            return session.prepared.server
        case _:
            return None

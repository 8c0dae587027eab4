"""What a party trusts and what it can show: CI keys, revocation lists, credentials.

A CI is trusted by its public key, known by the subject key identifier, not by its name: one and the
same key has been certified under several names and dates (the SGP.26 Test CI under two), and chips
carry certificates of any vintage.

Source: SGP.22 v2.5 §4.5.2, §2.6.6.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from openesim.kernel.ambient import Signer
from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Oid
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.crl import Crl, Revocation, verify_crl
from openesim.security.pki.extensions import KeyUsage


class TrustStore:
    """CI keys and the revocation lists that they (or their manufacturers) signed; never changes.

    Attributes:
        key_ids: identifiers of the trusted keys, in the order in which they were given.
        crls: the lists that count.
    """

    def __init__(self, anchors: Iterable[Certificate] = ()) -> None:
        """Take CI certificates; several vintages of one key are welcome.

        Raises:
            VerificationError: a certificate that is no CI's, or one key identifier for two keys.
        """
        self._vintages: dict[bytes, tuple[Certificate, ...]] = {}
        self._revocations: dict[tuple[bytes, bytes | None, int], Revocation] = {}
        self.crls: tuple[Crl, ...] = ()
        for anchor in anchors:
            key_id = _verify_anchor(anchor)
            known = self._vintages.get(key_id, ())
            if known and known[0].public_key != anchor.public_key:
                raise VerificationError(f"two keys claim the key identifier {key_id.hex()}")
            if anchor not in known:
                self._vintages[key_id] = (*known, anchor)

    @property
    def key_ids(self) -> tuple[bytes, ...]:
        """Identifiers of the trusted keys (PKIDs), in order."""
        return tuple(self._vintages)

    @property
    def anchors(self) -> tuple[Certificate, ...]:
        """All CI certificates."""
        return tuple(anchor for vintages in self._vintages.values() for anchor in vintages)

    def vintages_of(self, key_id: bytes) -> tuple[Certificate, ...]:
        """Return the certificates of one CI key; none where it is not trusted."""
        return self._vintages.get(key_id, ())

    def with_crl(
        self, crl: Crl, issuer: Certificate | None = None, now: datetime | None = None
    ) -> TrustStore:
        """Return a store in which a revocation list counts too.

        Args:
            crl: the list.
            issuer: certificate of who signed it; left out, a CI of this store did.
            now: aware; None where there is no clock.

        Raises:
            VerificationError: signed by none of the trusted CIs, nor by an issuer whom one of them certified.

        Source: RFC 5280 §6.3.
        """
        signer_id = self._verify_crl(crl, issuer, now)
        store = TrustStore(self.anchors)
        store.crls = (*self.crls, crl)
        store._revocations = self._revocations | {
            (signer_id, name, serial): entry for (name, serial), entry in crl.revocations.items()
        }
        return store

    def find_revocation(
        self, certificate: Certificate, issuer_key_id: bytes, ci_key_id: bytes
    ) -> Revocation | None:
        """Return the entry that revokes a certificate, None where there is none.

        Args:
            certificate: the certificate in question.
            issuer_key_id: key of its issuer, whose direct lists count.
            ci_key_id: CI above it, whose indirect lists count.
        """
        serial = certificate.serial_number
        return self._revocations.get((issuer_key_id, None, serial)) or self._revocations.get(
            (ci_key_id, certificate.issuer.octets, serial)
        )

    def _verify_crl(self, crl: Crl, issuer: Certificate | None, now: datetime | None) -> bytes:
        """Return the key identifier of who signed the list.

        Raises:
            VerificationError: nobody we know.
        """
        if issuer is not None and issuer.key_id is not None and issuer.key_id not in self._vintages:
            above = self.vintages_of(issuer.authority_key_id or b"")
            if not above:
                raise VerificationError("the issuer of the revocation list has no trusted CI above it")
            issuer.verify_signed_by(above[0].public_key)
            verify_crl(crl, issuer, now)
            return issuer.key_id
        candidates = self._vintages.get(crl.authority_key_id or b"") or (
            self.anchors if crl.authority_key_id is None else ()
        )
        for anchor in candidates:
            try:
                verify_crl(crl, anchor, now)
            except VerificationError:
                continue
            return anchor.key_id or b""
        raise VerificationError("the revocation list is signed by none of the trusted CIs")


def _verify_anchor(anchor: Certificate) -> bytes:
    """Return the key identifier of a CI certificate.

    Raises:
        VerificationError: not an issuer, or a signature of its own that does not hold.
    """
    constraints, usage = anchor.extensions.basic_constraints, anchor.extensions.key_usage
    if anchor.key_id is None:
        raise VerificationError(f"{anchor.subject} has no subject key identifier")
    if constraints is None or not constraints.ca or usage is None or not usage & KeyUsage.KEY_CERT_SIGN:
        raise VerificationError(f"{anchor.subject} is no certificate issuer")
    if anchor.authority_key_id in {None, anchor.key_id} and anchor.subject == anchor.issuer:
        anchor.verify_signed_by(anchor.public_key)
    return anchor.key_id


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate with the key behind it; the key may live in an HSM."""

    certificate: Certificate
    signer: Signer


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """What a server shows to chips below one CI.

    Attributes:
        auth: CERT.DPauth or CERT.DSauth with its key.
        binding: CERT.DPpb with its key; None for an SM-DS.
    """

    auth: Credential
    binding: Credential | None = None

    @property
    def ci_key_id(self) -> bytes:
        """Key identifier of the CI above, 20 octets."""
        return self.auth.certificate.authority_key_id or b""

    @property
    def oid(self) -> Oid | None:
        """Object identifier of the server."""
        return self.auth.certificate.oid


@dataclass(frozen=True, slots=True)
class EuiccIdentity:
    """What a chip shows to servers: its own credential and its manufacturer's certificate.

    Attributes:
        euicc: CERT.EUICC with its key.
        eum: CERT.EUM.
    """

    euicc: Credential
    eum: Certificate

    @property
    def ci_key_id(self) -> bytes:
        """Key identifier of the CI above, 20 octets."""
        return self.eum.authority_key_id or b""

"""What surrounds the chip's functions: randomness, its private keys as signers, the CIs it believes.

Everything here follows from the chip's identity and never changes while the chip lives, so it is made once and not
kept with the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from openesim.kernel.ambient import Entropy, Signer
from openesim.messages.saip.package import Package
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.provisioning.euicc.interpreter import interpret_package
from openesim.provisioning.euicc.state import Description, Identity
from openesim.security.crypto.ecdsa import SoftwareSigner
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.crl import Crl
from openesim.security.pki.trust import TrustStore

Interpreter = Callable[[bytes, StoreMetadataRequest, Description], Package]
"""Works through a decrypted profile package and returns it, or raises ``InstallationRefused``."""


@dataclass(frozen=True, slots=True)
class Ambient:
    """What surrounds the chip's functions.

    Attributes:
        entropy: source of challenges and one-time keys.
        signers: the chip's keys by the key identifier of the CI above, most preferred first.
        trust: CIs that servers are verified with, most preferred first; revocation lists are the chip's memory.
        interpret: what a profile package goes through before it is installed.
    """

    entropy: Entropy
    signers: Mapping[bytes, Signer] = field(repr=False)
    trust: TrustStore
    interpret: Interpreter = interpret_package

    @property
    def verification_key_ids(self) -> tuple[bytes, ...]:
        """Key identifiers of the CIs that servers are verified with."""
        return self.trust.key_ids

    def sign(self, ci_key_id: bytes, message: bytes) -> bytes:
        """Return the chip's signature under a CI, r‖s, 64 octets."""
        return self.signers[ci_key_id].sign(message)

    def trust_with(self, crls: Iterable[bytes]) -> TrustStore:
        """Return the trusted CIs together with the revocation lists in the chip's memory.

        Args:
            crls: lists that were verified when they were loaded, DER.
        """
        store = self.trust
        for octets in crls:
            store = store.with_crl(Crl.decode(octets))
        return store


def build_trust_store(ci_certificates: Iterable[bytes]) -> TrustStore:
    """Return the store of the CI certificates on a chip.

    Raises:
        DecodeError: octets that are no certificate.
        VerificationError: a certificate that is no CI's.
    """
    return TrustStore(map(Certificate.decode, ci_certificates))


def build_ambient(
    identity: Identity,
    entropy: Entropy,
    trust: TrustStore | None = None,
    interpret: Interpreter = interpret_package,
) -> Ambient:
    """Return what surrounds a chip whose keys are in its own memory.

    Args:
        identity: certificates and keys.
        entropy: source of challenges and one-time keys.
        trust: store of the identity's CI certificates, where the caller shares one among many chips.
        interpret: what a profile package goes through before it is installed.

    Raises:
        DecodeError: a certificate or key that cannot be read.
        VerificationError: a CI certificate that is none.
    """
    signers = {
        credential.ci_key_id: SoftwareSigner(
            PrivateKey.from_scalar(credential.curve, credential.private_key.reveal())
        )
        for credential in identity.credentials
    }
    return Ambient(entropy, signers, trust or build_trust_store(identity.ci_certificates), interpret)

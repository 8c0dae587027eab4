"""How a chip is born: identity out of certificates and keys, EID out of the manufacturer's range.

Source: SGP.22 v2.5 §2.4.1, §2.6.7; GSMA SGP.29.
"""

from __future__ import annotations

from collections.abc import Iterable

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Eid
from openesim.messages.sgp22.es10b import PprFlags, ProfilePolicyAuthorisationRule
from openesim.messages.sgp22.types import OperatorId, PprIds
from openesim.provisioning.euicc.state import Credential, Identity
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.permitted_eins import verify_eid_permitted
from openesim.security.pki.world import Issued

_EID_BODY_DIGITS = 30

EVERY_OPERATOR_AFTER_CONSENT = (
    ProfilePolicyAuthorisationRule(
        ppr_ids=PprIds(PprIds.PPR1_DISABLE_NOT_ALLOWED | PprIds.PPR2_DELETE_NOT_ALLOWED),
        allowed_operators=(OperatorId(mcc_mnc=b"\xee\xee\xee", gid1=b"", gid2=b""),),
        ppr_flags=PprFlags(PprFlags.CONSENT_REQUIRED),
    ),
)
"""A rules authorisation table by which every operator may set policy rules, once the user agrees."""


def build_identity(
    euiccs: Iterable[tuple[Issued, Certificate]], ci_certificates: Iterable[Certificate]
) -> Identity:
    """Return the identity of a chip.

    Args:
        euiccs: certificate and key of the chip with the certificate of its manufacturer, one a CI, in order of
            preference; of several below one CI key the first counts.
        ci_certificates: whom the chip believes, in order of preference.

    Raises:
        VerificationError: no certificate, one without EID or out of its manufacturer's range, or two EIDs.

    Source: SGP.22 v2.5 §2.6.7.
    """
    credentials: dict[bytes, Credential] = {}
    eids: set[Eid] = set()
    for euicc, eum in euiccs:
        eids.add(verify_eid_permitted(euicc.certificate, eum))
        credential = _build_credential(euicc, eum)
        credentials.setdefault(credential.ci_key_id, credential)
    if len(eids) != 1:
        raise VerificationError("the certificates of a chip must name one EID")
    return Identity(
        eid=eids.pop(),
        credentials=tuple(credentials.values()),
        ci_certificates=tuple(certificate.octets for certificate in ci_certificates),
    )


def _build_credential(euicc: Issued, eum: Certificate) -> Credential:
    """Return one certificate of a chip with its key."""
    return Credential(
        ci_key_id=eum.authority_key_id or b"",
        curve=euicc.private_key.curve,
        certificate=euicc.certificate.octets,
        eum_certificate=eum.octets,
        private_key=euicc.private_key.scalar,
    )


def find_ein(eum: Certificate) -> str:
    """Return the digits that EIDs of a manufacturer begin with.

    Raises:
        VerificationError: its certificate does not say.

    Source: SGP.22 v2.5 §4.5.2.1.0.2 (nameConstraints); SGP.22 v3.1 §4.5.2.1 (permittedEins).
    """
    constraints = eum.extensions.name_constraints
    permitted = [name.serial_number for name in constraints.permitted] if constraints else []
    ein = next((text for text in (*permitted, *(eum.extensions.permitted_eins or ())) if text), None)
    if ein is None or not ein.isdigit() or len(ein) > _EID_BODY_DIGITS:
        raise VerificationError("the manufacturer's certificate does not say which EIDs it may issue for")
    return ein


def generate_eid(ein: str, entropy: Entropy) -> Eid:
    """Return a random EID that begins with the manufacturer's digits, check digits computed.

    Args:
        ein: at most 30 digits.
        entropy: 16 octets are drawn.
    """
    free = _EID_BODY_DIGITS - len(ein)
    number = int.from_bytes(entropy(16), "big") % 10**free if free else 0
    return Eid.with_check_digits(ein + (str(number).rjust(free, "0") if free else ""))

"""Which chips a manufacturer may issue certificates for.

A v2 EUM certificate says so by nameConstraints: one directoryName with the organization and with a
serialNumber that the EID must *begin with*. A library that compares whole attributes can never find an EID
inside it, so the comparison is ours. A v3 one says so by permittedEins.

Source: SGP.22 v2.5 §4.5.2.1.0.2; SGP.22 v3.1 §4.5.2.1 (permittedEins); SGP.29.
"""

from __future__ import annotations

from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Eid
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.names import Name
from openesim.security.pki.oids import SERIAL_NUMBER


def verify_eid_permitted(euicc: Certificate, eum: Certificate) -> Eid:
    """Verify that a chip lies within the range of its manufacturer, and return its EID.

    Args:
        euicc: certificate of the chip.
        eum: certificate of the manufacturer, already verified.

    Raises:
        VerificationError: no EID, or EID or organization out of the permitted range.

    Source: SGP.22 v2.5 §4.5.2.1.0.2.
    """
    eid = euicc.eid
    if eid is None:
        raise VerificationError("the subject of the eUICC certificate holds no EID")
    constraints, eins = eum.extensions.name_constraints, eum.extensions.permitted_eins
    if eins is not None and not any(eid.startswith(ein) for ein in eins if ein):
        raise VerificationError(f"EID {eid} begins with none of the manufacturer's issuer numbers")
    if constraints is not None:
        if not any(_lies_within(euicc.subject, subtree) for subtree in constraints.permitted):
            raise VerificationError(f"EID {eid} or its organization is out of the manufacturer's range")
        if any(_lies_within(euicc.subject, subtree) for subtree in constraints.excluded):
            raise VerificationError(f"EID {eid} is excluded from the manufacturer's range")
    return eid


def states_a_range(eum: Certificate) -> bool:
    """Tell whether a manufacturer's certificate limits its EIDs at all; one that does not is not acceptable."""
    constraints = eum.extensions.name_constraints
    return bool(eum.extensions.permitted_eins) or bool(constraints and constraints.permitted)


def _lies_within(subject: Name, subtree: Name) -> bool:
    """Tell whether every attribute of a subtree is found in the subject, the serial number as a prefix."""
    return all(
        (kind, wanted) in subject.attributes
        or (
            kind == SERIAL_NUMBER
            and any(found == kind and text.startswith(wanted) for found, text in subject.attributes)
        )
        for kind, wanted in subtree.attributes
    )

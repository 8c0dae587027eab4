"""Which EIDs a manufacturer may issue for."""

import dataclasses
from typing import Any

import pytest

from openesim.kernel.errors import VerificationError
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.extensions import NameConstraints
from openesim.security.pki.names import Name
from openesim.security.pki.oids import COMMON_NAME, ORGANIZATION, SERIAL_NUMBER
from openesim.security.pki.permitted_eins import states_a_range, verify_eid_permitted
from openesim.security.pki.world import Issued

EID = "89049032123451234512345678901235"


def chip(p256: dict[str, Issued], organization: str = "Maker", eid: str | None = EID) -> Certificate:
    attributes = [(ORGANIZATION, organization), (COMMON_NAME, "chip")]
    attributes += [] if eid is None else [(SERIAL_NUMBER, eid)]
    return dataclasses.replace(p256["euicc"].certificate, subject=Name.build(*attributes))


def maker(p256: dict[str, Issued], **extensions: Any) -> Certificate:
    certificate = p256["eum"].certificate
    bare = dataclasses.replace(certificate.extensions, name_constraints=None)
    return dataclasses.replace(certificate, extensions=dataclasses.replace(bare, **extensions))


def tree(organization: str | None = "Maker", ein: str | None = "89049032") -> Name:
    attributes = [] if organization is None else [(ORGANIZATION, organization)]
    return Name.build(*attributes, *([] if ein is None else [(SERIAL_NUMBER, ein)]))


def test_an_eid_that_begins_with_the_issuer_number_is_permitted(p256: dict[str, Issued]) -> None:
    eum = maker(p256, name_constraints=NameConstraints(permitted=(tree(),)))
    assert verify_eid_permitted(chip(p256), eum) == EID


@pytest.mark.parametrize(
    ("organization", "eid"),
    [
        ("Maker", "89049033123451234512345678901234"),
        ("Other", EID),
        ("Maker ", EID),
        ("maker", EID),
        ("Maker", "18904903212345123451234567890123"),
        ("Maker", None),
        ("Maker", "89049032"),
    ],
)
def test_another_number_or_organization_is_refused(
    p256: dict[str, Issued], organization: str, eid: str | None
) -> None:
    eum = maker(p256, name_constraints=NameConstraints(permitted=(tree(),)))
    with pytest.raises(VerificationError):
        verify_eid_permitted(chip(p256, organization, eid), eum)


def test_one_of_several_ranges_is_enough_but_all_of_its_attributes_must_match(
    p256: dict[str, Issued],
) -> None:
    trees = (tree("Other", "89049032"), tree("Maker", "89044"))
    with pytest.raises(VerificationError):
        verify_eid_permitted(chip(p256), maker(p256, name_constraints=NameConstraints(permitted=trees)))
    wider = NameConstraints(permitted=(*trees, tree()))
    assert verify_eid_permitted(chip(p256), maker(p256, name_constraints=wider)) == EID


def test_an_excluded_range_is_refused_within_a_permitted_one(p256: dict[str, Issued]) -> None:
    constraints = NameConstraints(permitted=(tree(),), excluded=(tree(None, "890490321"),))
    with pytest.raises(VerificationError, match="excluded"):
        verify_eid_permitted(chip(p256), maker(p256, name_constraints=constraints))


def test_permitted_eins_of_version_3_are_prefixes(p256: dict[str, Issued]) -> None:
    assert verify_eid_permitted(chip(p256), maker(p256, permitted_eins=("89044", "89049032"))) == EID
    for eins in ((), ("",), ("89044",), (EID + "0",)):
        with pytest.raises(VerificationError):
            verify_eid_permitted(chip(p256), maker(p256, permitted_eins=eins))


def test_where_both_stand_both_must_hold(p256: dict[str, Issued]) -> None:
    constraints = NameConstraints(permitted=(tree(),))
    with pytest.raises(VerificationError):
        verify_eid_permitted(chip(p256), maker(p256, name_constraints=constraints, permitted_eins=("89044",)))


def test_a_manufacturer_who_names_no_range_is_told(p256: dict[str, Issued]) -> None:
    assert states_a_range(p256["eum"].certificate)
    assert states_a_range(maker(p256, permitted_eins=("89049032",)))
    assert not states_a_range(maker(p256))
    assert not states_a_range(maker(p256, name_constraints=NameConstraints()))

"""The table of profiles."""

from openesim.security.pki.extensions import BasicConstraints, KeyUsage
from openesim.security.pki.oids import Role
from openesim.security.pki.profiles import BY_ROLE, CI, EUICC, EUM, OPERATOR, PROFILES


def test_every_role_has_a_profile() -> None:
    assert set(BY_ROLE) == set(Role)
    assert len({profile.name for profile in PROFILES}) == len(PROFILES)


def test_only_ci_and_manufacturer_issue_certificates_and_only_the_ci_signs_lists() -> None:
    issuers = {profile.name for profile in PROFILES if profile.basic_constraints is not None}
    assert issuers == {CI.name, EUM.name}
    assert EUM.basic_constraints == BasicConstraints(ca=True, path_length=0)
    signers = {profile.name for profile in PROFILES if profile.key_usage & KeyUsage.CRL_SIGN}
    assert signers == {CI.name}


def test_roles_are_critical_but_in_tls_certificates() -> None:
    lenient = {profile.role for profile in PROFILES if profile.role and not profile.policy_critical}
    assert lenient == {Role.DP_TLS, Role.DS_TLS}


def test_a_chip_lives_to_the_end_of_time_and_an_operator_has_no_role() -> None:
    assert EUICC.lifetime is None
    assert OPERATOR.role is None

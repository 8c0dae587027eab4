"""How a chip is born."""

import pytest

from openesim.kernel.errors import VerificationError
from openesim.kernel.ids import Eid
from openesim.provisioning.euicc.personalise import build_identity, find_ein, generate_eid
from openesim.security.crypto.curves import Curve
from openesim.security.pki.chain import verify_euicc_chain
from openesim.security.pki.trust import TrustStore
from openesim.security.pki.world import issue_euicc
from tests.unit.provisioning.euicc import laboratory as lab

WORLD = lab.world()
EUICC = (WORLD["euicc"], WORLD["eum"].certificate)


def test_a_chip_has_one_certificate_below_every_ci() -> None:
    brainpool = lab.world(Curve.BRAINPOOL_P256R1)
    other = (brainpool["euicc"], brainpool["eum"].certificate)
    anchors = [WORLD["ci"].certificate, brainpool["ci"].certificate]
    identity = build_identity([EUICC, other], anchors)
    assert [one.curve for one in identity.credentials] == list(Curve)
    assert [one.ci_key_id for one in identity.credentials] == [anchor.key_id for anchor in anchors]
    assert identity.ci_certificates == tuple(anchor.octets for anchor in anchors)
    for credential in identity.credentials:
        chain = verify_euicc_chain(
            credential.certificate, credential.eum_certificate, TrustStore(anchors), None
        )
        assert chain.eid == identity.eid


def test_of_two_certificates_below_one_ci_the_first_counts() -> None:
    again = (
        issue_euicc(WORLD["eum"], EUICC[0].certificate.eid or Eid(""), lab.Entropy("x"), lab.NOW),
        EUICC[1],
    )
    identity = build_identity([EUICC, again], [])
    assert [one.certificate for one in identity.credentials] == [EUICC[0].certificate.octets]


def test_a_chip_has_one_eid() -> None:
    other = issue_euicc(WORLD["eum"], generate_eid("89049032", lab.Entropy("x")), lab.Entropy("y"), lab.NOW)
    with pytest.raises(VerificationError, match="one EID"):
        build_identity([EUICC, (other, EUICC[1])], [])


def test_without_a_certificate_there_is_no_chip() -> None:
    with pytest.raises(VerificationError):
        build_identity([], [])


def test_an_eid_is_made_within_the_manufacturers_range() -> None:
    ein = find_ein(WORLD["eum"].certificate)
    assert ein == "89049032"
    eids = {generate_eid(ein, lab.Entropy(str(number))) for number in range(20)}
    assert len(eids) == 20
    for eid in eids:
        assert eid.startswith(ein)
        assert Eid.parse(eid) == eid


def test_a_range_of_one_chip_leaves_no_choice() -> None:
    assert generate_eid("8" * 30, lab.Entropy("x")) == Eid.with_check_digits("8" * 30)


def test_a_certificate_that_is_no_manufacturers_states_no_range() -> None:
    with pytest.raises(VerificationError):
        find_ein(WORLD["dpauth"].certificate)

"""The PKI folder."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from openesim.adapters.keystore.atomic import write_folder
from openesim.adapters.keystore.files import PkiFolder, files_of, init_pki
from openesim.adapters.keystore.pem import read_certificate
from openesim.kernel.errors import ConfigError
from openesim.kernel.ids import Eid
from openesim.security.crypto.curves import Curve
from openesim.security.pki.chain import verify_euicc_chain, verify_same_server, verify_server_certificate
from openesim.security.pki.hosts import is_for_host
from openesim.security.pki.oids import Role
from openesim.security.pki.world import TEST_EID, WorldPlan, issue_tls_leaf

LABELS = ["ci", "dpauth", "dppb", "dptls", "dsauth", "dstls", "euicc", "eum"]


def names_in(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


def test_a_world_has_every_file_and_keys_are_private(made: Path) -> None:
    expected = sorted(f"{label}.{suffix}" for label in LABELS for suffix in ("key", "pem"))
    for name in ("nist", "brainpool"):
        assert names_in(made / name) == expected
    assert names_in(made / "operators") == ["operator.key", "operator.pem"]
    assert names_in(made) == ["brainpool", "nist", "operators"]
    for path in (made, *made.rglob("*")):
        allowed = 0o700 if path.is_dir() else 0o600 if path.suffix == ".key" else 0o644
        assert path.stat().st_mode & 0o777 & ~allowed == 0, path


def test_a_fresh_world_is_read_without_findings(made: Path, now: datetime) -> None:
    folder = PkiFolder(made, now)
    assert folder.findings == ()
    assert len(folder.trust.key_ids) == 2
    assert [each.auth.certificate.public_key.curve for each in folder.server_identities] == list(Curve)
    for identity in (*folder.server_identities, *folder.smds_identities):
        role = Role.DP_AUTH if identity.binding else Role.DS_AUTH
        chain = verify_server_certificate(identity.auth.certificate.octets, role, folder.trust, now)
        assert identity.ci_key_id == chain.ci_key_id
        if identity.binding is not None:
            verify_same_server(identity.auth.certificate, identity.binding.certificate)


def test_signers_of_the_folder_are_those_of_their_certificates(made: Path, now: datetime) -> None:
    from openesim.security.crypto.ecdsa import verify_signature

    for identity in PkiFolder(made, now).server_identities:
        assert identity.binding is not None
        for credential in (identity.auth, identity.binding):
            verify_signature(
                credential.certificate.public_key, b"message", credential.signer.sign(b"message")
            )


def test_chips_of_the_folder_and_new_ones_are_verified(made: Path, now: datetime) -> None:
    folder = PkiFolder(made, now)
    eid = Eid.with_check_digits("89049032" + "4" * 22)
    assert [each.euicc.certificate.eid for each in folder.euiccs] == [TEST_EID] * 2
    for material in (*folder.euiccs, *folder.issue_euicc(eid, os.urandom, now)):
        chain = verify_euicc_chain(material.euicc.certificate.octets, material.eum.octets, folder.trust, now)
        assert chain.eid in {TEST_EID, eid}
        assert material.identity.ci_key_id == chain.ci_key_id
    with pytest.raises(ConfigError, match="range"):
        folder.issue_euicc(Eid.with_check_digits("89044" + "4" * 25), os.urandom, now)


def test_no_key_shows_in_what_the_folder_prints(made: Path, now: datetime) -> None:
    folder = PkiFolder(made, now)
    shown = f"{vars(folder)}{folder.euiccs}{folder.server_identities}{folder.read_operator('operator')}"
    for each in folder.sets:
        for issued in each.issued.values():
            assert issued.private_key.scalar.reveal().hex() not in shown


# --- Making --------------------------------------------------------------------------------------------------


def test_a_world_is_never_overwritten_without_force(pki: Path, now: datetime) -> None:
    before = (pki / "nist/ci.key").read_bytes()
    with pytest.raises(ConfigError, match="is there already") as refusal:
        init_pki(pki, os.urandom, now)
    assert refusal.value.explanation is not None
    assert (pki / "nist/ci.key").read_bytes() == before


def test_one_set_that_is_there_is_enough_to_refuse_and_nothing_is_written(
    tmp_path: Path, now: datetime
) -> None:
    (tmp_path / "brainpool").mkdir()
    with pytest.raises(ConfigError):
        init_pki(tmp_path, os.urandom, now)
    assert names_in(tmp_path) == ["brainpool"]


def test_force_makes_a_new_world_and_keeps_the_old_one_aside(pki: Path, now: datetime) -> None:
    before = (pki / "nist/ci.key").read_bytes()
    folder = init_pki(pki, os.urandom, now, force=True)
    assert (pki / "nist.old/ci.key").read_bytes() == before != (pki / "nist/ci.key").read_bytes()
    assert len(folder.trust.key_ids) == 2


def test_a_plan_reaches_the_folder(tmp_path: Path, now: datetime) -> None:
    folder = init_pki(tmp_path, os.urandom, now, WorldPlan(smdp_fqdn="smdp.op.example"))
    assert not folder.tls_material("smdp.op.example", os.urandom, now).is_fresh


# --- TLS -----------------------------------------------------------------------------------------------------


def test_a_leaf_that_names_the_host_is_used_and_a_fresh_one_issued_otherwise(
    made: Path, now: datetime
) -> None:
    folder = PkiFolder(made, now)
    own = folder.tls_material("SMDPplus.example.com.", os.urandom, now)
    assert not own.is_fresh
    assert own.leaf.certificate == read_certificate(made / "nist/dptls.pem")
    fresh = folder.tls_material("testsmdpplus1.example.com", os.urandom, now)
    assert fresh.is_fresh
    assert is_for_host(fresh.leaf.certificate, "testsmdpplus1.example.com")
    verify_server_certificate(fresh.leaf.certificate.octets, Role.DP_TLS, folder.trust, now)
    smds = folder.tls_material("smds.example.com", os.urandom, now, Role.DS_TLS)
    assert smds.leaf.certificate == read_certificate(made / "nist/dstls.pem")


def test_a_leaf_that_has_expired_is_replaced_and_told(made: Path, now: datetime) -> None:
    later = now + timedelta(days=500)
    folder = PkiFolder(made, later)
    assert folder.tls_material("smdpplus.example.com", os.urandom, later).is_fresh
    assert sum("dptls.pem: valid from" in finding for finding in folder.findings) == 2


def test_an_imported_leaf_goes_before_that_of_the_world(pki: Path, now: datetime) -> None:
    ci = PkiFolder(pki, now).sets[0].issued["ci"]
    leaf = issue_tls_leaf(ci, ("smdpplus.example.com",), os.urandom, now)
    write_folder(pki / "imported", files_of({"dptls": leaf}))
    material = PkiFolder(pki, now).tls_material("smdpplus.example.com", os.urandom, now)
    assert material.leaf.certificate == leaf.certificate


def test_a_leaf_must_be_for_every_address_asked_for(made: Path, now: datetime) -> None:
    folder = PkiFolder(made, now)
    addresses = ("127.0.0.1", "::1")
    material = folder.tls_material("smdpplus.example.com", os.urandom, now, addresses=addresses)
    assert material.is_fresh
    for host in ("smdpplus.example.com", *addresses):
        assert is_for_host(material.leaf.certificate, host)


def test_an_operator_whose_certificate_has_expired_is_told(made: Path, now: datetime) -> None:
    findings = PkiFolder(made, now + timedelta(days=4000)).findings
    assert any(finding.startswith("operator operator: valid from") for finding in findings)


def test_all_cis_are_given_to_tls_clients(made: Path, now: datetime) -> None:
    pem = b"".join((made / name / "ci.pem").read_bytes() for name in ("nist", "brainpool"))
    assert PkiFolder(made, now).trust_pem == pem


def test_without_a_ci_key_no_leaf_is_issued(pki: Path, now: datetime) -> None:
    for name in ("nist", "brainpool"):
        (pki / name / "ci.key").unlink()
    folder = PkiFolder(pki, now)
    folder.tls_material("smdpplus.example.com", os.urandom, now)
    with pytest.raises(ConfigError, match=r"no ci\.key"):
        folder.tls_material("other.example.com", os.urandom, now)
    with pytest.raises(ConfigError, match="not a host name"):
        folder.tls_material("no host", os.urandom, now)
    with pytest.raises(ConfigError, match=r"no ci\.key"):
        folder.add_operator("new", os.urandom, now)


# --- Operators -----------------------------------------------------------------------------------------------


def test_operators_are_known_by_the_certificates_that_stand_there(pki: Path, now: datetime) -> None:
    folder = PkiFolder(pki, now)
    added = folder.add_operator("second", os.urandom, now)
    (pki / "operators/operator.key").unlink()
    again = PkiFolder(pki, now)
    assert sorted(again.operators) == ["operator", "second"]
    assert again.operators["second"] == added.certificate
    assert again.read_operator("second").private_key.public_key == added.private_key.public_key
    with pytest.raises(ConfigError, match=r"operator\.key"):
        again.read_operator("operator")
    with pytest.raises(ConfigError, match="holds something else"):
        folder.add_operator("second", os.urandom, now)


@pytest.mark.parametrize("name", ["", ".hidden", "../nist/ci", "a/b", "a\0b"])
def test_an_operators_name_cannot_lead_out_of_its_folder(pki: Path, now: datetime, name: str) -> None:
    folder = PkiFolder(pki, now)
    with pytest.raises(ConfigError):
        folder.add_operator(name, os.urandom, now)
    with pytest.raises(ConfigError):
        folder.read_operator(name)

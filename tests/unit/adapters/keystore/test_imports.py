"""Taking over material of others."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from openesim.adapters.keystore.files import PkiFolder, files_of
from openesim.adapters.keystore.imports import SGP26_FQDN, import_files, import_sgp26
from openesim.adapters.keystore.pem import read_certificate
from openesim.kernel.errors import ConfigError
from openesim.security.crypto.curves import Curve
from openesim.security.pki.chain import verify_euicc_chain, verify_server_certificate
from openesim.security.pki.oids import Role
from openesim.security.pki.world import make_world

NIST, BRAINPOOL = "f54172bdf98a95d65cbeb88a38a1c11d800a85c3", "c0bc70ba36929d43b467ff57570530e57ab8fcd8"


def test_sgp26_becomes_two_sets_with_a_fresh_tls_leaf_each(
    shared: Path, tmp_path: Path, now: datetime
) -> None:
    folder = import_sgp26(shared / "certs/sgp26", tmp_path / "pki", os.urandom, now)
    assert [key_id.hex() for key_id in folder.trust.key_ids] == [NIST, BRAINPOOL]
    assert [identity.oid for identity in folder.server_identities] == ["2.999.10", "2.999.10"]
    assert folder.findings == ()
    for each in folder.sets:
        assert sorted(each.issued) == ["ci", "dpauth", "dppb", "dptls", "euicc", "eum"]
        leaf = each.issued["dptls"].certificate
        assert leaf.not_before < now < leaf.not_after
        verify_server_certificate(leaf.octets, Role.DP_TLS, folder.trust, now)
    assert not folder.tls_material(SGP26_FQDN, os.urandom, now).is_fresh
    for material in folder.euiccs:
        verify_euicc_chain(material.euicc.certificate.octets, material.eum.octets, folder.trust, now)
    for key in (tmp_path / "pki").rglob("*.key"):
        assert key.stat().st_mode & 0o777 == 0o600


def test_sgp26_gets_an_operator_to_call_es2plus_with(shared: Path, tmp_path: Path, now: datetime) -> None:
    folder = import_sgp26(shared / "certs/sgp26", tmp_path / "pki", os.urandom, now)
    operator = folder.read_operator("operator")
    assert folder.operators == {"operator": operator.certificate}
    ci = folder.sets[0].certificates["ci"]
    assert operator.certificate.issuer == ci.subject
    assert operator.certificate.not_before < now < operator.certificate.not_after
    again = import_sgp26(shared / "certs/sgp26", tmp_path / "pki", os.urandom, now, force=True)
    assert again.operators == folder.operators, "who calls with it goes on calling"


def test_sgp26_certificates_are_taken_over_octet_for_octet(
    shared: Path, tmp_path: Path, now: datetime
) -> None:
    import_sgp26(shared / "certs/sgp26", tmp_path, os.urandom, now)
    published = read_certificate(shared / "certs/sgp26/eUICC/CERT_EUICC_ECDSA_BRP.der")
    assert read_certificate(tmp_path / "brainpool/euicc.pem") == published


def test_sgp26_material_without_the_ci_key_keeps_the_published_leaf(
    shared: Path, tmp_path: Path, now: datetime
) -> None:
    source = tmp_path / "sgp26"
    shutil.copytree(shared / "certs/sgp26", source)
    for key in source.rglob("SK_CI_*"):
        key.unlink()
    folder = import_sgp26(source, tmp_path / "pki", os.urandom, now)
    published = read_certificate(shared / "certs/sgp26/DPtls/CERT_S_SM_DP_VARO_TLS_NIST.der")
    assert folder.tls_material(SGP26_FQDN, os.urandom, now).leaf.certificate == published
    assert "ci" not in folder.sets[0].issued
    assert not folder.operators


def test_sgp26_does_not_overwrite_a_world_and_needs_material(
    shared: Path, pki: Path, tmp_path: Path, now: datetime
) -> None:
    before = (pki / "nist/ci.key").read_bytes()
    with pytest.raises(ConfigError, match="is there already"):
        import_sgp26(shared / "certs/sgp26", pki, os.urandom, now)
    assert (pki / "nist/ci.key").read_bytes() == before
    import_sgp26(shared / "certs/sgp26", pki, os.urandom, now, force=True)
    assert (pki / "nist.old/ci.key").read_bytes() == before
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"no SGP\.26 material"):
        import_sgp26(tmp_path / "empty", tmp_path / "other", os.urandom, now)
    assert not (tmp_path / "other").exists()


def test_single_files_stand_in_a_set_of_their_own_beside_a_world(
    shared: Path, pki: Path, now: datetime
) -> None:
    session = shared / "certs/session"
    members: dict[str, tuple[Path, Path | None]] = {
        "ci": (session / "ci.der", None),
        "dpauth": (session / "dpauth.der", session / "dpauth-key.pem"),
        "dppb": (session / "dppb.der", session / "dppb-key.pem"),
    }
    roots = sorted((shared / "certs/roots").iterdir())
    folder = import_files(pki, members, [session / "ci-2017.der", *roots], now)
    assert len(folder.server_identities) == 3
    assert folder.server_identities[2].ci_key_id.hex() == NIST
    assert len(folder.trust.key_ids) == 5
    assert (pki / "imported/dpauth.key").stat().st_mode & 0o777 == 0o600
    # A second time the same files change nothing; others are refused unless forced.
    import_files(pki, members, [], now)


def test_a_further_file_is_added_and_one_that_is_there_is_kept(tmp_path: Path, now: datetime) -> None:
    world = make_world(Curve.P256, os.urandom, now)
    for name, octets in files_of(world).items():
        (tmp_path / name).write_bytes(octets)
    target = tmp_path / "pki"
    import_files(target, {"ci": (tmp_path / "ci.pem", None)}, [], now)
    pair = (tmp_path / "dpauth.pem", tmp_path / "dpauth.key")
    folder = import_files(target, {"dpauth": pair}, [], now)
    assert sorted(folder.sets[0].certificates) == ["ci", "dpauth"]
    again = make_world(Curve.P256, os.urandom, now)["ci"]
    for name, octets in files_of({"other": again}).items():
        (tmp_path / name).write_bytes(octets)
    with pytest.raises(ConfigError):
        import_files(target, {"ci": (tmp_path / "other.pem", None)}, [], now)
    assert read_certificate(target / "imported/ci.pem") == world["ci"].certificate


def test_what_does_not_fit_is_refused_before_anything_is_written(tmp_path: Path, now: datetime) -> None:
    world, stranger = (make_world(Curve.P256, os.urandom, now) for _ in range(2))
    for name, octets in files_of(world | {"strange": stranger["dppb"]}).items():
        (tmp_path / name).write_bytes(octets)
    ci, target = (tmp_path / "ci.pem", None), tmp_path / "pki"
    wrong: list[dict[str, tuple[Path, Path | None]]] = [
        {"ci": ci, "dpauth": (tmp_path / "dpauth.pem", tmp_path / "dppb.key")},
        {"ci": ci, "dppb": (tmp_path / "strange.pem", tmp_path / "strange.key")},
        {"dpauth": (tmp_path / "dpauth.pem", tmp_path / "dpauth.key")},
        {"ci": (tmp_path / "missing.pem", None)},
        {"nonsense": ci},
    ]
    for members in wrong:
        with pytest.raises(ConfigError):
            import_files(target, members, [], now)
        assert not target.exists()


def test_the_key_is_the_one_that_was_given(tmp_path: Path, now: datetime) -> None:
    """A certificate given without a key comes without one, even where a key lies beside it."""
    for name, octets in files_of(make_world(Curve.P256, os.urandom, now)).items():
        (tmp_path / name).write_bytes(octets)
    import_files(tmp_path / "pki", {"ci": (tmp_path / "ci.pem", None)}, [], now)
    assert not (tmp_path / "pki/imported/ci.key").exists()
    assert PkiFolder(tmp_path / "pki", now).sets[0].issued == {}

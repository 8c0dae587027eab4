"""What stands in a PKI folder has to fit together."""

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from openesim.adapters.keystore.atomic import write_folder
from openesim.adapters.keystore.files import PkiFolder, files_of, init_pki
from openesim.adapters.keystore.pem import certificate_pem, to_pem
from openesim.kernel.errors import ConfigError
from openesim.security.crypto.curves import Curve
from openesim.security.pki.build import Issuer
from openesim.security.pki.chain import ChainError, ChainFault, verify_euicc_chain
from openesim.security.pki.crl import Revocation, build_crl
from openesim.security.pki.world import TEST_EID, make_world

DAY = timedelta(days=1)


def refusal_of(path: Path, now: datetime) -> str:
    """Return what the refusal of a folder says, with its next step."""
    with pytest.raises(ConfigError) as refusal:
        PkiFolder(path, now)
    explanation = refusal.value.explanation
    assert explanation is not None
    return f"{refusal.value} → {explanation.next_step}"


def test_a_place_without_a_set_says_how_to_make_one(tmp_path: Path, now: datetime) -> None:
    assert "openesim pki init" in refusal_of(tmp_path, now)
    assert "openesim pki init" in refusal_of(tmp_path / "missing", now)


def test_any_file_may_be_missing(pki: Path, now: datetime) -> None:
    shutil.rmtree(pki / "brainpool")
    shutil.rmtree(pki / "operators")
    for label in ("dppb", "euicc", "eum", "dptls", "dsauth", "dstls"):
        (pki / "nist" / f"{label}.key").unlink()
        (pki / "nist" / f"{label}.pem").unlink()
    folder = PkiFolder(pki, now)
    assert (folder.server_identities, folder.smds_identities, folder.euiccs) == ((), (), ())
    assert folder.operators == {}
    assert len(folder.trust.key_ids) == 1
    with pytest.raises(ConfigError, match=r"no eum\.key"):
        folder.issue_euicc(TEST_EID, os.urandom, now)


def test_a_key_of_another_certificate_is_named(pki: Path, now: datetime) -> None:
    shutil.copy(pki / "nist/dppb.key", pki / "nist/dpauth.key")
    assert "dpauth.key: is not the key of dpauth.pem" in refusal_of(pki, now)


def test_a_key_without_its_certificate_is_named(pki: Path, now: datetime) -> None:
    (pki / "nist/dpauth.pem").unlink()
    assert "dpauth.pem: is missing beside its key" in refusal_of(pki, now)


def test_a_broken_file_is_named(pki: Path, now: datetime) -> None:
    (pki / "nist/eum.pem").write_bytes(b"broken")
    assert "nist/eum.pem: not a certificate" in refusal_of(pki, now)


def test_a_server_below_an_unknown_ci_is_named(pki: Path, now: datetime) -> None:
    (pki / "nist/ci.pem").unlink()
    (pki / "nist/ci.key").unlink()
    text = refusal_of(pki, now)
    assert "nist/dpauth.pem: no trusted CI key" in text
    assert "trust/" in text


def test_a_pair_of_two_servers_is_named(pki: Path, now: datetime) -> None:
    for suffix in ("pem", "key"):
        shutil.copy(pki / f"nist/dpauth.{suffix}", pki / f"nist/dppb.{suffix}")
    assert "nist/dppb.pem: server certificate is invalid" in refusal_of(pki, now)


def test_a_ci_that_is_none_is_named(pki: Path, now: datetime) -> None:
    (pki / "nist/trust").mkdir()
    shutil.copy(pki / "nist/dpauth.pem", pki / "nist/trust/wrong.pem")
    assert "no certificate issuer" in refusal_of(pki, now)


def test_further_cis_are_trusted_and_hidden_files_left_alone(pki: Path, now: datetime) -> None:
    other = make_world(Curve.P256, os.urandom, now)["ci"].certificate
    (pki / "nist/trust").mkdir()
    (pki / "nist/trust/other.pem").write_bytes(certificate_pem(other))
    (pki / "nist/trust/.other.pem.swp").write_bytes(b"an editor was here")
    (pki / "nist/trust/README.txt").write_bytes(b"which CI this is")
    assert other.key_id in PkiFolder(pki, now).trust.key_ids


def test_vintages_of_the_published_ci_stand_side_by_side(shared: Path, tmp_path: Path, now: datetime) -> None:
    (tmp_path / "imported/trust").mkdir(parents=True)
    for name in ("ci.der", "ci-2017.der"):
        shutil.copy(shared / "certs/session" / name, tmp_path / "imported/trust" / name)
    trust = PkiFolder(tmp_path, now).trust
    assert (len(trust.key_ids), len(trust.anchors)) == (1, 2)
    euicc, eum = ((shared / "certs/session" / name).read_bytes() for name in ("euicc.der", "eum.der"))
    verify_euicc_chain(euicc, eum, trust, now)


@pytest.mark.parametrize("in_pem", [True, False])
def test_revocation_lists_of_the_folder_count(tmp_path: Path, now: datetime, in_pem: bool) -> None:
    world = make_world(Curve.P256, os.urandom, now)
    write_folder(tmp_path / "nist", files_of(world))
    ci, eum, chip = world["ci"], world["eum"].certificate, world["euicc"].certificate
    issuer = Issuer.of(ci.certificate, ci.credential.signer)
    crl = build_crl(issuer, [Revocation(eum.serial_number, now - DAY)], 1, (now - DAY, now + DAY))
    (tmp_path / "nist/crl").mkdir()
    (tmp_path / "nist/crl/one.crl").write_bytes(to_pem("X509 CRL", crl.octets) if in_pem else crl.octets)
    with pytest.raises(ChainError) as refusal:
        verify_euicc_chain(chip.octets, eum.octets, PkiFolder(tmp_path, now).trust, now)
    assert refusal.value.fault is ChainFault.EUM_REVOKED
    overdue = PkiFolder(tmp_path, now + 3 * DAY).findings
    assert any("the next one was due" in finding for finding in overdue)


def test_a_list_of_a_stranger_is_named(pki: Path, now: datetime) -> None:
    stranger = make_world(Curve.P256, os.urandom, now)["ci"]
    crl = build_crl(Issuer.of(stranger.certificate, stranger.credential.signer), [], 1, (now, now))
    (pki / "nist/crl").mkdir()
    (pki / "nist/crl/one.crl").write_bytes(crl.octets)
    assert "one.crl: the revocation list is signed by none of the trusted CIs" in refusal_of(pki, now)


def test_an_open_key_is_a_finding(pki: Path, now: datetime) -> None:
    (pki / "nist/dpauth.key").chmod(0o640)
    assert [finding for finding in PkiFolder(pki, now).findings if "chmod 600" in finding]


def test_a_world_whose_making_was_interrupted_is_not_read_half(tmp_path: Path, now: datetime) -> None:
    init_pki(tmp_path, os.urandom, now)
    (tmp_path / "brainpool").rename(tmp_path / ".brainpool.x7f3")
    assert len(PkiFolder(tmp_path, now).sets) == 1

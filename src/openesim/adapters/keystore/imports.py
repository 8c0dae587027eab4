"""Taking certificates and keys of others into a PKI folder.

SGP.26 publishes test certificates with their keys, the CI's included. Its TLS certificates have expired or
soon will: fresh ones are issued from the published CI key, and one for an operator, which SGP.26 has none of.

Source: SGP.26 (file names).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from openesim.adapters.keystore.atomic import make_folder, write_file, write_folder
from openesim.adapters.keystore.files import CURVE_SETS, FIRST_OPERATOR, IMPORTED, SETS, PkiFolder, files_of
from openesim.adapters.keystore.pem import certificate_pem, config_error, read_certificates
from openesim.adapters.keystore.reading import (
    PROFILE_OF,
    PkiSet,
    read_pair,
    read_set,
    read_trust,
    verify_servers,
)
from openesim.kernel.ambient import Entropy
from openesim.security.crypto.curves import Curve
from openesim.security.pki import world
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.world import Issued

SGP26_FQDN: Final = "testsmdpplus1.example.com"
"""Host name of the first SM-DP+ of SGP.23, to which its test clients connect."""

_SGP26_SETS: Final = {Curve.P256: "NIST", Curve.BRAINPOOL_P256R1: "BRP"}
_SGP26_STEMS: Final[Mapping[str, tuple[str, ...]]] = {
    "ci": ("CI_ECDSA_{}", "CI_SIG_{}"),
    "eum": ("EUM_ECDSA_{}", "EUM_SIG_{}"),
    "euicc": ("EUICC_ECDSA_{}", "EUICC_SIG_{}"),
    "dpauth": ("S_SM_DPauth_ECDSA_{}", "S_SM_DPauth_SIG_{}", "S_SM_DPauth_VARO_SIG_{}"),
    "dppb": ("S_SM_DPpb_ECDSA_{}", "S_SM_DPpb_SIG_{}", "S_SM_DPpb_VARO_SIG_{}"),
    "dptls": ("S_SM_DP_TLS_{}", "S_SM_DP_VARO_TLS_{}", "S_SM_DP_TLS"),
    "dsauth": ("S_SM_DSauth_ECDSA_{}", "S_SM_DSauth_SIG_{}", "S_SM_DSauth_VARO_SIG_{}"),
    "dstls": ("S_SM_DS_TLS_{}", "S_SM_DS_VARO_TLS_{}", "S_SM_DS_TLS"),
}
"""Names of the published files by label, without the prefix CERT_ or SK_."""


def import_sgp26(
    source: Path, path: Path, entropy: Entropy, now: datetime, *, force: bool = False
) -> PkiFolder:
    """Take the published SGP.26 material over, both curves; an operator is added where there is none.

    Args:
        source: folder of the published files, which may lie in folders below.
        path: the PKI folder.
        entropy: for the keys of fresh certificates.
        now: aware.
        force: put sets that are there aside, each to ``NAME.old``.

    Raises:
        ConfigError: no SGP.26 material, a broken file, or a set that is there already.
    """
    files = {file.stem.lower(): file for file in sorted(source.rglob("*")) if _is_material(file)}
    found = {curve: _collect(files, label) for curve, label in _SGP26_SETS.items()}
    if not any("ci" in members for members in found.values()):
        raise config_error(source, "holds no SGP.26 material", "it has files such as CERT_CI_ECDSA_NIST.der")
    for curve, members in found.items():
        if "ci" not in members:
            continue
        ci = members["ci"]
        if isinstance(ci, Issued):
            members["dptls"] = world.issue_tls_leaf(ci, (SGP26_FQDN,), entropy, now)
        write_folder(path / CURVE_SETS[curve], _files_of(members), force=force)
    folder = PkiFolder(path, now)
    if folder.operators or not any("ci" in each.issued for each in folder.sets):
        return folder
    folder.add_operator(FIRST_OPERATOR, entropy, now)
    return PkiFolder(path, now)


def import_files(
    path: Path,
    members: Mapping[str, tuple[Path, Path | None]],
    trust: Iterable[Path],
    now: datetime,
    *,
    force: bool = False,
) -> PkiFolder:
    """Take single files over into the set ``imported``, next to what is there.

    Args:
        path: the PKI folder.
        members: by label (ci, dpauth, dppb, dptls, …): certificate and key, PEM or DER; the key may be missing.
        trust: further CI certificates.
        now: aware.
        force: replace files that are there.

    Raises:
        ConfigError: an unknown label, a broken file, a key that is not its certificate's, or a file that is there.
    """
    unknown = sorted(set(members) - set(PROFILE_OF))
    if unknown:
        raise config_error(
            path, f"{unknown[0]} is no certificate of the folder", f"use {', '.join(PROFILE_OF)}"
        )
    pairs = {label: _take(*files) for label, files in members.items()}
    anchors = {
        f"{file.stem}{number or ''}.pem": anchor
        for file in trust
        for number, anchor in enumerate(read_certificates(file))
    }
    folder = path / IMPORTED
    _verify_proposal(path, folder, pairs, anchors)
    make_folder(folder / "trust")
    for name, octets in _files_of(pairs).items():
        write_file(folder / name, octets, force=force)
    for name, anchor in anchors.items():
        write_file(folder / "trust" / name, certificate_pem(anchor), force=force)
    return PkiFolder(path, now)


def _verify_proposal(
    path: Path, folder: Path, pairs: Mapping[str, Issued | Certificate], anchors: Mapping[str, Certificate]
) -> None:
    """Verify that what is to be taken over will fit to what is there, before anything is written.

    Raises:
        ConfigError: it will not.
    """
    sets = {name: read_set(path / name) for name in SETS if (path / name).is_dir()}
    known = sets.get(folder.name, PkiSet(folder, {}, {}, ()))
    certificates = {
        label: each.certificate if isinstance(each, Issued) else each for label, each in pairs.items()
    }
    proposed = PkiSet(folder, {**known.certificates, **certificates}, {}, (*known.trust, *anchors.values()))
    trust = read_trust((*(each for name, each in sets.items() if name != folder.name), proposed))
    verify_servers(proposed, trust)


def _take(certificate: Path, key: Path | None) -> Issued | Certificate:
    """Read a certificate with its key, or alone where no key is given.

    Raises:
        ConfigError: a broken file, or a key that is not the certificate's.
    """
    return read_certificates(certificate)[0] if key is None else read_pair(certificate, key)


def _is_material(file: Path) -> bool:
    """Tell whether a file may be a published certificate or key."""
    return file.suffix.lower() in {".der", ".pem", ".cer", ".crt"} and file.is_file()


def _collect(files: Mapping[str, Path], curve: str) -> dict[str, Issued | Certificate]:
    """Return the members of one curve among the published files.

    Raises:
        ConfigError: a broken file.
    """
    members: dict[str, Issued | Certificate] = {}
    for label, stems in _SGP26_STEMS.items():
        names = [stem.format(curve).lower() for stem in stems]
        certificate = next((files[f"cert_{name}"] for name in names if f"cert_{name}" in files), None)
        key = next((files[f"sk_{name}"] for name in names if f"sk_{name}" in files), None)
        if certificate is not None:
            members[label] = _take(certificate, key)
    return members


def _files_of(members: Mapping[str, Issued | Certificate]) -> dict[str, bytes]:
    """Return the files of members with and without key."""
    issued = {label: each for label, each in members.items() if isinstance(each, Issued)}
    alone = {
        f"{label}.pem": certificate_pem(each)
        for label, each in members.items()
        if isinstance(each, Certificate)
    }
    return files_of(issued) | alone

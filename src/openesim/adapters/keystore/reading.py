"""Reading a PKI folder: what is there has to fit together.

See ``files`` for the layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from openesim.adapters.keystore.pem import (
    config_error,
    read_certificate,
    read_certificates,
    read_crl,
    read_private_key,
)
from openesim.kernel.ambient import Signer
from openesim.kernel.errors import VerificationError
from openesim.security.pki import profiles
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.chain import verify_same_server, verify_server_certificate
from openesim.security.pki.lint import check_certificate
from openesim.security.pki.profiles import CertificateProfile
from openesim.security.pki.trust import Credential, ServerIdentity, TrustStore
from openesim.security.pki.world import Issued

PROFILE_OF: Final[Mapping[str, CertificateProfile]] = {
    "ci": profiles.CI,
    "eum": profiles.EUM,
    "euicc": profiles.EUICC,
    "dpauth": profiles.DP_AUTH,
    "dppb": profiles.DP_PB,
    "dptls": profiles.DP_TLS,
    "dsauth": profiles.DS_AUTH,
    "dstls": profiles.DS_TLS,
}
"""Profile by label, which is also the name of the file."""

SERVERS: Final = ("dpauth", "dppb", "dsauth")
"""Labels whose keys may live in a token instead of a file."""

FindSigner = Callable[[str, Certificate], Signer | None]
"""Returns the signer of a certificate, named ``SET/LABEL``, from a token; None where its key is not there."""

_CERTIFICATE_SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der"})


@dataclass(frozen=True, slots=True)
class PkiSet:
    """One set of the folder as it was read.

    Attributes:
        path: its folder.
        certificates: by label, with or without key.
        issued: by label, those with their key.
        trust: further CI certificates.
        signers: by label, those whose key is in a token.
    """

    path: Path
    certificates: Mapping[str, Certificate]
    issued: Mapping[str, Issued]
    trust: tuple[Certificate, ...]
    signers: Mapping[str, Signer] = field(default_factory=dict)

    def credential(self, label: str) -> Credential | None:
        """Return a certificate with what signs for it; None where either is missing. A token goes before a file."""
        if label in self.signers:
            return Credential(self.certificates[label], self.signers[label])
        return self.issued[label].credential if label in self.issued else None

    def server_identity(self, auth: str, binding: str | None) -> ServerIdentity | None:
        """Return what a server of this set shows, None where a certificate or key is missing."""
        signing = self.credential(auth)
        second = None if binding is None else self.credential(binding)
        if signing is None or (binding is not None and second is None):
            return None
        return ServerIdentity(signing, second)


def read_set(path: Path, find_signer: FindSigner | None = None) -> PkiSet:
    """Read one set.

    Args:
        path: its folder.
        find_signer: finds keys of servers in a token.

    Raises:
        ConfigError: a file that cannot be read, or a key that is not its certificate's.
    """
    certificates: dict[str, Certificate] = {}
    issued: dict[str, Issued] = {}
    for label in PROFILE_OF:
        file = path / f"{label}.pem"
        if not file.exists():
            if file.with_suffix(".key").exists():
                raise config_error(file, "is missing beside its key", "put the certificate there")
            continue
        pair = read_pair(file)
        if isinstance(pair, Issued):
            issued[label] = pair
        certificates[label] = pair.certificate if isinstance(pair, Issued) else pair
    trust = [
        anchor for file in _files(path / "trust", _CERTIFICATE_SUFFIXES) for anchor in read_certificates(file)
    ]
    return PkiSet(path, certificates, issued, tuple(trust), _find_signers(path, certificates, find_signer))


def _find_signers(
    path: Path, certificates: Mapping[str, Certificate], find_signer: FindSigner | None
) -> dict[str, Signer]:
    """Return the signers of servers that a token has.

    Raises:
        ConfigError: a key in the token that is not its certificate's.
    """
    if find_signer is None:
        return {}
    found = {
        label: find_signer(f"{path.name}/{label}", certificates[label])
        for label in SERVERS
        if label in certificates
    }
    return {label: signer for label, signer in found.items() if signer is not None}


def read_pair(file: Path, key_file: Path | None = None) -> Issued | Certificate:
    """Read a certificate with its key, or alone where there is no key.

    Args:
        file: the certificate.
        key_file: the key; left out, it stands beside the certificate with the suffix ``.key``, or nowhere.

    Raises:
        ConfigError: a file that cannot be read, or a key that is not the certificate's.
    """
    certificate = read_certificate(file)
    if key_file is None:
        key_file = file.with_suffix(".key")
        if not key_file.exists():
            return certificate
    key = read_private_key(key_file)
    try:
        fits = certificate.public_key == key.public_key
    except VerificationError as error:
        raise config_error(file, str(error), "use P-256 or brainpoolP256r1") from None
    if not fits:
        raise config_error(key_file, f"is not the key of {file.name}", "put the right one there")
    return Issued(certificate, key)


def read_trust(sets: tuple[PkiSet, ...], now: datetime | None = None) -> TrustStore:
    """Return all CI certificates with the revocation lists.

    Raises:
        ConfigError: a CI certificate that is none, or a list that nobody trusted has signed.
    """
    trust = TrustStore()
    for each in sets:
        for anchor in (*filter(None, [each.certificates.get("ci")]), *each.trust):
            try:
                trust = TrustStore((*trust.anchors, anchor))
            except VerificationError as error:
                raise config_error(
                    each.path, f"CI certificate: {error}", "put a CI's certificate there"
                ) from None
    for each in sets:
        for file in _files(each.path / "crl", frozenset({".crl", ".der", ".pem"})):
            crl = read_crl(file)
            # A manufacturer may sign lists of its own chips.
            issuer = each.certificates.get("eum")
            try:
                by_eum = issuer is not None and crl.authority_key_id == issuer.key_id
                trust = trust.with_crl(crl, issuer if by_eum else None, now)
            except VerificationError as error:
                raise config_error(file, str(error), "remove it, or trust its CI") from None
    return trust


def read_operators(path: Path) -> dict[str, Certificate]:
    """Return the operators' certificates by name."""
    return {file.stem: read_certificate(file) for file in _files(path, _CERTIFICATE_SUFFIXES)}


def _files(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    """Return the files of a folder with one of the suffixes, in order of their names; hidden ones are left out."""
    if not folder.is_dir():
        return []
    return sorted(
        file for file in folder.iterdir() if file.suffix.lower() in suffixes and not file.name.startswith(".")
    )


def verify_servers(each: PkiSet, trust: TrustStore) -> None:
    """Verify that the servers of a set stand below a trusted CI and belong together.

    Raises:
        ConfigError: a certificate that a chip would refuse, its time aside.
    """
    for label in SERVERS:
        certificate, role = each.certificates.get(label), PROFILE_OF[label].role
        if certificate is None or role is None:
            continue
        try:
            verify_server_certificate(certificate.octets, role, trust, None)
        except VerificationError as error:
            raise config_error(
                each.path / f"{label}.pem", str(error), "put its CI to ci.pem or trust/"
            ) from None
    auth, binding = each.certificates.get("dpauth"), each.certificates.get("dppb")
    if auth is not None and binding is not None:
        try:
            verify_same_server(auth, binding)
        except VerificationError as error:
            raise config_error(each.path / "dppb.pem", str(error), "use the pair of one SM-DP+") from None


def is_in_time(certificate: Certificate, now: datetime) -> bool:
    """Tell whether a certificate is in its time."""
    return certificate.not_before <= now <= certificate.not_after


def find_blemishes(
    sets: tuple[PkiSet, ...], trust: TrustStore, operators: Mapping[str, Certificate], now: datetime
) -> Iterator[str]:
    """Yield what is not as it should be and does not hinder."""
    for each in sets:
        for label, certificate in each.certificates.items():
            file = each.path / f"{label}.pem"
            for finding in check_certificate(certificate, PROFILE_OF[label]):
                yield f"{file}: {finding}"
            if not is_in_time(certificate, now):
                yield f"{file}: {_in_time_text(certificate)}"
            key = file.with_suffix(".key")
            if key.exists() and key.stat().st_mode & 0o077:
                yield f"{key}: others may read it; chmod 600"
            if label in each.signers and label in each.issued:
                yield f"{key}: lies here though the token has it; take the file away"
    for name, certificate in operators.items():
        if not is_in_time(certificate, now):
            yield f"operator {name}: {_in_time_text(certificate)}"
    for crl in trust.crls:
        if crl.is_overdue(now):
            yield f"revocation list of {crl.issuer}: the next one was due on {crl.next_update:%Y-%m-%d}"


def _in_time_text(certificate: Certificate) -> str:
    """Say when a certificate is valid."""
    return f"valid from {certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d} only"

"""The PKI folder: a whole PKI in files, one folder a curve.

::

    DIR/nist|brainpool|imported/   ci eum euicc dpauth dppb dptls dsauth dstls, each .pem with .key
                                   trust/*.pem   further CI certificates (vintages of one key are welcome)
                                   crl/*.crl     revocation lists
    DIR/operators/NAME.pem .key    client certificates: an operator is known by the one that stands there

Any file may be missing; what is there has to fit together. Folders are made with mode 0700, keys with 0600.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from openesim.adapters.keystore.atomic import make_folder, write_file, write_folder
from openesim.adapters.keystore.pem import certificate_pem, certificates_pem, config_error
from openesim.adapters.keystore.reading import (
    PROFILE_OF,
    FindSigner,
    find_blemishes,
    is_in_time,
    read_operators,
    read_pair,
    read_set,
    read_trust,
    verify_servers,
)
from openesim.adapters.keystore.tls import TlsMaterial
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Eid
from openesim.security.crypto.curves import Curve
from openesim.security.pki import world
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.hosts import is_for_host, normalize_host
from openesim.security.pki.oids import Role
from openesim.security.pki.trust import EuiccIdentity, ServerIdentity
from openesim.security.pki.world import Issued, WorldPlan

CURVE_SETS: Final = {Curve.P256: "nist", Curve.BRAINPOOL_P256R1: "brainpool"}
"""Name of the set by curve."""

IMPORTED: Final = "imported"
"""Name of the set of single files that somebody brought."""

SETS: Final = (*CURVE_SETS.values(), IMPORTED)
"""Sets in the order in which they are read and preferred."""

OPERATORS: Final = "operators"
FIRST_OPERATOR: Final = "operator"
"""Name of the operator that a test world comes with."""

_TLS_LABELS: Final = {Role.DP_TLS: "dptls", Role.DS_TLS: "dstls"}


@dataclass(frozen=True, slots=True)
class EuiccMaterial:
    """What a software chip is born with below one CI.

    Attributes:
        euicc: its certificate and private key.
        eum: certificate of its manufacturer.
    """

    euicc: Issued
    eum: Certificate

    @property
    def identity(self) -> EuiccIdentity:
        """The same with a signer in place of the private key."""
        return EuiccIdentity(self.euicc.credential, self.eum)


class PkiFolder:
    """A PKI folder, read and found to fit together.

    Attributes:
        path: the folder.
        sets: what was read, in order of preference.
        trust: all CI certificates with the revocation lists.
        operators: certificate of every operator, by name.
        findings: what is not as it should be and does not hinder: expired certificates, open modes and the like.
    """

    def __init__(self, path: Path, now: datetime, find_signer: FindSigner | None = None) -> None:
        """Read a folder.

        Args:
            path: the folder.
            now: aware; what has expired becomes a finding.
            find_signer: finds keys of servers in a token; left out, they are in files.

        Raises:
            ConfigError: no PKI folder, or something in it that does not fit.
        """
        self.path: Final = path
        self.sets: Final = tuple(
            read_set(path / name, find_signer) for name in SETS if (path / name).is_dir()
        )
        if not self.sets:
            raise config_error(path, "is no PKI folder", f"make one: openesim pki init {path}")
        self.trust: Final = read_trust(self.sets, now)
        self.operators: Final = read_operators(path / OPERATORS)
        for each in self.sets:
            verify_servers(each, self.trust)
        self.findings: Final = tuple(find_blemishes(self.sets, self.trust, self.operators, now))

    @cached_property
    def server_identities(self) -> tuple[ServerIdentity, ...]:
        """What an SM-DP+ shows, one identity a CI: CERT.DPauth and CERT.DPpb with their signers."""
        found = (each.server_identity("dpauth", "dppb") for each in self.sets)
        return tuple(identity for identity in found if identity is not None)

    @cached_property
    def smds_identities(self) -> tuple[ServerIdentity, ...]:
        """What an SM-DS shows, one identity a CI: CERT.DSauth with its signer."""
        found = (each.server_identity("dsauth", None) for each in self.sets)
        return tuple(identity for identity in found if identity is not None)

    @cached_property
    def euiccs(self) -> tuple[EuiccMaterial, ...]:
        """The chip that stands in the folder, once a CI."""
        return tuple(
            EuiccMaterial(each.issued["euicc"], each.certificates["eum"])
            for each in self.sets
            if "euicc" in each.issued and "eum" in each.certificates
        )

    def issue_euicc(self, eid: Eid, entropy: Entropy, now: datetime) -> tuple[EuiccMaterial, ...]:
        """Issue certificates for a new chip below every CI whose manufacturer's key is here.

        Raises:
            ConfigError: no manufacturer's key, or the EID is out of its range.
        """
        makers = [each.issued["eum"] for each in self.sets if "eum" in each.issued]
        if not makers:
            raise config_error(self.path, "has no eum.key", "make a test world: openesim pki init DIR")
        try:
            return tuple(
                EuiccMaterial(world.issue_euicc(eum, eid, entropy, now), eum.certificate) for eum in makers
            )
        except VerificationError as error:
            raise config_error(
                self.path, str(error), "choose an EID within the manufacturer's range"
            ) from None

    @property
    def trust_pem(self) -> bytes:
        """All CI certificates as PEM, for TLS clients."""
        return certificates_pem(self.trust.anchors)

    def tls_material(
        self,
        host: str,
        entropy: Entropy,
        now: datetime,
        role: Role = Role.DP_TLS,
        addresses: tuple[str, ...] = (),
    ) -> TlsMaterial:
        """Return a certificate for a TLS server: one of the folder that names the host, or a fresh one.

        Args:
            host: name or address that clients connect to.
            entropy: for the key of a fresh one.
            now: aware.
            role: DP_TLS or DS_TLS.
            addresses: further names and addresses that it must be for, such as 127.0.0.1.

        Raises:
            ConfigError: not a host name; or no certificate for it and no CI key to issue one with.
        """
        label = _TLS_LABELS[role]
        try:
            hosts = tuple(map(normalize_host, (host, *addresses)))
        except DecodeError:
            raise config_error(
                self.path, f"{host!r} is not a host name", "name the server as clients do"
            ) from None
        # What somebody imported on purpose goes before what a test world came with.
        for each in sorted(self.sets, key=lambda known: known.path.name != IMPORTED):
            leaf = each.issued.get(label)
            if (
                leaf
                and is_in_time(leaf.certificate, now)
                and all(is_for_host(leaf.certificate, name) for name in hosts)
            ):
                return TlsMaterial(leaf)
        ci = next((each.issued["ci"] for each in self.sets if "ci" in each.issued), None)
        if ci is None:
            wrong = f"has no {label}.pem in its time that names {hosts[0]}, and no ci.key to issue one with"
            raise config_error(
                self.path, wrong, f"import one: openesim pki import --tls CERT KEY {self.path}"
            )
        return TlsMaterial(world.issue_tls_leaf(ci, hosts, entropy, now, PROFILE_OF[label]), is_fresh=True)

    def read_operator(self, name: str) -> Issued:
        """Return the client certificate of an operator with its key.

        Raises:
            ConfigError: certificate or key is missing, or the name is no file name.
        """
        pair = read_pair(self.path / OPERATORS / f"{_operator_file(self.path, name)}.pem")
        if isinstance(pair, Issued):
            return pair
        raise config_error(
            self.path / OPERATORS / f"{name}.key", "is missing", "the operator itself holds it"
        )

    def add_operator(self, name: str, entropy: Entropy, now: datetime) -> Issued:
        """Issue a client certificate for an operator and keep it in the folder.

        Raises:
            ConfigError: no CI key, or the operator is there already.
        """
        ci = next((each.issued["ci"] for each in self.sets if "ci" in each.issued), None)
        if ci is None:
            raise config_error(
                self.path, "has no ci.key", f"put the operator's certificate into {OPERATORS}/"
            )
        operator = world.issue_operator(ci, name, entropy, now)
        folder = self.path / OPERATORS
        make_folder(folder)
        for file, octets in files_of({_operator_file(self.path, name): operator}).items():
            write_file(folder / file, octets)
        return operator


def init_pki(
    path: Path, entropy: Entropy, now: datetime, plan: WorldPlan | None = None, *, force: bool = False
) -> PkiFolder:
    """Make a test world on both curves, with one operator, and write it.

    Args:
        path: the folder, which may be there but holds no set.
        entropy: for keys and serial numbers.
        now: aware.
        plan: what differs from the usual world.
        force: put a world that is there aside, each set to ``NAME.old``.

    Raises:
        ConfigError: there is a world already.
    """
    taken = [path / name for name in (*CURVE_SETS.values(), OPERATORS) if (path / name).exists()]
    if taken and not force:
        raise config_error(
            taken[0], "is there already", "use another folder, or --force, which keeps it as NAME.old"
        )
    worlds = {curve: world.make_world(curve, entropy, now, plan) for curve in CURVE_SETS}
    for curve, name in CURVE_SETS.items():
        write_folder(path / name, files_of(worlds[curve]), force=force)
    operator = world.issue_operator(worlds[Curve.P256]["ci"], FIRST_OPERATOR, entropy, now)
    write_folder(path / OPERATORS, files_of({FIRST_OPERATOR: operator}), force=force)
    return PkiFolder(path, now)


def files_of(issued: Mapping[str, Issued]) -> dict[str, bytes]:
    """Return the files of certificates and keys by name, as PEM."""
    return {
        name: octets
        for label, each in issued.items()
        for name, octets in (
            (f"{label}.pem", certificate_pem(each.certificate)),
            (f"{label}.key", each.private_key.to_pem().reveal()),
        )
    }


def _operator_file(path: Path, name: str) -> str:
    """Return the file name of an operator without suffix.

    Raises:
        ConfigError: a name that is no file name.
    """
    if not name or name.startswith(".") or "/" in name or "\0" in name:
        raise config_error(path, f"{name!r} cannot be the name of an operator", "use letters and digits")
    return name

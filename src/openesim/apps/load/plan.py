"""What a load run is told, and the chips it is made with."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from openesim.adapters.http_client.target import HttpOptions
from openesim.adapters.keystore.files import CURVE_SETS, PkiFolder
from openesim.adapters.keystore.imports import import_sgp26
from openesim.adapters.keystore.reading import PkiSet
from openesim.kernel.errors import ConfigError
from openesim.provisioning.euicc.ambient import Ambient, build_ambient, build_trust_store
from openesim.provisioning.euicc.interpreter import skim_package
from openesim.provisioning.euicc.personalise import build_identity, find_ein, generate_eid
from openesim.provisioning.euicc.state import Description, Identity, Nvm
from openesim.provisioning.procedures.capabilities import CAPABILITY_OF_SERVICE, required_capabilities
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.world import Issued, issue_euicc
from openesim.services.load import LoadTarget

TAKES_ANYTHING = Description(uicc_capability=required_capabilities(CAPABILITY_OF_SERVICE))
"""How the chips describe themselves: a server is tried out, not a profile, and must not turn one away."""

MOST_CHIPS = 1000
"""Chips made for a run at most; a longer run lets them come back, empty as new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """One run.

    Attributes:
        target: what every download asks for.
        http: how the server is reached.
        matching_ids: used one after the other, and again from the first when there are no more.
        downloads: how many.
        clients: how many at the same time.
        processes: over how many processes they are spread.
        chips: how many chips take part.
        duration_s: begin no further download after so many seconds; None: until all are done.
    """

    target: LoadTarget
    http: HttpOptions = field(repr=False)
    matching_ids: tuple[str, ...]
    downloads: int
    clients: int
    processes: int
    chips: int
    duration_s: float | None = None

    def share(self, process: int) -> range:
        """Return the numbers of the downloads that a process makes."""
        return range(process, self.downloads, self.processes)

    def clients_of(self, process: int) -> int:
        """Return how many clients a process runs."""
        return len(range(process, self.clients, self.processes))

    def chips_of(self, process: int) -> int:
        """Return how many chips a process makes: one for each client at least."""
        return max(self.clients_of(process), len(range(process, self.chips, self.processes)))


@dataclass(frozen=True, slots=True)
class Maker:
    """A manufacturer whose key is here; plain octets, so that it can be handed to other processes.

    Attributes:
        certificate: CERT.EUM, DER.
        private_key: SK.EUM, a scalar of 32 octets.
        curve: name of the curve of the key.
        anchors: CI certificates that its chips believe, DER.
    """

    certificate: bytes
    private_key: bytes = field(repr=False)
    curve: str
    anchors: tuple[bytes, ...]

    def make_chips(self, count: int) -> list[Chip]:
        """Make chips with EIDs out of the manufacturer's range and certificates of their own."""
        eum = Issued(
            Certificate.decode(self.certificate), PrivateKey.from_scalar(Curve[self.curve], self.private_key)
        )
        anchors = tuple(map(Certificate.decode, self.anchors))
        trust = build_trust_store(self.anchors)
        ein = find_ein(eum.certificate)
        now = datetime.now(UTC)
        chips = []
        for _ in range(count):
            eid = generate_eid(ein, secrets.token_bytes)
            issued = issue_euicc(eum, eid, secrets.token_bytes, now)
            identity = build_identity([(issued, eum.certificate)], anchors)
            chips.append(Chip(identity, build_ambient(identity, secrets.token_bytes, trust, skim_package)))
        return chips


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip as it leaves the factory, as often as wanted; it verifies everything and takes any profile of that ICCID."""

    identity: Identity
    ambient: Ambient = field(repr=False)

    @property
    def empty_memory(self) -> Nvm:
        """Its memory without any profile."""
        return Nvm(identity=self.identity, description=TAKES_ANYTHING)


def read_maker_of_sgp26(source: Path, curve: Curve) -> Maker:
    """Return the manufacturer of the published SGP.26 material, or of material laid out like it.

    Raises:
        ConfigError: no such material, or no EUM key on the curve in it.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = import_sgp26(source, Path(folder) / "pki", os.urandom, datetime.now(UTC))
        return _maker(source, found.sets, curve)


def read_maker_of_folder(path: Path, curve: Curve) -> Maker:
    """Return the manufacturer of a PKI folder.

    Raises:
        ConfigError: no PKI folder, or no EUM key on the curve in it.
    """
    return _maker(path, PkiFolder(path, datetime.now(UTC)).sets, curve)


def _maker(path: Path, sets: Iterable[PkiSet], curve: Curve) -> Maker:
    """Return the manufacturer of the first set that has one on the curve."""
    for each in sets:
        eum, ci = each.issued.get("eum"), each.certificates.get("ci")
        if eum is not None and eum.private_key.curve is curve:
            anchors = (*(() if ci is None else (ci,)), *each.trust)
            scalar = eum.private_key.scalar.reveal()
            return Maker(
                eum.certificate.octets, scalar, curve.name, tuple(anchor.octets for anchor in anchors)
            )
    raise ConfigError(f"{path} holds no EUM key on {CURVE_SETS[curve]}: chips cannot be given certificates")


def read_matching_ids(path: Path) -> tuple[str, ...]:
    """Return the matching ids of a file, one a line; blank lines are passed over.

    Raises:
        ConfigError: the file cannot be read, or there is none in it.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as text: {error}") from None
    found = tuple(line.strip() for line in lines if line.strip())
    if not found:
        raise ConfigError(f"{path} holds no matching id; one a line is wanted")
    return found

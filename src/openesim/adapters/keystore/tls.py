"""Certificate and key of one TLS endpoint, on their way into an ``ssl`` context."""

from __future__ import annotations

import os
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from openesim.adapters.keystore.atomic import write_file
from openesim.adapters.keystore.pem import certificate_pem
from openesim.security.crypto.curves import Curve
from openesim.security.pki.world import Issued


@dataclass(frozen=True, slots=True)
class TlsMaterial:
    """What a TLS endpoint shows and proves.

    Attributes:
        leaf: its certificate with the private key.
        is_fresh: whether it was issued just now and stands in no file.
    """

    leaf: Issued
    is_fresh: bool = False

    @property
    def certificate_pem(self) -> bytes:
        """The certificates to send, as PEM: the CI above is the peer's own."""
        return certificate_pem(self.leaf.certificate)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write certificate and key (mode 0600) into a folder for a server that wants files.

        Returns:
            Path of the certificate and path of the key.
        """
        certificate, key = folder / "tls.pem", folder / "tls.key"
        write_file(key, self.leaf.private_key.to_pem().reveal(), force=True)
        write_file(certificate, self.certificate_pem, force=True)
        return certificate, key

    def load_into(self, context: ssl.SSLContext) -> None:
        """Load certificate and key into a context, which takes files only: they live as long as this call.

        A server context with a brainpool leaf is narrowed to that curve; such leaves need TLS 1.2.
        """
        with tempfile.TemporaryDirectory(prefix="openesim-tls-") as name:  # created with mode 0700
            folder = Path(name)
            certificate, key = self.write(folder)
            context.load_cert_chain(os.fspath(certificate), os.fspath(key))
        if (
            self.leaf.private_key.curve is Curve.BRAINPOOL_P256R1
            and context.protocol == ssl.PROTOCOL_TLS_SERVER
        ):
            # A server shows such a leaf only if it offers the curve, which OpenSSL leaves out unless asked. Clients
            # that do not offer it cannot take the leaf at all, whatever else is offered.
            context.set_ecdh_curve("brainpoolP256r1")

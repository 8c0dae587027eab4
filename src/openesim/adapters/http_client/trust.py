"""Which servers are believed: certificates from files, and the TLS contexts made of them.

Source: SGP.22 v2.5 §2.6.6.2; RFC 5280 §6.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from pathlib import Path

from openesim.kernel.errors import ConfigError, DecodeError
from openesim.security.pki.certificate import Certificate

_PEM = "-----BEGIN CERTIFICATE-----"
_PEM_END = "-----END CERTIFICATE-----"
_SUFFIXES = {".pem", ".crt", ".cer", ".der"}

Present = Callable[[ssl.SSLContext], None]
"""Loads our own certificate into a context."""


def read_certificates(path: Path) -> tuple[bytes, ...]:
    """Return the certificates of a file, PEM (one or more) or DER, or of all such files of a folder, as DER.

    Raises:
        ConfigError: nothing can be read, or there is no certificate in it.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)
        found = tuple(octets for file in files for octets in read_certificates(file))
        if not found:
            raise ConfigError(f"{path}: no certificate in this folder")
        return found
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    return _split_pem(octets.decode("ascii"), path) if octets.isascii() else (_checked(octets, path),)


def _split_pem(text: str, path: Path) -> tuple[bytes, ...]:
    """Return the certificates of a PEM file; other things that stand in it, such as keys, are passed over."""
    blocks = [block.partition(_PEM_END)[0] for block in text.split(_PEM)[1:]]
    try:
        found = tuple(ssl.PEM_cert_to_DER_cert(f"{_PEM}{block}{_PEM_END}") for block in blocks)
    except ValueError:
        raise ConfigError(f"{path}: a certificate in it is damaged") from None
    if not found:
        raise ConfigError(f"{path}: no certificate in this file")
    return tuple(_checked(octets, path) for octets in found)


def _checked(octets: bytes, path: Path) -> bytes:
    """Return the octets if they are a certificate."""
    try:
        return Certificate.decode(octets).octets
    except DecodeError as error:
        raise ConfigError(f"{path}: no certificate: {error}") from error


def make_context(
    trust: Iterable[bytes] = (), *, uses_system_roots: bool = True, curve: str | None = None
) -> ssl.SSLContext:
    """Return a context that verifies servers, by name too.

    Args:
        trust: further certificates to believe, DER: roots, or whatever stands above (or is) the server's.
        uses_system_roots: believe the machine's roots too.
        curve: the one curve to offer; OpenSSL does not offer brainpool curves by itself.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A certificate that was given is believed as it stands: it need not be self-signed.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if uses_system_roots:
        context.load_default_certs()
    for certificate in trust:
        context.load_verify_locations(cadata=certificate)
    if curve is not None:
        # TLS 1.3 has no brainpool signatures in the OpenSSL of today's systems.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ecdh_curve(curve)
    return context


def make_unverified_context() -> ssl.SSLContext:
    """Return a context that believes everybody: for laboratories that ask for it, and to look at a refused server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def client_certificate(certificate: Path, key: Path) -> Present:
    """Return what loads a certificate and its key, both PEM, into a context."""

    def present(context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(certificate, key)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"{certificate} and {key} cannot be used: {error}") from None

    return present

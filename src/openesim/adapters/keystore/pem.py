"""Certificates, keys and revocation lists in files: PEM or DER in, PEM out.

Every refusal names the file, says what is wrong and what to do.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from openesim.kernel.errors import ConfigError, DecodeError, Explanation, VerificationError
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.crl import Crl

T = TypeVar("T")

_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\s*(.*?)\s*-----END \1-----", re.DOTALL)
_LONGEST: Final = 1 << 24


def config_error(path: Path, wrong: str, next_step: str) -> ConfigError:
    """Return a refusal for people: file, what is wrong, what to do."""
    error = ConfigError(f"{path}: {wrong}")
    error.explained(
        Explanation(cause=f"{path}: {wrong}", owner="whoever keeps the PKI folder", next_step=next_step)
    )
    return error


def to_pem(label: str, octets: bytes) -> bytes:
    """Return octets as a PEM block.

    Source: RFC 7468 §3.
    """
    lines = base64.encodebytes(octets).replace(b"\n", b"")
    body = b"\n".join(lines[start : start + 64] for start in range(0, len(lines), 64))
    name = label.encode("ascii")
    return b"-----BEGIN %b-----\n%b\n-----END %b-----\n" % (name, body, name)


def certificate_pem(certificate: Certificate) -> bytes:
    """Return a certificate as PEM."""
    return to_pem("CERTIFICATE", certificate.octets)


def certificates_pem(certificates: Iterable[Certificate]) -> bytes:
    """Return certificates as one PEM text, such as TLS clients take for whom they trust."""
    return b"".join(map(certificate_pem, certificates))


def read_certificates(path: Path) -> tuple[Certificate, ...]:
    """Read all certificates of a file, PEM or DER.

    Raises:
        ConfigError: no such file, or something else in it.
    """
    return _read(path, "CERTIFICATE", Certificate.decode, "put a certificate there, PEM or DER")


def read_certificate(path: Path) -> Certificate:
    """Read the first certificate of a file, PEM or DER.

    Raises:
        ConfigError: no such file, or something else in it.
    """
    return read_certificates(path)[0]


def read_crl(path: Path) -> Crl:
    """Read a revocation list, PEM or DER.

    Raises:
        ConfigError: no such file, or something else in it.
    """
    return _read(path, "X509 CRL", Crl.decode, "put a revocation list there, PEM or DER")[0]


def read_private_key(path: Path) -> PrivateKey:
    """Read an unencrypted private key: PKCS#8 or SEC 1, PEM or DER.

    Raises:
        ConfigError: no such file, or something else in it.
    """
    next_step = "put an unencrypted P-256 or brainpoolP256r1 key there (PKCS#8 or SEC 1)"
    try:
        return PrivateKey.decode(_without_parameters(_octets(path, next_step)))
    except (DecodeError, VerificationError) as error:
        raise config_error(path, str(error), next_step) from None


def _without_parameters(octets: bytes) -> bytes:
    """Drop the EC PARAMETERS block that OpenSSL writes before a SEC 1 key."""
    for match in _BLOCK.finditer(octets):
        if match[1].endswith(b"PRIVATE KEY"):
            return match[0] + b"\n"
    return octets


def _read(path: Path, label: str, decode: Callable[[bytes], T], next_step: str) -> tuple[T, ...]:
    """Read what a file holds under a PEM label, or as DER.

    Raises:
        ConfigError: no such file, or something else in it.
    """
    octets = _octets(path, next_step)
    try:
        blocks = [_body(match[2]) for match in _BLOCK.finditer(octets) if match[1] == label.encode("ascii")]
        if not blocks and b"-----BEGIN" in octets:
            raise DecodeError(f"there is no {label} block in it")
        return tuple(decode(block) for block in blocks or [octets])
    except DecodeError as error:
        raise config_error(path, f"not a {label.lower()}: {error}", next_step) from None


def _body(text: bytes) -> bytes:
    """Return the octets of a PEM body.

    Raises:
        DecodeError: not base64.
    """
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        raise DecodeError("its PEM body is not base64") from None


def _octets(path: Path, next_step: str) -> bytes:
    """Read a file.

    Raises:
        ConfigError: it cannot be read, or is too large to be what it should be.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(_LONGEST + 1)
    except OSError as error:
        raise config_error(path, error.strerror or "cannot be read", next_step) from None
    if len(octets) > _LONGEST:
        raise config_error(path, "is larger than 16 MiB", next_step)
    return octets

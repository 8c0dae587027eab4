"""Names of servers in certificates.

Source: RFC 6125 §6.4; SGP.22 v2.5 §4.5.2.1.0.6 (CERT.DP.TLS).
"""

from __future__ import annotations

from ipaddress import ip_address

from openesim.kernel.errors import DecodeError
from openesim.security.pki.certificate import Certificate

_LONGEST_NAME = 253
_LONGEST_LABEL = 63


def normalize_host(text: str) -> str:
    """Return a host name in lower case without its last dot, or an address in its usual form.

    Raises:
        DecodeError: neither a host name nor an address.
    """
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        pass
    try:
        name = text.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        name = ""
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(
        0 < len(label) <= _LONGEST_LABEL
        and label.replace("-", "").replace("_", "").isalnum()
        and label[0] != "-" != label[-1]
        for label in labels
    ):
        raise DecodeError("not a host name")
    return name


def is_address(host: str) -> bool:
    """Tell whether a normalized host is an address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def is_for_host(certificate: Certificate, host: str) -> bool:
    """Tell whether a certificate names a host; ``*`` stands for one label, the first.

    Args:
        certificate: a server's.
        host: as ``normalize_host`` returns it.

    Source: RFC 6125 §6.4.3.
    """
    names = certificate.extensions.alternative_names
    if is_address(host):
        return ip_address(host).packed in names.ip_addresses
    wanted = {host, "*." + host.partition(".")[2]}
    return any(name.lower().removesuffix(".") in wanted for name in names.dns_names)

"""Certification requests (PKCS #10): a key that somebody else is to certify, signed by itself.

Source: RFC 2986 §4; RFC 5280 §4.2.1.6.
"""

from __future__ import annotations

from openesim.encoding.tlv import encode
from openesim.kernel.ambient import Signer
from openesim.kernel.ids import Oid
from openesim.security.crypto.ecdsa import raw_to_der
from openesim.security.crypto.keys import PublicKey
from openesim.security.pki import der, oids
from openesim.security.pki.build import write_extension
from openesim.security.pki.certificate import SIGNATURE_ALGORITHM
from openesim.security.pki.names import Name

_EXTENSION_REQUEST = Oid("1.2.840.113549.1.9.14")


def build_request(subject: Name, registered_id: Oid | None, public_key: PublicKey, signer: Signer) -> bytes:
    """Return a certification request, DER.

    Args:
        subject: who is to be certified.
        registered_id: its object identifier in RSP, asked for as subjectAltName.
        public_key: the key to certify.
        signer: its private half.

    Source: RFC 2986 §4.1, §4.2.
    """
    attributes = b""
    if registered_id is not None:
        names = der.sequence(encode(0x88, registered_id.octets))
        extensions = der.sequence(write_extension(oids.SUBJECT_ALT_NAME, names))
        attributes = der.sequence(der.write_oid(_EXTENSION_REQUEST), encode(der.SET, extensions))
    signed = der.sequence(der.write_integer(0), subject.octets, public_key.encode(), encode(0xA0, attributes))
    signature = raw_to_der(signer.sign(signed))
    return der.sequence(signed, SIGNATURE_ALGORITHM, encode(der.BIT_STRING, b"\0" + signature))

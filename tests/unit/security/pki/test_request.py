"""Certification requests, read by another implementation."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from openesim.kernel.ids import Oid
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import SoftwareSigner
from openesim.security.crypto.keys import PrivateKey
from openesim.security.pki.names import Name
from openesim.security.pki.oids import COMMON_NAME, ORGANIZATION
from openesim.security.pki.request import build_request
from tests.support.rig import entropy_of

SUBJECT = Name.build((ORGANIZATION, "Example Mobile"), (COMMON_NAME, "Beispiel ä"))


@pytest.mark.parametrize("curve", Curve)
@pytest.mark.parametrize("oid", [None, Oid("2.999.10")])
def test_a_request_says_who_and_which_key_and_is_signed_by_it(curve: Curve, oid: Oid | None) -> None:
    key = PrivateKey.generate(curve, entropy_of("request"))
    octets = build_request(SUBJECT, oid, key.public_key, SoftwareSigner(key))
    request = x509.load_der_x509_csr(octets)
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=Beispiel ä,O=Example Mobile"
    point = request.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    assert point == key.point
    names = [
        name.value.dotted_string
        for extension in request.extensions
        for name in extension.value
        if isinstance(name, x509.RegisteredID)
    ]
    assert names == ([] if oid is None else ["2.999.10"])

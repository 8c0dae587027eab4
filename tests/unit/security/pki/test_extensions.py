"""Extensions of certificates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.encoding.tlv import encode
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Oid
from openesim.security.pki import der, oids
from openesim.security.pki.build import write_extension
from openesim.security.pki.extensions import (
    BasicConstraints,
    Extensions,
    KeyUsage,
    read_extension,
    read_extensions,
)
from openesim.security.pki.names import Name


def read(*extensions: bytes) -> Extensions:
    octets = b"".join(extensions)
    return read_extensions(octets, (0, len(octets)))


def test_nothing_is_known_of_no_extensions() -> None:
    assert read() == Extensions()


def test_critical_and_unknown_extensions_are_told() -> None:
    found = read(
        write_extension(oids.KEY_USAGE, der.write_bits(1), critical=True),
        write_extension(Oid("1.2.3.4"), b"anything", critical=True),
        write_extension(Oid("1.2.3.5"), b"\x05\x00"),
    )
    assert found.critical == {oids.KEY_USAGE, Oid("1.2.3.4")}
    assert found.present == {oids.KEY_USAGE, Oid("1.2.3.4"), Oid("1.2.3.5")}
    assert found.key_usage == KeyUsage.DIGITAL_SIGNATURE


def test_an_extension_stands_there_once() -> None:
    one = write_extension(Oid("1.2.3"), b"")
    with pytest.raises(DecodeError, match="twice"):
        read(one, one)


def test_an_explicit_false_is_not_critical() -> None:
    octets = der.sequence(
        der.write_oid(Oid("1.2.3")), encode(der.BOOLEAN, b"\x00"), encode(der.OCTET_STRING, b"")
    )
    assert read_extension(octets).critical is False


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", BasicConstraints(ca=False)),
        (encode(der.BOOLEAN, b"\xff"), BasicConstraints(ca=True)),
        (encode(der.BOOLEAN, b"\xff") + der.write_integer(0), BasicConstraints(ca=True, path_length=0)),
    ],
)
def test_basic_constraints_are_read(content: bytes, expected: BasicConstraints) -> None:
    assert read(write_extension(oids.BASIC_CONSTRAINTS, der.sequence(content))).basic_constraints == expected


def test_the_authority_is_known_by_its_key_only() -> None:
    issuer_and_serial = encode(0xA1, b"") + encode(0x82, b"\x01")
    value = der.sequence(encode(0x80, b"key"), issuer_and_serial)
    assert read(write_extension(oids.AUTHORITY_KEY_ID, value)).authority_key_id == b"key"
    assert (
        read(write_extension(oids.AUTHORITY_KEY_ID, der.sequence(issuer_and_serial))).authority_key_id is None
    )


def test_policies_with_qualifiers_and_purposes_are_read() -> None:
    policy = der.sequence(der.write_oid(oids.Role.CI.value), der.sequence(der.sequence()))
    found = read(
        write_extension(oids.CERTIFICATE_POLICIES, der.sequence(policy)),
        write_extension(oids.EXTENDED_KEY_USAGE, der.sequence(der.write_oid(oids.SERVER_AUTH))),
    )
    assert found.policies == (oids.Role.CI.value,)
    assert found.extended_key_usage == (oids.SERVER_AUTH,)


def test_alternative_names_of_other_forms_are_passed_over() -> None:
    value = der.sequence(
        encode(0x81, b"someone@example.com"),
        encode(0x82, b"one.example.com"),
        encode(0x82, b"two.example.com"),
        encode(0x87, bytes((127, 0, 0, 1))),
        encode(0x88, Oid("2.999.10").octets),
    )
    names = read(write_extension(oids.SUBJECT_ALT_NAME, value)).alternative_names
    assert names.registered_id == "2.999.10"
    assert names.dns_names == ("one.example.com", "two.example.com")
    assert names.ip_addresses == (bytes((127, 0, 0, 1)),)


def test_name_constraints_keep_directory_names_of_both_kinds() -> None:
    inside, outside = Name.build((oids.ORGANIZATION, "in")), Name.build((oids.ORGANIZATION, "out"))
    value = der.sequence(
        encode(0xA0, der.sequence(encode(0xA4, inside.octets)) + der.sequence(encode(0x82, b"example.com"))),
        encode(0xA1, der.sequence(encode(0xA4, outside.octets), encode(0x80, b"\x00"))),
    )
    found = read(write_extension(oids.NAME_CONSTRAINTS, value)).name_constraints
    assert found is not None
    assert (found.permitted, found.excluded) == ((inside,), (outside,))


def test_permitted_eins_are_read() -> None:
    value = der.sequence(der.write_printable("89049032"), der.write_printable("89044"))
    assert read(write_extension(oids.PERMITTED_EINS, value)).permitted_eins == ("89049032", "89044")


def test_every_address_of_every_distribution_point_is_read() -> None:
    def point(*names: bytes) -> bytes:
        return der.sequence(encode(0xA0, encode(0xA0, b"".join(names))))

    uri, other = encode(0x86, b"http://ci.example.com/a.crl"), encode(0x82, b"example.com")
    reasons_only = der.sequence(encode(0x81, b"\x00\x80"))
    value = der.sequence(point(other, uri), reasons_only, point(encode(0x86, b"ldap://b")))
    found = read(write_extension(oids.CRL_DISTRIBUTION_POINTS, value)).crl_distribution_points
    assert found == ("http://ci.example.com/a.crl", "ldap://b")


KNOWN = [
    oids.SUBJECT_KEY_ID,
    oids.AUTHORITY_KEY_ID,
    oids.KEY_USAGE,
    oids.BASIC_CONSTRAINTS,
    oids.CERTIFICATE_POLICIES,
    oids.EXTENDED_KEY_USAGE,
    oids.SUBJECT_ALT_NAME,
    oids.NAME_CONSTRAINTS,
    oids.CRL_DISTRIBUTION_POINTS,
    oids.PERMITTED_EINS,
]


@pytest.mark.parametrize("kind", KNOWN)
@given(st.one_of(st.binary(max_size=40), st.binary(max_size=40).map(lambda body: encode(0x30, body))))
def test_arbitrary_values_raise_nothing_but_decode_errors(kind: Oid, value: bytes) -> None:
    try:
        found = read(write_extension(kind, value))
    except DecodeError:
        return
    assert found.present == {kind}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (oids.BASIC_CONSTRAINTS, der.sequence(encode(der.BOOLEAN, b"\xff"), der.write_integer(-1))),
        (oids.BASIC_CONSTRAINTS, der.sequence(encode(der.BOOLEAN, b"\xff"), b"\x05\x00")),
        (oids.NAME_CONSTRAINTS, der.sequence(encode(0xA2, b""))),
        (oids.KEY_USAGE, encode(der.OCTET_STRING, b"\x07\x80")),
        (oids.SUBJECT_KEY_ID, encode(der.OCTET_STRING, b"key") + b"\x00"),
    ],
)
def test_a_malformed_value_is_refused(kind: Oid, value: bytes) -> None:
    with pytest.raises(DecodeError):
        read(write_extension(kind, value))


@pytest.mark.parametrize("octets", [0, 8, 19, 20, 21, 32])
@pytest.mark.parametrize("critical", [True, False])
def test_key_identifiers_of_every_length_are_read(octets: int, critical: bool) -> None:
    value = encode(der.OCTET_STRING, bytes(range(octets)))
    found = read(write_extension(oids.SUBJECT_KEY_ID, value, critical=critical))
    assert found.subject_key_id == bytes(range(octets))
    assert found.critical == (frozenset({oids.SUBJECT_KEY_ID}) if critical else frozenset())

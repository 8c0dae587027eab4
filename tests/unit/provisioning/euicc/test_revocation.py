"""LoadCRL: whose lists are taken, and which are fresher."""

from collections.abc import Sequence

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.kernel.ids import Oid
from openesim.messages.sgp22.es10b import LoadCrlError, LoadCrlOk, LoadCrlResponse
from openesim.security.crypto.ecdsa import raw_to_der
from openesim.security.pki.build import Issuer, write_extension
from openesim.security.pki.certificate import SIGNATURE_ALGORITHM
from openesim.security.pki.crl import Revocation, build_crl
from openesim.security.pki.world import Issued
from tests.unit.provisioning.euicc import laboratory as lab

TOTAL, PART, DELTA = Oid("2.23.146.1.2.0.2"), Oid("2.23.146.1.2.0.3"), Oid("2.5.29.27")


def issuer(ci: Issued) -> Issuer:
    return Issuer.of(ci.certificate, ci.credential.signer)


def crl(number: int, revoked: Sequence[int] = (), ci: Issued | None = None) -> bytes:
    """A list of the chip's CI."""
    entries = [Revocation(serial, lab.NOW) for serial in revoked]
    return build_crl(issuer(ci or lab.world()["ci"]), entries, number, (lab.NOW, lab.NOW)).octets


def with_extensions(octets: bytes, *extensions: bytes) -> bytes:
    """A list with further extensions, signed again."""
    signed, _, _ = tlv.read_one(octets).children()
    *head, last = signed.children()
    inside = next(last.children())
    content = b"".join(item.octets for item in head)
    extended = tlv.encode(
        0x30, content + tlv.encode(0xA0, tlv.encode(0x30, inside.value + b"".join(extensions)))
    )
    signature = raw_to_der(lab.world()["ci"].credential.signer.sign(extended))
    return tlv.encode(0x30, extended + SIGNATURE_ALGORITHM + tlv.encode(0x03, b"\0" + signature))


def number_extension(kind: Oid, number: int) -> bytes:
    return write_extension(kind, tlv.encode(0x02, bytes((number,))), critical=True)


def part(number: int, which: int, total: int) -> bytes:
    """One of the parts of a list."""
    return with_extensions(
        crl(number, [which]), number_extension(TOTAL, total), number_extension(PART, which)
    )


def load(card: MemoryCard, octets: bytes) -> object:
    """Answer to LoadCRL."""
    command = tlv.encode(0xBF35, b"\xa0" + octets[1:])
    return LoadCrlResponse.decode(card.execute(command))


def refused(card: MemoryCard, octets: bytes) -> object:
    """Answer to LoadCRL that leaves the chip as it was."""
    before = card.euicc
    answer = load(card, octets)
    assert card.euicc is before
    return answer


def test_a_list_of_a_trusted_ci_is_taken() -> None:
    card = lab.new_card()
    assert load(card, crl(1, [7])) == LoadCrlOk()
    assert card.nvm.crls == (crl(1, [7]),)


def test_a_fresher_list_takes_the_place_of_the_old_one() -> None:
    card = lab.new_card()
    load(card, crl(1))
    assert load(card, crl(2)) == LoadCrlOk()
    assert card.nvm.crls == (crl(2),)


@pytest.mark.parametrize("number", [1, 2])
def test_a_list_that_is_not_fresher_is_refused(number: int) -> None:
    card = lab.new_card()
    load(card, crl(2))
    assert refused(card, crl(number)) == LoadCrlError.FRESHER_CRL_ALREADY_LOADED


def test_a_list_of_an_unknown_ci_is_refused() -> None:
    octets = crl(1, ci=lab.stranger()["ci"])
    assert refused(lab.new_card(), octets) == LoadCrlError.VERIFICATION_KEY_NOT_FOUND


def test_a_list_that_its_ci_did_not_sign_is_refused() -> None:
    octets = bytearray(crl(1))
    octets[-1] ^= 1
    assert refused(lab.new_card(), bytes(octets)) == LoadCrlError.INVALID_SIGNATURE


@pytest.mark.parametrize("octets", [b"\x30\x00", b"\x30\x03\x02\x01\x01"])
def test_what_is_no_list_is_told_as_such(octets: bytes) -> None:
    assert refused(lab.new_card(), octets) == LoadCrlError.INVALID_CRL_FORMAT


def test_a_list_that_does_not_fit_is_refused() -> None:
    card = lab.new_card(capacity=100)
    assert refused(card, crl(1)) == LoadCrlError.NOT_ENOUGH_MEMORY_SPACE


def test_changes_to_a_list_need_the_list() -> None:
    card = lab.new_card()
    delta = with_extensions(crl(2), write_extension(DELTA, tlv.encode(0x02, b"\x01"), critical=True))
    assert refused(card, delta) == LoadCrlError.BASE_CRL_MISSING
    load(card, crl(1))
    assert refused(card, delta) == LoadCrlError.UNDEFINED_ERROR


def test_parts_of_a_list_are_gathered() -> None:
    card = lab.new_card()
    assert load(card, part(1, 2, 3)) == LoadCrlOk(missing_parts=(1, 3))
    assert load(card, part(1, 1, 3)) == LoadCrlOk(missing_parts=(3,))
    assert refused(card, part(1, 1, 3)) == LoadCrlError.FRESHER_CRL_ALREADY_LOADED
    assert load(card, part(1, 3, 3)) == LoadCrlOk()
    assert len(card.nvm.crls) == 3


def test_a_fresher_part_begins_anew() -> None:
    card = lab.new_card()
    load(card, part(1, 1, 2))
    assert load(card, part(2, 1, 2)) == LoadCrlOk(missing_parts=(2,))
    assert card.nvm.crls == (part(2, 1, 2),)


def test_an_impossible_part_number_is_malformed() -> None:
    octets = with_extensions(crl(1), write_extension(PART, b"\x04\x01\x01", critical=True))
    assert refused(lab.new_card(), octets) == LoadCrlError.INVALID_CRL_FORMAT

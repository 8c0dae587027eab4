"""Who may begin: our address, the CIs and versions on both sides, certificates and signature of the chip.

The tables are written from the fact sheet, not from the code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from openesim.security.crypto.curves import Curve
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.trust import TrustStore
from tests.support import certificates
from tests.support.chip import Chip, node, tlv
from tests.support.lpa import b64
from tests.support.memory import MemoryWork
from tests.support.rig import FQDN, ICCID, Rig, make_chip, make_smdp, world_of

Pair = tuple[str, str] | None

ANOTHER_CI = bytes(20)


def flip(octets: bytes) -> bytes:
    """Returns the octets with the last one changed."""
    return octets[:-1] + bytes([octets[-1] ^ 1])


# --- InitiateAuthentication -----------------------------------------------------------------------------------

ADDRESSES: list[tuple[str, Pair]] = [
    (FQDN, None),
    (FQDN.upper(), None),
    ("SmDpPlus.Example.com", None),
    (f"{FQDN}.", None),
    (f"{FQDN}:443", None),
    (f"{FQDN}:8443", None),
    (f"{FQDN}.:8443", None),
    ("", ("8.8.1", "3.8")),
    (".", ("8.8.1", "3.8")),
    ("smdpplus2.example.com", ("8.8.1", "3.8")),
    (f"x{FQDN}", ("8.8.1", "3.8")),
    (f"a.{FQDN}", ("8.8.1", "3.8")),
    (f"{FQDN}.org", ("8.8.1", "3.8")),
    (FQDN.removesuffix(".com"), ("8.8.1", "3.8")),
    (f"https://{FQDN}", ("8.8.1", "3.8")),
    (f"{FQDN}/", ("8.8.1", "3.8")),
    (f"{FQDN}:", None),
    (f"{FQDN}:https", ("8.8.1", "3.8")),
    (f"{FQDN}\0", ("8.8.1", "3.8")),
    ("smdpplus.example.ſom", ("8.8.1", "3.8")),
    ("\N{FULLWIDTH LATIN SMALL LETTER S}mdpplus.example.com", ("8.8.1", "3.8")),
]


@pytest.mark.parametrize(("address", "expected"), ADDRESSES)
def test_the_address_is_ours_in_any_case_with_any_port(rig: Rig, address: str, expected: Pair) -> None:
    reply = rig.lpa().initiate(smdpAddress=address)
    assert reply.pair == expected
    if expected is None:
        assert node(reply.octets("serverSigned1"))[0x83].value.decode() == address, "echoed as it was called"


def _lists(*, verification: list[bytes] | None, signing: list[bytes] | None) -> Callable[[Chip], None]:
    def apply(chip: Chip) -> None:
        chip.verification, chip.signing = verification, signing

    return apply


def _svn(text: str) -> Callable[[Chip], None]:
    def apply(chip: Chip) -> None:
        chip.svn = bytes(map(int, text.split(".")))

    return apply


def _and(*changes: Callable[[Chip], None]) -> Callable[[Chip], None]:
    def apply(chip: Chip) -> None:
        for change in changes:
            change(chip)

    return apply


FOREIGN = _lists(verification=[ANOTHER_CI], signing=[ANOTHER_CI])
INFO1: list[tuple[str, Callable[[Chip], None], Pair]] = [
    ("both lists foreign", FOREIGN, ("8.8.2", "3.1")),
    ("only the signing list foreign", _lists(verification=None, signing=[ANOTHER_CI]), ("8.8.2", "3.1")),
    ("only the verification list foreign", _lists(verification=[ANOTHER_CI], signing=None), ("8.8.4", "3.7")),
    ("both lists empty", _lists(verification=[], signing=[]), ("8.8.2", "3.1")),
    ("empty verification list", _lists(verification=[], signing=None), ("8.8.4", "3.7")),
    ("empty signing list", _lists(verification=None, signing=[]), ("8.8.2", "3.1")),
    ("version 1.0.0", _svn("1.0.0"), ("8.8.3", "3.1")),
    ("version 3.0.0", _svn("3.0.0"), ("8.8.3", "3.1")),
    ("version 2.2.1", _svn("2.2.1"), None),
    ("version 2.2.2", _svn("2.2.2"), None),
    ("version 2.3.0", _svn("2.3.0"), None),
    ("version 2.255.255", _svn("2.255.255"), None),
    ("CI before version", _and(FOREIGN, _svn("3.0.0")), ("8.8.2", "3.1")),
]


@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in INFO1], ids=[row[0] for row in INFO1])
def test_the_chip_must_share_a_ci_and_the_version_with_us(
    rig: Rig, change: Callable[[Chip], None], expected: Pair
) -> None:
    chip = make_chip()
    change(chip)
    assert rig.lpa(chip).initiate().pair == expected


def test_the_address_is_checked_before_everything_else(rig: Rig) -> None:
    chip = make_chip()
    _and(FOREIGN, _svn("3.0.0"))(chip)
    assert rig.lpa(chip).initiate(smdpAddress="other.example.com").pair == ("8.8.1", "3.8")


def test_a_refused_initiation_leaves_no_session(rig: Rig) -> None:
    assert rig.lpa().initiate(smdpAddress="other.example.com").pair is not None
    assert isinstance(rig.work, MemoryWork)
    assert rig.work.stores.sessions == {}


def test_two_sessions_have_nothing_in_common(rig: Rig) -> None:
    lpas = [rig.lpa(), rig.lpa()]
    signed = [node(lpa.initiate().octets("serverSigned1")) for lpa in lpas]
    assert [len(one[0x80].value) for one in signed] == [16, 16]
    assert [len(one[0x84].value) for one in signed] == [16, 16]
    assert len({one[tag].value for one in signed for tag in (0x80, 0x84)}) == 4
    assert lpas[0].transaction_id == signed[0][0x80].value.hex().upper()


@pytest.mark.parametrize("preferred", list(Curve), ids=lambda curve: curve.name)
def test_the_first_ci_of_the_chip_s_lists_is_chosen(runner: asyncio.Runner, preferred: Curve) -> None:
    worlds = {curve: world_of(curve) for curve in Curve}
    rig = Rig(MemoryWork(), runner, make_smdp(*worlds.values()))
    rig.add_order()
    other = next(curve for curve in Curve if curve is not preferred)
    chip = make_chip(curve=preferred)
    ids = [worlds[curve]["ci"].certificate.key_id or b"" for curve in (preferred, other)]
    chip.verification = chip.signing = [ANOTHER_CI, *ids]
    lpa = rig.lpa(chip)
    assert lpa.download("TEST-1").http_status == 204
    assert lpa.opened is not None
    assert node(lpa.opened.octets("euiccCiPKIdToBeUsed")).value == ids[0]
    assert lpa.opened.octets("serverCertificate") == worlds[preferred]["dpauth"].certificate.octets
    assert list(chip.profiles) == [ICCID]


def test_the_two_lists_may_name_different_cis(runner: asyncio.Runner) -> None:
    """The chip signs under one CI and verifies under another."""
    ours, theirs = world_of(Curve.P256, "ours"), world_of(Curve.P256, "theirs")
    trust = TrustStore([theirs["ci"].certificate])
    rig = Rig(MemoryWork(), runner, make_smdp(ours, trust=trust))
    rig.add_order()
    chip = make_chip(name="theirs")
    chip.ci_key = ours["ci"].certificate.public_key.primitive
    chip.verification = [ours["ci"].certificate.key_id or b""]
    assert rig.lpa(chip).download("TEST-1").http_status == 204


# --- AuthenticateClient: the chip -----------------------------------------------------------------------------

CERTIFICATES: list[tuple[Callable[[Chip, Any], None], Pair]] = [
    (certificates.expired_euicc, ("8.1.3", "6.3")),
    (certificates.future_euicc, ("8.1.3", "6.1")),
    (certificates.forged_euicc, ("8.1.3", "6.1")),
    (certificates.euicc_out_of_range, ("8.1.3", "6.1")),
    (certificates.euicc_of_another_organization, ("8.1.3", "6.1")),
    (certificates.euicc_in_another_role, ("8.1.3", "6.1")),
    (certificates.euicc_signed_by_the_ci, ("8.1.3", "6.1")),
    (certificates.euicc_of_another_maker, ("8.1.3", "6.1")),
    (certificates.no_certificate, ("8.1.3", "6.1")),
    (certificates.expired_eum, ("8.1.2", "6.3")),
    (certificates.forged_eum, ("8.1.2", "6.1")),
    (certificates.eum_in_another_role, ("8.1.2", "6.1")),
    (certificates.eum_is_the_ci, ("8.1.2", "6.1")),
    (certificates.no_eum_certificate, ("8.1.2", "6.1")),
]


@pytest.mark.parametrize(("spoil", "expected"), CERTIFICATES, ids=[row[0].__name__ for row in CERTIFICATES])
def test_every_flaw_of_a_certificate_has_its_code(
    rig: Rig, spoil: Callable[[Chip, Any], None], expected: Pair
) -> None:
    rig.add_order()
    chip = make_chip()
    spoil(chip, world_of())
    reply = rig.lpa(chip).announce("TEST-1")
    assert reply.pair == expected
    assert rig.order().download_attempts == 0


def test_a_chip_of_an_unknown_ci_is_refused(rig: Rig) -> None:
    rig.add_order()
    stranger = make_chip(name="elsewhere")
    ours = world_of()["ci"].certificate
    stranger.ci_key, stranger.ci_pkid = ours.public_key.primitive, ours.key_id or b""
    assert rig.lpa(stranger).announce("TEST-1").pair == ("8.11.1", "3.9")


def test_a_chip_under_another_trusted_ci_than_asked_for_is_refused(runner: asyncio.Runner) -> None:
    ours, theirs = world_of(Curve.P256, "ours"), world_of(Curve.P256, "theirs")
    rig = Rig(MemoryWork(), runner, make_smdp(ours, theirs))
    rig.add_order()
    chip = make_chip(name="theirs")
    ci = ours["ci"].certificate
    chip.ci_key, chip.ci_pkid = ci.public_key.primitive, ci.key_id or b""
    assert rig.lpa(chip).announce("TEST-1").pair == ("8.11.1", "3.9")


@pytest.mark.parametrize(("revoked", "expected"), [("euicc", ("8.1.3", "6.1")), ("eum", ("8.1.2", "6.1"))])
def test_a_revoked_certificate_is_refused(runner: asyncio.Runner, revoked: str, expected: Pair) -> None:
    world, chip = world_of(), make_chip()
    certificate = world["eum"].certificate if revoked == "eum" else Certificate.decode(chip.certificate)
    trust = certificates.trust_that_revokes(world, certificate)
    rig = Rig(MemoryWork(), runner, make_smdp(world, trust=trust))
    rig.add_order()
    assert rig.lpa(chip).announce("TEST-1").pair == expected


@pytest.mark.parametrize("clause", ["euicc", "eum"])
def test_a_certificate_that_ends_during_the_session_is_refused(rig: Rig, clause: str) -> None:
    """What was verified before is not believed for ever: the clock is looked at every time."""
    rig.add_order(max_attempts=None)
    chip = make_chip()
    (certificates.brief_euicc if clause == "euicc" else certificates.brief_eum)(chip, world_of())
    assert rig.lpa(chip).announce("TEST-1").pair is None
    rig.clock.advance(days=4)
    expected = ("8.1.3", "6.3") if clause == "euicc" else ("8.1.2", "6.3")
    assert rig.lpa(chip).announce("TEST-1").pair == expected


# --- AuthenticateClient: what it signed -----------------------------------------------------------------------


def _other_field(tag: int) -> Callable[[bytes], bytes]:
    def apply(signed1: bytes) -> bytes:
        parts = [tlv(tag, flip(part.value)) if part.tag == tag else part.octets for part in node(signed1)]
        return tlv(0x30, *parts)

    return apply


SIGNED: list[tuple[str, dict[str, Callable[[bytes], bytes]], Pair]] = [
    ("another signature", {"euicc_signature1": flip}, ("8.1", "6.1")),
    ("signature of zeros", {"euicc_signature1": lambda _: bytes(64)}, ("8.1", "6.1")),
    ("another challenge", {"server_challenge": flip}, ("8.1", "6.1")),
    ("another inner transaction id", {"inner_transaction_id": flip}, ("8.10.1", "3.9")),
    ("a shorter inner transaction id", {"inner_transaction_id": lambda tid: tid[:-1]}, ("8.10.1", "3.9")),
    ("changed behind the signature", {}, ("8.1", "6.1")),
]


@pytest.mark.parametrize(("alter", "expected"), [row[1:] for row in SIGNED], ids=[row[0] for row in SIGNED])
def test_what_the_chip_signed_is_compared_with_the_session(
    rig: Rig, alter: dict[str, Callable[[bytes], bytes]], expected: Pair
) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.chip.alter = alter
    lpa.initiate()
    proof = lpa.prove("TEST-1")
    if not alter:
        at = proof.index(b"TEST-1")
        proof = proof[:at] + b"TEST-2" + proof[at + 6 :]
    assert lpa.authenticate(authenticateServerResponse=b64(proof)).pair == expected
    assert rig.order().download_attempts == 0


def test_the_version_must_be_the_one_that_was_told_first(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.chip.svn2 = b"\x02\x03\x00"
    assert lpa.announce("TEST-1").pair == ("8.1", "6.1")


def test_certificates_come_before_the_signature_and_the_signature_before_the_order(rig: Rig) -> None:
    chip = make_chip()
    certificates.expired_eum(chip, world_of())
    chip.alter = {"euicc_signature1": flip}
    assert rig.lpa(chip).announce("UNKNOWN").pair == ("8.1.2", "6.3")
    chip = make_chip()
    chip.alter = {"euicc_signature1": flip}
    assert rig.lpa(chip).announce("UNKNOWN").pair == ("8.1", "6.1")


def test_a_chip_that_refused_us_ends_the_session(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.initiate()
    refusal = tlv(0xBF38, tlv(0xA1, tlv(0x80, bytes.fromhex(lpa.transaction_id)), tlv(2, b"\x02")))
    assert lpa.authenticate(authenticateServerResponse=b64(refusal)).pair is not None
    assert lpa.authenticate("TEST-1").pair == ("8.10.1", "3.9")
    assert rig.lpa().announce("TEST-1").pair is None


# --- The session ----------------------------------------------------------------------------------------------


def test_an_unknown_transaction_is_refused(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.initiate()
    assert lpa.authenticate("TEST-1", transactionId="00" * 16).pair == ("8.10.1", "3.9")
    assert lpa.authenticate("TEST-1", transactionId="00").pair == ("8.10.1", "3.9")
    assert lpa.authenticate("TEST-1").pair is None


def test_the_transaction_of_another_chip_is_refused(rig: Rig) -> None:
    rig.add_order()
    one, two = rig.lpa(), rig.lpa(make_chip(2))
    one.initiate()
    two.initiate()
    assert one.authenticate("TEST-1", transactionId=two.transaction_id).pair == ("8.10.1", "3.9")


def test_a_transaction_id_may_be_written_in_lower_case(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.initiate()
    assert lpa.authenticate("TEST-1", transactionId=lpa.transaction_id.lower()).pair is None


def test_a_session_ends_with_its_time(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.initiate()
    rig.clock.advance(minutes=31)
    assert lpa.authenticate("TEST-1").pair == ("8.10.1", "3.9")
    assert rig.order().download_attempts == 0


def test_a_repeated_proof_is_refused(rig: Rig) -> None:
    """Neither a replay nor an impatient LPA costs a second attempt."""
    rig.add_order()
    lpa = rig.lpa()
    lpa.initiate()
    proof = b64(lpa.prove("TEST-1"))
    assert lpa.authenticate(authenticateServerResponse=proof).pair is None
    assert lpa.authenticate(authenticateServerResponse=proof).pair == ("8.10.1", "3.9")
    assert rig.order().download_attempts == 1


def test_a_proof_of_one_session_is_worth_nothing_in_the_next(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    lpa.initiate()
    proof = b64(lpa.prove("TEST-1"))
    lpa.initiate()
    assert lpa.authenticate(authenticateServerResponse=proof).pair == ("8.10.1", "3.9")

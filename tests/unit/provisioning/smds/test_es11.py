"""ES11 at the SM-DS: who is admitted, with which codes, and which events a chip is told.

The tables are written from the fact sheet, not from the code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from openesim.security.crypto.curves import Curve
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.oids import Role
from tests.support import certificates
from tests.support.chip import Chip
from tests.support.discovery import ROOT, SmdsRig, make_smds
from tests.support.lpa import ASN1, ASN1_PATH, Lpa, b64, read_asn1, write_asn1
from tests.support.memory import MemoryWork
from tests.support.rig import eid_of, make_chip, world_of

ANOTHER_CI = bytes(20)


def entries(lpa: Lpa, matching_id: str | None = None) -> list[tuple[str, str]]:
    """Returns the events that a chip is told."""
    lpa.initiate()
    reply = lpa.authenticate(matching_id)
    assert reply.pair is None
    assert reply.members["transactionId"] == lpa.transaction_id
    return [(each["eventId"], each["rspServerAddress"]) for each in reply.members["eventEntries"]]


def test_the_server_shows_the_certificate_of_an_sm_ds(smds: SmdsRig) -> None:
    lpa = smds.lpa()
    reply = lpa.initiate()
    assert reply.pair is None
    assert Certificate.decode(reply.octets("serverCertificate")).role is Role.DS_AUTH


def test_a_chip_without_events_gets_an_empty_list(smds: SmdsRig) -> None:
    lpa = smds.lpa()
    lpa.initiate()
    assert lpa.authenticate().members["eventEntries"] == []


@pytest.mark.parametrize("matching_id", [None, ""])
def test_a_chip_is_told_its_own_events_oldest_first(smds: SmdsRig, matching_id: str | None) -> None:
    for name in ("B", "A"):
        assert smds.register(eid_of(1), name, rspServerAddress=f"{name.lower()}.example.com").pair is None
    smds.register(eid_of(2), "C")
    told = entries(smds.lpa(make_chip(1)), matching_id)
    assert told == [("B", "b.example.com"), ("A", "a.example.com")]


def test_a_chip_that_comes_for_one_event_is_told_that_one(smds: SmdsRig) -> None:
    for name in ("A", "B"):
        smds.register(eid_of(1), name)
    assert [name for name, _ in entries(smds.lpa(), "B")] == ["B"]


def test_an_event_of_another_chip_is_unknown(smds: SmdsRig) -> None:
    smds.register(eid_of(2), "THEIRS")
    lpa = smds.lpa(make_chip(1))
    lpa.initiate()
    assert lpa.authenticate("THEIRS").pair == ("8.9.5", "3.9")
    lpa.initiate()
    assert lpa.authenticate("NOBODYS").pair == ("8.9.5", "3.9")


def _set(**lists: Any) -> Callable[[Chip], None]:
    def apply(chip: Chip) -> None:
        for name, value in lists.items():
            setattr(chip, name, value)

    return apply


@pytest.mark.parametrize(
    ("change", "pair"),
    [
        (_set(signing=[ANOTHER_CI]), ("8.9.2", "3.1")),
        (_set(signing=[ANOTHER_CI], verification=[ANOTHER_CI]), ("8.9.2", "3.1")),
        (_set(verification=[ANOTHER_CI]), ("8.9.4", "3.7")),
        (_set(svn=b"\3\0\0"), ("8.9.3", "3.1")),
        (_set(svn=b"\1\0\0"), ("8.9.3", "3.1")),
    ],
)
def test_who_shares_nothing_with_us_is_told_so(
    smds: SmdsRig, change: Callable[[Chip], None], pair: tuple[str, str]
) -> None:
    chip = make_chip()
    change(chip)
    assert smds.lpa(chip).initiate().pair == pair


def test_another_address_is_refused_and_either_name_of_the_member_is_read(smds: SmdsRig) -> None:
    lpa = smds.lpa()
    assert lpa.initiate(smdpAddress="another.example.com").pair == ("8.9.1", "3.8")
    assert lpa.initiate(smdpAddress=None, smdsAddress="another.example.com").pair == ("8.9.1", "3.8")
    assert lpa.initiate(smdpAddress=None, smdsAddress=ROOT.upper()).pair is None
    assert lpa.initiate(smdpAddress=f"{ROOT}.:8443").pair is None
    assert lpa.initiate(smdpAddress=None).http_status == 400


@pytest.mark.parametrize(
    ("spoil", "pair"),
    [
        (certificates.expired_euicc, ("8.1.3", "6.3")),
        (certificates.forged_euicc, ("8.1.3", "6.1")),
        (certificates.expired_eum, ("8.1.2", "6.3")),
        (certificates.forged_eum, ("8.1.2", "6.1")),
    ],
)
def test_a_chip_that_proves_nothing_is_told_nothing(
    smds: SmdsRig, spoil: Callable[[Chip, Any], None], pair: tuple[str, str]
) -> None:
    smds.register(eid_of(1))
    chip = make_chip()
    spoil(chip, world_of())
    lpa = smds.lpa(chip)
    lpa.initiate()
    assert lpa.authenticate().pair == pair


def test_a_session_is_good_for_one_answer_and_for_its_time(smds: SmdsRig) -> None:
    lpa = smds.lpa()
    lpa.initiate()
    assert lpa.authenticate().pair is None
    assert lpa.authenticate().pair == ("8.10.1", "3.9")
    lpa.initiate()
    smds.clock.advance(minutes=31)
    assert lpa.authenticate().pair == ("8.10.1", "3.9")


def test_a_refused_proof_ends_the_session(smds: SmdsRig) -> None:
    lpa, other = smds.lpa(), smds.lpa()
    lpa.initiate()
    other.initiate()
    assert lpa.authenticate(transactionId=other.transaction_id).pair == ("8.10.1", "3.9")
    assert other.authenticate().pair == ("8.10.1", "3.9")


def test_the_asn1_binding_tells_events_under_the_tag_of_es11(smds: SmdsRig) -> None:
    smds.register(eid_of(1), "E")
    lpa = smds.lpa(asn1=True)
    assert lpa.initiate().pair is None
    members = {"transactionId": lpa.transaction_id, "authenticateServerResponse": ""}
    proof = lpa.prove(None)
    body = write_asn1("authenticateClient", members | {"authenticateServerResponse": b64(proof)})
    reply = smds.post(ASN1_PATH, {"Content-Type": ASN1}, body)
    tag, answer = read_asn1(reply.body)
    assert (reply.http_status, tag, answer.tag) == (200, 0xBF40, 0xA0)
    transaction, events = answer
    assert transaction.value.hex().upper() == lpa.transaction_id
    (event,) = events
    assert [part.value for part in event] == [b"E", b"smdpplus.example.com"]

    tag, answer = read_asn1(smds.post(ASN1_PATH, {"Content-Type": ASN1}, body).body)
    assert (tag, answer.tag, answer.value) == (0xBF40, 0x81, b"\x07"), "the session has ended"
    assert lpa.initiate(smdpAddress="another.example.com").pair == ("asn1", "1")


@pytest.mark.parametrize("curve", list(Curve))
def test_chips_of_either_curve_are_told_their_events_by_a_server_of_both(
    runner: asyncio.Runner, curve: Curve
) -> None:
    both = make_smds(world_of(Curve.P256), world_of(Curve.BRAINPOOL_P256R1))
    smds = SmdsRig(MemoryWork(), runner, both)
    smds.register(eid_of(1), "E")
    assert [name for name, _ in entries(smds.lpa(make_chip(1, curve)))] == ["E"]

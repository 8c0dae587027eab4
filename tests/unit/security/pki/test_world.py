"""Test worlds."""

from datetime import datetime, timedelta

import pytest

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Eid
from openesim.security.crypto.curves import Curve
from openesim.security.pki import profiles
from openesim.security.pki.chain import verify_euicc_chain, verify_server_certificate
from openesim.security.pki.hosts import is_for_host
from openesim.security.pki.oids import CLIENT_AUTH, Role
from openesim.security.pki.trust import TrustStore
from openesim.security.pki.world import (
    TEST_EID,
    Issued,
    WorldPlan,
    issue_euicc,
    issue_operator,
    issue_tls_leaf,
    make_world,
)


def counting(asked: list[int]) -> Entropy:
    """Return entropy that is the same every time and notes how much was asked for."""

    def draw(count: int) -> bytes:
        asked.append(count)
        return len(asked).to_bytes(count, "big")

    return draw


@pytest.mark.parametrize("curve", list(Curve))
def test_the_same_entropy_and_moment_make_the_same_world(curve: Curve, now: datetime) -> None:
    first, again = make_world(curve, counting([]), now), make_world(curve, counting([]), now)
    assert [issued.certificate for issued in first.values()] == [
        issued.certificate for issued in again.values()
    ]
    later = make_world(curve, counting([]), now + timedelta(seconds=1))
    assert later["ci"].certificate != first["ci"].certificate


def test_a_certificate_takes_40_octets_for_its_key_and_16_for_its_number(now: datetime) -> None:
    asked: list[int] = []
    world = make_world(Curve.P256, counting(asked), now)
    assert asked == [40, 16] * len(world)


def test_every_member_is_there_once_with_its_own_key(world: dict[str, Issued]) -> None:
    assert list(world) == ["ci", "eum", "euicc", "dpauth", "dppb", "dptls", "dsauth", "dstls"]
    assert len({issued.private_key.point for issued in world.values()}) == len(world)
    assert len({issued.certificate.serial_number for issued in world.values()}) == len(world)
    for issued in world.values():
        assert issued.certificate.public_key == issued.private_key.public_key


def test_a_plan_changes_chip_manufacturer_and_hosts(entropy: Entropy, now: datetime) -> None:
    eid = Eid.with_check_digits("89044" + "7" * 25)
    plan = WorldPlan(eid=eid, ein="89044", smdp_fqdn="smdp.op.example", smds_fqdn="smds.op.example")
    world = make_world(Curve.P256, entropy, now, plan)
    assert world["euicc"].certificate.eid == eid
    assert is_for_host(world["dptls"].certificate, "smdp.op.example")
    assert is_for_host(world["dstls"].certificate, "smds.op.example")


def test_a_chip_out_of_its_manufacturers_range_is_not_made(
    entropy: Entropy, now: datetime, p256: dict[str, Issued]
) -> None:
    with pytest.raises(VerificationError):
        make_world(Curve.P256, entropy, now, WorldPlan(ein="89044"))
    with pytest.raises(VerificationError):
        issue_euicc(p256["eum"], Eid.with_check_digits("89044" + "7" * 25), entropy, now)


def test_further_chips_of_the_manufacturer_are_verified(
    world: dict[str, Issued], entropy: Entropy, now: datetime
) -> None:
    trust = TrustStore([world["ci"].certificate])
    for number in range(3):
        eid = Eid.with_check_digits(f"89049032{number:022d}")
        chip = issue_euicc(world["eum"], eid, entropy, now)
        chain = verify_euicc_chain(chip.certificate.octets, world["eum"].certificate.octets, trust, now)
        assert chain.eid == eid
    assert TEST_EID.startswith("89049032")


def test_a_fresh_tls_leaf_names_every_host_and_address(
    world: dict[str, Issued], entropy: Entropy, now: datetime
) -> None:
    hosts = ("SMDP.example.org", "localhost", "127.0.0.1", "::1", "localhost")
    leaf = issue_tls_leaf(world["ci"], hosts, entropy, now).certificate
    for host in ("smdp.example.org", "localhost", "127.0.0.1", "::1"):
        assert is_for_host(leaf, host)
    assert leaf.subject.common_name == "smdp.example.org"
    assert len(leaf.extensions.alternative_names.dns_names) == 2
    trust = TrustStore([world["ci"].certificate])
    verify_server_certificate(leaf.octets, Role.DP_TLS, trust, now)
    with pytest.raises(DecodeError):
        issue_tls_leaf(world["ci"], ("no host",), entropy, now)


def test_a_leaf_may_be_for_an_address_alone_and_for_an_smds(
    p256: dict[str, Issued], entropy: Entropy, now: datetime
) -> None:
    leaf = issue_tls_leaf(p256["ci"], ("127.0.0.1",), entropy, now, profiles.DS_TLS).certificate
    assert is_for_host(leaf, "127.0.0.1")
    assert leaf.extensions.alternative_names.dns_names == ()
    assert (leaf.role, leaf.oid) == (Role.DS_TLS, "2.999.15")


def test_an_operator_has_a_client_certificate_without_a_role(
    p256: dict[str, Issued], entropy: Entropy, now: datetime
) -> None:
    operator = issue_operator(p256["ci"], "运营商 One", entropy, now).certificate
    assert operator.subject.common_name == "运营商 One"
    assert operator.extensions.extended_key_usage == (CLIENT_AUTH,)
    assert operator.role is None
    operator.verify_signed_by(p256["ci"].certificate.public_key)


def test_issued_pairs_sign_and_never_show_their_key(p256: dict[str, Issued]) -> None:
    issued = p256["dpauth"]
    assert issued.credential is issued.credential
    assert issued.credential.certificate == issued.certificate
    assert "<secret>" in repr(issued)
    assert issued.private_key.scalar.reveal().hex() not in repr(issued) + repr(issued.credential)

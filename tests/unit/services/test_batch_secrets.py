"""A row becomes a subscription: what is given is kept, what is not is drawn, what has no place is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description import Description, OtaKeys
from openesim.messages.saip.personalise import find_patch_points
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.security.aka.milenage import derive_opc
from openesim.security.aka.tuak import derive_topc
from openesim.services.batch_file import parse_batch
from openesim.services.batch_rows import BatchRow
from openesim.services.batch_secrets import SubscriptionMaker
from tests.support.batches import COUNTED, FIRST, toml
from tests.support.rig import entropy_of, make_package

ROW = BatchRow(number=1, iccid=Iccid(FIRST), imsi=Imsi("001010000000001"))
DESCRIPTION = Description(
    operator_name="Testland",
    mcc="001",
    mnc="01",
    iccid=Iccid(FIRST),
    imsi=Imsi("001010000000001"),
    k=bytes(16),
    opc=bytes(16),
    puk1="12345678",
    pin2="1234",
    puk2="87654321",
    adm1=b"88888888",
)
OTA = OtaKeys(kic=bytes(16), kid=bytes(16), kik=bytes(16), version=2)


def package_of(**changes: Any) -> StoredPackage:
    octets = build_package(replace(DESCRIPTION, **changes))
    return make_package(octets=octets, points=find_patch_points(octets))


def maker(package: StoredPackage | None = None, seed: str = "keys", **changes: Any) -> SubscriptionMaker:
    plan = parse_batch(toml({**COUNTED, **changes}))
    return SubscriptionMaker(plan, package or package_of(), entropy_of(seed))


def test_what_nobody_gave_is_drawn_and_fits_the_package() -> None:
    made = maker()
    one, two = made.make(ROW), made.make(ROW)
    assert one.k != two.k
    assert one.opc != two.opc
    assert len(one.k.reveal()) == len(one.opc.reveal()) == 16
    assert set(one.card.pins) == {0x01, 0x0A, 0x81}
    assert set(one.card.puks) == {0x01, 0x81}
    assert one.card.pins[0x01].rstrip(b"\xff").isdigit()
    assert len(one.card.pins[0x0A].rstrip(b"\xff")) == len(one.card.puks[1].rstrip(b"\xff")) == 8
    octets = made.personalise(one)
    for secret in (one.k.reveal(), one.opc.reveal(), *one.card.pins.values(), *one.card.puks.values()):
        assert secret in octets


def test_the_same_entropy_gives_the_same_keys() -> None:
    assert maker().make(ROW) == maker().make(ROW)
    assert maker().make(ROW) != maker(seed="others").make(ROW)


def test_what_is_given_is_kept() -> None:
    row = replace(ROW, k=b"k" * 16, opc=b"o" * 16, pins={1: b"p" * 8}, puks={0x81: b"u" * 8})
    made = maker(pin1="0000").make(row)
    assert (made.k, made.opc) == (Secret(b"k" * 16), Secret(b"o" * 16))
    assert (made.card.pins[1], made.card.puks[0x81]) == (b"p" * 8, b"u" * 8)


def test_pin1_may_be_the_same_for_all() -> None:
    assert maker(pin1="0000").make(ROW).card.pins[1] == b"0000\xff\xff\xff\xff"


def test_opc_follows_from_op() -> None:
    made = maker(op="ab" * 16).make(ROW)
    assert made.opc.reveal() == derive_opc(made.k.reveal(), b"\xab" * 16)
    own = maker(op="ab" * 16).make(replace(ROW, op=b"c" * 16))
    assert own.opc.reveal() == derive_opc(own.k.reveal(), b"c" * 16)


def test_topc_follows_from_top() -> None:
    package = package_of(algorithm=Algorithm.TUAK, k=bytes(32), opc=bytes(32))
    made = maker(package, op="ab" * 32).make(ROW)
    assert made.algorithm is Algorithm.TUAK
    assert len(made.k.reveal()) == 32
    assert made.opc.reveal() == derive_topc(made.k.reveal(), b"\xab" * 32)


def test_the_test_algorithm_has_no_opc() -> None:
    made = maker(package_of(algorithm=Algorithm.USIM_TEST_ALGORITHM, opc=b"")).make(ROW)
    assert (made.algorithm, made.opc.reveal()) == (Algorithm.USIM_TEST_ALGORITHM, b"")


def test_no_key_of_the_security_domain_stays_the_prepared_one() -> None:
    made = maker(package_of(ota=OTA)).make(ROW)
    assert set(made.card.ota) == {0x0201, 0x0202, 0x0203}
    assert len(set(made.card.ota.values())) == 3
    given = maker(package_of(ota=OTA)).make(replace(ROW, ota={1: b"c" * 16}))
    assert given.card.ota[0x0201] == b"c" * 16
    assert b"c" * 16 in maker(package_of(ota=OTA)).personalise(given)


def test_a_number_needs_no_place_on_the_card() -> None:
    made = maker()
    row = replace(ROW, msisdn=Msisdn("99970000001"))
    assert made.make(row).msisdn == "99970000001"
    assert made.personalise(made.make(row))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"k": b"k" * 32}, "k"),
        ({"opc": b"o" * 32}, "opc"),
        ({"op": b"o" * 32}, "op"),
        ({"pins": {0x0B: b"p" * 8}}, "pins"),
        ({"puks": {0x0A: b"p" * 8}}, "puks"),
        ({"ota": {1: b"c" * 16}}, "kic"),
        ({"imsi": Imsi("001020000000001")}, "imsi"),
    ],
)
def test_what_has_no_place_in_the_package_is_refused(changes: dict[str, Any], name: str) -> None:
    made = maker()
    with pytest.raises(DecodeError) as caught:
        made.personalise(made.make(replace(ROW, **changes)))
    assert caught.value.path == (name,)


def test_a_batch_that_names_another_algorithm_is_refused() -> None:
    with pytest.raises(DecodeError, match="MILENAGE"):
        maker(algorithm="tuak")

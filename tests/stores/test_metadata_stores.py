"""Changed metadata on every kind of stores: announced to whom comes next, and delivered as they were announced."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from openesim.kernel.errors import NotFoundError, StateError
from openesim.kernel.ids import Iccid
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.provisioning.smdp.dressing import Dressing
from openesim.provisioning.smdp.history import Action
from openesim.services.dressing import dress_order, dress_type, metadata_of_order, metadata_of_type
from tests.support.lpa import Reply
from tests.support.rig import ICCID, NOW, PROFILE_TYPE, Rig, make_chip

OTHER = Iccid("8988211000000000025")


def name_in(reply: Reply) -> str:
    """Returns the profile name of an announcement."""
    assert reply.pair is None
    return StoreMetadataRequest.decode(b64decode(reply.members["profileMetadata"])).profile_name


def dress(rig: Rig, name: str, *, order: int = 0) -> None:
    """Changes the profile name of the type, or of one order."""
    wish = Dressing(profile_name=name)
    now = rig.clock.now()
    if order:
        rig.work.run_now(lambda stores: dress_order(stores, rig.order(order), wish, now))
    else:
        rig.work.run_now(lambda stores: dress_type(stores, PROFILE_TYPE, wish, now))
    rig.clock.advance(seconds=3)  # by then every connection has heard of it


def test_versions_come_back_and_the_newest_counts(work: Any, reopen: Callable[[], Any]) -> None:
    metadata = StoreMetadataRequest(iccid=ICCID, service_provider_name="T", profile_name="ü")

    def add(package: int, order: int | None) -> int:
        return int(work.run_now(lambda stores: stores.add_metadata_version(package, order, metadata, NOW)))

    first, own, second, other = add(1, None), add(1, 7), add(1, None), add(2, None)
    again = reopen()

    def newest(package: int, order: int) -> int:
        return int(again.run_now(lambda stores: stores.newest_metadata(package, order, NOW)))

    assert first < own < second
    assert (newest(1, 7), newest(1, 8), newest(2, 7), newest(3, 7)) == (own, second, other, 0)
    assert again.run_now(lambda stores: stores.metadata_version(own)) == metadata


def test_an_order_is_announced_with_the_newest_and_delivered_as_announced(rig: Rig) -> None:
    rig.add_order()
    lpa = rig.lpa()
    assert name_in(lpa.announce("TEST-1")) == "Testland 1"
    dress(rig, "Two")
    assert name_in(lpa.announce("TEST-1")) == "Two"
    first = lpa.get_package().octets("boundProfilePackage")
    dress(rig, "Three")
    assert name_in(lpa.announce("TEST-1")) == "Two", "its package is out: a retry gets the same"
    second = lpa.get_package().octets("boundProfilePackage")
    assert len(first) == len(second)
    assert first[-200:] == second[-200:]
    assert lpa.deliver(lpa.install()).http_status == 204
    rig.process()
    assert rig.work.run_now(lambda stores: metadata_of_order(stores, rig.order(), NOW)).profile_name == "Two"


def test_one_order_may_be_dressed_alone(rig: Rig) -> None:
    own = rig.add_order()
    other = rig.add_order(iccid=OTHER, matching_id="TEST-2")
    dress(rig, "Mine", order=own.order_id)
    dress(rig, "Everybody's")
    assert name_in(rig.lpa().announce("TEST-1")) == "Mine"
    assert name_in(rig.lpa(make_chip(2)).announce("TEST-2")) == "Everybody's"
    steps = rig.work.run_now(lambda stores: stores.steps_of_order(own.order_id))
    assert (steps[0].action, steps[0].message) == (Action.CHANGE_METADATA, "Mine")
    assert not any(
        step.action is Action.CHANGE_METADATA
        for step in rig.work.run_now(lambda stores: stores.steps_of_order(other.order_id))
    )


def test_what_is_out_is_not_changed_and_what_is_unknown_neither(rig: Rig) -> None:
    order = rig.add_order()
    rig.lpa().fetch("TEST-1")
    with pytest.raises(StateError):
        dress(rig, "Late", order=order.order_id)
    with pytest.raises(NotFoundError):
        rig.work.run_now(lambda stores: dress_type(stores, "Nowhere", Dressing(), NOW))


def test_what_users_see_of_a_type_is_told(rig: Rig) -> None:
    rig.add_order()
    dress(rig, "Two")
    seen = rig.work.run_now(lambda stores: metadata_of_type(stores, PROFILE_TYPE, rig.clock.now()))
    assert (seen.profile_name, seen.service_provider_name) == ("Two", "Testland Telecom")


def test_an_order_of_the_laboratory_follows_its_type(rig: Rig) -> None:
    rig.save_order(replace(rig.add_order(is_reusable=True), is_reusable=True))
    assert name_in(rig.lpa().announce("TEST-1")) == "Testland 1"
    dress(rig, "Two")
    lpa = rig.lpa()
    assert name_in(lpa.announce("TEST-1")) == "Two"
    assert lpa.get_package().pair is None

"""Vendors and models of a world have names of their own, and no TAC is two models'."""

from __future__ import annotations

import random
from datetime import date
from itertools import pairwise

from openesim.apps.world.names import maker_name, model_name, vendor_name
from openesim.apps.world.registry import make_models, sorted_out
from openesim.apps.world.sizes import SIZES

TODAY = date(2026, 11, 29)


def test_no_two_vendors_makers_or_models_share_a_name() -> None:
    assert len({vendor_name(number)[0] for number in range(200)}) == 200
    assert len({maker_name(number) for number in range(60)}) == 60
    assert len({model_name("Xinghe", number) for number in range(500)}) == 500


def test_models_have_tacs_of_their_own_and_are_known_by_vendor_and_name() -> None:
    models = make_models(SIZES["full"], random.Random(1), TODAY)
    assert len({(model.vendor, model.name) for model in models}) == len(models) == SIZES["full"].models
    tacs = sorted((int(first), int(last)) for first, last in (model.tacs for model in models))
    assert all(before[1] < after[0] for before, after in pairwise(tacs))


def test_customers_have_phones_of_every_kind_and_most_of_them_good_ones() -> None:
    register = sorted_out(make_models(SIZES["full"], random.Random(1), TODAY), TODAY)
    assert register.foreign
    assert register.waiting
    assert register.things
    assert len(register.phones) > 10 * len(register.waiting)
    rng = random.Random(3)
    found = [register.phone(rng) for _ in range(500)]
    assert len({model.name for model in found}) > 50
    assert found.count(register.phones[0]) > 10

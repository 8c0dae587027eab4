"""Which profile types an operator may know of: not those that are other operators' alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from openesim.kernel.errors import NotFoundError
from openesim.network.subscription import Batch
from openesim.services.profile_types import ProfileTypes
from tests.support.memory import MemoryWork
from tests.support.rig import Rig


@pytest.fixture
def rig() -> Iterator[Rig]:
    with asyncio.Runner() as runner:
        made = Rig(MemoryWork(), runner)
        batches: tuple[tuple[str, list[str | None]], ...] = (
            ("mine", ["qinghe"]),
            ("theirs", ["yuanshan"]),
            ("both", ["qinghe", "yuanshan"]),
            ("anybody's", [None]),
        )
        for number, (name, owners) in enumerate(batches):
            made.add_package(name=name)
            for at, owner in enumerate(owners):
                add_batch(
                    made,
                    Batch(
                        name=f"{number} {at}",
                        digest=bytes(32),
                        profile_type=name,
                        size=1,
                        operator=owner,
                        low_stock=10 * at,
                    ),
                )
        made.add_package(name="without a batch")
        yield made


def add_batch(rig: Rig, batch: Batch) -> None:
    rig.work.run_now(lambda stores: stores.add_batch(batch))


def known(rig: Rig, operator: str) -> list[str]:
    found: list[Any] = rig.run(ProfileTypes(rig.work).all(operator))
    return [each.name for each in found]


def test_an_operator_knows_his_types_and_those_that_are_anybodys(rig: Rig) -> None:
    assert known(rig, "qinghe") == ["anybody's", "both", "mine", "without a batch"]
    assert known(rig, "yuanshan") == ["anybody's", "both", "theirs", "without a batch"]
    levels = rig.run(ProfileTypes(rig.work).levels("qinghe"))
    assert [each.profile_type for each in levels] == known(rig, "qinghe")


def test_a_type_of_others_is_answered_as_one_that_is_not_there(rig: Rig) -> None:
    types = ProfileTypes(rig.work)
    assert rig.run(types.named("mine", "qinghe")).name == "mine"
    for name in ("theirs", "nobody's"):
        with pytest.raises(NotFoundError, match="no profile type has this name"):
            rig.run(types.named(name, "qinghe"))
        with pytest.raises(NotFoundError):
            rig.run(types.level(name, "qinghe"))


def test_the_mark_of_others_batches_is_not_told(rig: Rig) -> None:
    types = ProfileTypes(rig.work)
    assert rig.run(types.level("both", "qinghe")).low_stock == 0
    assert rig.run(types.level("both", "yuanshan")).low_stock == 10

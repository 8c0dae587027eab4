"""A pack that is written is the pack that was read."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.rules import pack as tables
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.reading import RulePackError, parse_pack
from openesim.conditions.rules.words import Reliability, ServiceClass, Trigger
from openesim.conditions.rules.writing import write_pack
from openesim.services.rules import shipped_packs

PACKS = {pack.id: pack for pack in shipped_packs()}


@pytest.mark.parametrize("pack", PACKS.values(), ids=list(PACKS))
def test_a_shipped_pack_is_written_and_read_again(pack: Pack) -> None:
    assert parse_pack(write_pack(pack)) == pack
    assert write_pack(parse_pack(write_pack(pack))) == write_pack(pack)


@pytest.mark.parametrize("pack", PACKS.values(), ids=list(PACKS))
def test_a_pack_that_is_shown_as_data_is_read_again(pack: Pack) -> None:
    assert msgspec.json.decode(msgspec.json.encode(pack), type=Pack) == pack


_lines = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)
_names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
_texts = st.fixed_dictionaries({"en": _lines, "zh": _lines}, optional={"fr": _lines, "ug": _lines})
_sources = st.dictionaries(
    _names,
    st.builds(
        tables.Source,
        title=_lines,
        where=_lines,
        reliability=st.sampled_from(Reliability),
        seen=st.none() | st.dates(),
    ),
    max_size=3,
)
_FREE = tables.Service(needs_person=False)


@st.composite
def packs(draw: Any) -> Pack:
    heading = tables.Heading(
        id=draw(_names),
        version=draw(st.from_regex(r"[0-9A-Za-z.-]{1,8}", fullmatch=True)),
        country="ZZ",
        title=draw(_texts),
        note=draw(_texts),
        in_force=tables.InForce(from_=draw(st.dates(max_value=date(2030, 1, 1)))),
        utc_offset=draw(st.sampled_from(["+00:00", "-03:30", "+14:00"])),
    )
    sources = {"it": tables.Source(title="x", where="x", reliability=Reliability.LAW)} | draw(_sources)
    reverify = tables.Reverify(
        triggers=(draw(st.sampled_from(Trigger)),), within_hours=draw(st.integers(0, 99))
    )
    risk = draw(
        st.builds(tables.Risk, refuse_from=st.integers(101, 101), reverify=st.none() | st.just(reverify))
    )
    return Pack(
        pack=heading,
        sources=sources,
        service=draw(st.dictionaries(st.sampled_from(ServiceClass), st.just(_FREE))),
        limits=tables.Limits(
            per_class=draw(st.dictionaries(st.sampled_from(ServiceClass), st.integers(0, 9))), source=("it",)
        ),
        risk=msgspec.structs.replace(risk, source=("it",), source_of={"reverify": ("it",)}),
        notices=draw(st.dictionaries(_names, _texts, max_size=2)),
    )


@given(pack=packs())
def test_any_pack_that_can_be_read_is_written_and_read_again(pack: Pack) -> None:
    text = write_pack(pack)
    assert parse_pack(text) == pack
    assert parse_pack(write_pack(parse_pack(text))) == pack


@given(pack=packs(), word=st.sampled_from(["nowhere", "x y", '"']))
def test_what_is_written_wrong_is_refused_and_not_repaired(pack: Pack, word: str) -> None:
    wrong = msgspec.structs.replace(pack, limits=msgspec.structs.replace(pack.limits, source=(word,)))
    if word not in pack.sources:
        with pytest.raises(RulePackError, match="is not in"):
            parse_pack(write_pack(wrong))

"""Values in texts for people."""

from __future__ import annotations

import pytest

from openesim.kernel.texts import fill


@pytest.mark.parametrize(
    ("text", "value", "filled"),
    [
        ("批准 {name} 的“手机”业务", "远山电信", "批准远山电信的“手机”业务"),
        ("批准 {name} 的“手机”业务", "Yuanshan", "批准 Yuanshan 的“手机”业务"),
        ("批准 {name} 的“手机”业务", "远山 Yuanshan", "批准远山 Yuanshan 的“手机”业务"),
        ("{name} 没有批准", "远山电信", "远山电信没有批准"),
        ("{name} 个型号", 5, "5 个型号"),
        ("EID {name} 已登记", "甲", "EID 甲已登记"),
        (
            "the approval of {name} does not cover it",
            "远山电信",
            "the approval of 远山电信 does not cover it",
        ),
        ("批准 {name} 的", "张 三", "批准张 三的"),
        ("没有", "", "没有"),
    ],
)
def test_between_chinese_words_stands_no_blank(text: str, value: object, filled: str) -> None:
    assert fill(text, {"name": value}) == filled


def test_two_values_beside_each_other_each_get_their_blanks() -> None:
    assert (
        fill("{who} 将 {what} 改为 {role}", {"who": "甲", "what": "B", "role": "主管"}) == "甲将 B 改为主管"
    )


def test_what_is_missing_is_told() -> None:
    with pytest.raises(KeyError):
        fill("{name} 的", {})

"""What a break means: every reason has words in both languages."""

from __future__ import annotations

import re

import pytest

from openesim.transparency.chain import Break, Reason
from openesim.transparency.texts import explain


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_explained_in_english_and_chinese(reason: Reason) -> None:
    broken = Break(reason, 4711, 4712)
    english, chinese = explain(broken), explain(broken, "zh")
    for told in (english, chinese):
        assert told.cause
        assert told.owner
        assert told.next_step
        assert "{" not in told.cause + told.next_step
    assert not re.search(r"[^\x00-\x7f]", english.cause + english.owner + english.next_step)
    assert all(
        re.search(r"[\u4e00-\u9fff]", text) for text in (chinese.cause, chinese.owner, chinese.next_step)
    )
    assert ("4711" in english.cause) == ("4711" in chinese.cause)
    assert ("4712" in english.cause) == ("4712" in chinese.cause)
    assert explain(broken, "fr") == english

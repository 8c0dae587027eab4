"""Lines end where a reader of English or of Chinese expects it."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from openesim.apps.demo.wrapping import wrap


def test_english_breaks_between_words() -> None:
    assert wrap("the chip verifies and installs it", 12) == ["the chip", "verifies and", "installs it"]


def test_chinese_breaks_between_characters_and_counts_two_columns_each() -> None:
    assert wrap("芯片验证解密安装", 8) == ["芯片验证", "解密安装"]


def test_no_line_begins_with_a_comma_or_ends_with_an_opening_mark() -> None:
    assert wrap("芯片验证，安装", 8) == ["芯片验", "证，安装"]
    assert wrap("芯片验证（安装）", 10) == ["芯片验证", "（安装）"]


def test_words_of_both_languages_stand_in_one_line() -> None:
    assert wrap("下载 eSIM 的配置文件", 20) == ["下载 eSIM 的配置文件"]
    assert wrap("下载 eSIM 的配置文件", 10) == ["下载 eSIM", "的配置文件"]


def test_a_word_that_is_too_long_stands_alone() -> None:
    assert wrap("at smdp.northwind.example now", 10) == ["at", "smdp.northwind.example", "now"]


def test_no_text_is_one_empty_line() -> None:
    assert wrap("", 10) == [""]


@given(st.text(alphabet="ab c，。（）芯片“”"), st.integers(8, 20))
def test_nothing_is_lost_and_nothing_too_wide_that_could_be_broken(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= columns or " " not in line for line in lines)

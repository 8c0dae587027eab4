"""Every text of the desks is in the catalogue, in both languages, and every key that is asked for is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import nodes

from openesim.adapters.web.desks import pages as pages_module
from openesim.adapters.web.desks.assets import Assets
from openesim.adapters.web.desks.pages import Pages, absolute_key
from openesim.adapters.web.desks.wording import Text, Wording, _texts, read_wording
from openesim.messages.sgp22.explained.entries import Language

FOLDER = Path(pages_module.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
WORDING = read_wording()
PAGES = Pages(WORDING, Assets())

LETTER = re.compile(r"[A-Za-z\u3400-\u9fff]")
CHINESE = re.compile(r"[\u3400-\u9fff]")
SAID = {"alt", "aria-label", "placeholder", "title", "label"}
"""Attributes that are read to people."""
ATTRIBUTE = re.compile(r'[a-z-]+="[^"]*"')
"""Of an element whose beginning is in another macro."""
KEY = re.compile(r'\.t\(\s*"([a-z0-9_.-]+)"')
FIELD = re.compile(r"\{[^}]*\}")
IN_LINE = re.compile(r"\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|<style|\|\s*safe|autoescape")
SAME_IN_BOTH = {"shell.product", "shell.language_name.en", "shell.language_name.zh"}


def names(path: Path) -> str:
    return str(path.relative_to(FOLDER / "templates"))


class Texts(HTMLParser):
    """Gathers what a person would read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in SAID]


def bare_texts(source: str) -> list[str]:
    """Returns texts of a template that come from no catalogue."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    parser = Texts()
    parser.feed(plain)
    found = [ATTRIBUTE.sub("", text).strip() for text in parser.found]
    return [text for text in found if LETTER.search(text)]


def test_no_template_has_text_of_its_own() -> None:
    found = {names(path): bare_texts(path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_text_of_its_own_is_seen() -> None:
    assert bare_texts('<p title="here">{{ t(".a") }}<b>Total</b> 合计 – 12</p>') == [
        "here",
        "Total",
        "合计 – 12",
    ]


def test_no_template_has_style_or_script_in_line() -> None:
    found = {names(path): IN_LINE.findall(path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {path: texts for path, texts in found.items() if texts} == {}


def keys_asked_for(path: Path) -> Iterator[str]:
    """Yields the keys that a template names whole."""
    name = names(path)
    tree = PAGES.environment(Language.ENGLISH).parse(path.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        is_t = isinstance(call.node, nodes.Name) and call.node.name == "t"
        is_term = isinstance(call.node, nodes.Getattr) and call.node.attr == "term"
        if (is_t or is_term) and call.args and isinstance(call.args[0], nodes.Const):
            key = absolute_key(name, str(call.args[0].value))
            yield key if is_t else f"{key}.label"


def test_every_key_of_a_template_is_there() -> None:
    asked = {(names(path), key) for path in TEMPLATES for key in keys_asked_for(path)}
    assert {key for _, key in asked} > {"shell.product"}
    assert sorted(one for one in asked if one[1] not in WORDING) == []


def test_every_key_of_a_route_is_there() -> None:
    asked = {
        (path.name, key)
        for path in FOLDER.rglob("*.py")
        for key in KEY.findall(path.read_text(encoding="utf-8"))
    }
    assert asked
    assert sorted(one for one in asked if one[1] not in WORDING) == []


def test_twins_say_the_same_with_the_same_values() -> None:
    for key, text in WORDING.texts.items():
        verify_twins(key, text)


def verify_twins(key: str, text: Text) -> None:
    fields = [{field for _, field, _, _ in Formatter().parse(one) if field} for one in (*text.en, text.zh)]
    assert fields[1] == fields[2] or fields[1] - {"count"} == fields[2] - {"count"}, key
    assert fields[0] <= fields[1], key
    bare = FIELD.sub("", text.en[1])
    if key not in SAME_IN_BOTH and LETTER.search(bare) and len(bare) > 8:
        assert CHINESE.search(text.zh), f"{key} is not Chinese"
        assert not CHINESE.search(text.en[1]), f"{key} is not English"


def test_a_text_without_its_twin_is_refused() -> None:
    with pytest.raises(ValueError, match=r"page\.title lacks a twin"):
        dict(_texts("page", {"title": {"en": "Title"}}))
    with pytest.raises(ValueError, match=r"page\.title is no text"):
        dict(_texts("page", {"title": "Title"}))


def test_english_counts_and_values_are_escaped() -> None:
    wording = Wording(
        dict(
            _texts(
                "p",
                {
                    "n": {
                        "en": ["one model of {who}", "{count} models of {who}"],
                        "zh": "{who} 的 {count} 个型号",
                    }
                },
            )
        )
    )
    assert wording.say("p.n", Language.ENGLISH, count=1, who="<b>") == "one model of &lt;b&gt;"
    assert wording.say("p.n", Language.ENGLISH, count=2, who="x") == "2 models of x"
    assert wording.say("p.n", Language.CHINESE, count=1, who="x") == "x 的 1 个型号"

"""The catalogue of words: every text of the desks in English and Chinese, read from ``words``.

The path of a file is the beginning of its keys: ``[title]`` of ``words/regulator/models.toml`` is
``regulator.models.title``. A text is ``{ en = "…", zh = "…" }``; braces hold what is put in. English may be a pair,
``["one model", "{count} models"]``: which of them is said follows from ``count``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from markupsafe import Markup, escape

from openesim.kernel.texts import fitted
from openesim.messages.sgp22.explained.entries import Language

_TWINS: Final = {language.value for language in Language}


@dataclass(frozen=True, slots=True)
class Text:
    """One text.

    Attributes:
        en: English: for one and for many; both are the same where it does not count.
        zh: Chinese.
    """

    en: tuple[str, str]
    zh: str

    def said(self, language: Language, count: Any = None) -> str:
        """Return the text in a language, braces unfilled."""
        if language is Language.CHINESE:
            return self.zh
        return self.en[0] if count == 1 else self.en[1]


class Wording:
    """All texts by key."""

    def __init__(self, texts: Mapping[str, Text]) -> None:
        """Take the texts."""
        self.texts: Final = texts

    def __contains__(self, key: str) -> bool:
        """Tell whether there is a text."""
        return key in self.texts

    def say(self, key: str, language: Language, **values: Any) -> Markup:
        """Return a text, escaped, with values put in.

        Args:
            key: of the text, such as ``regulator.models.title``.
            language: of the reader.
            values: by the name in braces; markup stays markup, everything else is escaped.

        Raises:
            KeyError: there is no such text, or a value is missing.
        """
        text = self.texts[key].said(language, values.get("count"))
        return escape(fitted(text, values)).format(**values) if values else escape(text)


def capital(text: str) -> str:
    """Return a text with its first letter as a sentence begins; what is written otherwise, such as eUICC, stays."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def read_wording() -> Wording:
    """Return the catalogue that is shipped.

    Raises:
        ValueError: a text lacks its twin.
    """
    texts: dict[str, Text] = {}
    for name, content in _files(files("openesim.adapters.web.desks").joinpath("words"), ""):
        texts.update(_texts(name, tomllib.loads(content)))
    return Wording(texts)


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    """Yield the beginning of the keys and the content of every file."""
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir():
            yield from _files(each, f"{prefix}{each.name}.")
        elif each.name.endswith(".toml"):
            yield prefix + each.name.removesuffix(".toml"), each.read_text(encoding="utf-8")


def _texts(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """Yield the texts of a table and of the tables in it."""
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if not isinstance(value, dict):
            raise ValueError(f"{key} is no text: it needs en and zh")  # noqa: TRY004 (a fault of the file)
        if set(value) & _TWINS and not any(isinstance(each, dict) for each in value.values()):
            yield key, _text(key, value)
        else:
            yield from _texts(key, value)


def _text(key: str, value: Mapping[str, Any]) -> Text:
    """Return one text.

    Raises:
        ValueError: a twin is missing, empty, or not of its form.
    """
    if set(value) != _TWINS or not all(value.values()):
        raise ValueError(f"{key} lacks a twin: it needs en and zh, and nothing else")
    english, chinese = value["en"], value["zh"]
    pair = (english, english) if isinstance(english, str) else tuple(english)
    if len(pair) != 2 or not isinstance(chinese, str):
        raise ValueError(f"{key}: en is a text or a pair (one, many), zh is a text")
    return Text((pair[0], pair[1]), chinese)

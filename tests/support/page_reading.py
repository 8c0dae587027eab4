"""A page read as a browser reads it: which elements there are, and what a person sees."""

from __future__ import annotations

import re
from html.parser import HTMLParser

EMPTY = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href"})
_HEADS = frozenset({"h1", "title"})
_LABELS = frozenset({"th", "button", "label", "legend", "dt", "summary"})
_PRESSED = frozenset({"a", "button", "summary"})
_UNSEEN = frozenset({"script", "style", "title"})


class ReadPage(HTMLParser):
    """A page.

    Attributes:
        language: of the document.
        heads: texts of its first headings.
        title: of the document.
        labels: heads of columns, buttons and fields.
        addresses: everywhere it leads, with the element.
        tags: kinds of elements that there are.
        strange: elements and attributes that none of our pages has.
        text: what a person sees.
    """

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language = ""
        self.heads: list[str] = []
        self.title = ""
        self.labels: list[str] = []
        self.addresses: list[tuple[str, str]] = []
        self.strange: list[str] = []
        self._open: list[str] = []
        self._pieces: list[str] = []
        self.feed(page)
        self.close()
        if self._open:
            self.strange.append(f"never closed: {self._open}")

    @property
    def text(self) -> str:
        """What a person sees."""
        return " ".join(" ".join(self._pieces).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes an element."""
        told = dict(attrs)
        if tag == "html":
            self.language = told.get("lang") or ""
        if tag in {"h1", "title"} | _LABELS:
            self._begin(tag)
        if tag == "script" and not (told.get("src") or "").startswith("/static/"):
            self.strange.append(f"script {told}")
        if tag in {"style", "iframe", "object", "embed", "base", "marquee"}:
            self.strange.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name == "style" or not re.fullmatch(r"[a-zA-Z][\w:-]*", name):
                self.strange.append(f"{tag} {name}={value}")
            if name in _ADDRESSES:
                self.addresses.append((tag, value or ""))
        if tag == "meta" and "refresh" in (told.get("http-equiv") or "").lower():
            self.addresses.append((tag, (told.get("content") or "").partition("url=")[2]))
        if tag in _PRESSED and _PRESSED & set(self._open):
            self.strange.append(f"{tag} inside of what is pressed itself")
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes an element of a drawing that is closed at once."""
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Takes its end."""
        if not self._open or self._open[-1] != tag:
            self.strange.append(f"</{tag}> in {self._open[-3:]}")
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Takes text."""
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        elif "h1" in self._open:
            self.heads[-1] += data
        if self._open and self._open[-1] not in _UNSEEN:
            self._pieces.append(data)
        if self.labels and _LABELS & set(self._open):
            self.labels[-1] += data

    def _begin(self, tag: str) -> None:
        if tag == "h1":
            self.heads.append("")
        elif tag in _LABELS:
            self.labels.append("")

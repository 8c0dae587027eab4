"""Forms: what came is read field by field, and everything that is wrong is told at once, at its field.

A form knows the beginning of its words: the label of ``name`` on the form ``vendor.submit`` is
``vendor.submit.field.name.label``, beside it ``hint`` and, for a choice, ``option.<value>``. So template and route name a
field and nothing else.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from litestar import Request
from litestar.datastructures import UploadFile
from markupsafe import Markup

from openesim.adapters.web.desks.components.identifiers import judge_eid
from openesim.kernel.errors import DecodeError
from openesim.kernel.ids import Eid

if TYPE_CHECKING:
    from openesim.messages.sgp22.explained.entries import Language

CSRF_FIELD: Final = "csrf_token"
"""Field in which a form brings back what proves that it is ours."""

TOKEN_FIELD: Final = "token"  # noqa: S105 (a name, no secret)
"""Field in which a form brings back the name of what it asks for."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,60}")
_YEARS: Final = range(1900, 3000)
_ENDS_OF_LINES: Final = re.compile(r"\r\n?|[\u2028\u2029\v\f\x85]")
_BLANKS: Final = re.compile(r"[^\S\n]")

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class Reader(Protocol):
    """Whoever reads the page: gives words in his language."""

    @property
    def language(self) -> Language:
        """His language."""
        ...

    def t(self, key: str, **values: Any) -> Markup:
        """Return a text."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came.

    Attributes:
        name: as the sender calls it; for people, never a path.
        media_type: as the sender says.
        octets: its content.
    """

    name: str
    media_type: str
    octets: bytes


class Form:
    """The fields of a form, as they came, with what is wrong with them.

    Attributes:
        words: beginning of the keys of its words.
        errors: text by field, in the order in which they were found.
    """

    def __init__(
        self,
        reader: Reader,
        words: str,
        values: Mapping[str, Sequence[str]],
        files: Mapping[str, Sequence[Upload]] | None = None,
    ) -> None:
        """Take what came."""
        self.words: Final = words
        self.errors: Final[dict[str, Markup]] = {}
        self._reader: Final = reader
        self._values: Final = values
        self._files: Final = files or {}

    # --- for templates

    def key(self, name: str, part: str) -> str:
        """Return the key of a field's text: ``label``, ``hint`` or ``option.<value>``."""
        return f"{self.words}.field.{name}.{part}"

    def label(self, name: str) -> Markup:
        """Return what a field is called."""
        return self._reader.t(self.key(name, "label"))

    def value(self, name: str) -> str:
        """Return what came in a field, to be shown again; empty where nothing did."""
        return (self._values.get(name) or ("",))[-1]

    def values(self, name: str) -> tuple[str, ...]:
        """Return everything that came in a field that may be sent several times."""
        return tuple(self._values.get(name, ()))

    @cached_property
    def token(self) -> str:
        """Name of the deed that the form asks for, drawn when it is shown and sent along: sent twice, it is done once."""
        came = self.value(TOKEN_FIELD)
        return came if _TOKEN.fullmatch(came) else secrets.token_urlsafe(16)

    @property
    def is_wrong(self) -> bool:
        """Whether anything has to be mended."""
        return bool(self.errors)

    # --- for routes: each returns what was read, or None and notes what is wrong

    def wrong(self, name: str, key: str, **values: Any) -> None:
        """Note what is wrong with a field; the first thing that was noted stays.

        Args:
            name: of the field.
            key: of the text; its ``{label}`` is what the field is called.
            values: of the text, besides.
        """
        self.errors.setdefault(name, self._reader.t(key, label=self.label(name), **values))

    def refuse(self, name: str, text: str) -> None:
        """Note what is wrong with a field, in words that somebody else found in the reader's language."""
        self.errors.setdefault(name, Markup.escape(text))

    def text(self, name: str, *, most: int = 200, is_needed: bool = True) -> str:
        """Return a line of text without blanks around it; empty where it may be."""
        value = " ".join(self.value(name).split())
        return self._checked(name, value, most, is_needed=is_needed)

    def lines(self, name: str, *, most: int = 4000, is_needed: bool = True) -> str:
        """Return several lines of text; a blank of any width is a plain one."""
        value = _ENDS_OF_LINES.sub("\n", self.value(name)).strip()
        value = _BLANKS.sub(" ", value)
        return self._checked(name, value, most, is_needed=is_needed)

    def secret(self, name: str, *, most: int = 1024) -> str:
        """Return a password as it was typed."""
        value = self.value(name)
        if not value:
            self.wrong(name, "form.missing")
        elif len(value) > most:
            self.wrong(name, "form.too_long", count=most)
        return value

    def _checked(self, name: str, value: str, most: int, *, is_needed: bool) -> str:
        if is_needed and not value:
            self.wrong(name, "form.missing")
        elif len(value) > most:
            self.wrong(name, "form.too_long", count=most)
        elif not all(one.isprintable() or one == "\n" for one in value):
            self.wrong(name, "form.unprintable")
        return value

    def choice(self, name: str, allowed: Collection[str], *, is_needed: bool = True) -> str | None:
        """Return which of several was chosen."""
        value = self.value(name)
        if value in allowed and value:
            return value
        if value or is_needed:
            self.wrong(name, "form.choose")
        return None

    def member(self, name: str, kind: type[E], *, is_needed: bool = True) -> E | None:
        """Return which member of an enumeration was chosen."""
        value = self.choice(name, list(kind), is_needed=is_needed)
        return None if value is None else kind(value)

    def chosen(self, name: str, allowed: Collection[str], *, is_needed: bool = True) -> tuple[str, ...]:
        """Return which of several were chosen."""
        values = tuple(one for one in self.values(name) if one)
        if any(one not in allowed for one in values) or (is_needed and not values):
            self.wrong(name, "form.choose")
        return values

    def flag(self, name: str, *, is_needed: bool = False) -> bool:
        """Return whether a box was ticked; ``is_needed``: it has to be."""
        is_set = bool(self.value(name))
        if is_needed and not is_set:
            self.wrong(name, "form.tick")
        return is_set

    def typed(self, name: str, word: str) -> None:
        """Note it if somebody did not type the word by which he confirms a deed."""
        if self.value(name).strip() != word:
            self.refuse(name, self._reader.t("form.wrong_word"))

    def number(self, name: str, least: int, most: int, *, is_needed: bool = True) -> int | None:
        """Return a whole number between two bounds."""
        value = self.value(name).strip().replace(",", "").replace("\N{FULLWIDTH COMMA}", "")
        if not value and not is_needed:
            return None
        if not value:
            self.wrong(name, "form.missing")
        elif not value.isascii() or not value.isdigit() or len(value) > 18:
            self.wrong(name, "form.number")
        elif not least <= int(value) <= most:
            self.wrong(name, "form.between", least=least, most=most)
        else:
            return int(value)
        return None

    def day(self, name: str, *, is_needed: bool = True) -> date | None:
        """Return a day of the years in which people fill in forms: others have no day before or after in every zone."""
        value = self.value(name).strip()
        if not value and not is_needed:
            return None
        if not value:
            self.wrong(name, "form.missing")
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or day.year not in _YEARS:
            self.wrong(name, "form.day")
            return None
        return day

    def eid(self, name: str, *, is_needed: bool = True) -> Eid | None:
        """Return an EID, typed with or without blanks; where it is wrong, the digit that may be is named."""
        value = self.value(name)
        if not value.strip() and not is_needed:
            return None
        judged = judge_eid(value)
        if judged.eid is None:
            self.wrong(name, f"form.eid.{judged.fault}", **judged.facts(self._reader.language))
        return judged.eid

    def parsed(self, name: str, parse: Callable[[str], T], key: str, *, is_needed: bool = True) -> T | None:
        """Return what a parser makes of a line of text.

        Args:
            name: of the field.
            parse: raises DecodeError or ValueError for what cannot be used.
            key: of the text that says what is wrong then.
            is_needed: whether it may be left out.
        """
        value = self.text(name, is_needed=is_needed)
        if not value or name in self.errors:
            return None
        try:
            return parse(value)
        except (DecodeError, ValueError):
            self.wrong(name, key)
            return None

    def file(
        self, name: str, *, most: int, kinds: Collection[str] = (), is_needed: bool = True
    ) -> Upload | None:
        """Return a file.

        Args:
            name: of the field.
            most: octets.
            kinds: media types that may come; empty: any.
            is_needed: whether it may be left out.
        """
        came = [one for one in self._files.get(name, ()) if one.name or one.octets]
        if not came:
            if is_needed:
                self.wrong(name, "form.no_file")
            return None
        upload = came[-1]
        if not upload.octets:
            self.wrong(name, "form.empty_file")
        elif len(upload.octets) > most:
            self.wrong(name, "form.too_large", size=f"{most // 1_000_000 or 1} MB")
        elif kinds and upload.media_type not in kinds:
            self.wrong(name, "form.file_kind", kinds=", ".join(sorted(kinds)))
        return upload


async def read_form(request: Request[Any, Any, Any], reader: Reader, words: str) -> Form:
    """Return the form of a request; its size was limited as it was read."""
    data = await request.form()
    values: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            upload = Upload(_plain_name(value.filename), value.content_type, await value.read())
            files.setdefault(name, []).append(upload)
        else:
            values.setdefault(name, []).append(str(value))
    return Form(reader, words, values, files)


def _plain_name(name: str) -> str:
    """Return the last part of a file's name, without anything that is no character for people."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable())[:120]

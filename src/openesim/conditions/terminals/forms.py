"""Forms: what a row of a file, a page or a command says of a vendor, a model or a range, read field by field.

Everything that is wrong is told at once, each thing at its field, in the words of ``texts``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import (
    Span,
    read_country,
    read_eins,
    read_first_day,
    read_last_day,
    read_tacs,
    read_text,
    read_word,
    read_yes_or_no,
)
from openesim.conditions.terminals.models import Ability, Approval
from openesim.conditions.terminals.texts import Told, mistake, told
from openesim.conditions.terminals.vendors import Vendor, VendorKind
from openesim.kernel.errors import DecodeError, Explanation

T = TypeVar("T")

Cells = Mapping[str, str]
"""What is written, by field; an empty text is nothing."""


class FormKind(StrEnum):
    """What a form is about."""

    VENDORS = "vendors"
    MODELS = "models"
    TACS = "tacs"
    EINS = "eins"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a form.

    Attributes:
        needed: those that must be there.
        optional: those that may be left out.
    """

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return self.needed + self.optional


FIELDS: Final[dict[FormKind, Fields]] = {
    FormKind.VENDORS: Fields(("name", "kind", "country"), ("agent",)),
    FormKind.MODELS: Fields(
        ("vendor", "name", "category"),
        ("is_foreign", "abilities", "approval_number", "approved_from", "approved_to"),
    ),
    FormKind.TACS: Fields(("tac", "vendor", "model")),
    FormKind.EINS: Fields(("ein", "maker")),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field.

    Attributes:
        field: its name.
        told: what is wrong, in both languages.
    """

    field: str
    told: Told

    def spoken(self, language: str) -> Explanation:
        """Return it in a language: ``en`` or ``zh``."""
        return self.told.spoken(language)


class FormError(DecodeError):
    """A form that cannot be taken.

    Attributes:
        errors: everything that is wrong with it.
    """

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        """Keep the errors and say the first of them."""
        super().__init__(errors[0].told.cause, (errors[0].field,))
        self.errors = errors
        self.explained(errors[0].told)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelForm:
    """A model as it is submitted.

    Attributes:
        vendor: name of who answers for it.
        name: its own.
        category: what kind of device it is.
        is_foreign: whether it is made for other markets.
        abilities: what it can do with an eSIM.
        approval: its approval; None: it has none yet.
    """

    vendor: str
    name: str
    category: ServiceClass
    is_foreign: bool = False
    abilities: frozenset[Ability] = frozenset()
    approval: Approval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TacForm:
    """TACs and their model.

    Attributes:
        span: first and last TAC, 8 digits each.
        vendor: name of who answers for the model.
        model: its name.
    """

    span: Span
    vendor: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EinForm:
    """EIDs and their chip maker.

    Attributes:
        span: first and last EID, 32 digits each.
        maker: name of the chip maker.
    """

    span: Span
    maker: str


class _Reader:
    """Reads the fields of one form and notes what is wrong."""

    def __init__(self, cells: Cells) -> None:
        self._cells: Final = cells
        self.errors: Final[list[FieldError]] = []

    def read(self, field: str, reader: Callable[[str], T], blank: T) -> T:
        """Return a field that must be there, read; where something is wrong, it is noted and the blank returned."""
        if not (self._cells.get(field) or "").strip(" "):
            self.errors.append(FieldError(field, told("missing")))
            return blank
        value = self.read_optional(field, reader)
        return blank if value is None else value

    def read_optional(self, field: str, reader: Callable[[str], T]) -> T | None:
        """Return a field, read; None: it is not there, or something is wrong."""
        text = self._cells.get(field) or ""
        if not text.strip(" "):
            return None
        try:
            read_text(text)
            return reader(text)
        except DecodeError as error:
            self.note(field, error)
            return None

    def note(self, field: str, error: DecodeError) -> None:
        """Note what is wrong with a field."""
        said = error.explanation if isinstance(error.explanation, Told) else told("missing")
        self.errors.append(FieldError(field, said))

    def verify(self) -> None:
        """Refuse the form if anything was wrong.

        Raises:
            FormError: everything that is wrong.
        """
        if self.errors:
            raise FormError(tuple(self.errors))


def read_vendor_form(cells: Cells, now: datetime) -> Vendor:
    """Return a new vendor as the form has it.

    Args:
        cells: ``name``, ``kind``, ``country``, and ``agent`` for foreign ones.
        now: aware UTC.

    Raises:
        FormError: everything that is wrong.
    """
    form = _Reader(cells)
    name = form.read("name", read_text, "")
    kind = form.read("kind", partial(read_word, words=VendorKind), VendorKind.PRIVATE)
    country = form.read("country", read_country, "")
    agent = form.read_optional("agent", read_text)
    if kind is VendorKind.FOREIGN and not (cells.get("agent") or "").strip(" "):
        form.note("agent", mistake("foreign-without-agent"))
    form.verify()
    return Vendor(name=name, kind=kind, country=country, agent=agent, created_at=now)


def read_model_form(cells: Cells) -> ModelForm:
    """Return a model as the form has it.

    Args:
        cells: ``vendor``, ``name``, ``category``; perhaps ``is_foreign`` (yes or no), ``abilities`` (words with blanks
            between), and all of ``approval_number``, ``approved_from`` and ``approved_to`` (days).

    Raises:
        FormError: everything that is wrong.
    """
    form = _Reader(cells)
    vendor = form.read("vendor", read_text, "")
    name = form.read("name", read_text, "")
    category = form.read("category", partial(read_word, words=ServiceClass), ServiceClass.PHONE)
    is_foreign = form.read_optional("is_foreign", read_yes_or_no)
    abilities = form.read_optional("abilities", read_abilities)
    approval = _approval(form, cells)
    form.verify()
    return ModelForm(
        vendor=vendor,
        name=name,
        category=category,
        is_foreign=bool(is_foreign),
        abilities=abilities or frozenset(),
        approval=approval,
    )


def read_tac_form(cells: Cells) -> TacForm:
    """Return TACs as the form has them.

    Args:
        cells: ``tac`` (8 digits or FIRST-LAST), ``vendor`` and ``model``.

    Raises:
        FormError: everything that is wrong.
    """
    form = _Reader(cells)
    span = form.read("tac", read_tacs, ("", ""))
    vendor = form.read("vendor", read_text, "")
    model = form.read("model", read_text, "")
    form.verify()
    return TacForm(span=span, vendor=vendor, model=model)


def read_ein_form(cells: Cells) -> EinForm:
    """Return EIDs as the form has them.

    Args:
        cells: ``ein`` (the digits that they begin with, or FIRST-LAST) and ``maker``.

    Raises:
        FormError: everything that is wrong.
    """
    form = _Reader(cells)
    span = form.read("ein", read_eins, ("", ""))
    maker = form.read("maker", read_text, "")
    form.verify()
    return EinForm(span=span, maker=maker)


def read_abilities(text: str) -> frozenset[Ability]:
    """Return abilities, written with blanks between.

    Raises:
        DecodeError: a word that is none.
    """
    return frozenset(read_word(each, Ability) for each in text.split(" ") if each)


def read_approval(cells: Cells) -> Approval | None:
    """Return an approval as a form has it, or None where nothing of it is there.

    Args:
        cells: ``approval_number``, ``approved_from`` and ``approved_to``: all or none.

    Raises:
        FormError: everything that is wrong.
    """
    form = _Reader(cells)
    approval = _approval(form, cells)
    form.verify()
    return approval


def _approval(form: _Reader, cells: Cells) -> Approval | None:
    names = ("approval_number", "approved_from", "approved_to")
    given = [name for name in names if (cells.get(name) or "").strip(" ")]
    number = form.read_optional(names[0], read_text)
    begins = form.read_optional(names[1], read_first_day)
    ends = form.read_optional(names[2], read_last_day)
    if given and len(given) < len(names):
        missing = next(name for name in names if name not in given)
        form.note(missing, mistake("approval-incomplete"))
    if number is None or begins is None or ends is None:
        return None
    if ends < begins:
        form.note(names[2], mistake("backwards"))
        return None
    return Approval(number=number, begins=begins, ends=ends)

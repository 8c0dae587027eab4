"""What services find wrong with a form, told at its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openesim.adapters.web.desks.components.explained import explained_by, in_a_line
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.operator.views import say
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.faults import Fault, FormError
from openesim.kernel.errors import OpenEsimError
from openesim.messages.sgp22.explained.entries import Language

_SAME: Final[Mapping[str, str]] = {}


def note_faults(visit: Visit, form: Form, error: FormError, names: Mapping[str, str] = _SAME) -> None:
    """Note what is wrong with a form of the conditions, each at its field.

    Args:
        visit: who reads.
        form: that came.
        error: what is wrong.
        names: of fields that are called otherwise on the page.
    """
    for field, fault in error.faults.items():
        form.refuse(names.get(field, field), fault_text(visit, form, names.get(field, field), fault))


def fault_text(visit: Visit, form: Form, field: str, fault: Fault) -> str:
    """Return what is wrong with a field, with what the field is called."""
    said = fault.said(visit.language.value)
    label = form.label(field).unescape()
    if visit.language is Language.CHINESE:
        return f"{label}：{said}"
    return f"{label}: {said}"


def note_refusal(visit: Visit, form: Form, error: OpenEsimError, field: str) -> None:
    """Note a refusal that explains itself in both languages at a field."""
    told = explained_by(error, visit.language)
    form.refuse(
        field, say(visit, "operator.fields.refused") if told is None else in_a_line(told, visit.language)
    )

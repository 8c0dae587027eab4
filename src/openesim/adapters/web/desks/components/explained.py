"""A refusal for people: cause, whose move it is, what to do next, and the code underneath."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openesim.adapters.web.desks.wording import capital
from openesim.conditions.identity.cases import CaseStateError
from openesim.conditions.identity.faults import FormError
from openesim.conditions.identity.texts import explain as explain_case
from openesim.conditions.terminals.texts import Told
from openesim.kernel.errors import Explanation, FunctionError, OpenEsimError, RuleRefused
from openesim.messages.sgp22.explained import Explained, explain_status
from openesim.messages.sgp22.explained.entries import Language, owner_text
from openesim.services.conditions.accounts.texts import AccountRefused, explain


@dataclass(frozen=True, slots=True)
class ExplainedError:
    """A refusal, in the language of its reader.

    Attributes:
        cause: what is the matter.
        owner: whose move it is.
        next_step: what to do.
        code: for programs and the help desk; empty: none.
    """

    component: ClassVar[str] = "explained"

    cause: str
    owner: str
    next_step: str
    code: str = ""


def explained_by(error: OpenEsimError, language: Language) -> ExplainedError | None:
    """Return what an error explains of itself in a language; None: nothing that can be said in it."""
    match error:
        case AccountRefused():
            found = explain(error.cause, language.value, error.facts)
            return ExplainedError(found.cause, found.owner, found.next_step)
        case CaseStateError():
            return explained_from(explain_case(error, language.value), language)
        case FormError():
            return explained_from(error.explain(language.value), language)
        case FunctionError() if not isinstance(error.explanation, Explained):
            return explained_from(explain_status(error.subject, error.reason), language)
        case RuleRefused() if error.explanation is not None:
            told = explained_from(error.explanation, language)
            return ExplainedError(told.cause, told.owner, told.next_step, error.rule)
    if isinstance(error.explanation, Told):
        return explained_from(error.explanation.spoken(language.value), language)
    if isinstance(error.explanation, Explained) or (error.explanation and language is Language.ENGLISH):
        return explained_from(error.explanation, language)
    return None


def explained_from(explanation: Explanation, language: Language, code: str = "") -> ExplainedError:
    """Return an explanation in a language; one from the catalogue brings both, and its code."""
    if isinstance(explanation, Explained):
        said = explanation.in_language(language)
        owner = owner_text(explanation.owner, language)
        return ExplainedError(said.cause, owner, said.next_step, explanation.code)
    return ExplainedError(explanation.cause, explanation.owner, explanation.next_step, code)


def in_a_line(told: ExplainedError, language: Language) -> str:
    """Return cause and next step in one line, for the field of a form."""
    if language is Language.CHINESE:
        return f"{told.cause}。{told.next_step}。"
    return f"{capital(told.cause)}: {told.next_step}."

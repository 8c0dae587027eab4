"""Finds the entry of a code, a status word, an outcome or an error."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TypeVar

from openesim.kernel.errors import (
    CardError,
    ConfigError,
    DecodeError,
    Explanation,
    FunctionError,
    OpenEsimError,
    PeerError,
)
from openesim.messages.sgp22.explained import installation, status_pairs
from openesim.messages.sgp22.explained.disagreements import DISAGREEMENTS, Disagreement
from openesim.messages.sgp22.explained.doors import DOORS
from openesim.messages.sgp22.explained.entries import Explained, Language
from openesim.messages.sgp22.explained.outcomes import OUTCOMES, LpaOutcome
from openesim.messages.sgp22.explained.results import RESULTS, UNKNOWN_RESULT
from openesim.messages.sgp22.explained.status_words import ANY_STATUS_WORD, STATUS_WORDS

E = TypeVar("E", bound=OpenEsimError)

_OUTCOME = "lpa:"
_DISAGREEMENT = "disagreement:"
_ENTRIES = OUTCOMES | DOORS


def explain_status(subject: str, reason: str) -> Explained:
    """Explain a subject and reason code: the exact pair, else the subject, else in general."""
    code = f"status:{subject}/{reason}"
    entry = status_pairs.PAIRS.get((subject, reason))
    if entry is not None:
        return Explained.of(code, entry)
    detail = status_pairs.REASONS.get(reason, ("", ""))
    broader = subject
    while broader:
        entry = status_pairs.SUBJECTS.get(broader)
        if entry is not None:
            return Explained.of(code, entry, detail)
        broader = broader.rpartition(".")[0]
    return Explained.of(code, status_pairs.ANY, detail)


def explain_result(kind: type[IntEnum], number: int) -> Explained:
    """Explain a result code of the chip.

    Args:
        kind: the enumeration the code belongs to, such as ``EnableResult``.
        number: the code, named by the enumeration or not.
    """
    entry = RESULTS.get(kind, {}).get(int(number), UNKNOWN_RESULT)
    return Explained.of(f"{kind.__name__}:{int(number)}", entry)


def explain_installation(
    command: int, reason: int, pe_statuses: Sequence[int] = (), chip_words: str | None = None
) -> Explained:
    """Explain a failed installation.

    Args:
        command: BppCommandId.
        reason: ErrorReason.
        pe_statuses: statuses of the profile interpreter other than ok, in the order given.
        chip_words: what the profile interpreter says for people.
    """
    entry = installation.REASONS.get(int(reason), installation.UNKNOWN_REASON)
    told = [installation.COMMANDS.get(int(command), (f"in step {int(command)}", f"第 {int(command)} 步"))]
    told += [installation.pe_status_text(status) for status in pe_statuses]
    words = "".join(filter(str.isprintable, chip_words or "")).strip()
    if words:
        told.append((f"the chip says: {words}", f"芯片说明：{words}"))
    english, chinese = zip(*told, strict=True)
    code = f"installation:{int(command)}/{int(reason)}"
    return Explained.of(code, entry, (", ".join(english), "，".join(chinese)))


def explain_status_word(status_word: int) -> Explained:
    """Explain a status word of a card."""
    entry = STATUS_WORDS.get(status_word, ANY_STATUS_WORD)
    return Explained.of(f"status-word:{status_word:04X}", entry)


def explain_outcome(outcome: LpaOutcome) -> Explained:
    """Explain what an LPA found by itself."""
    return Explained.of(f"{_OUTCOME}{outcome.value}", _ENTRIES[outcome])


def with_outcome(error: E, outcome: LpaOutcome) -> E:
    """Attach the explanation of an outcome to an error and return the same error, ready to be raised."""
    error.explained(explain_outcome(outcome))
    return error


def outcome_of(error: BaseException) -> LpaOutcome | None:
    """Return the outcome that was attached to an error, or None."""
    explanation = error.explanation if isinstance(error, OpenEsimError) else None
    if isinstance(explanation, Explained) and explanation.code.startswith(_OUTCOME):
        return LpaOutcome(explanation.code.removeprefix(_OUTCOME))
    return None


def explain_disagreement(kind: Disagreement) -> Explained:
    """Explain what reconciliation found."""
    return Explained.of(f"{_DISAGREEMENT}{kind.value}", DISAGREEMENTS[kind])


def explain_code(code: str) -> Explained | None:
    """Explain what a code of this catalogue names, such as ``status:8.2.6/3.8`` or ``EnableResult:3``; None: no code."""
    kind, _, rest = code.partition(":")
    first, _, second = rest.partition("/")
    if kind == "status" and first and second:
        return explain_status(first, second)
    if kind == "installation" and first.isdecimal() and second.isdecimal():
        return explain_installation(int(first), int(second))
    if kind == _OUTCOME.rstrip(":") and rest in set(LpaOutcome):
        return explain_outcome(LpaOutcome(rest))
    if kind == _DISAGREEMENT.rstrip(":") and rest in set(Disagreement):
        return explain_disagreement(Disagreement(rest))
    results = next((each for each in RESULTS if each.__name__ == kind), None)
    return explain_result(results, int(rest)) if results is not None and rest.isdecimal() else None


def explain_error(error: BaseException) -> Explanation:
    """Explain any error: its own explanation, else what its kind and codes tell."""
    if isinstance(error, OpenEsimError) and error.explanation is not None:
        return error.explanation
    match error:
        case FunctionError():
            return explain_status(error.subject, error.reason)
        case CardError(status_word=int(status_word)):
            return explain_status_word(status_word)
        case CardError():
            return explain_outcome(LpaOutcome.CARD_GONE)
        case PeerError():
            return explain_outcome(LpaOutcome.CONNECTION_FAILED)
        case DecodeError():
            return explain_outcome(LpaOutcome.ANSWER_UNREADABLE)
        case ConfigError():
            return explain_outcome(LpaOutcome.SETTING_WRONG)
        case KeyboardInterrupt():
            return explain_outcome(LpaOutcome.INTERRUPTED)
        case _:
            return explain_outcome(LpaOutcome.UNEXPLAINED)


def in_language(explanation: Explanation, language: Language) -> Explanation:
    """Return an explanation in a language; one from outside the catalogue stays as it is."""
    return explanation.in_language(language) if isinstance(explanation, Explained) else explanation

"""What a refusal means for people: cause, whose move it is, next step, in English and in Chinese.

One catalogue for subject and reason codes of servers, installation results and result codes of chips, status
words, and what an LPA finds by itself. Data stand in one module per kind; ``explain_error`` finds the entry of
any error.
"""

from openesim.messages.sgp22.explained.disagreements import Disagreement
from openesim.messages.sgp22.explained.entries import Entry, Explained, Language, Owner, Words, owner_text
from openesim.messages.sgp22.explained.lookup import (
    explain_code,
    explain_disagreement,
    explain_error,
    explain_installation,
    explain_outcome,
    explain_result,
    explain_status,
    explain_status_word,
    in_language,
    outcome_of,
    with_outcome,
)
from openesim.messages.sgp22.explained.outcomes import LpaOutcome

__all__ = [
    "Disagreement",
    "Entry",
    "Explained",
    "Language",
    "LpaOutcome",
    "Owner",
    "Words",
    "explain_code",
    "explain_disagreement",
    "explain_error",
    "explain_installation",
    "explain_outcome",
    "explain_result",
    "explain_status",
    "explain_status_word",
    "in_language",
    "outcome_of",
    "owner_text",
    "with_outcome",
]

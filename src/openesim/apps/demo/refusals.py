"""How a refusal is told: who said no, cause, whose move it is, next step."""

from __future__ import annotations

from collections.abc import Mapping

from openesim.apps.demo.telling import Teller
from openesim.kernel.errors import FunctionError, OpenEsimError
from openesim.messages.sgp22.explained import Language, explain_error, in_language, owner_text


def tell_refusal(teller: Teller, refusal: FunctionError, fqdn: str) -> None:
    """Tell what a server refused to a phone.

    Args:
        teller: tells it.
        refusal: as it came.
        fqdn: the server.
    """
    teller.say("refusal", style="bold yellow", fqdn=fqdn, subject=refusal.subject, reason=refusal.reason)
    tell_explained(teller, refusal)


def tell_explained(teller: Teller, error: OpenEsimError) -> None:
    """Tell cause, owner and next step of an error."""
    language = Language(teller.language)
    told = in_language(explain_error(error), language)
    tell_facts(
        teller,
        {"cause": told.cause, "owner": owner_text(told.owner, language), "next_step": told.next_step},
    )


def tell_facts(teller: Teller, told: Mapping[str, str]) -> None:
    """Tell cause, owner and next step.

    Args:
        teller: tells it.
        told: all three, by these names.
    """
    teller.facts([(teller.text(name), told.get(name, "")) for name in ("cause", "owner", "next_step")])

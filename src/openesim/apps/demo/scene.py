"""Who takes part in the demo, and what is known of the story so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from openesim.adapters.keystore.files import PkiFolder
from openesim.apps.demo.books import SETTLE_LIMIT_S, Standing, compare_books
from openesim.apps.demo.issuing import Issuer
from openesim.apps.demo.operators import Desk
from openesim.apps.demo.people import People
from openesim.apps.demo.phone import Phone
from openesim.apps.demo.preparing import names_of
from openesim.apps.demo.telling import Teller
from openesim.apps.demo.web import Web
from openesim.conditions.admission import codes
from openesim.messages.sgp22.explained import Language, in_language

T = TypeVar("T")

ORDERS: Final = "/api/v1/orders"
_LOOK_AGAIN_S: Final = 0.1


@dataclass(slots=True, kw_only=True)
class Scene:
    """Who takes part, and what came of it.

    Attributes:
        teller: who tells.
        pki: whom everybody believes.
        home: the operator in the country with rules; its server is the country's.
        abroad: an operator in a country without.
        people: who works at the desks, and the person whom it is all about.
        phone: hers.
        api: the REST API of the country's server, as the operator's programs reach it.
        key: of the operator, for the API.
        model_id: the model of her phone in the register.
        case_id: her verification.
        second_id: her second order; 0 before it is made.
        code: her confirmation code, which she alone has seen.
    """

    teller: Teller
    pki: PkiFolder
    home: Issuer
    abroad: Desk
    people: People
    phone: Phone
    api: Web
    key: str
    model_id: int = 0
    case_id: str = ""
    second_id: int = 0
    code: str = ""

    @property
    def names(self) -> dict[str, str]:
        """The operators' names, as texts want them."""
        return names_of(self.home, self.abroad)

    @property
    def language(self) -> Language:
        """In which everybody speaks."""
        return Language(self.teller.language)

    def begin(self, key: str, **values: object) -> None:
        """Begin a step."""
        self.teller.begin(key, **self.names, **values)

    def do(self, unit: Callable[[Any], T]) -> T:
        """Return what a unit of work returns, run on the database of the country's server."""
        return self.home.work.run_now(unit)

    def compare(self, home: Standing, abroad: Standing) -> None:
        """Compare the books of both operators with her chip."""
        compare_books(self.teller, (self.home, self.abroad), self.phone.lpa, (home, abroad))

    # --- the operator's programs ------------------------------------------------------------------------------

    def order(self, *, dry_run: bool = False) -> tuple[int, dict[str, Any]]:
        """Order a profile for her chip, naming her case, as the operator's programs do, and return status and document.

        Args:
            dry_run: only ask what would come of it.
        """
        body = {"profile_type": self.home.operator.key, "eid": str(self.phone.eid), "case_id": self.case_id}
        headers = {"authorization": f"Bearer {self.key}", "accept-language": self.language.value}
        return self.api.post(ORDERS + ("?dry_run=true" if dry_run else ""), body, headers)

    def wait_for_answer(self, cause: str) -> bool:
        """Tell whether orders are refused for a cause, within a few seconds: a server hears of changes a moment later.

        Args:
            cause: as the gate names it; empty: they are not refused any more.
        """
        wanted, deadline = self.words_of(cause), time.monotonic() + SETTLE_LIMIT_S
        while True:
            _, document = self.order(dry_run=True)
            if document.get("explanation", {}).get("cause", "") == wanted:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_AGAIN_S)

    def words_of(self, cause: str) -> str:
        """Return how a cause of the gate is told; empty for none."""
        told = codes.explained(f"{codes.PREFIX}{cause}")
        return "" if told is None else in_language(told, self.language).cause

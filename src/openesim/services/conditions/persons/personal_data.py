"""Looks at personal data: none without a reason, and none that is not in the ledger.

Everybody who may see a case sees its values masked. Who has to see one says why, and entry and value come out of one unit
of work: if the entry is not kept, nobody has seen anything. The person himself sees his own; a verifier is told what it
has to compare. Both are looks like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from openesim.conditions.identity.case import Case, Field
from openesim.conditions.identity.faults import Fault, FaultyTextError, FormError
from openesim.conditions.identity.forms import parse_reason
from openesim.conditions.identity.masking import masked
from openesim.kernel.errors import NotFoundError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.acts import Act, look_entry
from openesim.transparency.entries import Entry

OWN: Final = "own"
TO_VERIFIER: Final = "to-verifier"
HANDED_OVER: Final = "handed-over"
"""Reasons that are no person's: the person sees his own, a verifier is told what it has to compare, a clerk hands over the
code of the line that he has just sold."""

_SHORTEST: Final = 2


class LookStores(Protocol):
    """Personal values and the ledger, inside one unit of work."""

    def case(self, case_id: str) -> Case | None:
        """Return a case as it stands."""
        ...

    def field(self, case_id: str, field: Field) -> str | None:
        """Return a personal value of a case."""
        ...

    def fields_of(self, case_id: str) -> dict[Field, datetime | None]:
        """Return which personal values of a case are kept, and when each goes."""
        ...

    def append_entry(self, entry: Entry) -> None:
        """Write an entry of the ledger."""
        ...


class CodeStores(LookStores, Protocol):
    """Confirmation codes of orders and the ledger, inside one unit of work."""

    def code_of_order(self, order_id: int) -> str | None:
        """Return the confirmation code that is kept of an order."""
        ...


def look(stores: LookStores, case_id: str, field: Field, actor: str, reason: str, now: datetime) -> str:
    """Return a personal value to somebody who has said why he has to see it.

    Args:
        stores: of the unit of work.
        case_id: of the case.
        field: what he wants to see.
        actor: who looks.
        reason: why, 10 to 200 characters; kept for good, so without numbers and without what is looked at.
        now: aware UTC.

    Raises:
        FormError: the reason is none.
        NotFoundError: there is no such case, or no such value is kept.
    """
    case = _case(stores, case_id)
    why = _reason(stores, case_id, reason)
    value = _value(stores, case_id, field)
    stores.append_entry(look_entry(case, Act(actor=actor, now=now), field=field.value, reason=why))
    return value


def look_own(stores: LookStores, case_id: str, field: Field, account: str, act: Act) -> str:
    """Return a personal value to the person himself.

    Args:
        stores: of the unit of work.
        case_id: of the case.
        field: what he wants to see.
        account: the account that is signed in, as the case names it.
        act: who looks, as the ledger calls him, and when.

    Raises:
        NotFoundError: there is no such case of his, or no such value is kept.
    """
    case = _case(stores, case_id)
    if case.account is None or case.account != account:
        raise NotFoundError("there is no such case")
    value = _value(stores, case_id, field)
    stores.append_entry(look_entry(case, act, field=field.value, reason=OWN))
    return value


def own_code(stores: CodeStores, case: Case, order_id: int, act: Act) -> str:
    """Return the confirmation code of an order to the person himself.

    Args:
        stores: of the unit of work.
        case: the case behind the order; it is his.
        order_id: the order.
        act: who looks, as the ledger calls him, and when.

    Raises:
        NotFoundError: no code is kept.
    """
    return _code(stores, case, order_id, act, OWN)


def hand_over(stores: CodeStores, case: Case, order_id: int, act: Act) -> str:
    """Return the confirmation code of an order to the clerk who hands it over to the person before him.

    Args:
        stores: of the unit of work.
        case: the case behind the order.
        order_id: the order.
        act: the clerk, and when.

    Raises:
        NotFoundError: no code is kept.
    """
    return _code(stores, case, order_id, act, HANDED_OVER)


def tell_verifier(
    stores: LookStores, case_id: str, fields: Iterable[Field], verifier: str, now: datetime
) -> dict[Field, Secret[str]]:
    """Return what a verifier has to compare, as far as it is kept.

    Args:
        stores: of the unit of work.
        case_id: of the case.
        fields: what it has to compare.
        verifier: who it is: ``authority:NAME``.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such case.
    """
    case = _case(stores, case_id)
    told = {field: value for field in fields if (value := stores.field(case_id, field)) is not None}
    names = ", ".join(field.value for field in told)
    act = Act(actor=verifier, now=now)
    stores.append_entry(look_entry(case, act, field=names, reason=TO_VERIFIER))
    return {field: Secret(value) for field, value in told.items()}


def masked_fields(stores: LookStores, case_id: str) -> dict[Field, str]:
    """Return the personal values of a case as everybody sees them who may see the case."""
    kept = [field for field in stores.fields_of(case_id) if field is not Field.FLOW]
    # Codes are their orders' own: here it shows only that there are any.
    is_code = Field.CONFIRMATION_CODE
    found = {field: "*" if field is is_code else stores.field(case_id, field) for field in kept}
    return {field: masked(field, value) for field, value in found.items() if value is not None}


def _case(stores: LookStores, case_id: str) -> Case:
    case = stores.case(case_id)
    if case is None:
        raise NotFoundError("there is no such case")
    return case


def _code(stores: CodeStores, case: Case, order_id: int, act: Act, reason: str) -> str:
    code = stores.code_of_order(order_id)
    if code is None:
        raise NotFoundError("no code is kept of this order: none was made, or its time was over")
    facts = {"field": Field.CONFIRMATION_CODE.value, "reason": reason}
    stores.append_entry(replace(look_entry(case, act, **facts), order_id=order_id))
    return code


def _value(stores: LookStores, case_id: str, field: Field) -> str:
    value = None if field is Field.FLOW else stores.field(case_id, field)
    if value is None:
        raise NotFoundError("no such value is kept of this case: it was never told, or its time was over")
    return value


def _reason(stores: LookStores, case_id: str, text: str) -> str:
    """Return a reason that says nothing of the person.

    Raises:
        FormError: it is none, or repeats a personal value of the case.
    """
    try:
        reason = parse_reason(text)
    except FaultyTextError as error:
        raise FormError({"reason": error.fault}) from None
    told = reason.casefold().replace(" ", "")
    for field in stores.fields_of(case_id):
        value = (stores.field(case_id, field) or "").casefold().replace(" ", "")
        if len(value) >= _SHORTEST and value in told:
            raise FormError({"reason": Fault("reason-personal")})
    return reason

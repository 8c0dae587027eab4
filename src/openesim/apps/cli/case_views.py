"""Looking at cases: ``openesim case show``, ``list``, ``look`` and ``evidence``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from openesim.apps.cli.blocklist import Who
from openesim.apps.cli.case_options import CaseId, Language, act_of, fields_of, text_of, word_of
from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data
from openesim.apps.cli.printing import print_fields, print_json, print_table

if TYPE_CHECKING:
    from openesim.conditions.identity.case import Case

_PAGE = 500


@json_errors
def show(case: CaseId, data: Data, language: Language = "en", as_json: AsJson = False) -> None:
    """Show a case: where it stands, what comes next, what is kept of the person, masked."""
    from openesim.services.conditions.persons.cases import known
    from openesim.services.conditions.persons.personal_data import masked_fields

    with opened(data, must_exist=True, holds="cases") as work:
        found = work.run_now(lambda stores: known(stores, case))
        fields = work.run_now(lambda stores: masked_fields(stores, case))
    told = fields_of(found, language) | {f"person: {field.value}": text for field, text in fields.items()}
    if as_json:
        print_json(told)
    else:
        print_fields(told)


@json_errors
def list_cases(
    data: Data,
    operator: Annotated[str, typer.Option(help="Whose cases.")],
    state: Annotated[
        str | None, typer.Option(metavar="WORD", help="Only those that stand here, such as four-eyes.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, newest first.")] = 100,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """List an operator's cases, newest first. Nothing in it is personal."""
    from openesim.conditions.identity.cases import CaseState

    wanted = None if state is None else word_of("--state", state, CaseState)
    found: list[Case] = []
    with opened(data, must_exist=True, holds="cases") as work:
        while len(found) < most:
            after, limit = found[-1] if found else None, min(_PAGE, most - len(found))
            page = work.run_now(lambda stores: stores.cases_of_operator(operator, wanted, after, limit))  # noqa: B023
            if not page:
                break
            found += page
    if as_json:
        print_json([fields_of(each, language) for each in found])
        return
    headings = ("case", "state", "service", "channel", "document", "created_at", "expires_at")
    rows = [fields_of(each, language) for each in found]
    print_table([headings, *(tuple(str(row[name] or "") for name in headings) for row in rows)])


@json_errors
def look(
    case: CaseId,
    data: Data,
    field: Annotated[str, typer.Option(metavar="WORD", help="What you have to see, such as name.")],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, 10 to 200 characters; the ledger keeps it for good.")
    ],
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show one personal value. The ledger keeps who looked, when and why."""
    from openesim.conditions.identity.case import Field
    from openesim.services.conditions.persons.personal_data import look as look_at

    wanted, act = word_of("--field", field, Field), act_of(by)
    with opened(data, must_exist=True, holds="cases") as work:
        value = work.run_now(lambda stores: look_at(stores, case, wanted, act.actor, reason, act.now))
    if as_json:
        print_json({"case": case, "field": wanted.value, "value": value})
    else:
        print(value)


@json_errors
def evidence(case: CaseId, data: Data, as_json: AsJson = False) -> None:
    """Show the evidence record of a verified case, held against its hash. Nothing in it is personal."""
    from openesim.kernel.errors import NotFoundError
    from openesim.services.conditions.persons.cases import evidence_of, known

    with opened(data, must_exist=True, holds="cases") as work:
        digest = work.run_now(lambda stores: known(stores, case)).evidence
        if digest is None:
            raise NotFoundError("nobody was verified in this case")
        record = work.run_now(lambda stores: evidence_of(stores, digest))
    told = {"sha256": record.digest.hex(), **record.told}
    if as_json:
        print_json(told)
    else:
        print_fields({name: text_of(value) for name, value in told.items()})

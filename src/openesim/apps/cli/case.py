"""``openesim case``: verifying people without a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from openesim.apps.cli import case_views
from openesim.apps.cli.blocklist import Who
from openesim.apps.cli.case_options import (
    Because,
    CaseId,
    Language,
    act_of,
    change,
    change_by_rules,
    print_case,
    word_of,
)
from openesim.apps.cli.failing import json_errors
from openesim.apps.cli.folder import opened
from openesim.apps.cli.options import AsJson, Data

if TYPE_CHECKING:
    from openesim.conditions.identity.case import Case
    from openesim.conditions.identity.steps import Application
    from openesim.conditions.rules.pack import Pack

app = typer.Typer(
    help="Cases: who stands behind a profile; applied for, verified, agreed to, revoked, looked at.",
    no_args_is_help=True,
)


@app.command("apply")
@json_errors
def apply(
    data: Data,
    operator: Annotated[str, typer.Option(help="Who verifies, see: openesim operator list.")],
    service: Annotated[
        str, typer.Option(metavar="phone|tablet|laptop|watch|iot|vehicle", help="For what kind of device.")
    ] = "phone",
    channel: Annotated[
        str, typer.Option(metavar="counter|agent|online|enterprise", help="Where the person is.")
    ] = "counter",
    eid: Annotated[str | None, typer.Option(metavar="EID", help="The chip that it is for.")] = None,
    imei: Annotated[str | None, typer.Option(metavar="IMEI", help="The device around it.")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="CODE", help="Where the person is, such as a province code.")
    ] = None,
    in_country: Annotated[
        bool | None,
        typer.Option("--in-country/--abroad", help="Whether that is in the country of the rules."),
    ] = None,
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Begin a case."""
    import os

    from openesim.services.conditions.persons.cases import apply as begin

    wanted = _application(operator, service, channel, (eid, imei, region), in_country=in_country)
    act = act_of(by)
    with opened(data) as work:
        case = work.run_now(lambda stores: begin(stores, wanted, act, os.urandom))
    print_case(case, "en", as_json=as_json)


@app.command("form")
def form() -> None:
    """Print an empty form for verify. A filled one holds a person's data: write it where nobody else reads, and delete it."""
    from openesim.apps.cli.case_form import SHAPE

    print(SHAPE, end="")


@app.command("verify")
@json_errors
def verify(
    case: CaseId,
    data: Data,
    filled: Annotated[
        str, typer.Option("--form", metavar="FILE|-", help="The form, filled in; - reads standard input.")
    ],
    notice: Annotated[
        list[str] | None,
        typer.Option(help="A text of the rules that the person was shown, by its name; may come again."),
    ] = None,
    four_eyes: Annotated[bool, typer.Option("--four-eyes", help="A second clerk has to agree.")] = False,
    language: Language = "en",
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Verify a person who stands before you, with what the form says."""
    from openesim.apps.cli.case_form import read_form
    from openesim.services.conditions.persons.verifying import Manner, verify_at_counter

    read, act = read_form(filled), act_of(by)
    manner = Manner(notices=tuple(notice or ()), four_eyes=four_eyes)

    def unit(stores: Any, pack: Pack) -> Case:
        return verify_at_counter(stores, case, read, pack, act, manner)

    change_by_rules(data, case, unit, act, language, as_json=as_json)


@app.command("agree")
@json_errors
def agree(
    case: CaseId, data: Data, language: Language = "en", by: Who = None, as_json: AsJson = False
) -> None:
    """Agree to what another clerk has seen."""
    from openesim.services.conditions.persons.verifying import agree as agree_to

    act = act_of(by)
    change_by_rules(
        data, case, lambda stores, pack: agree_to(stores, case, pack, act), act, language, as_json=as_json
    )


@app.command("trigger")
@json_errors
def trigger(
    case: CaseId,
    data: Data,
    sign: Annotated[str, typer.Option(metavar="WORD", help="What asks for it, such as fraud-flag.")],
    language: Language = "en",
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Have a verified person verify again, in the time that the rules give him."""
    from openesim.conditions.rules.words import Trigger
    from openesim.services.conditions.persons.persons import trigger as have_verified

    word, act = word_of("--sign", sign, Trigger), act_of(by)
    change_by_rules(
        data, case, lambda stores, pack: have_verified(stores, case, word, pack, act), act, language,
        as_json=as_json,
    )  # fmt: skip


@app.command("refuse")
@json_errors
def refuse(
    case: CaseId,
    data: Data,
    because: Because,
    language: Language = "en",
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Refuse a case for good; the person may begin another one."""
    from openesim.services.conditions.persons.cases import refuse as refuse_case

    act = act_of(by)
    change(data, lambda stores: refuse_case(stores, case, because, act), language, as_json=as_json)


@app.command("revoke")
@json_errors
def revoke(
    case: CaseId,
    data: Data,
    because: Because,
    language: Language = "en",
    by: Who = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a verification: downloads that stand on it stop in the middle."""
    from openesim.services.conditions.persons.cases import revoke as revoke_case

    act = act_of(by)
    change(data, lambda stores: revoke_case(stores, case, because, act), language, as_json=as_json)


@app.command("withdraw")
@json_errors
def withdraw(
    case: CaseId, data: Data, language: Language = "en", by: Who = None, as_json: AsJson = False
) -> None:
    """Give a case up, as the person wishes."""
    from openesim.services.conditions.persons.cases import withdraw as give_up

    act = act_of(by)
    change(data, lambda stores: give_up(stores, case, act), language, as_json=as_json)


app.command("show")(case_views.show)
app.command("list")(case_views.list_cases)
app.command("look")(case_views.look)
app.command("evidence")(case_views.evidence)


def _application(
    operator: str,
    service: str,
    channel: str,
    told: tuple[str | None, str | None, str | None],
    *,
    in_country: bool | None,
) -> Application:
    """Return what is applied for.

    Raises:
        ConfigError: a word or a number that is none.
    """
    from openesim.conditions.identity.forms import parse_line
    from openesim.conditions.identity.steps import Application
    from openesim.conditions.rules.words import Channel, ServiceClass
    from openesim.kernel.errors import ConfigError, DecodeError
    from openesim.kernel.ids import Eid, Imei

    eid, imei, region = told
    try:
        return Application(
            operator=parse_line(operator, 1, 64),
            service=word_of("--service", service, ServiceClass),
            channel=word_of("--channel", channel, Channel),
            eid=None if eid is None else Eid.parse(eid),
            imei=None if imei is None else Imei.parse(imei),
            region=None if region is None else parse_line(region, 1, 32),
            in_country=in_country,
        )
    except DecodeError as error:
        raise ConfigError(str(error)) from None

"""Chip makers: a list, and one of them with his certificates, his EIDs and the builds of his software."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.csv_file import csv_answer
from openesim.adapters.web.desks.components.table import Column, Row, Table, TableQuery, plain_table
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier, Link
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.saying import say
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.regulator.standing_moves import Moved, ask, do
from openesim.adapters.web.desks.regulator.terminal_view import (
    MAKERS,
    VENDORS,
    history_timeline,
    note_error,
    read,
    recall_notices,
    span_value,
    standing_pill,
)
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.terminals.fields import read_eins, read_text
from openesim.conditions.terminals.makers import (
    ChipMaker,
    EumCertificate,
    certificate_octets,
    read_build,
    read_certificate,
)
from openesim.conditions.terminals.vendors import StandingEvent
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError, VerificationError
from openesim.security.pki.certificate import Certificate
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.terminals.desk import MOST_RANGES, MakerSeen

_LIST: Final = "regulator.makers"
_ONE: Final = "regulator.maker"
_NEW: Final = "regulator.maker_new"
_ADD: Final = "regulator.maker_add"
_MOVE: Final = "regulator.maker_move"
_PATH: Final = f"{MAKERS}/{{maker_id:int}}"
_MOST_CERTIFICATE: Final = 32_000

_READ = reach(Permission.TERMINALS_READ, Tenancy.NATION)
_WRITE = reach(Permission.VENDORS_WRITE, Tenancy.NATION)
_STOP = reach(Permission.TERMINALS_STOP, Tenancy.NATION)


@get(MAKERS, opt=_READ)
async def makers(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show chip makers."""
    query = TableQuery(visit)
    names = ("name", "state", "certificates", "builds", "since")
    columns = [
        Column(
            say(visit, f"{_LIST}.column.{name}"), "number" if name in {"certificates", "builds"} else "text"
        )
        for name in names
    ]
    found = regulator.lists.makers(query.search)
    rows = [_row(visit, each) for each in found]
    if query.wants_csv:
        return csv_answer("chip-makers", columns, rows)
    table = query.table(
        say(visit, f"{_LIST}.title"),
        columns,
        rows,
        search_label=say(visit, f"{_LIST}.search"),
        has_csv=True,
        count=len(rows),
    )
    return visit.page("regulator/makers.html", table=table, may_write=visit.me.may(Permission.VENDORS_WRITE))


def _row(visit: Visit, maker: ChipMaker) -> Row:
    cells = (
        maker.name,
        standing_pill(visit, maker.state, "maker"),
        len(maker.certificates),
        len(maker.builds),
        maker.created_at,
    )
    return Row(cells, f"{MAKERS}/{maker.maker_id}")


@get(_PATH, opt=_READ)
async def maker(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], maker_id: FromPath[int]
) -> Response[Any]:
    """Show one chip maker."""
    seen = await regulator.terminals.maker(maker_id)
    one = seen.maker
    vendor = None if seen.vendor is None else Link(seen.vendor.name, f"{VENDORS}/{seen.vendor.vendor_id}")
    return visit.page(
        "regulator/maker.html",
        maker=one,
        pill=standing_pill(visit, one.state, "maker"),
        facts=[
            Fact(say(visit, f"{_ONE}.since"), one.created_at),
            Fact(say(visit, f"{_ONE}.vendor"), vendor or say(visit, f"{_ONE}.no_vendor")),
        ],
        recalls=recall_notices(visit, seen.recalls),
        certificates=_certificates(visit, one),
        eins=_eins(visit, seen),
        spans=[(each.first, str(span_value(each.first, each.last).text)) for each in seen.eins],
        has_more=len(seen.eins) >= MOST_RANGES,
        builds=_builds(visit, one),
        timeline=history_timeline(visit, seen.history),
        moves=[event.value for event in StandingEvent if event in seen.moves],
        may_write=visit.me.may(Permission.VENDORS_WRITE),
        path=f"{MAKERS}/{maker_id}",
    )


def _certificates(visit: Visit, one: ChipMaker) -> Table:
    names = ("subject", "key", "until", "who")
    columns = [Column(say(visit, f"{_ONE}.certificate.{name}")) for name in names]
    rows = [Row(_certificate(visit, each)) for each in reversed(one.certificates)]
    return plain_table(say(visit, f"{_ONE}.certificates"), columns, rows)


def _certificate(visit: Visit, one: EumCertificate) -> tuple[object, ...]:
    """Return what a certificate says; one that cannot be read is known by its key."""
    subject = ""
    until: date | None = None
    try:
        read_one = Certificate.decode(one.octets)
        subject, until = str(read_one.subject), read_one.not_after.date()
    except (DecodeError, VerificationError):
        pass
    key = one.key_id.hex()
    hit = Link(say(visit, f"{_ONE}.certificate.see"), f"/regulator/recalls/preview?kind=eum&number={key}")
    return subject, Identifier(key, is_digits=False), until, hit


def _eins(visit: Visit, seen: MakerSeen) -> Table:
    columns = [Column(say(visit, f"{_ONE}.ein"))]
    return plain_table(
        say(visit, f"{_ONE}.eins"), columns, [Row((span_value(each.first, each.last),)) for each in seen.eins]
    )


def _builds(visit: Visit, one: ChipMaker) -> Table:
    columns = [Column(say(visit, f"{_ONE}.build.{name}")) for name in ("version", "remark")]
    return plain_table(
        say(visit, f"{_ONE}.builds"), columns, [Row((Code(each.version), each.remark)) for each in one.builds]
    )


# --- registering, and what is noted of him


@get(f"{MAKERS}/new", opt=_WRITE)
async def maker_new(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for his name."""
    return visit.page("regulator/maker_new.html", form=visit.blank(_NEW))


@post(f"{MAKERS}/new", opt=_WRITE)
async def register_maker(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Register him."""
    form = await visit.form(_NEW)
    name = read(visit, form, "name", read_text)
    if name is not None:
        try:
            made = await regulator.deeds.register_maker(name, visit.me.actor)
            return visit.go(f"{MAKERS}/{made.maker_id}", f"{_NEW}.done", name=made.name)
        except ConflictError as error:
            note_error(visit, form, error, "name")
    return visit.page("regulator/maker_new.html", http_status=422, form=form)


@get(f"{_PATH}/add", opt=_WRITE)
async def maker_add(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], maker_id: FromPath[int]
) -> Response[Any]:
    """Ask for a certificate, EIDs, a build, or the vendor that he is."""
    return await _add_page(visit, regulator, maker_id, visit.blank(_ADD))


@post(f"{_PATH}/certificate", opt=_WRITE)
async def add_certificate(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], maker_id: FromPath[int]
) -> Response[Any]:
    """Note a certificate of his."""
    form = await visit.form(_ADD)
    upload = form.file("certificate", most=_MOST_CERTIFICATE)
    if upload is not None and not form.is_wrong:
        try:
            certificate = read_certificate(certificate_octets(upload.octets))
            await regulator.deeds.add_certificate(maker_id, certificate, visit.me.actor)
            return visit.go(f"{MAKERS}/{maker_id}", f"{_ADD}.certificate_added")
        except (ConflictError, DecodeError) as error:
            note_error(visit, form, error, "certificate")
    return await _add_page(visit, regulator, maker_id, form, http_status=422)


@post(f"{_PATH}/eins", opt=_WRITE)
async def add_eins(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], maker_id: FromPath[int]
) -> Response[Any]:
    """Note EIDs that are his."""
    form = await visit.form(_ADD)
    span = read(visit, form, "eins", read_eins)
    if span is not None:
        try:
            await regulator.deeds.add_eins(maker_id, span, visit.me.actor)
            return visit.go(f"{MAKERS}/{maker_id}", f"{_ADD}.eins_added")
        except (ConflictError, DecodeError) as error:
            note_error(visit, form, error, "eins")
    return await _add_page(visit, regulator, maker_id, form, http_status=422)


@post(f"{_PATH}/eins/remove", opt=_WRITE)
async def remove_eins(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], maker_id: FromPath[int]
) -> Response[Any]:
    """Take EIDs from him."""
    form = await visit.form(_ADD)
    first, seen = form.value("first"), await regulator.terminals.maker(maker_id)
    if not any(each.first == first for each in seen.eins):
        raise NotFoundError("none of this chip maker's ranges begins there")
    await regulator.deeds.remove_eins(first, visit.me.actor)
    return visit.go(f"{MAKERS}/{maker_id}", f"{_ADD}.eins_removed")


@post(f"{_PATH}/builds", opt=_WRITE)
async def add_build(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], maker_id: FromPath[int]
) -> Response[Any]:
    """Note a version of software that he told."""
    form = await visit.form(_ADD)
    remark = read(visit, form, "remark", read_text, is_needed=False) or ""
    build = read(visit, form, "version", lambda text: read_build(text, remark))
    if build is not None and not form.is_wrong:
        await regulator.deeds.add_build(maker_id, build, visit.me.actor)
        return visit.go(f"{MAKERS}/{maker_id}", f"{_ADD}.build_added")
    return await _add_page(visit, regulator, maker_id, form, http_status=422)


@post(f"{_PATH}/vendor", opt=_WRITE)
async def assign_maker(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices], maker_id: FromPath[int]
) -> Response[Any]:
    """Note which vendor he is."""
    form = await visit.form(_ADD)
    name = form.text("vendor", most=100, is_needed=False)
    numbers = {known: number for number, known in regulator.terminals.vendor_names().items()}
    if name and name not in numbers:
        form.wrong("vendor", f"{_ADD}.no_such_vendor")
    if not form.is_wrong:
        try:
            await regulator.deeds.assign_maker(maker_id, numbers.get(name), visit.me.actor)
            return visit.go(f"{MAKERS}/{maker_id}", f"{_ADD}.vendor_assigned")
        except (ConflictError, NotFoundError) as error:
            note_error(visit, form, error, "vendor")
    return await _add_page(visit, regulator, maker_id, form, http_status=422)


async def _add_page(
    visit: Visit, regulator: RegulatorServices, maker_id: int, form: Form, http_status: int = 200
) -> Response[Any]:
    seen = await regulator.terminals.maker(maker_id)
    return visit.page(
        "regulator/maker_add.html",
        http_status=http_status,
        form=form,
        maker=seen.maker,
        vendor="" if seen.vendor is None else seen.vendor.name,
        path=f"{MAKERS}/{maker_id}",
    )


# --- suspending, letting in again, striking off


def _move_routes(event: StandingEvent) -> tuple[Any, Any]:
    """Return the page that asks once more, and what is done then."""

    @get(f"{_PATH}/{event.value}", opt=_STOP, name=f"regulator.maker.{event.value}_page")
    async def page(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        maker_id: FromPath[int],
    ) -> Response[Any]:
        """Ask once more."""
        return await ask(visit, await _moved(regulator, maker_id), event)

    @post(f"{_PATH}/{event.value}", opt=_STOP, name=f"regulator.maker.{event.value}")
    async def move(
        visit: NamedDependency[Visit],
        regulator: NamedDependency[RegulatorServices],
        maker_id: FromPath[int],
    ) -> Response[Any]:
        """Do it."""
        return await do(visit, await _moved(regulator, maker_id), event)

    return page, move


async def _moved(regulator: RegulatorServices, maker_id: int) -> Moved:
    seen = await regulator.terminals.maker(maker_id)
    return Moved(
        path=f"{MAKERS}/{maker_id}",
        words=_MOVE,
        number=maker_id,
        name=seen.maker.name,
        hit=regulator.terminals.hit_by_maker,
        move=regulator.deeds.move_maker,
    )


ROUTES: Final[tuple[Any, ...]] = (
    *(makers, maker_new, register_maker, maker, maker_add),
    *(add_certificate, add_eins, remove_eins, add_build, assign_maker),
    *(route for event in StandingEvent for route in _move_routes(event)),
)

"""The chip maker that the vendor is: certificates, the EIDs of his chips, the builds of their software."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency

from openesim.adapters.web.desks.components.table import (
    PAGE_ROWS,
    Column,
    Row,
    Table,
    TableQuery,
    plain_table,
)
from openesim.adapters.web.desks.components.values import Code, Fact, Identifier, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.vendor.services import VendorServices
from openesim.adapters.web.desks.vendor.views import CHIPS, note_told, read, standing_pill
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.terminals.fields import LONGEST_NAME, read_eins, read_text, read_versions
from openesim.conditions.terminals.makers import Build
from openesim.conditions.terminals.texts import Told
from openesim.conditions.terminals.vendors import Standing
from openesim.kernel.errors import ConflictError, DecodeError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.vendor.chips import OwnMaker, SeenCertificate

_W: Final = "vendor.chips"
CERTIFICATE: Final = "vendor.chip_certificate"
EINS: Final = "vendor.chip_eins"
BUILD: Final = "vendor.chip_build"

_MOST_CERTIFICATE: Final = 20_000
_READ = reach(Permission.CHIP_MAKERS_READ, Tenancy.VENDOR)
_WRITE = reach(Permission.CHIP_MAKERS_WRITE, Tenancy.VENDOR)


@get(CHIPS, opt=_READ)
async def chips(visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]) -> Response[Any]:
    """Show what is registered of the chip maker."""
    query = TableQuery(visit)
    after = (
        query.cursor if len(query.cursor) == 32 and query.cursor.isascii() and query.cursor.isdigit() else ""
    )
    found = await vendor.chips.own(visit.vendor_id, after, PAGE_ROWS)
    if found is None:
        return visit.page("vendor/chips.html", maker=None)
    may_write = visit.me.may(Permission.CHIP_MAKERS_WRITE) and found.maker.state is Standing.IN_FORCE
    return visit.page(
        "vendor/chips.html",
        maker=found.maker,
        standing=standing_pill(visit, found.maker.state),
        is_out=found.maker.state is not Standing.IN_FORCE,
        may_write=may_write,
        certificates=[_certificate(visit, each) for each in found.certificates],
        eins=_eins(visit, query, found),
        builds=_builds(visit, found.maker.builds),
    )


def _certificate(visit: Visit, certificate: SeenCertificate) -> dict[str, Any]:
    """Return a certificate as a card."""

    def fact(name: str, value: object) -> Fact:
        """Return a line."""
        return Fact(visit.say(f"{_W}.fact.{name}"), value)

    eins = ", ".join(f"{begin}…" for begin in certificate.eins)
    return {
        "subject": certificate.subject,
        "pill": _validity(visit, certificate),
        "facts": [
            fact("issuer", certificate.issuer),
            fact("eins", Code(eins) if eins else None),
            fact("begins", certificate.begins),
            fact("ends", certificate.ends),
            fact("key", Identifier(certificate.key_id.hex())),
        ],
    }


def _validity(visit: Visit, certificate: SeenCertificate) -> Pill:
    if visit.now < certificate.begins:
        return Pill.of(visit, f"{_W}.validity.early", Tone.WAIT)
    is_over = certificate.ends < visit.now
    return Pill.of(
        visit, f"{_W}.validity.{'over' if is_over else 'valid'}", Tone.BAD if is_over else Tone.GOOD
    )


def _eins(visit: Visit, query: TableQuery, found: OwnMaker) -> Table:
    """Return ranges of EIDs as a table."""
    columns = [Column(visit.say(f"{_W}.column.{name}")) for name in ("first", "last")]
    rows = [Row((Identifier(each.first), Identifier(each.last))) for each in found.eins]
    return query.table(visit.say(f"{_W}.eins"), columns, rows, next_cursor=found.next)


def _builds(visit: Visit, builds: tuple[Build, ...]) -> Table:
    """Return builds as a table, the newest first."""
    columns = [Column(visit.say(f"{_W}.column.{name}")) for name in ("version", "remark")]
    rows = [Row((Code(each.version), each.remark or None)) for each in reversed(builds)]
    return plain_table(visit.say(f"{_W}.builds"), columns, rows)


# --- what is added ----------------------------------------------------------------------------------------------


@get(f"{CHIPS}/certificate", opt=_WRITE)
async def certificate_form(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for a certificate."""
    return _page(visit, "vendor/chip_certificate.html", visit.blank(CERTIFICATE))


@post(f"{CHIPS}/certificate", opt=_WRITE)
async def add_certificate(
    visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]
) -> Response[Any]:
    """Add it."""
    form = await visit.form(CERTIFICATE)
    upload = form.file("certificate", most=_MOST_CERTIFICATE)
    if upload is not None and not form.is_wrong:
        try:
            await vendor.chips.add_certificate(visit.vendor_id, upload.octets, visit.me.actor)
        except (ConflictError, DecodeError) as error:
            _note(visit, form, "certificate", error)
        else:
            return visit.go(CHIPS, f"{_W}.certificate_added")
    return _page(visit, "vendor/chip_certificate.html", form, http_status=422)


@get(f"{CHIPS}/eins", opt=_WRITE)
async def eins_form(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for EIDs."""
    return _page(visit, "vendor/chip_eins.html", visit.blank(EINS))


@post(f"{CHIPS}/eins", opt=_WRITE)
async def add_eins(visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]) -> Response[Any]:
    """Add them."""
    form = await visit.form(EINS)
    span = read(visit, form, "ein", read_eins)
    if span is not None:
        try:
            await vendor.chips.add_eins(visit.vendor_id, span, visit.me.actor)
        except ConflictError as error:
            _note(visit, form, "ein", error)
        else:
            return visit.go(CHIPS, f"{_W}.eins_added")
    return _page(visit, "vendor/chip_eins.html", form, http_status=422)


@get(f"{CHIPS}/builds", opt=_WRITE)
async def build_form(visit: NamedDependency[Visit]) -> Response[Any]:
    """Ask for a build."""
    return _page(visit, "vendor/chip_build.html", visit.blank(BUILD))


@post(f"{CHIPS}/builds", opt=_WRITE)
async def add_build(visit: NamedDependency[Visit], vendor: NamedDependency[VendorServices]) -> Response[Any]:
    """Add it."""
    form = await visit.form(BUILD)
    version = read(visit, form, "version", lambda text: read_versions(text)[0])
    remark = (
        read(visit, form, "remark", lambda text: read_text(text, LONGEST_NAME))
        if form.value("remark")
        else ""
    )
    if version is not None and remark is not None and not form.is_wrong:
        try:
            build = Build(version=version, remark=remark)
            await vendor.chips.add_build(visit.vendor_id, build, visit.me.actor)
        except ConflictError as error:
            _note(visit, form, "version", error)
        else:
            return visit.go(CHIPS, f"{_W}.build_added", version=version)
    return _page(visit, "vendor/chip_build.html", form, http_status=422)


def _note(visit: Visit, form: Form, name: str, error: ConflictError | DecodeError) -> None:
    if isinstance(error.explanation, Told):
        note_told(visit, form, name, error.explanation)
        return
    raise error


def _page(visit: Visit, template: str, form: Form, http_status: int = 200) -> Response[Any]:
    return visit.page(template, http_status=http_status, form=form)

"""Rule packs: all versions, and who is under which."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.naming import in_words, last_day, last_moment, service_name
from openesim.adapters.web.desks.components.table import Column, Row, Table, plain_table
from openesim.adapters.web.desks.components.values import Code, Fact, Link, Pill, Quiet
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator import pack_view as view
from openesim.adapters.web.desks.regulator.application_view import path_of_operator
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.rules.in_force import DatedAssignment
from openesim.conditions.rules.pack import Pack
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.rules.desk import Put, RulesSeen, Version

WORDS: Final = "regulator.rules"
_READ = reach(Permission.RULES_READ, Tenancy.NATION)


@get("/regulator/rules", opt=_READ)
async def rules(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show all packs with their versions, and who is under which."""
    seen = await regulator.rules.seen()
    names = await regulator.licences.operator_names()
    may_change = visit.me.may(Permission.RULES_PUT_IN_FORCE)
    return visit.page(
        "regulator/rules.html",
        packs=_versions(visit, seen),
        puts=_puts(visit, seen, names),
        usual=seen.usual,
        may_change=may_change,
    )


def path_of_pack(pack_id: str, version: str) -> str:
    """Return the path of the page about a version of a pack."""
    return f"/regulator/rules/packs/{pack_id}/{version}"


def state_pill(visit: Visit, state: Any) -> Pill:
    """Return whether something holds now."""
    return Pill.of(visit, f"{WORDS}.state.{state}", view.TONES[state])


def _versions(visit: Visit, seen: RulesSeen) -> Table:
    """Return all packs with their versions, the newest of each first."""
    names = ("pack", "title", "version", "state", "begins", "ends", "by", "compare")
    columns = [Column(visit.say(f"{WORDS}.column.{name}")) for name in names]
    rows = []
    for each, older in zip(seen.versions, [*seen.versions[1:], None], strict=True):
        pack = each.pack
        is_followed = older is not None and older.pack.id == pack.id
        cells = (
            Code(pack.id),
            in_words(visit, pack.pack.title),
            Code(pack.version),
            Pill.of(visit, f"{WORDS}.version.{each.state}", view.TONES[each.state]),
            visit.format.local_day(pack.begins),
            last_day(visit, each.ends),
            _origin(visit, each),
            _comparison(visit, older.pack, pack) if older is not None and is_followed else None,
        )
        rows.append(Row(cells, path_of_pack(pack.id, pack.version)))
    return plain_table(visit.say(f"{WORDS}.packs"), columns, rows)


def _comparison(visit: Visit, before: Pack, after: Pack) -> Link:
    """Return the way to what changed between two versions."""
    query = urlencode(
        {"before": f"{before.id}@{before.version}", "after": f"{after.id}@{after.version}"}, safe="@"
    )
    told = visit.say(f"{WORDS}.with_earlier", version=before.version)
    return Link(told, f"/regulator/rules/compare?{query}")


def _origin(visit: Visit, version: Version) -> object:
    """Return who added a version."""
    if version.by is None:
        return Quiet(visit.say(f"{WORDS}.shipped"))
    return version.by.told


def _puts(visit: Visit, seen: RulesSeen, names: dict[str, str]) -> Table:
    """Return who is under which pack."""
    columns = [
        Column(visit.say(f"{WORDS}.column.{name}"))
        for name in ("whom", "class", "pack", "state", "begins", "by")
    ]
    rows = [Row(_put_cells(visit, each, names)) for each in seen.puts]
    return plain_table(visit.say(f"{WORDS}.puts"), columns, rows)


def _put_cells(visit: Visit, put: Put, names: dict[str, str]) -> list[object]:
    what = put.assignment
    return [
        whom(visit, what, names),
        visit.say(f"{WORDS}.every_class") if what.service is None else service_name(visit, what.service),
        Quiet(visit.say(f"{WORDS}.none_of_its_own"))
        if what.pack_id is None
        else Link(what.pack_id, "/regulator/rules#packs"),
        state_pill(visit, put.state),
        what.begins,
        "" if put.by is None else put.by.told,
    ]


def whom(visit: Visit, what: DatedAssignment, names: dict[str, str]) -> object:
    """Return for whom a pack was put in force."""
    if what.operator is None:
        return visit.say(f"{WORDS}.everybody")
    return Link(names.get(what.operator, what.operator), path_of_operator(what.operator))


@get("/regulator/rules/packs/{pack_id:str}/{version:str}", opt=_READ)
async def rule_pack(
    visit: NamedDependency[Visit],
    regulator: NamedDependency[RegulatorServices],
    pack_id: FromPath[str],
    version: FromPath[str],
) -> Response[Any]:
    """Show one version of a pack: every demand with which rule it is, since when, and who says so."""
    seen = await regulator.rules.seen()
    found = seen.version(pack_id, version)
    if visit.asked("format") == "toml":
        headers = {"content-disposition": f'attachment; filename="{found.pack.id}-{found.pack.version}.toml"'}
        return Response(found.text.encode(), media_type="application/toml", headers=headers)
    pack = found.pack
    others = [each.pack.version for each in seen.versions if each.pack.id == pack_id and each is not found]
    return visit.page(
        "regulator/rule_pack.html",
        pack=pack,
        title=in_words(visit, pack.pack.title),
        note=in_words(visit, pack.pack.note),
        facts=[
            Fact(
                visit.say(f"{view.WORDS}.fact.state"),
                Pill.of(visit, f"{WORDS}.version.{found.state}", view.TONES[found.state]),
            ),
            Fact(visit.say(f"{view.WORDS}.fact.begins"), pack.begins),
            Fact(visit.say(f"{view.WORDS}.fact.ends"), last_moment(found.ends)),
            Fact(visit.say(f"{view.WORDS}.fact.country"), pack.pack.country),
            Fact(visit.say(f"{view.WORDS}.fact.added"), _origin(visit, found)),
        ],
        parts=view.parts(visit, pack),
        notices=view.notices(visit, pack),
        sources=[(key, view.source_view(visit, source)) for key, source in pack.sources.items()],
        others=others,
        path=path_of_pack(pack_id, version),
        may_simulate=visit.me.may(Permission.RULES_SIMULATE),
        may_change=visit.me.may(Permission.RULES_PUT_IN_FORCE),
    )


@get("/regulator/rules/compare", opt=_READ)
async def rule_compare(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Show where two versions differ."""
    seen = await regulator.rules.seen()
    first = seen.versions[0].pack
    asked = {name: visit.asked(name) or f"{first.id}@{first.version}" for name in ("before", "after")}
    found = {name: seen.version(*_pair(text)).pack for name, text in asked.items()}
    return visit.page(
        "regulator/rule_compare.html",
        changes=view.changes(visit, found["before"], found["after"]),
        before=asked["before"],
        after=asked["after"],
        turned=visit.address(before=asked["after"], after=asked["before"]),
        choices=[f"{each.pack.id}@{each.pack.version}" for each in seen.versions],
    )


def _pair(text: str) -> tuple[str, str]:
    """Return name and version of ``PACK@VERSION``."""
    pack_id, _, version = text.partition("@")
    return pack_id, version

"""Simulating a pack on the past: which decisions are asked again, how far that is, and what would have come out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from openesim.adapters.web.desks.components.charts import Bar, Bars
from openesim.adapters.web.desks.components.explained import explained_by, in_a_line
from openesim.adapters.web.desks.components.flows import Progress
from openesim.adapters.web.desks.components.live import Moment, live_stream
from openesim.adapters.web.desks.components.naming import members, service_name
from openesim.adapters.web.desks.components.table import Column, Row, Table, plain_table
from openesim.adapters.web.desks.components.values import Code, Fact, Pill, Tone
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.regulator.overview_view import cause_told
from openesim.adapters.web.desks.regulator.rule_adding import MOST_BODY, text_of
from openesim.adapters.web.desks.regulator.services import RegulatorServices
from openesim.adapters.web.desks.visit import Visit
from openesim.adapters.web.desks.wording import capital
from openesim.conditions.admission.simulation import TEXTS, Change
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.errors import ConfigError
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.rules.simulation import Scope
from openesim.services.conditions.rules.simulation_runs import Group, Simulation, SimulationState

WORDS: Final = "regulator.rule_simulate"
SEEN: Final = "regulator.simulation"
ALL: Final = "-"
"""Chosen in the place of a pack: decisions under any."""

_SIMULATE = reach(Permission.RULES_SIMULATE, Tenancy.NATION)
_TONES: Final = {
    Change.SAME: Tone.IDLE,
    Change.OTHER_CAUSE: Tone.IDLE,
    Change.NEWLY_ALLOWED: Tone.GOOD,
    Change.NEWLY_ASKED: Tone.WAIT,
    Change.NEWLY_HELD: Tone.WAIT,
    Change.NEWLY_REFUSED: Tone.BAD,
}
_STATES: Final = {
    SimulationState.RUNNING: Tone.INFO,
    SimulationState.DONE: Tone.GOOD,
    SimulationState.STOPPED: Tone.IDLE,
    SimulationState.FAILED: Tone.BAD,
}


@get("/regulator/rules/simulate", opt=_SIMULATE)
async def simulate_page(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Ask which pack is tried, and on which orders."""
    form = visit.blank(WORDS, pack=visit.asked("pack"), under="")
    return await _simulate_page(visit, regulator, form, "")


@post("/regulator/rules/simulate", opt=_SIMULATE, request_max_body_size=MOST_BODY)
async def simulate_rules(
    visit: NamedDependency[Visit], regulator: NamedDependency[RegulatorServices]
) -> Response[Any]:
    """Begin a simulation: of a pack that is there, or of a text that is not added yet."""
    form = await visit.form(WORDS)
    if form.value("begin") != "yes":
        return await _simulate_page(visit, regulator, visit.blank(WORDS, under=""), text_of(form))
    text = form.value("text").replace("\r\n", "\n")
    if not text.strip():
        text = await _text_of_choice(form, regulator)
    scope = await _scope_of(visit, form, regulator)
    if form.is_wrong:
        return await _simulate_page(visit, regulator, form, form.value("text"), http_status=422)
    try:
        if scope.pack_id == "":
            scope = _under(scope, regulator.rules.read(text).id)
        begun = await regulator.simulations.begin(text, scope, visit.me.actor)
    except ConfigError as error:
        told = explained_by(error, visit.language)
        if told is None:
            raise
        form.refuse("pack", in_a_line(told, visit.language))
        return await _simulate_page(visit, regulator, form, form.value("text"), http_status=422)
    return visit.go(path_of(begun))


def path_of(simulation: Simulation) -> str:
    """Return the path of the page about a simulation."""
    return f"/regulator/rules/simulations/{simulation.simulation_id}"


async def _text_of_choice(form: Form, regulator: RegulatorServices) -> str:
    """Return the text of the pack that was chosen."""
    seen = await regulator.rules.seen()
    texts = {f"{each.pack.id}@{each.pack.version}": each for each in seen.versions}
    chosen = form.choice("pack", list(texts))
    return "" if chosen is None else texts[chosen].text


async def _scope_of(visit: Visit, form: Form, regulator: RegulatorServices) -> Scope:
    """Return which decisions are asked again; the pack "" is the one of the same name."""
    seen, names = await regulator.rules.seen(), await regulator.licences.operator_names()
    under = form.choice("under", [*{each.pack.id for each in seen.versions}, ALL], is_needed=False)
    since, until = form.day("since", is_needed=False), form.day("until", is_needed=False)
    if since is not None and until is not None and until < since:
        form.wrong("until", f"{WORDS}.turned")
    return Scope(
        pack_id=None if under == ALL else under or "",
        operator=form.choice("operator", list(names), is_needed=False),
        service=form.member("service", ServiceClass, is_needed=False),
        since=None if since is None else visit.format.begin_of(since),
        before=None if until is None else visit.format.begin_of(until + timedelta(days=1)),
    )


def _under(scope: Scope, pack_id: str) -> Scope:
    return Scope(
        pack_id=pack_id,
        operator=scope.operator,
        service=scope.service,
        since=scope.since,
        before=scope.before,
    )


async def _simulate_page(
    visit: Visit, regulator: RegulatorServices, form: Form, text: str, http_status: int = 200
) -> Response[Any]:
    seen = await regulator.rules.seen()
    names = await regulator.licences.operator_names()
    pack_ids = list(dict.fromkeys(each.pack.id for each in seen.versions))
    recent = await regulator.simulations.newest()
    return visit.page(
        "regulator/rule_simulate.html",
        http_status=http_status,
        form=form,
        text=text,
        packs={name: name for each in seen.versions for name in [f"{each.pack.id}@{each.pack.version}"]},
        unders={pack_id: pack_id for pack_id in pack_ids} | {ALL: visit.say(f"{WORDS}.any_pack")},
        operators=names,
        services=members(ServiceClass, lambda each: service_name(visit, each)),
        recent=_recent(visit, recent),
    )


def _recent(visit: Visit, simulations: list[Simulation]) -> Table:
    """Return what was simulated lately."""
    columns = [Column(visit.say(f"{SEEN}.column.{name}")) for name in ("pack", "state", "begun")]
    columns += [
        Column(visit.say(f"{SEEN}.column.{name}"), "number") for name in ("decisions", "refused", "allowed")
    ]
    rows = [
        Row(
            (
                f"{each.pack_id} {each.version}",
                _pill(visit, each),
                each.begun_at,
                each.outcome.total,
                each.outcome.counts.get(Change.NEWLY_REFUSED, 0),
                each.outcome.counts.get(Change.NEWLY_ALLOWED, 0),
            ),
            path_of(each),
        )
        for each in simulations
    ]
    return plain_table(visit.say(f"{SEEN}.recent"), columns, rows)


def _pill(visit: Visit, simulation: Simulation) -> Pill:
    return Pill.of(visit, f"{SEEN}.state.{simulation.state}", _STATES[simulation.state])


@get("/regulator/rules/simulations/{simulation_id:int}", opt=_SIMULATE)
async def simulation_page(
    visit: NamedDependency[Visit],
    regulator: NamedDependency[RegulatorServices],
    simulation_id: FromPath[int],
) -> Response[Any]:
    """Show how far a simulation is, and what it found."""
    simulation = await regulator.simulations.find(simulation_id)
    names = await regulator.licences.operator_names()
    return visit.page(
        "regulator/simulation.html",
        **_shown(visit, simulation),
        scope=_scope_facts(visit, simulation, names),
        may_add=visit.me.may(Permission.RULES_PUT_IN_FORCE),
        text=simulation.text,
    )


@get("/regulator/rules/simulations/{simulation_id:int}/progress", opt=_SIMULATE)
async def simulation_progress(
    visit: NamedDependency[Visit],
    regulator: NamedDependency[RegulatorServices],
    simulation_id: FromPath[int],
) -> Stream:
    """Tell how far it is, until it is over."""
    await regulator.simulations.find(simulation_id)

    async def look() -> Moment:
        """Return how far it is now."""
        simulation = await regulator.simulations.find(simulation_id)
        piece = visit.piece("regulator/simulation_progress.html", **_shown(visit, simulation))
        return Moment(piece, is_over=simulation.state is not SimulationState.RUNNING)

    return live_stream(visit, look, 0.5)


@post("/regulator/rules/simulations/{simulation_id:int}/stop", opt=_SIMULATE)
async def stop_simulation(
    visit: NamedDependency[Visit],
    regulator: NamedDependency[RegulatorServices],
    simulation_id: FromPath[int],
) -> Response[Any]:
    """Stop a simulation; what it has found stays."""
    simulation = await regulator.simulations.find(simulation_id)
    await regulator.simulations.stop(simulation_id)
    return visit.go(path_of(simulation), f"{SEEN}.stopped")


def _shown(visit: Visit, simulation: Simulation) -> dict[str, Any]:
    """Return what page and stream show."""
    outcome = simulation.outcome
    return {
        "simulation": simulation,
        "pill": _pill(visit, simulation),
        "is_over": simulation.state is not SimulationState.RUNNING,
        "progress": Progress(visit.say(f"{SEEN}.asked"), simulation.done, simulation.of or None),
        "bars": Bars(
            visit.say(f"{SEEN}.bars"),
            visit.say(f"{SEEN}.column.change"),
            visit.say(f"{SEEN}.column.decisions"),
            [Bar(_change(visit, change), outcome.counts.get(change, 0), _TONES[change]) for change in Change],
        ),
        "groups": _groups(visit, outcome.groups),
        "path": path_of(simulation),
        "title": visit.say(f"{SEEN}.title", pack=simulation.pack_id, version=simulation.version),
    }


def _change(visit: Visit, change: Change) -> str:
    text = TEXTS[change][visit.language.value]
    return capital(text)


def _groups(visit: Visit, groups: tuple[Group, ...]) -> Table:
    """Return why decisions come out otherwise."""
    columns = [
        Column(visit.say(f"{SEEN}.column.change")),
        Column(visit.say(f"{SEEN}.column.decisions"), "number"),
        Column(visit.say(f"{SEEN}.column.cause")),
        Column(visit.say(f"{SEEN}.column.rule")),
        Column(visit.say(f"{SEEN}.column.orders")),
    ]
    rows = [
        Row(
            (
                Pill(_change(visit, each.change), _TONES[each.change]),
                each.count,
                cause_told(visit, each.finding.cause).cause,
                Code(each.finding.rule),
                " ".join(str(order) for order in each.orders),
            )
        )
        for each in groups
    ]
    return plain_table(visit.say(f"{SEEN}.groups"), columns, rows)


def _scope_facts(visit: Visit, simulation: Simulation, names: dict[str, str]) -> list[Fact]:
    """Return which decisions are asked again."""
    scope, every = simulation.scope, visit.say("rules.all")
    values: dict[str, object] = {
        "under": scope.pack_id or visit.say(f"{WORDS}.any_pack"),
        "operator": names.get(scope.operator, scope.operator) if scope.operator else every,
        "service": every if scope.service is None else service_name(visit, scope.service),
        "since": scope.since or every,
        "before": scope.before or every,
    }
    return [Fact(visit.say(f"{SEEN}.scope.{name}"), value) for name, value in values.items()]

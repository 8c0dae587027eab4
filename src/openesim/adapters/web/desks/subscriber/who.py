"""Who I am: by an identity provider, by an authority, or at a counter; what the rules have to say is accepted first."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from openesim.adapters.web.desks.components.naming import in_words, verifier_title
from openesim.adapters.web.desks.cookies import SESSION
from openesim.adapters.web.desks.forms import Form
from openesim.adapters.web.desks.reach import Tenancy, reach
from openesim.adapters.web.desks.subscriber import plans, views
from openesim.adapters.web.desks.subscriber.applications import path_of
from openesim.adapters.web.desks.subscriber.services import SubscriberServices
from openesim.adapters.web.desks.visit import Visit
from openesim.conditions.identity.cases import CaseState
from openesim.conditions.identity.counter import Papers
from openesim.conditions.identity.faults import FormError
from openesim.conditions.identity.texts import DOCUMENT_TEXTS, GROUP_TEXTS, MISSING_TEXTS, said
from openesim.conditions.rules.words import Channel, DocumentKind, Group
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.explained.entries import Language
from openesim.services.conditions.accounts.roles import Permission
from openesim.services.conditions.subscriber.applications import OwnApplication, Stage
from openesim.services.conditions.subscriber.verification import AUTHORITY, OIDC, Ways

WHO: Final = "subscriber.who"
PAPERS: Final = "subscriber.papers"
COUNTER: Final = "counter"
_NOTICE: Final = "notice-"
_WAIT_S: Final = 2.5
_TAGS: Final = {Language.ENGLISH: "en", Language.CHINESE: "zh-CN"}

_MINE = reach(Permission.SELF_VERIFY, Tenancy.SELF)


@get("/subscriber/applications/{application:str}/who", opt=_MINE)
async def who(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Ask in which way somebody wants to show who he is."""
    one = await subscriber.applications.one(visit.me, application)
    if one.stage not in {Stage.VERIFY, Stage.WAIT}:
        return visit.go(path_of(application))
    ways = subscriber.verification.ways_of(one.case)
    if ways.is_counter_only:
        return visit.go(path_of(application, "counter"))
    return _ask(visit, subscriber, one, visit.blank(WHO))


@post("/subscriber/applications/{application:str}/who", opt=_MINE)
async def choose(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Go on in the way that was chosen."""
    one = await subscriber.applications.one(visit.me, application)
    ways, form = subscriber.verification.ways_of(one.case), await visit.form(WHO)
    way = form.choice("way", [*ways.online, *([COUNTER] if ways.counter else [])])
    if way == COUNTER:
        await subscriber.verification.go_to_counter(visit.me, application)
        return visit.go(path_of(application, "counter"))
    notices = subscriber.verification.pack_of(one.case).notices
    for name in notices:
        form.flag(_NOTICE + name, is_needed=True)
    if form.is_wrong or way is None:
        return _ask(visit, subscriber, one, form, http_status=422)
    case = await subscriber.verification.choose(visit.me, application, way, notices)
    if way.startswith(AUTHORITY):
        return visit.go(f"{path_of(application, 'papers')}?by={way.removeprefix(AUTHORITY)}")
    address = await subscriber.verification.begin(case, way, _browser(visit), _TAGS[visit.language])
    return visit.page(
        "subscriber/leave.html",
        name=verifier_title(visit, way),
        address=address,
        back=path_of(application),
        wizard=views.wizard(visit, 3),
    )


def _ask(
    visit: Visit, subscriber: SubscriberServices, one: OwnApplication, form: Form, http_status: int = 200
) -> Response[Any]:
    """Show the ways there are, and what the rules have to say."""
    ways, pack = subscriber.verification.ways_of(one.case), subscriber.verification.pack_of(one.case)
    return visit.page(
        "subscriber/who.html",
        http_status=http_status,
        form=form,
        ways=way_texts(visit, ways),
        hints=way_hints(visit, ways),
        notices={_NOTICE + name: in_words(visit, texts) for name, texts in pack.notices.items()},
        missing=[said(MISSING_TEXTS, each, visit.language.value) for each in one.case.missing],
        documents=document_texts(visit, ways),
        back=path_of(one.case.case_id),
        wizard=views.wizard(visit, 3),
    )


def way_texts(visit: Visit, ways: Ways) -> dict[str, str]:
    """Return what each way is called."""
    texts: dict[str, str] = {}
    for each in ways.online:
        kind = "oidc" if each.startswith(OIDC) else "authority"
        texts[each] = visit.t(f"subscriber.who.way.{kind}", name=verifier_title(visit, each))
    if ways.counter:
        texts[COUNTER] = visit.t("subscriber.who.way.counter")
    return texts


def way_hints(visit: Visit, ways: Ways) -> dict[str, str]:
    """Return what happens in each way."""
    hints: dict[str, str] = {
        each: visit.t(f"subscriber.who.hint.{'oidc' if each.startswith(OIDC) else 'authority'}")
        for each in ways.online
    }
    return hints | {COUNTER: visit.t("subscriber.who.hint.counter")}


def document_texts(visit: Visit, ways: Ways) -> dict[str, list[str]]:
    """Return which documents are accepted online, by group."""
    language = visit.language.value
    return {
        said(GROUP_TEXTS, group, language): [said(DOCUMENT_TEXTS, kind, language) for kind in kinds]
        for group, kinds in ways.groups.items()
    }


def _browser(visit: Visit) -> Secret[str]:
    """Return what only this browser has: a flow that was begun in it ends in it."""
    return Secret(visit.cookies.get(SESSION))


# --- back from an identity provider


@get("/verify/oidc/{provider:str}", opt=_MINE)
async def come_back(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], provider: FromPath[str]
) -> Response[Any]:
    """Take what the provider says, and go on with the application that it is about."""
    verifier = OIDC + provider
    case = await subscriber.verification.complete(visit.me, verifier, dict(visit.query), _browser(visit))
    if case.state is CaseState.VERIFIED:
        return visit.go(path_of(case.case_id), "subscriber.who.verified")
    return visit.go(path_of(case.case_id), "subscriber.who.not_yet", kind="note")


# --- papers for an authority


@get("/subscriber/applications/{application:str}/papers", opt=_MINE)
async def papers(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Ask for what a document says."""
    one = await subscriber.applications.one(visit.me, application)
    ways = subscriber.verification.ways_of(one.case)
    if _authority(visit) not in ways.online:
        return visit.go(path_of(application, "who"))
    groups = ways.groups
    known = {"group": next(iter(groups)).value} if len(groups) == 1 else {}
    return _ask_papers(visit, subscriber, one, visit.blank(PAPERS, **known))


@post("/subscriber/applications/{application:str}/papers", opt=_MINE)
async def show_papers(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Show them to the authority, and follow its answer."""
    one = await subscriber.applications.one(visit.me, application)
    form = await visit.form(PAPERS)
    shown = read_papers(form)
    if shown is not None:
        try:
            await subscriber.verification.show(visit.me, application, _authority(visit), shown)
        except FormError as error:
            for field, fault in error.faults.items():
                form.refuse(field, fault.said(visit.language.value))
        else:
            await subscriber.verification.ask_soon(application, _WAIT_S)
            return visit.go(path_of(application))
    return _ask_papers(visit, subscriber, one, form, http_status=422)


def _authority(visit: Visit) -> str:
    """Return which authority the address names."""
    return AUTHORITY + visit.asked("by")[:100]


def read_papers(form: Form) -> Papers | None:
    """Return what was typed; what is wrong with numbers and names is found where they are understood."""
    group, kind = form.member("group", Group), form.member("document", DocumentKind)
    number, name = form.text("number"), form.text("name")
    born = form.text("born", is_needed=False)
    if form.is_wrong or group is None or kind is None:
        return None
    return Papers(group=group, document=kind, number=number, name=name, born=born)


def _ask_papers(
    visit: Visit, subscriber: SubscriberServices, one: OwnApplication, form: Form, http_status: int = 200
) -> Response[Any]:
    groups, language = subscriber.verification.ways_of(one.case).groups, visit.language.value
    kinds = dict.fromkeys(kind for some in groups.values() for kind in some)
    return visit.page(
        "subscriber/papers.html",
        http_status=http_status,
        form=form,
        name=verifier_title(visit, _authority(visit)),
        groups={group.value: said(GROUP_TEXTS, group, language) for group in groups},
        kinds={kind.value: said(DOCUMENT_TEXTS, kind, language) for kind in kinds},
        back=path_of(one.case.case_id, "who"),
        wizard=views.wizard(visit, 3),
    )


# --- at a counter


@get("/subscriber/applications/{application:str}/counter", opt=_MINE)
async def counter(
    visit: NamedDependency[Visit], subscriber: NamedDependency[SubscriberServices], application: FromPath[str]
) -> Response[Any]:
    """Show the number of the application, and what to bring."""
    one = await subscriber.applications.one(visit.me, application)
    ways = subscriber.verification.ways_of(one.case)
    offer = None if one.plan is None else await subscriber.offers.offer(one.plan.plan_id)
    return visit.page(
        "subscriber/counter.html",
        number=one.case.case_id,
        operator=offer.operator if offer else one.case.operator,
        needs=[] if offer is None else plans.needs_of(visit, offer, Channel.COUNTER),
        notices=[] if offer is None else list(plans.notices_of(visit, offer).values()),
        back=path_of(application, "who") if ways.online else path_of(application),
        expires_at=one.case.expires_at,
        onward=path_of(application),
        wizard=views.wizard(visit, 3),
    )

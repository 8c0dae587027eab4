"""The gate's decision: every demand of a pack can be met and can be missed, and says so."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from openesim.conditions.admission import deciding
from openesim.conditions.admission.deciding import check_cool_down, decide
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.admission.facts import (
    Application,
    Facts,
    Licence,
    Lines,
    Signals,
    Standing,
    Terminal,
    Verification,
)
from openesim.conditions.admission.texts import CAUSES, explain
from openesim.conditions.rules.pack import Agent, CoolDown, Pack, Reverify
from openesim.conditions.rules.words import (
    Assurance,
    Binding,
    Channel,
    Deed,
    DocumentKind,
    Group,
    NumberKind,
    Otherwise,
    Region,
    ServiceClass,
    Trigger,
)
from openesim.services.rules import shipped_packs

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
PACKS = {pack.id: pack for pack in shipped_packs()}
TEST = PACKS["test"]

APPLICATION = Application(
    operator="qinghe", service=ServiceClass.PHONE, channel=Channel.COUNTER, in_country=True
)
PERSON = Verification(
    standing=Standing.VALID,
    group=Group.NATIONAL,
    document=DocumentKind.NATIONAL_ID,
    assurance=frozenset({Assurance.DOCUMENT, Assurance.FACE_MATCH, Assurance.IN_PERSON}),
    verified_at=NOW - timedelta(days=3),
    age=40,
)
GOOD = Facts(
    licences=(Licence(standing=Standing.VALID, begins=NOW - timedelta(days=1)),),
    terminal=Terminal(
        model=Standing.VALID,
        model_service=ServiceClass.PHONE,
        is_foreign=False,
        is_chip_known=True,
        binding=Binding.EID,
        profiles=1,
    ),
    person=PERSON,
)


def test_who_meets_every_demand_is_let_through() -> None:
    decision = decide(TEST, APPLICATION, GOOD, NOW)
    assert decision.findings == ()
    assert decision.verdict is Verdict.ALLOW
    assert (decision.pack, decision.version) == ("test", "1")


def person(**changes: Any) -> Facts:
    return replace(GOOD, person=replace(PERSON, **changes))


def terminal(**changes: Any) -> Facts:
    return replace(GOOD, terminal=replace(GOOD.terminal, **changes))


def reissued(hours: float) -> Facts:
    return replace(GOOD, signals=Signals(reissued_at=NOW - timedelta(hours=hours)))


def licence(**changes: Any) -> Facts:
    return replace(GOOD, licences=(replace(GOOD.licences[0], **changes),))


MISSED: list[tuple[str, Verdict, Application, Facts]] = [
    ("class-not-sold", Verdict.REFUSE, replace(APPLICATION, service=ServiceClass.VEHICLE), GOOD),
    ("channel-not-allowed", Verdict.REFUSE, replace(APPLICATION, channel=Channel.AGENT), GOOD),
    ("number-not-allowed", Verdict.REFUSE, replace(APPLICATION, number=NumberKind.IOT_13), GOOD),
    ("outside-country", Verdict.REFUSE, replace(APPLICATION, in_country=None), GOOD),
    ("outside-country", Verdict.REFUSE, replace(APPLICATION, in_country=False), GOOD),
    ("no-licence", Verdict.REFUSE, APPLICATION, replace(GOOD, licences=())),
    ("no-licence", Verdict.REFUSE, APPLICATION, licence(standing=Standing.SUSPENDED)),
    ("no-licence", Verdict.REFUSE, APPLICATION, licence(ends=NOW - timedelta(seconds=1))),
    ("no-licence", Verdict.REFUSE, APPLICATION, licence(begins=NOW + timedelta(seconds=1))),
    ("licence-does-not-cover", Verdict.REFUSE, APPLICATION, licence(channels=frozenset({Channel.ONLINE}))),
    ("licence-does-not-cover", Verdict.REFUSE, APPLICATION, licence(regions=frozenset({"BJ"}))),
    ("recalled", Verdict.REFUSE, APPLICATION, terminal(is_recalled=True)),
    ("model-unknown", Verdict.REFUSE, APPLICATION, terminal(model=None)),
    ("model-not-approved", Verdict.REFUSE, APPLICATION, terminal(model=Standing.EXPIRED)),
    ("other-kind-of-device", Verdict.REFUSE, APPLICATION, terminal(model_service=ServiceClass.WATCH)),
    ("foreign-model", Verdict.REFUSE, APPLICATION, terminal(is_foreign=True)),
    ("market-unknown", Verdict.REFUSE, APPLICATION, terminal(is_foreign=None)),
    ("chip-unknown", Verdict.REFUSE, APPLICATION, terminal(is_chip_known=False)),
    ("chip-unknown", Verdict.REFUSE, APPLICATION, terminal(is_chip_known=None)),
    ("not-bound", Verdict.REFUSE, APPLICATION, terminal(binding=None)),
    ("not-bound", Verdict.REFUSE, APPLICATION, terminal(binding=Binding.NONE)),
    ("profiles-unknown", Verdict.STEP_UP, APPLICATION, terminal(profiles=None)),
    ("too-many-profiles", Verdict.REFUSE, APPLICATION, terminal(profiles=2)),
    ("not-verified", Verdict.STEP_UP, APPLICATION, replace(GOOD, person=None)),
    ("verification-pending", Verdict.STEP_UP, APPLICATION, person(standing=Standing.PENDING)),
    ("verification-expired", Verdict.STEP_UP, APPLICATION, person(standing=Standing.EXPIRED)),
    ("verification-suspended", Verdict.REFUSE, APPLICATION, person(standing=Standing.SUSPENDED)),
    ("verification-revoked", Verdict.REFUSE, APPLICATION, person(standing=Standing.REVOKED)),
    ("group-not-served", Verdict.REFUSE, APPLICATION, person(group=Group.HK_MACAU_TAIWAN)),
    ("document-not-accepted", Verdict.STEP_UP, APPLICATION, person(document=DocumentKind.VISA)),
    ("not-sure-enough", Verdict.STEP_UP, APPLICATION, person(assurance=frozenset({Assurance.DOCUMENT}))),
    ("too-old", Verdict.STEP_UP, APPLICATION, person(verified_at=NOW - timedelta(days=31))),
    ("agent-lacks", Verdict.STEP_UP, APPLICATION, person(acts_for_another=True)),
    ("age-unknown", Verdict.STEP_UP, APPLICATION, person(age=None)),
    ("minor-lacks", Verdict.STEP_UP, APPLICATION, person(age=17)),
    (
        "verify-again",
        Verdict.STEP_UP,
        APPLICATION,
        person(reverify=(Trigger.FRAUD_FLAG, NOW + timedelta(hours=1))),
    ),
    (
        "verify-again-overdue",
        Verdict.REFUSE,
        APPLICATION,
        person(reverify=(Trigger.FRAUD_FLAG, NOW - timedelta(hours=1))),
    ),
    ("too-many-lines", Verdict.REFUSE, APPLICATION, replace(GOOD, lines=Lines(here=2))),
    ("too-many-lines-nationwide", Verdict.REFUSE, APPLICATION, replace(GOOD, lines=Lines(nationwide=3))),
    ("too-many-new-lines", Verdict.REFUSE, APPLICATION, replace(GOOD, lines=Lines(begun=(NOW, NOW)))),
    ("listed", Verdict.HOLD, APPLICATION, replace(GOOD, signals=Signals(is_listed=True))),
    ("frozen", Verdict.REFUSE, APPLICATION, person(is_frozen=True)),
    ("too-many-orders", Verdict.HOLD, APPLICATION, replace(GOOD, signals=Signals(person_orders_today=3))),
    ("too-many-orders", Verdict.HOLD, APPLICATION, replace(GOOD, signals=Signals(address_orders_today=10))),
    ("cool-down", Verdict.HOLD, replace(APPLICATION, deed=Deed.RE_ISSUE), reissued(23)),
    ("score", Verdict.STEP_UP, APPLICATION, replace(GOOD, signals=Signals(score=30))),
    ("score", Verdict.HOLD, APPLICATION, replace(GOOD, signals=Signals(score=60))),
    ("score-too-high", Verdict.REFUSE, APPLICATION, replace(GOOD, signals=Signals(score=90))),
    ("too-many-orders", Verdict.HOLD, APPLICATION, replace(GOOD, signals=Signals(chip_orders_today=2))),
]


@pytest.mark.parametrize(("cause", "verdict", "application", "facts"), MISSED)
def test_a_demand_that_is_missed_is_named(
    cause: str, verdict: Verdict, application: Application, facts: Facts
) -> None:
    decision = decide(TEST, application, facts, NOW)
    assert decision.decisive is not None
    assert (decision.decisive.cause, decision.verdict) == (cause, verdict)
    assert len(decision.findings) == 1, "one demand was missed"


def test_the_gravest_finding_counts_and_all_are_told() -> None:
    facts = replace(person(age=17), terminal=replace(GOOD.terminal, is_recalled=True))
    decision = decide(TEST, APPLICATION, facts, NOW)
    assert [finding.cause for finding in decision.findings] == ["recalled", "minor-lacks"]


def test_what_is_brought_is_enough() -> None:
    brought = frozenset({"guardian", "both-documents", "written-authority"})
    facts = person(age=10, acts_for_another=True, brought=brought)
    assert decide(TEST, APPLICATION, facts, NOW).verdict is Verdict.ALLOW


def test_in_the_mainland_trial_a_number_is_written_at_home_in_the_same_visit() -> None:
    pack = PACKS["cn-2025-trial"]
    facts = replace(
        GOOD,
        terminal=replace(GOOD.terminal, binding=Binding.TWO_WAY),
        person=replace(
            PERSON,
            document=DocumentKind.RESIDENT_ID,
            assurance=frozenset({Assurance.DOCUMENT_CHIP_OR_SCAN, Assurance.FACE_MATCH, Assurance.IN_PERSON}),
            same_visit=True,
        ),
    )
    application = replace(APPLICATION, number=NumberKind.MOBILE_11, home_region="CN-GD", write_region="CN-GD")
    assert decide(pack, application, facts, NOW).findings == ()
    away = decide(pack, replace(application, write_region="CN-BJ"), facts, NOW)
    assert away.decisive is not None
    assert away.decisive.cause == "outside-home-region"
    yesterday = replace(facts, person=replace(facts.person or PERSON, same_visit=False))
    assert decide(pack, application, yesterday, NOW).decisive is not None
    five = replace(facts, lines=Lines(here=5, nationwide=5))
    assert decide(pack, application, five, NOW).verdict is Verdict.REFUSE


def changed_pack(**tables: Any) -> Pack:
    """Returns the test pack with fields of its tables changed."""
    changes = {
        name: msgspec.structs.replace(getattr(TEST, name), **fields) for name, fields in tables.items()
    }
    return msgspec.structs.replace(TEST, **changes)


def changed_phone(**fields: Any) -> Pack:
    phone = msgspec.structs.replace(TEST.service[ServiceClass.PHONE], **fields)
    return msgspec.structs.replace(TEST, service={**TEST.service, ServiceClass.PHONE: phone})


OVERDUE = person(reverify=(Trigger.MANY_LINES, NOW - timedelta(seconds=1)))
OTHER_PACKS: list[tuple[str, Verdict, Pack, Facts]] = [
    ("no-agents", Verdict.REFUSE, changed_pack(person={"agent": Agent()}), person(acts_for_another=True)),
    ("not-in-this-visit", Verdict.STEP_UP, changed_pack(person={"freshness_days": 0}), GOOD),
    (
        "too-many-lines-per-class",
        Verdict.REFUSE,
        changed_pack(limits={"per_class": {ServiceClass.PHONE: 1}}),
        replace(GOOD, lines=Lines(of_class=1)),
    ),
    ("outside-home-region", Verdict.REFUSE, changed_phone(regions=Region.HOME_PROVINCE), GOOD),
    (
        "verify-again-overdue",
        Verdict.HOLD,
        changed_pack(
            risk={"reverify": Reverify(triggers=tuple(Trigger), within_hours=1, otherwise=Otherwise.LIMIT)}
        ),
        OVERDUE,
    ),
    (
        "verify-again",
        Verdict.STEP_UP,
        changed_pack(
            risk={"reverify": Reverify(triggers=tuple(Trigger), within_hours=1, otherwise=Otherwise.NOTHING)}
        ),
        OVERDUE,
    ),
    (
        "cool-down",
        Verdict.HOLD,
        changed_pack(risk={"after_reissue": CoolDown(cool_down_hours=2, blocks=(Deed.NEW_LINE,))}),
        reissued(1),
    ),
]


@pytest.mark.parametrize(("cause", "verdict", "pack", "facts"), OTHER_PACKS)
def test_what_other_packs_ask_is_missed_as_well(
    cause: str, verdict: Verdict, pack: Pack, facts: Facts
) -> None:
    decision = decide(pack, APPLICATION, facts, NOW)
    assert [(finding.cause, finding.verdict) for finding in decision.findings] == [(cause, verdict)]


ELSEWHERE = {"no-rules"}
"""Causes that others name: the gate itself."""


def test_every_cause_that_has_texts_can_be_reached() -> None:
    reached = {each[0] for each in MISSED} | {each[0] for each in OTHER_PACKS}
    assert reached | ELSEWHERE == set(CAUSES)


def test_a_cool_down_keeps_from_what_the_pack_names_and_ends() -> None:
    for deed, hours, is_held in (
        (Deed.RE_ISSUE, 23, True),
        (Deed.PORT_OUT, 23, True),
        (Deed.NEW_LINE, 23, False),
        (Deed.PORT_OUT, 24, False),
    ):
        found = list(check_cool_down(TEST.risk, deed, NOW - timedelta(hours=hours), NOW))
        assert bool(found) is is_held, deed
        if found:
            assert found[0].facts == {"until": "2026-11-29T13:00+00:00"}
    assert list(check_cool_down(TEST.risk, Deed.PORT_OUT, None, NOW)) == []
    assert list(check_cool_down(PACKS["de"].risk, Deed.PORT_OUT, NOW, NOW)) == []


def test_a_line_that_is_there_may_be_issued_again_however_many_were_begun_today() -> None:
    facts = replace(GOOD, lines=Lines(begun=(NOW, NOW)), signals=Signals(person_orders_today=9))
    assert decide(TEST, APPLICATION, facts, NOW).verdict is Verdict.REFUSE
    again = replace(APPLICATION, deed=Deed.RE_ISSUE)
    assert decide(TEST, again, facts, NOW).verdict is Verdict.ALLOW


@pytest.mark.parametrize(
    ("asked", "number", "is_allowed"),
    [
        (NumberKind.MOBILE, NumberKind.MOBILE_11, True),
        (NumberKind.MOBILE_11, NumberKind.MOBILE, False),
        (NumberKind.MOBILE, NumberKind.ANY, False),
        (NumberKind.ANY, NumberKind.IOT_13, True),
        (NumberKind.IOT_13, NumberKind.MOBILE_11, False),
    ],
)
def test_a_mobile_number_of_eleven_digits_is_a_mobile_number(
    asked: NumberKind, number: NumberKind, is_allowed: bool
) -> None:
    pack = changed_phone(numbers=(asked,))
    decision = decide(pack, replace(APPLICATION, number=number), licence(numbers=frozenset({asked})), NOW)
    assert [finding.cause for finding in decision.findings] == (
        [] if is_allowed else ["number-not-allowed", "licence-does-not-cover"]
    )


def test_a_licence_for_a_country_covers_its_provinces() -> None:
    for region, is_covered in (("CN-GD", True), ("CN", True), ("CNX", False), (None, False)):
        application = replace(APPLICATION, write_region=region)
        decision = decide(TEST, application, licence(regions=frozenset({"CN"})), NOW)
        assert (decision.verdict is Verdict.ALLOW) is is_covered, region


def test_an_operator_does_not_learn_how_many_lines_somebody_has_elsewhere() -> None:
    facts = replace(GOOD, lines=Lines(here=0, nationwide=77, of_class=66, begun=(NOW,) * 55))
    decision = decide(changed_pack(limits={"per_class": {ServiceClass.PHONE: 1}}), APPLICATION, facts, NOW)
    told = str(decision) + "".join(explain(finding).cause for finding in decision.findings)
    assert len(decision.findings) == 3
    assert not any(number in told for number in ("77", "66", "55"))


def test_the_open_pack_lets_everybody_through_whatever_is_known() -> None:
    nothing = Facts(terminal=Terminal())
    worst = Facts(terminal=Terminal(is_recalled=True), signals=Signals(score=100, is_listed=True))
    for service in ServiceClass:
        application = Application(operator="anybody", service=service, channel=Channel.ONLINE)
        assert decide(PACKS["open"], application, nothing, NOW).verdict is Verdict.ALLOW
        assert decide(PACKS["open"], application, worst, NOW).findings == ()


def test_a_recall_and_the_watch_list_count_under_every_pack_that_asks_anything() -> None:
    application = Application(operator="o", service=ServiceClass.IOT, channel=Channel.ENTERPRISE)
    facts = Facts(terminal=Terminal(is_recalled=True), signals=Signals(is_listed=True))
    causes = [finding.cause for finding in decide(PACKS["de"], application, facts, NOW).findings]
    assert causes[:2] == ["recalled", "listed"]


def test_every_cause_that_can_be_named_has_its_texts() -> None:
    tree = ast.parse(inspect.getsource(deciding))
    named = {
        node.args[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"_refused", "_stepped", "_held"}
        and isinstance(node.args[1], ast.Constant)
    }
    named |= {f"verification-{standing.value}" for standing in Standing if standing is not Standing.VALID}
    named |= {"class-not-sold", "chip-unknown", "foreign-model", "market-unknown"}
    assert named <= set(CAUSES)
    assert "not-in-this-visit" in named
    for cause in CAUSES.values():
        assert not re.search(r"[一-鿿]", cause.why["en"] + cause.next_step["en"])
        assert re.search(r"[一-鿿]", cause.why["zh"])
        assert set(re.findall(r"{\w+}", cause.why["en"])) == set(re.findall(r"{\w+}", cause.why["zh"]))

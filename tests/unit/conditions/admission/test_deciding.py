"""The gate's decision: every demand of a pack can be met and can be missed, and says so."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.admission import deciding
from openesim.conditions.admission.deciding import decide
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
from openesim.conditions.rules.words import (
    Assurance,
    Binding,
    Channel,
    DocumentKind,
    Group,
    NumberKind,
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
    ("not-bound", Verdict.REFUSE, APPLICATION, terminal(binding=None)),
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
    ("score", Verdict.STEP_UP, APPLICATION, replace(GOOD, signals=Signals(score=30))),
    ("score", Verdict.HOLD, APPLICATION, replace(GOOD, signals=Signals(score=60))),
    ("score", Verdict.REFUSE, APPLICATION, replace(GOOD, signals=Signals(score=90))),
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


def test_the_open_pack_lets_everybody_through() -> None:
    nothing = Facts(terminal=Terminal())
    for service in ServiceClass:
        application = Application(operator="anybody", service=service, channel=Channel.ONLINE)
        assert decide(PACKS["open"], application, nothing, NOW).verdict is Verdict.ALLOW


_standings = st.none() | st.sampled_from(Standing)
_facts = st.builds(
    Facts,
    licences=st.lists(
        st.builds(Licence, standing=st.sampled_from(Standing), begins=st.just(NOW), ends=st.none()),
        max_size=2,
    ).map(tuple),
    terminal=st.builds(
        Terminal,
        model=_standings,
        model_service=st.none() | st.sampled_from(ServiceClass),
        is_foreign=st.none() | st.booleans(),
        is_recalled=st.booleans(),
        binding=st.none() | st.sampled_from(Binding),
        profiles=st.none() | st.integers(0, 5),
    ),
    person=st.none()
    | st.builds(
        Verification,
        standing=st.sampled_from(Standing),
        group=st.sampled_from(Group),
        document=st.sampled_from(DocumentKind),
        assurance=st.frozensets(st.sampled_from(Assurance)),
        verified_at=st.just(NOW),
        same_visit=st.booleans(),
        age=st.none() | st.integers(0, 100),
        acts_for_another=st.booleans(),
        brought=st.just(frozenset()),
        reverify=st.none(),
    ),
    lines=st.builds(Lines, here=st.integers(0, 6), nationwide=st.integers(0, 12), of_class=st.integers(0, 3)),
    signals=st.builds(Signals, score=st.integers(0, 100), is_listed=st.booleans()),
)
_applications = st.builds(
    Application,
    operator=st.just("qinghe"),
    service=st.sampled_from(ServiceClass),
    channel=st.sampled_from(Channel),
    number=st.sampled_from(NumberKind),
    home_region=st.sampled_from([None, "CN-GD"]),
    write_region=st.sampled_from([None, "CN-GD", "CN-BJ"]),
    in_country=st.none() | st.booleans(),
)


@given(pack=st.sampled_from(sorted(PACKS)), application=_applications, facts=_facts)
def test_nobody_gets_a_profile_without_a_verified_person_but_under_open(
    pack: str, application: Application, facts: Facts
) -> None:
    decision = decide(PACKS[pack], application, facts, NOW)
    assert decision == decide(PACKS[pack], application, facts, NOW), "same facts, same decision"
    if pack != "open" and decision.verdict is Verdict.ALLOW:
        assert facts.person is not None
        assert facts.person.standing is Standing.VALID
        assert not facts.terminal.is_recalled
    for finding in decision.findings:
        for language in ("en", "zh"):
            told = explain(finding, language)
            assert all((told.cause, told.owner, told.next_step))
            assert "{" not in told.cause + told.next_step


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
    assert named | {"class-not-sold", "verification-pending"} <= set(CAUSES)
    assert "not-in-this-visit" in named
    for cause in CAUSES.values():
        assert not re.search(r"[一-鿿]", cause.why["en"] + cause.next_step["en"])
        assert re.search(r"[一-鿿]", cause.why["zh"])
        assert set(re.findall(r"{\w+}", cause.why["en"])) == set(re.findall(r"{\w+}", cause.why["zh"]))

"""Properties of the decision: the same for the same, nobody without a person, and nothing bad makes anything better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from openesim.conditions.admission.deciding import decide
from openesim.conditions.admission.decision import Verdict
from openesim.conditions.admission.facts import Application, Facts, Standing
from openesim.conditions.admission.texts import explain, pair_of
from openesim.conditions.rules.pack import Pack
from openesim.conditions.rules.words import Binding, Deed, Trigger
from openesim.services.rules import shipped_packs
from tests.support.conditions import NOW, applications, facts, good_applications, good_facts

PACKS = {pack.id: pack for pack in shipped_packs()}
packs = st.sampled_from([pack for name, pack in PACKS.items() if name != "open"])
any_facts = facts | good_facts
any_applications = applications | good_applications
deeds = st.sampled_from([Deed.NEW_LINE, Deed.RE_ISSUE])


@given(pack=st.sampled_from(list(PACKS.values())), application=any_applications, known=any_facts)
def test_the_same_facts_lead_to_the_same_decision(pack: Pack, application: Application, known: Facts) -> None:
    again = msgspec.json.decode(msgspec.json.encode(pack), type=Pack)
    assert decide(pack, application, known, NOW) == decide(again, application, replace(known), NOW)


@given(pack=packs, application=any_applications, known=any_facts)
def test_nobody_gets_a_profile_without_a_verified_person_but_under_open(
    pack: Pack, application: Application, known: Facts
) -> None:
    service = pack.service.get(application.service)
    assert decide(pack, application, replace(known, person=None), NOW).verdict is not Verdict.ALLOW
    if decide(pack, application, known, NOW).verdict is Verdict.ALLOW:
        assert service is not None
        assert service.needs_person
        assert known.person is not None
        assert known.person.standing is Standing.VALID
        assert set(pack.person.assurance_for(application.channel)) <= known.person.assurance
        assert not known.terminal.is_recalled


@given(pack=st.sampled_from(list(PACKS.values())), application=any_applications, known=any_facts)
def test_every_finding_is_told_in_both_languages_and_to_an_lpa(
    pack: Pack, application: Application, known: Facts
) -> None:
    decision = decide(pack, application, known, NOW)
    verdicts = [finding.verdict for finding in decision.findings]
    assert verdicts == sorted(verdicts, reverse=True)
    assert decision.verdict == max(verdicts, default=Verdict.ALLOW)
    for finding in decision.findings:
        assert pair_of(finding)
        for language in ("en", "zh"):
            told = explain(finding, language)
            assert all((told.cause, told.owner, told.next_step))
            assert "{" not in told.cause + told.next_step


def _worse_person(known: Facts, **changes: Any) -> Facts:
    return known if known.person is None else replace(known, person=replace(known.person, **changes))


def _worse_terminal(known: Facts, **changes: Any) -> Facts:
    return replace(known, terminal=replace(known.terminal, **changes))


def _worse_signals(known: Facts, **changes: Any) -> Facts:
    return replace(known, signals=replace(known.signals, **changes))


def _more_lines(known: Facts, **changes: Any) -> Facts:
    return replace(known, lines=replace(known.lines, **changes))


BAD: dict[str, Callable[[Facts], Facts]] = {
    "nobody": lambda known: replace(known, person=None),
    "no licence": lambda known: replace(known, licences=()),
    "one licence less": lambda known: replace(known, licences=known.licences[1:]),
    "licences suspended": lambda known: replace(
        known, licences=tuple(replace(each, standing=Standing.SUSPENDED) for each in known.licences)
    ),
    "model not known": lambda known: _worse_terminal(known, model=None),
    "model revoked": lambda known: _worse_terminal(known, model=Standing.REVOKED),
    "kind not known": lambda known: _worse_terminal(known, model_service=None),
    "market not known": lambda known: _worse_terminal(known, is_foreign=None),
    "foreign": lambda known: _worse_terminal(known, is_foreign=True),
    "chip not known": lambda known: _worse_terminal(known, is_chip_known=False),
    "recalled": lambda known: _worse_terminal(known, is_recalled=True),
    "not bound": lambda known: _worse_terminal(known, binding=Binding.NONE),
    "profiles not known": lambda known: _worse_terminal(known, profiles=None),
    "one profile more": lambda known: (
        _worse_terminal(known, profiles=(known.terminal.profiles or 0) + 1)
        if known.terminal.profiles is not None
        else known
    ),
    "suspended": lambda known: _worse_person(known, standing=Standing.SUSPENDED),
    "revoked": lambda known: _worse_person(known, standing=Standing.REVOKED),
    "expired": lambda known: _worse_person(known, standing=Standing.EXPIRED),
    "nothing done": lambda known: _worse_person(known, assurance=frozenset()),
    "old": lambda known: _worse_person(known, verified_at=NOW - timedelta(days=3000), same_visit=False),
    "not in this visit": lambda known: _worse_person(known, same_visit=False),
    "frozen": lambda known: _worse_person(known, is_frozen=True),
    "acts for another, brings nothing": lambda known: _worse_person(
        known, acts_for_another=True, brought=frozenset()
    ),
    "brings nothing": lambda known: _worse_person(known, brought=frozenset()),
    "age not known": lambda known: _worse_person(known, age=None),
    "overdue": lambda known: _worse_person(known, reverify=(Trigger.FRAUD_FLAG, NOW - timedelta(days=1))),
    "more lines": lambda known: _more_lines(
        known,
        here=known.lines.here + 1,
        nationwide=known.lines.nationwide + 1,
        of_class=known.lines.of_class + 1,
    ),
    "new lines": lambda known: _more_lines(known, begun=(*known.lines.begun, NOW)),
    "listed": lambda known: _worse_signals(known, is_listed=True),
    "score": lambda known: _worse_signals(known, score=100),
    "many orders": lambda known: _worse_signals(
        known, person_orders_today=99, chip_orders_today=99, address_orders_today=99
    ),
    "issued again just now": lambda known: _worse_signals(known, reissued_at=NOW),
}
"""Everything that can speak against somebody, as a change of what is known."""

GRAVER = set(BAD) - {"nobody", "suspended", "revoked", "expired", "overdue"}
"""Of these a case does not become lighter in any way. Without a person, or with one whose case does not hold, there is
nothing to be said against him besides; and a trigger that is known takes the place of another one."""


@given(
    pack=packs,
    application=any_applications,
    deed=deeds,
    known=any_facts,
    bad=st.lists(st.sampled_from(sorted(BAD)), min_size=1, max_size=3),
)
def test_what_speaks_against_somebody_lets_nobody_in(
    pack: Pack, application: Application, deed: Deed, known: Facts, bad: list[str]
) -> None:
    asked = replace(application, deed=deed)
    worse = known
    for name in bad:
        worse = BAD[name](worse)
    before, after = decide(pack, asked, known, NOW).verdict, decide(pack, asked, worse, NOW).verdict
    if before is not Verdict.ALLOW:
        assert after is not Verdict.ALLOW
    if set(bad) <= GRAVER:
        assert after >= before


@given(
    application=any_applications,
    known=any_facts,
    pack=packs,
    later=st.timedeltas(timedelta(0), timedelta(days=4000)),
)
def test_a_verification_and_a_licence_become_no_better_with_time(
    application: Application, known: Facts, pack: Pack, later: timedelta
) -> None:
    """Only what waits for time to pass may come out better: a licence that begins, a limit of a period, a cool-down."""
    causes = {"no-licence", "licence-does-not-cover", "too-many-new-lines", "cool-down"}

    def others(now: datetime) -> set[tuple[str, str]]:
        return {(each.rule, each.cause) for each in decide(pack, application, known, now).findings} - {
            (each.rule, each.cause)
            for each in decide(pack, application, known, now).findings
            if each.cause in causes or each.cause.startswith("verify-again")
        }

    assert others(NOW) <= others(NOW + later)

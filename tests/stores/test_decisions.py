"""Decisions at the regulator's desk: searched for, and one explained by making it again from the facts of then."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from openesim.conditions.admission.decision import Verdict
from openesim.kernel.errors import NotFoundError
from openesim.messages.sgp22.explained.entries import Language
from openesim.services.conditions.gate import decision_search
from openesim.services.conditions.gate.decisions import Again, DecisionQuery, Decisions
from openesim.services.conditions.ledger.ledger import seal_all
from openesim.services.conditions.rules.book import RuleBook
from openesim.transparency.entries import Entry, EntryKind
from tests.stores.test_rule_simulation import NOW, entry, write
from tests.stores.test_tally_stores import count
from tests.support.rig import SteppedClock


def decisions(work: Any) -> Decisions:
    return Decisions(work, SteppedClock(NOW + timedelta(minutes=30)), RuleBook())


def found(work: Any, **query: Any) -> list[Any]:
    page = asyncio.run(decisions(work).page(DecisionQuery(**query), None, 50))
    return [kept.entry.order_id for kept in page.entries if kept.entry is not None]


def one(work: Any, position: int = 1) -> Any:
    seal_all(work.run_now)
    return asyncio.run(decisions(work).one(position))


def test_decisions_are_found_by_order_operator_verdict_cause_and_time(work: Any) -> None:
    write(
        work,
        *(entry(number, lines=number % 4) for number in range(1, 6)),
        entry(7, operator="yuanshan"),
        Entry(kind=EntryKind.DEED, at=NOW, actor="li", facts={"deed": "rules-add", "verdict": "refuse"}),
    )
    assert found(work) == [7, 5, 4, 3, 2, 1]
    assert found(work, order_id=3) == [3]
    assert found(work, operator="yuanshan") == [7]
    assert found(work, verdict=Verdict.REFUSE) == [3, 2]
    assert found(work, verdict=Verdict.ALLOW, operator="qinghe") == [5, 4, 1]
    assert found(work, cause="too-many-lines") == [3, 2]
    assert found(work, cause="too-many-lines-nationwide") == [], "the gravest cause counts"
    assert found(work, since=NOW + timedelta(minutes=5)) == [7, 5]
    assert found(work, before=NOW + timedelta(minutes=2)) == [1]


def test_a_refusal_is_explained_with_its_figures_and_who_says_so(work: Any) -> None:
    write(work, entry(1, lines=3))
    seen = one(work)
    assert (seen.verdict, seen.again, seen.gate, seen.breaks) == (
        Verdict.REFUSE,
        Again.SAME,
        "confirmation",
        (),
    )
    assert [each.finding.rule for each in seen.findings] == ["limits.per_operator", "limits.nationwide"]
    finding = seen.findings[0]
    assert finding.explained.in_language(Language.ENGLISH).cause.startswith("the person has 3 lines already")
    assert finding.explained.in_language(Language.CHINESE).cause.startswith("名下已有 3 个号码")
    assert (finding.citation.pack, finding.citation.version) == ("test", seen.pack.version)
    assert finding.citation.sources
    assert seen.facts.lines.here == 3
    assert seen.application.operator == "qinghe"


def test_an_allowed_order_has_no_findings(work: Any) -> None:
    write(work, entry(1))
    seen = one(work)
    assert (seen.verdict, seen.findings, seen.again) == (Verdict.ALLOW, (), Again.SAME)


def test_a_decision_whose_pack_is_not_at_hand_is_told_without_figures(work: Any) -> None:
    write(work, entry(1, lines=3, version="of long ago"))
    seen = one(work)
    assert (seen.again, seen.pack) == (Again.NO_PACK, None)
    assert "…" in seen.findings[0].explained.cause
    assert seen.findings[0].citation is None


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({"recorded": "{"}, Again.OTHER),
        ({"causes": "recalled", "rules": "device.recall"}, Again.OTHER),
        ({"verdict": "nonsense"}, Again.SAME),
    ],
)
def test_what_does_not_come_out_the_same_is_told(work: Any, changes: dict[str, str], again: Again) -> None:
    write(work, entry(1, lines=3, **changes))
    seen = one(work)
    assert seen.again is again
    assert (seen.verdict is None) == ("verdict" in changes)


def test_a_word_that_only_says_that_it_still_holds_has_no_facts(work: Any) -> None:
    whole = entry(1, gate="delivery")
    facts = {name: text for name, text in whole.facts.items() if name != "recorded"}
    write(work, Entry(kind=EntryKind.DECISION, at=NOW, actor="gate", order_id=1, facts=facts))
    seen = one(work)
    assert (seen.again, seen.facts, seen.gate) == (Again.NO_FACTS, None, "delivery")


def test_what_somebody_cleared_is_the_same_but_for_that(work: Any) -> None:
    from dataclasses import replace

    from openesim.conditions.admission.facts import Signals
    from openesim.conditions.admission.recorded import write_facts
    from tests.unit.conditions.admission.test_deciding import APPLICATION, GOOD

    held = write_facts(APPLICATION, replace(GOOD, signals=Signals(is_listed=True)))
    write(work, entry(1, recorded=held))
    assert one(work).again is Again.CLEARED


def test_what_is_no_decision_is_not_there(work: Any) -> None:
    write(work, Entry(kind=EntryKind.DEED, at=NOW, actor="li", facts={"deed": "rules-add"}))
    for position in (1, 2):
        with pytest.raises(NotFoundError):
            one(work, position)


def test_a_rare_cause_is_found_by_the_hours_that_have_it(work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def at(hours: int) -> datetime:
        return NOW - timedelta(hours=hours)

    rare = [(1, 3), (2, 3), (3, 30 * 24), (4, 200 * 24)]
    common = [entry(100 + number, at=at(number)) for number in range(60)]
    write(work, *common, *(entry(number, lines=3, at=at(hours)) for number, hours in rare))
    seal_all(work.run_now)
    count(work)
    write(work, entry(5, lines=3, at=at(0)), entry(6, lines=3, operator="yuanshan", at=at(1)))
    # However few are looked at for one page, the counts lead past all that is in between.
    monkeypatch.setattr(decision_search, "LOOKED_THROUGH", 20)
    seen: list[Any] = []
    after = None
    for _ in range(20):
        query = DecisionQuery(cause="too-many-lines")
        page = asyncio.run(decisions(work).page(query, after, 2))
        seen += [kept.entry.order_id for kept in page.entries if kept.entry is not None]
        after = page.next
        if after is None:
            break
    assert seen[:2] == [5, 6]
    assert sorted(seen[2:4]) == [1, 2]
    assert seen[4:] == [3, 4]
    assert found(work, cause="too-many-lines", operator="yuanshan") == [6]
    assert found(work, cause="too-many-lines", since=at(31 * 24), before=at(2)) in ([1, 2, 3], [2, 1, 3])
    assert found(work, cause="recalled") == []


def test_a_row_tells_the_figures_where_they_can_be_made_again(work: Any) -> None:
    write(work, entry(1, lines=3), entry(2, lines=3, version="of long ago"), entry(3))
    page = asyncio.run(decisions(work).page(DecisionQuery(), None, 9))
    told = [decisions(work).finding_of(kept) for kept in page.entries]
    assert told[0] is None
    assert told[1] is not None
    assert told[1].facts == {}
    assert told[2] is not None
    assert told[2].facts["present"] == "3"

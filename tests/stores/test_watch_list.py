"""The watch-list: who stands on it is known by digest or EID only, counts for the gate, and stays on record when lifted."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from openesim.conditions.admission.watching import Watched, WatchedKind
from openesim.conditions.identity.documents import resident_id_check_digit
from openesim.conditions.identity.faults import FormError
from openesim.conditions.identity.naming import address_text
from openesim.conditions.rules.words import DocumentKind
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError
from openesim.services.conditions.following import Following
from openesim.services.conditions.gate import watch_list
from openesim.services.conditions.gate.watch_book import WatchBook
from openesim.services.conditions.gate.watch_list import WatchFilter, WatchList, Wish
from openesim.services.conditions.ledger.ledger import Query, find_page
from openesim.services.conditions.persons.persons import person_with
from openesim.services.conditions.rules.book import RuleBook
from tests.stores.test_smdp_stores import ask
from tests.support.gate import told
from tests.support.people import resident
from tests.support.rig import NOW, SteppedClock, eid_of

NUMBER = resident()
PERSON = {
    "kind": WatchedKind.PERSON,
    "subject": NUMBER,
    "document": DocumentKind.RESIDENT_ID,
    "country": "CN",
}
WHY = "reported by two banks"


def wish(**changes: Any) -> Wish:
    values: dict[str, Any] = {"kind": WatchedKind.CHIP, "subject": str(eid_of(1)), "score": 70}
    return Wish(**{**values, "is_listed": False, "reason": WHY, **changes})


def run(work: Any, name: str, *arguments: Any) -> Any:
    """Returns what the list of a process answers."""
    return asyncio.run(getattr(WatchList(work, SteppedClock(NOW), RuleBook()), name)(*arguments))


def facts(work: Any, entry_id: int) -> list[dict[str, str]]:
    page = work.run_now(lambda stores: find_page(stores, Query(subject=f"watched:{entry_id}"), None, 9))
    return [dict(kept.entry.facts) for kept in page.entries]


def counting(work: Any, **subjects: bytes) -> list[Watched]:
    named = {WatchedKind(name): subject for name, subject in subjects.items()}
    return list(told(work, named).watched)


def test_who_was_born_today_where_the_rules_are_from_can_be_watched(work: Any) -> None:
    body = "11010120270116001"
    late = NOW.replace(hour=20)
    newborn = wish(**PERSON | {"subject": body + resident_id_check_digit(body)})
    watching = WatchList(work, SteppedClock(late), RuleBook())
    assert watching.faults_of(newborn) is None
    assert asyncio.run(watching.add(newborn, "account:zhou")).entry_id


def test_a_person_is_found_by_his_document_and_by_nothing_else(work: Any) -> None:
    entry = run(work, "add", wish(**PERSON, is_listed=True), "account:zhou")
    person = work.run_now(
        lambda stores: person_with(stores, DocumentKind.RESIDENT_ID, NUMBER, date(2027, 1, 15), country="CN")
    )
    assert entry.subject == person
    assert counting(work, person=person) == [entry]
    (told,) = facts(work, entry.entry_id)
    assert told == {
        "deed": "watch",
        "kind": "person",
        "person": person.hex(),
        "reason": WHY,
        "score": "70",
        "listed": "yes",
    }
    assert NUMBER not in repr(wish(**PERSON))


def test_chips_and_addresses_are_known_as_the_gate_knows_them(work: Any) -> None:
    chip = run(
        work, "add", wish(subject=" ".join([str(eid_of(1))[:16], str(eid_of(1))[16:]])), "account:zhou"
    )
    assert counting(work, chip=bytes.fromhex(eid_of(1))) == [chip]
    address = run(work, "add", wish(kind=WatchedKind.ADDRESS, subject="2001:DB8:0::7"), "account:zhou")
    digest = ask(work, "person_digest", address_text("2001:db8::7"))
    assert counting(work, address=digest) == [address]
    assert "2001" not in str(facts(work, address.entry_id))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"score": 0}, {"score"}),
        ({"score": 101}, {"score"}),
        ({"reason": "short"}, {"reason"}),
        ({"reason": "his number is 13800138000"}, {"reason"}),
        ({"kind": WatchedKind.ADDRESS, "subject": "203.0.113"}, {"subject"}),
        ({**PERSON, "subject": NUMBER[:-1] + "0"}, {"subject"}),
        ({**PERSON, "document": None}, {"document"}),
    ],
)
def test_what_was_typed_wrong_is_told_at_its_field_and_nothing_is_stored(
    work: Any, changes: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(FormError) as caught:
        run(work, "add", wish(**changes), "account:zhou")
    assert set(caught.value.faults) == fields
    assert ask(work, "newest_watched", 2**62, 9) == []


def test_every_process_hears_of_who_is_put_on_the_list_and_taken_off(work: Any) -> None:
    early = run(work, "add", wish(subject=str(eid_of(2))), "account:zhou")
    book = WatchBook()
    following = Following(work, [book])
    asyncio.run(following.load())
    assert book.signs_against(None, str(eid_of(2))) == (early.sign,)
    entry = run(work, "add", wish(**PERSON, is_listed=True), "account:zhou")
    asyncio.run(following.refresh())
    assert book.signs_against(entry.subject, str(eid_of(1))) == (entry.sign,)
    for one in (early, entry):
        run(work, "lift", one.entry_id, "the banks were wrong", "account:zhou")
    asyncio.run(following.refresh())
    assert book.signs_against(entry.subject, str(eid_of(2))) == ()


def test_a_form_that_is_sent_twice_makes_one_entry(work: Any) -> None:
    entry = run(work, "add", wish(), "account:zhou")
    with pytest.raises(ConflictError):
        run(work, "add", wish(), "account:li")
    assert run(work, "add", wish(score=71), "account:li").entry_id != entry.entry_id
    run(work, "lift", entry.entry_id, WHY, "account:zhou")
    assert run(work, "add", wish(), "account:zhou").entry_id != entry.entry_id
    assert len(ask(work, "newest_watched", 2**62, 9)) == 3


def test_an_eid_with_wrong_check_digits_is_none(work: Any) -> None:
    with pytest.raises(DecodeError):
        run(work, "add", wish(subject="9" * 32), "account:zhou")


def test_what_is_lifted_counts_no_more_and_stays_on_record(work: Any) -> None:
    entry = run(work, "add", wish(), "account:zhou")
    lifted = run(work, "lift", entry.entry_id, "the banks were wrong", "account:zhou")
    assert lifted.lifted_at is not None
    assert counting(work, chip=bytes.fromhex(eid_of(1))) == []
    assert run(work, "one", entry.entry_id).lifted_at is not None
    assert [one["deed"] for one in facts(work, entry.entry_id)] == ["lift-watch", "watch"]
    with pytest.raises(ConflictError):
        run(work, "lift", entry.entry_id, "the banks were wrong", "account:zhou")
    with pytest.raises(FormError):
        run(work, "lift", entry.entry_id, "", "account:zhou")
    for name, arguments in (("lift", (99, WHY, "account:zhou")), ("one", (99,))):
        with pytest.raises(NotFoundError):
            run(work, name, *arguments)


def test_the_list_is_told_newest_first_in_pages(work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [
        run(work, "add", wish(subject=str(eid_of(chip))), "account:zhou").entry_id for chip in range(1, 6)
    ]
    run(work, "add", wish(kind=WatchedKind.ADDRESS, subject="203.0.113.7"), "account:zhou")
    run(work, "lift", numbers[1], "the banks were wrong", "account:zhou")
    chips = WatchFilter(kind=WatchedKind.CHIP)
    first = run(work, "page", chips, 0, 2)
    assert [one.entry_id for one in first.entries] == [numbers[4], numbers[3]]
    assert first.actors["account:zhou"].told == "account:zhou"
    second = run(work, "page", chips, first.next, 2)
    assert [one.entry_id for one in second.entries] == [numbers[2], numbers[1]]
    third = run(work, "page", chips, second.next, 2)
    assert ([one.entry_id for one in third.entries], third.next) == ([numbers[0]], 0)
    lifted = run(work, "page", WatchFilter(is_lifted=True), 0, 9)
    assert [one.entry_id for one in lifted.entries] == [numbers[1]]
    holding = run(work, "page", WatchFilter(is_lifted=False), 0, 9)
    assert len(holding.entries) == 5
    # No page looks at more than it may, and the next one goes on from there.
    monkeypatch.setattr(watch_list, "LOOKED_AT", 2)
    short = run(work, "page", WatchFilter(is_lifted=True), 0, 9)
    assert (short.entries, short.next) == ((), numbers[4])

"""A vendor's desk on every kind of stores: what is his, what he does to it, and nothing of anybody else's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openesim.conditions.rules.words import ServiceClass
from openesim.conditions.terminals.fields import read_eins, read_imei, read_tacs
from openesim.conditions.terminals.makers import Build
from openesim.conditions.terminals.models import ModelState
from openesim.conditions.terminals.texts import Told
from openesim.conditions.terminals.vendors import StandingEvent
from openesim.kernel.errors import ConflictError, DecodeError, NotFoundError, StateError
from openesim.security.pki.world import TEST_EIN
from openesim.services.conditions.following import Following
from openesim.services.conditions.ledger.ledger import Query, find_page
from openesim.services.conditions.terminals import chip_makers, terminals
from openesim.services.conditions.terminals.book import TerminalBook
from openesim.services.conditions.vendor.chips import VendorChips
from openesim.services.conditions.vendor.deeds import MOST_SPANS, Submission, read_spans
from openesim.services.conditions.vendor.desk import VendorDesk
from tests.stores.test_smdp_stores import ask
from tests.support.rig import NOW, SteppedClock
from tests.support.vendor_world import (
    EID,
    FOREIGN_IMEI,
    FREE_IMEI,
    IMEI,
    OTHER_EIN,
    SECRET_MODEL,
    VendorWorld,
    certificates,
    eum,
    trusted,
)

ME = "account:a_me"


class Site:
    """A desk, a chip maker's desk, and the world behind them."""

    def __init__(self, work: Any) -> None:
        self.work = work
        self.world = VendorWorld(work, NOW)
        self.world.everything()
        self.book = TerminalBook()
        self.following = Following(work, (self.book,))
        clock = SteppedClock(NOW)
        self.desk = VendorDesk(work, clock, self.book, self.following)
        self.chips = VendorChips(work, clock, self.following, trusted())
        self.run(self.following.load())

    def run(self, doing: Any) -> Any:
        return asyncio.run(doing)

    def number(self, name: str) -> int:
        return self.world.models[name].model_id


@pytest.fixture
def site(work: Any) -> Site:
    return Site(work)


def wish(name: str = "Shanlan S7", *spans: str, said: str = "") -> Submission:
    return Submission(
        name=name, category=ServiceClass.PHONE, spans=tuple(read_tacs(each) for each in spans), said=said
    )


def test_the_overview_counts_by_state_and_tells_what_is_asked_ends_and_is_recalled(site: Site) -> None:
    now = site.run(site.desk.overview(1))
    assert now.counts == {
        ModelState.SUBMITTED: 1,
        ModelState.ASKED_BACK: 1,
        ModelState.APPROVED: 2,
        ModelState.EXPIRED: 1,
        ModelState.REFUSED: 1,
        ModelState.SUSPENDED: 1,
    }
    assert (now.total, now.vendor.name, now.maker.name) == (7, "Shanlan Devices", "Shanlan Devices Chips")
    assert [model.name for model in now.asked] == ["Shanlan Tab 3"]
    assert [model.name for model in now.ending] == ["Shanlan S5"]
    assert [hit.recall.recall_id for hit in now.hits] == [
        site.world.recalls["build"],
        site.world.recalls["tacs"],
    ]
    other = site.run(site.desk.overview(2))
    assert other.total == 1
    assert [hit.recall.recall_id for hit in other.hits] == [site.world.recalls["others"]]
    with pytest.raises(NotFoundError):
        site.run(site.desk.overview(3))


def test_one_model_comes_with_its_tacs_and_what_was_said(site: Site) -> None:
    found = site.run(site.desk.model(1, site.number("Shanlan Tab 3")))
    assert found.state is ModelState.ASKED_BACK
    assert [tacs.first for tacs in found.tacs] == ["35290640"]
    assert [said.deed for said in found.talk] == ["submit-model", "add-tacs", "ask-back-model"]
    assert found.talk[-1].facts["reason"] == "Which chip is built in, and can it be taken out?"
    assert found.hits == ()
    hit = site.run(site.desk.model(1, site.number("Shanlan S5"))).hits
    assert [each.recall.recall_id for each in hit] == [site.world.recalls["tacs"]]


def test_whose_a_model_is_not_is_told_that_there_is_none(site: Site) -> None:
    others, nobodys = site.number(SECRET_MODEL), 999
    for number in (others, nobodys):
        for doing in (
            site.desk.model(1, number),
            site.desk.tacs_of(1, number, "", 9),
            site.desk.answer(1, number, wish(), ME),
            site.desk.add_tacs(1, number, (read_tacs("11111111"),), ME),
            site.desk.take_back(1, number, "35880101", ME),
        ):
            with pytest.raises(NotFoundError, match="no such model of the vendor's"):
                site.run(doing)
    assert ask(site.work, "model", others).state is ModelState.SUBMITTED
    assert site.run(site.desk.model_of_tac(1, "35880101")) is None
    assert site.run(site.desk.model_of_tac(2, "35880101")).name == SECRET_MODEL


def test_a_model_is_submitted_with_its_tacs_and_is_known_at_once(site: Site) -> None:
    model = site.run(site.desk.submit(1, wish("Shanlan S7", "35290700-35290709", "35290720"), ME))
    assert (model.state, model.vendor_id) == (ModelState.SUBMITTED, 1)
    assert site.run(site.desk.model_of_tac(1, "35290705")) == model
    found = site.run(site.desk.model(1, model.model_id))
    assert [(tacs.first, tacs.last) for tacs in found.tacs] == [
        ("35290700", "35290709"),
        ("35290720", "35290720"),
    ]


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        (("35290700", "35290615"), "35290611-35290620 is registered for Shanlan S5"),
        (("35290700", "35880100-35880103"), "35880101-35880103 is registered for somebody else"),
    ],
)
def test_where_one_range_is_taken_nothing_is_submitted_and_others_are_not_named(
    site: Site, spans: tuple[str, ...], told: str
) -> None:
    with pytest.raises(ConflictError, match=told) as caught:
        site.run(site.desk.submit(1, wish("Shanlan S7", *spans), ME))
    assert SECRET_MODEL not in str(caught.value)
    assert ask(site.work, "model_named", 1, "Shanlan S7") is None
    assert ask(site.work, "tac_range_before", "35290700").first != "35290700"
    found = site.run(site.desk.taken(1, tuple(read_tacs(each) for each in spans)))
    assert [each.cause for each in found] == [told]


def test_a_question_is_answered_and_the_model_submitted_again(site: Site) -> None:
    number = site.number("Shanlan Tab 3")
    answered = site.run(
        site.desk.answer(1, number, wish("Shanlan Tab 3", "35290641", said="Soldered in."), ME)
    )
    assert (answered.state, answered.remark) == (ModelState.SUBMITTED, "Soldered in.")
    talk = site.run(site.desk.model(1, number)).talk
    assert [said.deed for said in talk][-2:] == ["submit-model", "add-tacs"]
    assert talk[-2].facts["reason"] == "Soldered in."
    with pytest.raises(StateError):
        site.run(site.desk.answer(1, site.number("Shanlan S5"), wish("Shanlan S5"), ME))
    with pytest.raises(ConflictError, match="is registered already"):
        site.run(site.desk.answer(1, number, wish("Shanlan S5"), ME))


def test_whoever_is_suspended_submits_nothing(site: Site) -> None:
    site.world.do(terminals.move_vendor, 1, StandingEvent.SUSPEND, "no agent", "ada", NOW)
    with pytest.raises(ConflictError, match="is suspended"):
        site.run(site.desk.submit(1, wish(), ME))


def test_tacs_are_added_and_taken_back_while_the_model_is_in_review(site: Site) -> None:
    number = site.number("Shanlan S6")
    site.run(site.desk.add_tacs(1, number, (read_tacs("35290700"), read_tacs("35290702")), ME))
    site.run(site.desk.take_back(1, number, "35290700", ME))
    assert [tacs.first for tacs in site.run(site.desk.tacs_of(1, number, "35290650", 9))] == ["35290702"]
    for model, first in (("Shanlan S6", "35290611"), ("Shanlan S6", "35290631")):
        with pytest.raises(NotFoundError):
            site.run(site.desk.take_back(1, site.number(model), first, ME))
    with pytest.raises(ConflictError, match="inspector's to change"):
        site.run(site.desk.take_back(1, site.number("Shanlan S5"), "35290611", ME))
    with pytest.raises(ConflictError, match="inspector's to change"):
        site.run(site.desk.add_tacs(1, site.number("Shanlan S5"), (read_tacs("35290700"),), ME))


def test_of_several_ranges_all_are_added_or_none(site: Site) -> None:
    spans = (read_tacs("35290700"), read_tacs("35880105"))
    with pytest.raises(ConflictError):
        site.run(site.desk.add_tacs(1, site.number("Shanlan S6"), spans, ME))
    assert site.run(site.desk.model_of_tac(1, "35290700")) is None


def test_notices_tell_recalls_that_hold_and_that_were_lifted_and_the_last_decisions(site: Site) -> None:
    notices = site.run(site.desk.notices(1))
    assert [hit.recall.recall_id for hit in notices.lifted] == [site.world.recalls["model"]]
    assert notices.lifted[0].recall.lifted_reason == "Readings were good."
    assert notices.decided[0].name == "Shanlan Tab 3"
    assert {model.vendor_id for model in notices.decided} == {1}
    assert site.run(site.desk.notices(2)).lifted == ()


def test_a_device_of_his_own_is_looked_up_and_the_look_is_in_the_ledger(site: Site) -> None:
    found = site.run(site.desk.device(1, read_imei(IMEI), ME))
    assert (found.model.name, found.bond.eid) == ("Shanlan S5", EID)
    assert site.run(site.desk.device(1, read_imei(FREE_IMEI), ME)).bond is None
    page = site.work.run_now(lambda stores: find_page(stores, Query(subject="vendor:1"), None, 1))
    entry = page.entries[0].entry
    assert (entry.kind.value, entry.actor, entry.facts["tac"]) == ("look", ME, "35290611")
    assert IMEI not in str(entry)
    for vendor, imei in ((1, FOREIGN_IMEI), (2, IMEI), (1, "490154203237518")):
        with pytest.raises(NotFoundError, match="no model of yours"):
            site.run(site.desk.device(vendor, read_imei(imei), ME))


# --- chip makers


def test_the_chip_maker_that_a_vendor_is_comes_with_what_his_certificates_say(site: Site) -> None:
    own = site.run(site.chips.own(1, "", 50))
    assert (own.maker.name, own.certificates[0].eins) == ("Shanlan Devices Chips", (TEST_EIN,))
    assert own.certificates[0].subject == "OpenESIM EUM, OpenESIM Test EUM"
    assert [eids.first for eids in own.eins] == [f"{TEST_EIN}1".ljust(32, "0")]
    site.run(site.chips.add_eins(1, read_eins(f"{TEST_EIN}2"), ME))
    first = site.run(site.chips.own(1, "", 1))
    assert first.next == first.eins[0].first
    assert [eids.first for eids in site.run(site.chips.own(1, first.next, 1)).eins] == [
        f"{TEST_EIN}2".ljust(32, "0")
    ]
    assert site.run(site.chips.own(3, "", 50)) is None


def test_eids_that_no_certificate_is_for_or_that_are_taken_are_refused(site: Site) -> None:
    for ein, told in (
        (OTHER_EIN, "no certificate of yours is for these EIDs"),
        (TEST_EIN[:-1], "no certificate of yours"),
        (f"{TEST_EIN}12", "is registered for Shanlan Devices Chips"),
    ):
        with pytest.raises(ConflictError, match=told):
            site.run(site.chips.add_eins(1, read_eins(ein), ME))
    site.world.do(chip_makers.add_eins, 2, read_eins(f"{TEST_EIN}5"), "ada", NOW)
    with pytest.raises(ConflictError, match=r"registered for somebody else"):
        site.run(site.chips.add_eins(1, read_eins(f"{TEST_EIN}51"), ME))


def test_a_certificate_is_added_once_and_another_ones_is_refused_without_his_name(site: Site) -> None:
    octets = eum(TEST_EIN).certificate.octets
    maker = site.run(site.chips.add_certificate(1, octets, ME))
    assert len(maker.certificates) == 1
    others = ask(site.work, "maker", 2).certificates[0].octets
    with pytest.raises(ConflictError, match="registered for somebody else"):
        site.run(site.chips.add_certificate(1, others, ME))
    with pytest.raises(ConflictError, match="no certificate of a chip maker"):
        site.run(site.chips.add_certificate(1, b"\0" * 40, ME))


def test_a_certificate_that_no_trusted_ci_signed_is_refused(site: Site) -> None:
    self_made = certificates.__wrapped__(TEST_EIN)["eum"].certificate.octets
    with pytest.raises(ConflictError, match="no certificate issuer"):
        site.run(site.chips.add_certificate(1, self_made, ME))
    assert len(ask(site.work, "maker", 1).certificates) == 1


def test_whoever_is_no_chip_maker_or_is_suspended_adds_nothing(site: Site) -> None:
    with pytest.raises(ConflictError, match="not registered as a chip maker"):
        site.run(site.chips.add_build(3, Build(version="1.0.0"), ME))
    assert site.run(site.chips.add_build(1, Build(version="4.2.0"), ME)).builds[-1].version == "4.2.0"
    site.world.do(chip_makers.move_maker, 1, StandingEvent.SUSPEND, "keys lost", "ada", NOW)
    with pytest.raises(ConflictError, match="is suspended"):
        site.run(site.chips.add_build(1, Build(version="4.3.0"), ME))


def test_a_vendor_is_one_chip_maker_and_may_be_none_again(site: Site) -> None:
    third = site.world.do(chip_makers.register_maker, "Third", "ada", NOW)
    with pytest.raises(ConflictError, match="is the chip maker Shanlan Devices Chips already"):
        site.world.do(chip_makers.assign_maker, third.maker_id, 1, "ada", NOW)
    for maker_id, vendor_id in ((99, 1), (third.maker_id, 99)):
        with pytest.raises(NotFoundError):
            site.world.do(chip_makers.assign_maker, maker_id, vendor_id, "ada", NOW)
    site.world.do(chip_makers.assign_maker, 1, None, "ada", NOW)
    assert site.world.do(chip_makers.assign_maker, third.maker_id, 1, "ada", NOW).vendor_id == 1
    assert ask(site.work, "maker_of_vendor", 1).name == "Third"


# --- what is typed


def test_ranges_are_read_from_lines_and_commas() -> None:
    assert read_spans("35290611-35290620\n35290630, 35290632\r\n\n") == (
        ("35290611", "35290620"),
        ("35290630", "35290630"),
        ("35290632", "35290632"),
    )
    assert read_spans("35290611\uff0c35290612") == (("35290611", "35290611"), ("35290612", "35290612"))
    assert read_spans(" \n") == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("3529061", "not-a-tac"),
        ("\u0663\u0665\u0662\u0669\u0660\u0666\u0661\u0661", "not-a-tac"),
        ("35290620-35290611", "backwards"),
        ("35290611-35290620,35290615", "overlaps-typed"),
        ("\n".join(f"{number:08d}" for number in range(MOST_SPANS + 1)), "too-many-ranges"),
        ("=35290611", "not-a-tac"),
        ("<script>", "not-a-tac"),
        ("35290611\0", "not-a-tac"),
    ],
)
def test_ranges_that_cannot_be_taken_are_told_why(text: str, word: str) -> None:
    with pytest.raises(DecodeError) as caught:
        read_spans(text)
    assert isinstance(caught.value.explanation, Told)
    assert caught.value.explanation.word == word

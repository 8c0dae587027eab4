"""Sessions: found by their cookie alone, over in their time, ended by their holder, and never anybody else's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openesim.kernel.errors import NotFoundError
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import (
    Flash,
    FormRefusedError,
    Opened,
    Whence,
    csrf_of,
    digest_of,
    new_token,
    verify_csrf,
)
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.accounts.texts import Cause
from tests.support.accounts import OTHER, PASSWORD, WHENCE, Desks
from tests.support.memory import MemoryWork
from tests.support.rig import new_runner


class CountedWork(MemoryWork):
    """Stores in memory that count their units."""

    def __init__(self) -> None:
        super().__init__()
        self.units = 0

    def run_now(self, unit: Any) -> Any:
        self.units += 1
        return super().run_now(unit)


@pytest.fixture
def work() -> CountedWork:
    return CountedWork()


@pytest.fixture
def desks(work: CountedWork, runner: asyncio.Runner) -> Desks:
    return Desks(work, runner)


@pytest.fixture
def opened(desks: Desks) -> Opened:
    """The session of a clerk."""
    desks.add("mei", Role.CLERK, "qinghe")
    return desks.sign_in("mei")


def test_a_cookie_has_256_random_bits_and_a_digest_of_it_is_kept(desks: Desks, opened: Opened) -> None:
    assert len(opened.token.reveal()) == 43
    assert opened.visit.session.digest == digest_of(opened.token)
    assert opened.token.reveal().encode() not in repr(vars(desks.work.stores)).encode()
    assert new_token(desks.door.ambient) != new_token(desks.door.ambient)


@pytest.mark.parametrize("text", ["", "x", "x" * 43, "x" * 44, "\ud800" * 43, "x" * 1_000_000, "\0" * 43])
def test_a_cookie_that_is_none_of_ours_is_nobodys(desks: Desks, opened: Opened, text: str) -> None:
    assert desks.visit(opened) is not None
    assert desks.run(desks.sessions.visit(Secret(text))) is None


def test_what_is_no_cookie_at_all_costs_no_statement(desks: Desks, work: CountedWork) -> None:
    desks.run(desks.sessions.visit(Secret("no cookie of ours")))
    assert work.units == 0


def test_a_session_is_looked_up_once_a_second(desks: Desks, work: CountedWork, opened: Opened) -> None:
    work.units = 0
    for _ in range(50):
        assert desks.visit(opened) == opened.visit
    assert work.units == 1
    desks.clock.advance(seconds=1)
    assert desks.visit(opened) == opened.visit
    assert work.units == 2


def test_a_session_is_over_after_half_an_hour_without_use(desks: Desks, opened: Opened) -> None:
    desks.clock.advance(minutes=29)
    assert desks.visit(opened) is not None
    desks.clock.advance(minutes=29)
    assert desks.visit(opened) is not None, "it was used"
    desks.clock.advance(minutes=30)
    assert desks.visit(opened) is None


def test_a_session_is_over_after_half_a_day_however_it_is_used(desks: Desks, opened: Opened) -> None:
    for _ in range(12 * 3 - 1):
        desks.clock.advance(minutes=20)
        assert desks.visit(opened) is not None
    desks.clock.advance(minutes=20)
    assert desks.visit(opened) is None


def test_that_it_was_used_is_stored_once_a_minute(desks: Desks, work: CountedWork, opened: Opened) -> None:
    desks.visit(opened)
    work.units = 0
    for _ in range(6):
        desks.clock.advance(seconds=20)
        desks.visit(opened)
    assert work.units == 6 + 2
    kept = desks.work.run_now(lambda stores: stores.desk_session(opened.visit.session.digest))
    assert kept.seen_at > opened.visit.session.seen_at


def test_sign_in_changes_the_cookie_each_time(desks: Desks, opened: Opened) -> None:
    again = desks.sign_in("mei")
    assert again.token != opened.token
    assert desks.visit(opened) is not None, "the other browser stays signed in"


def test_signing_out_ends_one_session_and_signing_out_everywhere_all(desks: Desks, opened: Opened) -> None:
    second, third = desks.sign_in("mei"), desks.sign_in("mei")
    desks.run(desks.sessions.sign_out(opened.visit))
    assert desks.visit(opened) is None
    assert desks.visit(second) is not None
    desks.run(desks.sessions.sign_out_everywhere(second.visit))
    assert desks.visit(second) is desks.visit(third) is None
    assert desks.deeds()[-2:] == ["signed-out", "signed-out-everywhere"]


def test_a_person_sees_his_sessions_and_ends_one_by_its_name(desks: Desks, opened: Opened) -> None:
    elsewhere = desks.sign_in("mei", whence=Whence(address="2001:db8:1:2::3", agent="a phone" * 100))
    desks.add("other")
    stranger = desks.sign_in("other")
    mine = desks.run(desks.sessions.sessions_of(opened.visit))
    assert [(each.place, each.agent[:7]) for each in mine] == [
        ("2001:db8:1::/48", "a phone"),
        ("203.0.113.0/24", "a brows"),
    ]
    assert len(mine[0].agent) == 200
    with pytest.raises(NotFoundError):
        desks.run(desks.sessions.end(opened.visit, stranger.visit.session.session_id))
    desks.run(desks.sessions.end(opened.visit, elsewhere.visit.session.session_id))
    assert desks.visit(elsewhere) is None
    assert desks.visit(stranger) is not None
    desks.clock.advance(hours=1)
    assert desks.run(desks.sessions.sessions_of(opened.visit)) == []


def test_a_session_ends_with_its_account(desks: Desks, opened: Opened) -> None:
    from openesim.services.conditions.accounts.keeping import disable_account

    account = desks.account(opened.visit.account.account_id)
    desks.work.run_now(lambda stores: disable_account(stores, account, "a test", desks.clock.now()))
    desks.clock.advance(seconds=1)
    assert desks.visit(opened) is None


def test_messages_are_shown_on_the_next_page_and_no_other(desks: Desks, opened: Opened) -> None:
    for number in range(7):
        desks.run(desks.sessions.flash(opened.visit, Flash(kind="done", text=f"saved {number}")))
    visit = desks.visit(opened)
    assert visit is not None
    flashes = desks.run(desks.sessions.take_flashes(visit))
    assert [flash.text for flash in flashes] == [f"saved {number}" for number in range(2, 7)]
    assert desks.run(desks.sessions.take_flashes(visit)) == ()
    visit = desks.visit(opened)
    assert visit is not None
    assert visit.session.flashes == ()


def test_language_and_theme_stay_with_the_account(desks: Desks, opened: Opened) -> None:
    desks.run(desks.sessions.set_taste(opened.visit, language="zh"))
    desks.run(desks.sessions.set_taste(opened.visit, theme="dark"))
    visit = desks.visit(opened)
    assert visit is not None
    assert (visit.account.language, visit.account.theme) == ("zh", "dark")
    assert desks.sign_in("mei").visit.account.language == "zh"


@pytest.mark.usefixtures("opened")
def test_what_is_over_is_swept(desks: Desks) -> None:
    with pytest.raises(Exception, match="do not belong"):
        desks.sign_in("nobody", OTHER)
    assert desks.run(desks.sessions.sweep()) == 0
    desks.clock.advance(days=2)
    assert desks.run(desks.sessions.sweep()) == 2


# --- forms ---


def test_a_form_is_good_for_its_own_cookie_alone(desks: Desks, opened: Opened) -> None:
    other = desks.sign_in("mei")
    verify_csrf(opened.token, csrf_of(opened.token))
    assert opened.token.reveal() not in csrf_of(opened.token)
    wrong: list[tuple[Secret[str] | None, str | None]] = [
        (opened.token, csrf_of(other.token)),
        (opened.token, None),
        (opened.token, ""),
        (opened.token, "\ud800"),
        (opened.token, opened.token.reveal()),
        (None, csrf_of(opened.token)),
        (Secret(""), csrf_of(Secret(""))),
    ]
    for token, sent in wrong:
        with pytest.raises(FormRefusedError) as caught:
            verify_csrf(token, sent)
        assert caught.value.cause is Cause.FORM_TOO_OLD


# --- never anybody else's ---

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["in", "out", "everywhere", "prove", "password", "wait", "visit"]),
        st.integers(0, 2),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
def test_whatever_happens_a_cookie_opens_the_account_it_was_made_for_or_nothing(
    actions: list[tuple[str, int]],
) -> None:
    with new_runner() as runner:
        desks = Desks(MemoryWork(), runner)
        ids = [desks.add(f"login-{number}").account_id for number in range(3)]
        words = [PASSWORD] * 3
        given_out: list[tuple[Opened, int]] = []
        for action, who in actions:
            mine = [each for each, owner in given_out if owner == who and desks.visit(each) is not None]
            if action == "in":
                given_out.append((desks.sign_in(f"login-{who}", words[who]), who))
            elif action == "wait":
                desks.clock.advance(minutes=9)
            elif action == "out" and mine:
                desks.run(desks.sessions.sign_out(mine[-1].visit))
                assert desks.visit(mine[-1]) is None
            elif action == "everywhere" and mine:
                desks.run(desks.sessions.sign_out_everywhere(mine[-1].visit))
                assert not any(desks.visit(each) for each in mine)
            elif action == "prove" and mine:
                given_out.append((desks.run(desks.sign_ins.prove(mine[-1].visit, words[who], WHENCE)), who))
                assert desks.visit(mine[-1]) is None
            elif action == "password" and mine:
                new = Secret(f"words of mine {len(given_out)}")
                changed = desks.run(desks.accounts.change_password(mine[-1].visit, words[who], new, WHENCE))
                words[who] = new
                assert not any(desks.visit(each) for each in mine)
                given_out.append((changed, who))
            for each, owner in given_out:
                visit = desks.visit(each)
                assert visit is None or visit.account.account_id == visit.session.account_id == ids[owner]
        tokens = [each.token.reveal() for each, _ in given_out]
        assert len(set(tokens)) == len(tokens)
        desks.clock.advance(hours=12)
        assert not any(desks.visit(each) for each, _ in given_out)


def test_nobody_is_signed_in_by_a_cookie_that_he_brought_along(desks: Desks) -> None:
    """A cookie that somebody planted in a browser is never taken over."""
    planted = new_token(desks.door.ambient)
    desks.add("mei")
    opened = desks.sign_in("mei")
    assert opened.token != planted
    assert desks.run(desks.sessions.visit(planted)) is None


def test_a_session_that_is_not_finished_is_over_in_ten_minutes(desks: Desks) -> None:
    desks.add("chief", Role.CHIEF)
    half = desks.sign_in("chief")
    assert half.visit.session.expires_at - half.visit.session.created_at == timedelta(minutes=10)
    desks.clock.advance(minutes=9)
    assert desks.visit(half) is not None
    desks.clock.advance(minutes=1)
    assert desks.visit(half) is None

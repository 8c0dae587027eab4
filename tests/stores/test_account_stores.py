"""The contract of accounts, sessions and attempts: on every kind of stores, with the whole way in on each."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.errors import ConflictError
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.account import Account, SecondFactor
from openesim.services.conditions.accounts.attempts import Attempts
from openesim.services.conditions.accounts.desk_sessions import DeskSession, Flash, Opened, Stage
from openesim.services.conditions.accounts.keeping import Invitation
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.accounts.sign_in import LockedError, SignInRefusedError
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from tests.stores.test_smdp_stores import ask
from tests.support.accounts import OTHER, PASSWORD, WHENCE, Desks
from tests.support.rig import NOW

FACTOR = SecondFactor(
    secret=Secret(b"s" * 20), last_step=7, recovery=frozenset({b"r" * 32, b"q" * 32}), since=NOW
)
ACCOUNT = Account(
    account_id="a_1",
    login="mei@qinghe",
    display_name="梅 of the counter",
    role=Role.CLERK,
    tenant="qinghe",
    password=Secret("hash"),
    created_at=NOW,
    password_at=NOW,
)
FULL = replace(
    ACCOUNT,
    account_id="a_2",
    login="chief",
    role=Role.CHIEF,
    tenant=None,
    factor=FACTOR,
    person=b"p" * 32,
    one_time_until=NOW + timedelta(days=7),
    language="zh",
    theme="dark",
    disabled_at=NOW + timedelta(days=1),
)
SESSION = DeskSession(
    digest=b"d" * 32,
    account_id="a_1",
    created_at=NOW,
    seen_at=NOW + timedelta(minutes=1),
    expires_at=NOW + timedelta(minutes=30),
    stage=Stage.EXPECT_ENROLMENT,
    proved_at=NOW,
    place="203.0.113.0/24",
    agent="a browser 浏览器",
    pending=Secret(b"p" * 20),
    flashes=(Flash(kind="done", text="saved"), Flash(kind="note", text="已保存")),
)


@pytest.fixture
def desks(work: Any, runner: asyncio.Runner) -> Desks:
    """The door of the desks on stores of each kind in turn."""
    return Desks(work, runner)


@pytest.mark.parametrize("account", [ACCOUNT, FULL], ids=["least", "most"])
def test_an_account_comes_out_as_it_went_in_by_id_and_login(work: Any, account: Account) -> None:
    ask(work, "add_account", account)
    for name in ("account", "hold_account"):
        assert ask(work, name, account.account_id) == account
        assert ask(work, name, "a_nobody") is None
    for name in ("account_of_login", "hold_account_of_login"):
        assert ask(work, name, account.login) == account
        assert ask(work, name, "nobody") is None
    later = replace(account, login="another", password=Secret("new"), factor=None, disabled_at=None)
    ask(work, "save_account", later)
    assert ask(work, "account_of_login", "another") == later
    assert ask(work, "account_of_login", account.login) is None


def test_a_login_is_one_accounts(work: Any) -> None:
    ask(work, "add_account", ACCOUNT)
    with pytest.raises(ConflictError):
        ask(work, "add_account", replace(FULL, login=ACCOUNT.login))


def test_accounts_are_listed_by_role_and_tenant_in_pages(work: Any) -> None:
    made = [
        replace(ACCOUNT, account_id=f"a_{number}", login=f"login-{number}", role=role, tenant=tenant)
        for number, (role, tenant) in enumerate(
            [
                (Role.CLERK, "qinghe"),
                (Role.MANAGER, "qinghe"),
                (Role.CLERK, "yuanshan"),
                (Role.CLERK, "qinghe"),
                (Role.CHIEF, None),
            ]
        )
    ]
    for account in reversed(made):
        ask(work, "add_account", account)
    assert ask(work, "accounts_of", Role.CLERK, "qinghe", "", 10) == [made[0], made[3]]
    assert ask(work, "accounts_of", Role.CLERK, None, "", 2) == [made[0], made[2]]
    assert ask(work, "accounts_of", Role.CLERK, None, "a_2", 2) == [made[3]]
    assert ask(work, "accounts_of", Role.CHIEF, None, "", 10) == [made[4]]
    assert ask(work, "accounts_of", Role.VENDOR, None, "", 10) == []


def test_a_session_comes_out_as_it_went_in_until_it_is_removed(work: Any) -> None:
    ask(work, "add_account", ACCOUNT)
    ask(work, "add_desk_session", SESSION)
    for name in ("desk_session", "hold_desk_session"):
        assert ask(work, name, SESSION.digest) == SESSION
        assert ask(work, name, b"e" * 32) is None
    saved = replace(SESSION, stage=Stage.OPEN, pending=None, flashes=())
    ask(work, "save_desk_session", saved)
    seen, end = NOW + timedelta(minutes=5), NOW + timedelta(hours=1)
    ask(work, "touch_desk_session", SESSION.digest, seen, end)
    assert ask(work, "desk_session", SESSION.digest) == replace(saved, seen_at=seen, expires_at=end)
    ask(work, "touch_desk_session", b"e" * 32, seen, end)
    ask(work, "remove_desk_session", SESSION.digest)
    assert ask(work, "desk_session", SESSION.digest) is None


def test_sessions_of_an_account_are_listed_latest_first_and_end_together(work: Any) -> None:
    ask(work, "add_account", ACCOUNT)
    ask(work, "add_account", FULL)
    made = [
        replace(
            SESSION, digest=bytes([number]) * 32, account_id=owner, created_at=NOW + timedelta(hours=number)
        )
        for number, owner in enumerate(["a_1", "a_2", "a_1"])
    ]
    for session in made:
        ask(work, "add_desk_session", session)
    assert ask(work, "desk_sessions_of", "a_1") == [made[2], made[0]]
    ask(work, "remove_desk_sessions_of", "a_1")
    assert ask(work, "desk_sessions_of", "a_1") == []
    assert ask(work, "desk_sessions_of", "a_2") == [made[1]]


def test_what_is_over_is_swept_a_few_at_a_time(work: Any) -> None:
    ask(work, "add_account", ACCOUNT)
    for number in range(3):
        end = NOW + timedelta(minutes=number)
        ask(work, "add_desk_session", replace(SESSION, digest=bytes([number]) * 32, expires_at=end))
        name = f"login:{number}"
        ask(work, "attempts", name)
        ask(work, "save_attempts", name, Attempts(failures=1, at=end))
    assert ask(work, "sweep_desk_sessions", NOW + timedelta(minutes=1), 1) == 1
    assert ask(work, "sweep_desk_sessions", NOW + timedelta(minutes=1), 10) == 1
    assert ask(work, "sweep_attempts", NOW + timedelta(minutes=2), 1) == 1
    assert ask(work, "sweep_attempts", NOW + timedelta(minutes=2), 10) == 1
    assert ask(work, "attempts", "login:2") == Attempts(failures=1, at=NOW + timedelta(minutes=2))


@pytest.mark.parametrize("name", ["login:mei", "login:有人", "login:\ud800", "login:\0", "login:"])
def test_attempts_are_remembered_under_any_name(work: Any, name: str) -> None:
    assert ask(work, "attempts", name) is None
    attempts = Attempts(failures=6, at=NOW, locked_until=NOW + timedelta(seconds=30))

    def unit(stores: Any) -> None:
        assert stores.attempts(name) is None
        stores.save_attempts(name, attempts)

    work.run_now(unit)
    assert ask(work, "attempts", name) == attempts
    ask(work, "forget_attempts", name)
    assert ask(work, "attempts", name) is None


# --- the whole way, on every kind of stores ---


def test_a_chief_signs_in_enrols_and_comes_back_with_a_code(desks: Desks) -> None:
    desks.add("chief", Role.CHIEF, one_time_until=NOW + timedelta(days=1))
    first = desks.sign_in("chief")
    assert first.visit.session.stage is Stage.EXPECT_PASSWORD
    second = desks.run(desks.accounts.change_password(first.visit, Secret(""), OTHER, WHENCE))
    assert second.visit.session.stage is Stage.EXPECT_ENROLMENT
    third = desks.enrol(second)
    assert third.visit.session.stage is Stage.OPEN
    desks.clock.advance(minutes=1)
    again = desks.sign_in("Chief ", OTHER)
    assert again.visit.session.stage is Stage.EXPECT_CODE
    code = desks.code(again.visit.account.account_id)
    opened = desks.run(desks.sign_ins.give_code(again.visit, code, WHENCE))
    assert opened.visit.session.stage is Stage.OPEN
    assert desks.visit(opened) == opened.visit
    assert desks.visit(again) is desks.visit(first) is desks.visit(second) is None
    twice = desks.sign_in("chief", OTHER)
    with pytest.raises(SignInRefusedError) as caught:
        desks.run(desks.sign_ins.give_code(twice.visit, code, WHENCE))
    assert caught.value.cause is Cause.CODE
    assert desks.deeds() == [
        "invited",
        "signed-in",
        "password-changed",
        "factor-enrolled",
        "signed-in",
        "sign-in-failed",
    ]


def test_wrong_passwords_lock_the_login_for_longer_and_longer(desks: Desks) -> None:
    desks.add("mei")
    for _ in range(6):
        with pytest.raises(SignInRefusedError):
            desks.sign_in("mei", OTHER)
    for seconds in (30, 60, 120):
        with pytest.raises(LockedError) as caught:
            desks.sign_in("mei")
        assert caught.value.facts["seconds"] in {seconds, seconds - 1}
        desks.clock.advance(seconds=seconds)
        with pytest.raises(SignInRefusedError):
            desks.sign_in("mei", OTHER)
    desks.clock.advance(seconds=240)
    assert desks.sign_in("mei").visit.session.stage is Stage.OPEN
    with pytest.raises(SignInRefusedError):
        desks.sign_in("mei", OTHER)
    assert desks.sign_in("mei").visit.session.stage is Stage.OPEN


def test_a_session_that_is_ended_elsewhere_is_dead_within_a_second(work: Any, runner: asyncio.Runner) -> None:
    here, there = Desks(work, runner), Desks(work, runner)
    here.add("mei")
    opened = here.sign_in("mei")
    seen = there.visit(opened)
    assert seen is not None
    here.run(here.sessions.sign_out_everywhere(opened.visit))
    assert here.visit(opened) is None
    there.clock.advance(seconds=1)
    assert there.visit(opened) is None


def test_a_login_that_two_take_at_once_is_one_accounts(desks: Desks) -> None:
    desks.run(desks.accounts.register("mei", PASSWORD, WHENCE))
    with pytest.raises(AccountRefused) as caught:
        desks.run(desks.accounts.register("MEI", OTHER, WHENCE))
    assert (caught.value.cause, caught.value.field) == (Cause.LOGIN_TAKEN, "login")


def test_attempts_in_parallel_are_counted_one_by_one(desks: Desks) -> None:
    desks.add("mei")

    async def guess_all() -> list[BaseException | Any]:
        guesses = [desks.sign_ins.sign_in("mei", Secret(f"guess number {n}"), WHENCE) for n in range(20)]
        return await asyncio.gather(*guesses, return_exceptions=True)

    outcomes = desks.run(guess_all())
    refused = [each for each in outcomes if isinstance(each, SignInRefusedError)]
    locked = [each for each in outcomes if isinstance(each, LockedError)]
    assert (len(refused), len(locked)) == (6, 14)


def test_of_many_who_show_one_code_at_once_one_comes_in(desks: Desks) -> None:
    chief = desks.open("chief", Role.CHIEF, None).visit.account.account_id
    desks.clock.advance(minutes=1)
    halves = [desks.sign_in("chief") for _ in range(5)]
    code = desks.code(chief)

    async def show_all() -> list[BaseException | Any]:
        shown = [desks.sign_ins.give_code(half.visit, code, WHENCE) for half in halves]
        return await asyncio.gather(*shown, return_exceptions=True)

    outcomes = desks.run(show_all())
    assert len([each for each in outcomes if isinstance(each, Opened)]) == 1
    assert len([each for each in outcomes if isinstance(each, SignInRefusedError)]) == 4


def test_signing_in_while_the_password_is_reset_leaves_no_session_of_the_old_one(desks: Desks) -> None:
    manager = desks.open("manager", Role.MANAGER, "qinghe").visit
    clerk = desks.add("clerk", Role.CLERK, "qinghe").account_id

    async def both() -> list[BaseException | Any]:
        coming = [desks.sign_ins.sign_in("clerk", PASSWORD, WHENCE) for _ in range(5)]
        return await asyncio.gather(
            *coming, desks.accounts.reset_password(manager, clerk), return_exceptions=True
        )

    *came, invitation = desks.run(both())
    assert isinstance(invitation, Invitation)
    assert all(isinstance(each, Opened | SignInRefusedError) for each in came), came
    assert desks.work.run_now(lambda stores: stores.desk_sessions_of(clerk)) == []
    opened = desks.sign_in("clerk", invitation.password)
    assert opened.visit.session.stage is Stage.EXPECT_PASSWORD

"""Signing in: nobody learns which of login and password was wrong, codes are good once, and cookies change."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openesim.kernel.secret import Secret
from openesim.security.crypto.totp import code_of, step_of
from openesim.services.conditions.accounts.account import AccountRules, SecondFactor
from openesim.services.conditions.accounts.desk_sessions import (
    ProofNeededError,
    Stage,
    Whence,
    csrf_of,
    verify_recent,
)
from openesim.services.conditions.accounts.roles import Permission, Role
from openesim.services.conditions.accounts.sign_in import (
    LockedError,
    SignInRefusedError,
    recovery_digest,
    used_factor,
)
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from tests.support.accounts import OTHER, PASSWORD, WHENCE, Desks
from tests.support.memory import MemoryWork
from tests.support.rig import NOW


class CountingStores:
    """Stores that tell which of their methods were called."""

    def __init__(self, stores: Any, calls: list[str]) -> None:
        self._stores, self._calls = stores, calls

    def __getattr__(self, name: str) -> Any:
        self._calls.append(name)
        return getattr(self._stores, name)


class CountingWork(MemoryWork):
    """Stores in memory that tell what was asked of them."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def run_now(self, unit: Any) -> Any:
        return super().run_now(lambda stores: unit(CountingStores(stores, self.calls)))


@pytest.fixture
def work() -> CountingWork:
    return CountingWork()


@pytest.fixture
def desks(work: CountingWork, runner: asyncio.Runner) -> Desks:
    return Desks(work, runner)


def refusal(desks: Desks, login: str, password: Secret[str] = OTHER) -> AccountRefused:
    """Returns how somebody is refused who signs in."""
    with pytest.raises(AccountRefused) as caught:
        desks.sign_in(login, password)
    return caught.value


# --- login and password ---


def test_a_wrong_login_and_a_wrong_password_are_told_alike(desks: Desks) -> None:
    desks.add("mei")
    wrong, unknown = refusal(desks, "mei"), refusal(desks, "nobody")
    assert type(wrong) is type(unknown) is SignInRefusedError
    assert (str(wrong), wrong.facts, wrong.field) == (str(unknown), unknown.facts, unknown.field)


@pytest.mark.parametrize("login", ["nobody", "", "no login at all", "梅", "\ud800", "x" * 100_000])
def test_a_wrong_login_takes_the_same_steps_as_a_wrong_password(
    desks: Desks, work: CountingWork, login: str
) -> None:
    desks.add("mei")
    taken = []
    for name in ("mei", login):
        work.calls.clear()
        desks.hashing.asked.clear()
        refusal(desks, name)
        taken.append((list(work.calls), len(desks.hashing.asked)))
    assert taken[0] == taken[1]
    assert taken[0][1] == 1, "one password was tried either way"


def test_a_login_that_is_nobodys_is_locked_as_any_other(desks: Desks) -> None:
    desks.add("mei")
    told = {}
    for login in ("mei", "nobody"):
        told[login] = [(type(error), error.cause) for error in (refusal(desks, login) for _ in range(8))]
    assert told["mei"] == told["nobody"]
    assert told["mei"][-1] == (LockedError, Cause.LOCKED)


def test_a_locked_login_costs_no_hash(desks: Desks) -> None:
    for _ in range(6):
        refusal(desks, "nobody")
    desks.hashing.asked.clear()
    assert isinstance(refusal(desks, "nobody"), LockedError)
    assert desks.hashing.asked == []


def test_the_right_password_does_not_open_a_locked_login(desks: Desks) -> None:
    desks.add("mei")
    for _ in range(6):
        refusal(desks, "mei")
    assert isinstance(refusal(desks, "mei", PASSWORD), LockedError)
    desks.clock.advance(seconds=31)
    assert desks.sign_in("mei").visit.session.stage is Stage.OPEN


def test_failures_are_forgotten_after_a_day(desks: Desks) -> None:
    for _ in range(5):
        refusal(desks, "mei")
    desks.clock.advance(hours=24)
    assert isinstance(refusal(desks, "mei"), SignInRefusedError)
    assert isinstance(refusal(desks, "mei"), SignInRefusedError)


def test_an_address_that_tries_many_logins_is_held_back(desks: Desks) -> None:
    for number in range(30):
        assert isinstance(refusal(desks, f"login-{number}"), SignInRefusedError)
    assert isinstance(refusal(desks, "another"), LockedError)
    desks.add("mei")
    elsewhere = Whence(address="198.51.100.1")
    assert desks.sign_in("mei", whence=elsewhere).visit.session.stage is Stage.OPEN


def test_a_disabled_account_is_told_so_to_who_knows_the_password(desks: Desks) -> None:
    account = desks.add("mei")
    desks.work.run_now(lambda stores: stores.save_account(replace(account, disabled_at=NOW)))
    assert refusal(desks, "mei").cause is Cause.SIGN_IN
    assert refusal(desks, "mei", PASSWORD).cause is Cause.DISABLED


def test_a_one_time_password_is_over_in_its_time(desks: Desks) -> None:
    desks.add("mei", Role.CLERK, "qinghe", one_time_until=NOW + timedelta(days=1))
    assert desks.sign_in("mei").visit.session.stage is Stage.EXPECT_PASSWORD
    desks.clock.advance(days=1)
    assert refusal(desks, "mei").cause is Cause.SIGN_IN
    assert refusal(desks, "mei", PASSWORD).cause is Cause.ONE_TIME_OVER


def test_a_password_that_was_hashed_for_less_is_hashed_again(desks: Desks) -> None:
    account = desks.add("mei")
    desks.hashing.generation = 2
    refusal(desks, "mei")
    assert desks.account(account.account_id).password == account.password
    desks.sign_in("mei")
    assert desks.account(account.account_id).password.reveal().startswith("quick$2$")
    desks.sign_in("mei")


def test_a_password_that_is_changed_while_it_is_judged_opens_nothing(desks: Desks) -> None:
    account = desks.add("mei")

    class Late:
        """Takes so long that the password is another one when it is judged."""

        def __getattr__(self, name: str) -> Any:
            return getattr(desks.hashing, name)

        def is_right(self, kept: Secret[str], password: Secret[str]) -> bool:
            new = replace(account, password=Secret("quick$1$new"))
            desks.work.run_now(lambda stores: stores.save_account(new))
            return desks.hashing.is_right(kept, password)

    desks.door.passwords._hashing = Late()  # type: ignore[misc]
    assert refusal(desks, "mei", PASSWORD).cause is Cause.SIGN_IN


# --- the second factor ---


@pytest.fixture
def chief(desks: Desks) -> str:
    """The id of a chief with a second factor, a minute after it was enrolled."""
    account_id = desks.open("chief", Role.CHIEF, None).visit.account.account_id
    desks.clock.advance(minutes=1)
    return account_id


def test_behind_a_code_the_session_has_another_cookie(desks: Desks, chief: str) -> None:
    half = desks.sign_in("chief")
    assert half.visit.session.stage is Stage.EXPECT_CODE
    opened = desks.run(desks.sign_ins.give_code(half.visit, desks.code(chief), WHENCE))
    assert opened.visit.session.stage is Stage.OPEN
    assert opened.token != half.token
    assert csrf_of(opened.token) != csrf_of(half.token)
    assert desks.visit(half) is None


@pytest.mark.usefixtures("chief")
def test_a_half_session_may_nothing(desks: Desks) -> None:
    half = desks.sign_in("chief")
    with pytest.raises(AccountRefused) as caught:
        half.visit.verify_may(Permission.OWN_ACCOUNT)
    assert caught.value.cause is Cause.UNFINISHED
    for attempt in (
        desks.accounts.change_password(half.visit, PASSWORD, OTHER, WHENCE),
        desks.accounts.begin_enrolment(half.visit),
        desks.accounts.renew_recovery_codes(half.visit),
        desks.accounts.disable(half.visit, "a_1"),
        desks.sign_ins.prove(half.visit, PASSWORD, WHENCE),
    ):
        with pytest.raises(AccountRefused) as caught:
            desks.run(attempt)
        assert caught.value.cause is Cause.UNFINISHED
    desks.clock.advance(minutes=10)
    assert desks.visit(half) is None, "it is over soon"


def test_a_code_opens_once_and_so_does_any_before_it(desks: Desks, chief: str) -> None:
    code = desks.code(chief)
    desks.run(desks.sign_ins.give_code(desks.sign_in("chief").visit, code, WHENCE))
    factor = desks.account(chief).factor
    assert factor is not None
    before = code_of(factor.secret, step_of(desks.clock.now()) - 1)
    for used in (code, before):
        with pytest.raises(SignInRefusedError):
            desks.run(desks.sign_ins.give_code(desks.sign_in("chief").visit, used, WHENCE))


def test_wrong_codes_lock_the_account_and_the_password_does_not_lift_it(desks: Desks, chief: str) -> None:
    for _ in range(6):
        with pytest.raises(SignInRefusedError):
            desks.run(desks.sign_ins.give_code(desks.sign_in("chief").visit, "000000", WHENCE))
    half = desks.sign_in("chief")
    with pytest.raises(LockedError):
        desks.run(desks.sign_ins.give_code(half.visit, desks.code(chief), WHENCE))
    desks.clock.advance(seconds=31)
    opened = desks.run(desks.sign_ins.give_code(half.visit, desks.code(chief), WHENCE))
    assert opened.visit.session.stage is Stage.OPEN


def test_a_recovery_code_opens_once_however_it_is_written(desks: Desks) -> None:
    opened = desks.open("chief", Role.CHIEF, None)
    codes = desks.run(desks.accounts.renew_recovery_codes(opened.visit))
    assert len(codes) == len(set(codes)) == 10
    written = codes[3].reveal().upper().replace("-", " ")
    opened = desks.run(desks.sign_ins.give_code(desks.sign_in("chief").visit, written, WHENCE))
    assert opened.visit.session.stage is Stage.OPEN
    with pytest.raises(SignInRefusedError):
        desks.run(desks.sign_ins.give_code(desks.sign_in("chief").visit, written, WHENCE))
    factor = desks.account(opened.visit.account.account_id).factor
    assert factor is not None
    assert len(factor.recovery) == 9
    assert "recovery-code-used" in desks.deeds()


def test_a_step_that_was_used_stays_used_beside_recovery_codes() -> None:
    secret = Secret(b"s" * 20)
    recovery = frozenset({recovery_digest("abcd-efgh-ijkl-mnop")})
    factor = SecondFactor(secret=secret, last_step=step_of(NOW), recovery=recovery, since=NOW)
    assert used_factor(factor, code_of(secret, step_of(NOW)), NOW) is None
    assert used_factor(factor, code_of(secret, step_of(NOW) + 1), NOW) == replace(
        factor, last_step=step_of(NOW) + 1
    )
    assert used_factor(factor, "ABCDEFGHIJKLMNOP", NOW) == replace(factor, recovery=frozenset())
    for text in ("", "abcdef", "abcd", "\ud800", "x" * 100_000):
        assert used_factor(factor, text, NOW) is None


def test_a_role_needs_a_second_factor_where_the_rules_say_so(
    work: CountingWork, runner: asyncio.Runner
) -> None:
    usual = Desks(work, runner)
    for role, tenant in ((Role.CLERK, "qinghe"), (Role.VENDOR, "1"), (Role.SUBSCRIBER, None)):
        usual.add(role.value, role, tenant)
        assert usual.sign_in(role.value).visit.session.stage is Stage.OPEN
    for role, tenant in ((Role.CHIEF, None), (Role.INSPECTOR, None), (Role.MANAGER, "qinghe")):
        usual.add(role.value, role, tenant)
        assert usual.sign_in(role.value).visit.session.stage is Stage.EXPECT_ENROLMENT
    lenient = Desks(work, runner, AccountRules(factor_needed=frozenset()))
    assert lenient.sign_in("chief").visit.session.stage is Stage.OPEN


# --- proofs ---


def test_a_proof_grows_old_and_is_given_again_with_the_password(desks: Desks) -> None:
    desks.add("mei", Role.CLERK, "qinghe")
    opened = desks.sign_in("mei")
    verify_recent(opened.visit, desks.clock.now())
    desks.clock.advance(minutes=11)
    visit = desks.visit(opened)
    assert visit is not None
    with pytest.raises(ProofNeededError):
        verify_recent(visit, desks.clock.now())
    verify_recent(visit, desks.clock.now(), minutes=15)
    with pytest.raises(SignInRefusedError):
        desks.run(desks.sign_ins.prove(visit, OTHER, WHENCE))
    proved = desks.run(desks.sign_ins.prove(visit, PASSWORD, WHENCE))
    verify_recent(proved.visit, desks.clock.now())
    assert proved.token != opened.token
    assert proved.visit.session.created_at == visit.session.created_at, "no session is made longer by it"
    assert desks.visit(opened) is None


def test_with_a_second_factor_the_password_is_no_proof(desks: Desks) -> None:
    opened = desks.open("chief", Role.CHIEF, None)
    desks.clock.advance(minutes=11)
    visit = desks.visit(opened)
    assert visit is not None
    with pytest.raises(SignInRefusedError):
        desks.run(desks.sign_ins.prove(visit, PASSWORD, WHENCE))
    code = Secret(desks.code(visit.account.account_id))
    verify_recent(desks.run(desks.sign_ins.prove(visit, code, WHENCE)).visit, desks.clock.now())


def test_strangers_who_lock_a_login_do_not_stop_a_grave_deed_of_who_is_in(desks: Desks) -> None:
    opened = desks.open("chief", Role.CHIEF, None)
    desks.clock.advance(minutes=11)
    for _ in range(7):
        refusal(desks, "chief")
    visit = desks.visit(opened)
    assert visit is not None
    code = Secret(desks.code(visit.account.account_id))
    assert (
        desks.run(desks.sign_ins.prove(visit, code, Whence(address="198.51.100.1"))).visit.session.stage
        is Stage.OPEN
    )


# --- what is written down ---


def test_what_happens_is_in_the_ledger_without_passwords_logins_or_whole_addresses(desks: Desks) -> None:
    account = desks.add("mei", Role.CLERK, "qinghe")
    for login in ("mei", "nobody"):
        refusal(desks, login)
    desks.sign_in("mei")
    for _ in range(6):
        refusal(desks, "mei")
    entries = desks.entries()
    counted = Counter(entry.facts["deed"] for entry in entries)
    assert counted == {
        "account-invited": 1,
        "account-sign-in-failed": 8,
        "account-signed-in": 1,
        "account-locked": 1,
    }
    assert {entry.subject for entry in entries} == {f"account:{account.account_id}", None}
    assert {entry.operator for entry in entries} == {"qinghe", None}
    told = " ".join(repr(entry) for entry in entries)
    for secret in (PASSWORD.reveal(), OTHER.reveal(), "mei", "nobody'", WHENCE.address, "a browser"):
        assert secret not in told.replace("actor='nobody'", "")
    assert "203.0.113.0/24" in told


def test_to_ask_whether_a_session_holds_is_not_to_use_it(desks: Desks) -> None:
    desks.add("mei")
    opened = desks.sign_in("mei")
    holds = desks.sessions.still_holds
    desks.clock.advance(minutes=29)
    assert desks.run(holds(opened.visit))
    desks.clock.advance(minutes=2)
    assert not desks.run(holds(opened.visit)), "nobody used it for half an hour"
    other = desks.sign_in("mei")
    assert desks.run(holds(other.visit))
    desks.run(desks.sessions.sign_out(other.visit))
    assert not desks.run(holds(other.visit))


def test_nothing_secret_is_in_what_values_show_or_logs_tell(desks: Desks, logs: list[Any]) -> None:
    opened = desks.open("chief", Role.CHIEF, None)
    codes = desks.run(desks.accounts.renew_recovery_codes(opened.visit))
    shown = " ".join(map(repr, (opened, opened.visit, opened.visit.account, codes, desks.door, logs)))
    factor = opened.visit.account.factor
    assert factor is not None
    secrets = [opened.token.reveal(), csrf_of(opened.token), codes[0].reveal(), str(factor.secret.reveal())]
    secrets += [PASSWORD.reveal(), opened.visit.account.password.reveal(), "chief of the test"]
    for secret in secrets:
        assert secret not in shown

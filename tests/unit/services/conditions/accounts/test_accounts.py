"""Accounts: one's own, and those of others that somebody keeps; whatever is taken from an account ends its sessions."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from openesim.kernel.errors import NotFoundError, TooManyRequestsError
from openesim.kernel.secret import Secret
from openesim.security.crypto.totp import code_of, step_of
from openesim.services.conditions.accounts.account import ForbiddenError
from openesim.services.conditions.accounts.desk_sessions import Opened, ProofNeededError, Stage, Visit, Whence
from openesim.services.conditions.accounts.keeping import (
    accounts_of_roles,
    bind_person,
    enable_account,
    random_words,
)
from openesim.services.conditions.accounts.passwords import verify_acceptable
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.accounts.sign_in import SignInRefusedError
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from tests.support.accounts import OTHER, PASSWORD, WHENCE, Desks
from tests.support.memory import MemoryWork
from tests.support.rig import entropy_of


@pytest.fixture
def desks(runner: asyncio.Runner) -> Desks:
    return Desks(MemoryWork(), runner)


@pytest.fixture
def chief(desks: Desks) -> Visit:
    return desks.open("chief", Role.CHIEF, None).visit


@pytest.fixture
def manager(desks: Desks) -> Visit:
    return desks.open("manager", Role.MANAGER, "qinghe").visit


def cause_of(desks: Desks, attempt: object) -> Cause:
    """Returns why an attempt is refused."""
    with pytest.raises(AccountRefused) as caught:
        desks.run(attempt)  # type: ignore[arg-type]
    return caught.value.cause


# --- my account ---


def test_a_subscriber_registers_himself_and_is_in(desks: Desks) -> None:
    opened = desks.run(
        desks.accounts.register("138 0013 8000".replace(" ", ""), PASSWORD, WHENCE, language="zh")
    )
    account = opened.visit.account
    assert (account.role, account.tenant, account.login, account.language) == (
        Role.SUBSCRIBER,
        None,
        "13800138000",
        "zh",
    )
    assert desks.visit(opened) == opened.visit
    assert desks.sign_in("13800138000").visit.account == account
    assert desks.deeds() == ["registered", "signed-in"]


def test_a_registration_with_a_bad_login_or_password_stores_nothing(desks: Desks) -> None:
    desks.add("taken")
    for login, password, field in (("m", PASSWORD, "login"), ("mei", Secret("short"), "password")):
        with pytest.raises(AccountRefused) as caught:
            desks.run(desks.accounts.register(login, password, WHENCE))
        assert caught.value.field == field
    assert cause_of(desks, desks.accounts.register("taken", PASSWORD, WHENCE)) is Cause.LOGIN_TAKEN
    assert desks.deeds() == ["invited"]


def test_an_address_registers_a_few_a_minute(desks: Desks) -> None:
    for number in range(10):
        desks.run(desks.accounts.register(f"login-{number}", PASSWORD, WHENCE))
    with pytest.raises(TooManyRequestsError):
        desks.run(desks.accounts.register("another", PASSWORD, WHENCE))
    desks.run(desks.accounts.register("another", PASSWORD, Whence(address="198.51.100.1")))


def test_a_new_password_ends_all_other_sessions(desks: Desks) -> None:
    desks.add("mei")
    first, second = desks.sign_in("mei"), desks.sign_in("mei")
    opened = desks.run(desks.accounts.change_password(second.visit, PASSWORD, OTHER, WHENCE))
    assert desks.visit(first) is desks.visit(second) is None
    assert desks.visit(opened) == opened.visit
    assert desks.sign_in("mei", OTHER).visit.session.stage is Stage.OPEN
    with pytest.raises(SignInRefusedError):
        desks.sign_in("mei", PASSWORD)


def test_a_new_password_needs_the_old_one_and_is_another(desks: Desks) -> None:
    desks.add("mei")
    visit = desks.sign_in("mei").visit
    change = desks.accounts.change_password
    assert cause_of(desks, change(visit, OTHER, OTHER, WHENCE)) is Cause.PASSWORD_WRONG
    assert cause_of(desks, change(visit, PASSWORD, PASSWORD, WHENCE)) is Cause.PASSWORD_SAME
    assert cause_of(desks, change(visit, PASSWORD, Secret("1234567890"), WHENCE)) is Cause.PASSWORD_COMMON
    assert cause_of(desks, change(visit, PASSWORD, Secret("mei"), WHENCE)) is Cause.PASSWORD_SHORT


def test_old_passwords_are_not_tried_without_end(desks: Desks) -> None:
    desks.add("mei")
    visit = desks.sign_in("mei").visit
    causes = [
        cause_of(desks, desks.accounts.change_password(visit, Secret(f"guess {n}"), OTHER, WHENCE))
        for n in range(8)
    ]
    assert causes == [Cause.PASSWORD_WRONG] * 6 + [Cause.LOCKED] * 2


def test_a_second_factor_counts_once_a_code_of_it_came_back(desks: Desks) -> None:
    desks.add("mei")
    opened = desks.sign_in("mei")
    elsewhere = desks.sign_in("mei")
    enrolment = desks.run(desks.accounts.begin_enrolment(opened.visit))
    assert enrolment.uri.reveal().startswith("otpauth://totp/OpenESIM%3Amei?secret=")
    visit = desks.visit(opened)
    assert visit is not None
    assert desks.run(desks.accounts.pending_enrolment(visit)) == enrolment
    assert cause_of(desks, desks.accounts.confirm_enrolment(visit, "000000")) is Cause.CODE
    assert desks.sign_in("mei").visit.session.stage is Stage.OPEN
    assert visit.session.pending is not None
    code = code_of(visit.session.pending, step_of(desks.clock.now()))
    enrolled = desks.run(desks.accounts.confirm_enrolment(visit, f"{code[:3]} {code[3:]}"))
    assert len(enrolled.recovery_codes) == 10
    assert desks.visit(elsewhere) is None
    assert desks.visit(enrolled.opened) == enrolled.opened.visit
    assert desks.sign_in("mei").visit.session.stage is Stage.EXPECT_CODE
    assert cause_of(desks, desks.accounts.confirm_enrolment(enrolled.opened.visit, code)) is Cause.FACTOR_NONE
    assert cause_of(desks, desks.accounts.pending_enrolment(enrolled.opened.visit)) is Cause.FACTOR_NONE


def test_what_is_being_enrolled_stays_the_same_until_another_one_is_asked_for(desks: Desks) -> None:
    desks.add("mei")
    opened = desks.sign_in("mei")
    begin = desks.accounts.begin_enrolment
    first = desks.run(begin(opened.visit))
    assert desks.run(begin(opened.visit)) == first
    another = desks.run(begin(opened.visit, anew=True))
    assert another != first
    assert desks.run(begin(opened.visit)) == another


def test_a_second_factor_is_touched_by_who_proved_himself_lately(desks: Desks) -> None:
    desks.add("mei")
    opened = desks.enrol(desks.sign_in("mei"))
    desks.clock.advance(minutes=11)
    visit = desks.visit(opened)
    assert visit is not None
    for attempt in (
        desks.accounts.begin_enrolment(visit),
        desks.accounts.confirm_enrolment(visit, "000000"),
        desks.accounts.renew_recovery_codes(visit),
        desks.accounts.remove_factor(visit),
    ):
        with pytest.raises(ProofNeededError):
            desks.run(attempt)
    proof = Secret(desks.code(visit.account.account_id))
    proved = desks.run(desks.sign_ins.prove(visit, proof, WHENCE))
    without = desks.run(desks.accounts.remove_factor(proved.visit))
    assert without.visit.account.factor is None
    assert desks.sign_in("mei").visit.session.stage is Stage.OPEN


def test_where_the_role_needs_a_second_factor_it_is_not_removed(desks: Desks, chief: Visit) -> None:
    assert cause_of(desks, desks.accounts.remove_factor(chief)) is Cause.FACTOR_NEEDED


def test_recovery_codes_are_of_a_second_factor(desks: Desks) -> None:
    desks.add("mei")
    assert (
        cause_of(desks, desks.accounts.renew_recovery_codes(desks.sign_in("mei").visit)) is Cause.FACTOR_NONE
    )


# --- accounts of others ---


def test_a_chief_invites_and_the_one_time_password_has_to_be_changed(desks: Desks, chief: Visit) -> None:
    invitation = desks.run(
        desks.accounts.invite(
            chief, login="Li.Mei", display_name=" 李  梅", role=Role.MANAGER, tenant="qinghe"
        )
    )
    assert (invitation.account.login, invitation.account.display_name) == ("li.mei", "李 梅")
    assert invitation.password.reveal() not in repr(invitation)
    first = desks.sign_in("li.mei", invitation.password)
    assert first.visit.session.stage is Stage.EXPECT_PASSWORD
    opened = desks.run(desks.accounts.change_password(first.visit, Secret(""), PASSWORD, WHENCE))
    assert opened.visit.session.stage is Stage.EXPECT_ENROLMENT
    with pytest.raises(SignInRefusedError):
        desks.sign_in("li.mei", invitation.password)
    operator = desks.work.run_now(lambda stores: stores.operator("qinghe"))
    assert operator is not None, "he is kept from now on"


@pytest.mark.parametrize(
    ("keeper", "role", "tenant", "is_his"),
    [
        ("chief", Role.CHIEF, None, True),
        ("chief", Role.INSPECTOR, None, True),
        ("chief", Role.MANAGER, "yuanshan", True),
        ("chief", Role.VENDOR, "7", True),
        ("chief", Role.CLERK, "qinghe", False),
        ("chief", Role.SUBSCRIBER, None, False),
        ("manager", Role.CLERK, "qinghe", True),
        ("manager", Role.MANAGER, "qinghe", True),
        ("manager", Role.CLERK, "yuanshan", False),
        ("manager", Role.CLERK, None, False),
        ("manager", Role.INSPECTOR, None, False),
        ("manager", Role.VENDOR, "7", False),
        ("inspector", Role.INSPECTOR, None, False),
        ("clerk", Role.CLERK, "qinghe", False),
        ("vendor", Role.VENDOR, "7", False),
        ("subscriber", Role.SUBSCRIBER, None, False),
    ],
)
def test_who_makes_whose_account(
    desks: Desks, keeper: str, role: Role, tenant: str | None, is_his: bool
) -> None:
    tenants = {"manager": "qinghe", "clerk": "qinghe", "vendor": "7"}
    visit = desks.open(keeper, Role(keeper), tenants.get(keeper)).visit
    invite = desks.accounts.invite(visit, login="somebody", display_name="x", role=role, tenant=tenant)
    if is_his:
        assert desks.run(invite).account.role is role
    else:
        with pytest.raises(ForbiddenError):
            desks.run(invite)
        assert desks.work.run_now(lambda stores: stores.account_of_login("somebody")) is None


def test_a_manager_sees_the_accounts_of_his_operator_and_a_chief_those_he_keeps(
    desks: Desks, chief: Visit, manager: Visit
) -> None:
    made = [
        desks.add(f"login-{number}", role, tenant)
        for number, (role, tenant) in enumerate(
            [
                (Role.CLERK, "qinghe"),
                (Role.CLERK, "yuanshan"),
                (Role.MANAGER, "yuanshan"),
                (Role.VENDOR, "7"),
                (Role.SUBSCRIBER, None),
                (Role.INSPECTOR, None),
            ]
        )
    ]
    listed = [each.login for each in desks.run(desks.accounts.kept_by(manager))]
    assert listed == ["manager", "login-0"]
    listed = [each.login for each in desks.run(desks.accounts.kept_by(chief))]
    assert listed == ["chief", "manager", "login-2", "login-3", "login-5"]
    page = desks.run(desks.accounts.kept_by(chief, limit=2))
    rest = desks.run(desks.accounts.kept_by(chief, after=page[-1].account_id, limit=2))
    assert [each.login for each in (*page, *rest)] == ["chief", "manager", "login-2", "login-3"]
    assert desks.run(desks.accounts.kept_by(desks.sign_in("login-0").visit)) == []
    assert desks.run(desks.accounts.account(manager, made[0].account_id)) == made[0]


@pytest.mark.parametrize(
    "deed", ["account", "disable", "enable", "reset_password", "reset_factor", "change_role"]
)
def test_anothers_accounts_are_as_if_they_were_not_there(desks: Desks, manager: Visit, deed: str) -> None:
    strangers = [
        desks.add("one", Role.CLERK, "yuanshan"),
        desks.add("two", Role.SUBSCRIBER),
        desks.add("three", Role.CHIEF),
    ]
    extra = [Role.CLERK] if deed == "change_role" else []
    for account_id in (*(each.account_id for each in strangers), "a_nobody", "", "\ud800"):
        with pytest.raises(NotFoundError, match="there is no such account"):
            desks.run(getattr(desks.accounts, deed)(manager, account_id, *extra))
    assert [desks.account(each.account_id) for each in strangers] == strangers


def test_nobody_takes_his_own_account_away(desks: Desks, chief: Visit) -> None:
    own = chief.account.account_id
    for attempt in (
        desks.accounts.disable(chief, own),
        desks.accounts.change_role(chief, own, Role.INSPECTOR),
        desks.accounts.reset_factor(chief, own),
        desks.accounts.reset_password(chief, own),
    ):
        assert cause_of(desks, attempt) is Cause.OWN_ACCOUNT


def signed_in_clerk(desks: Desks) -> Opened:
    """Returns the session of a clerk of the manager's operator, with a second factor."""
    desks.add("clerk", Role.CLERK, "qinghe")
    return desks.enrol(desks.sign_in("clerk"))


def test_a_disabled_account_is_out_at_once_and_in_again_when_it_is_enabled(
    desks: Desks, manager: Visit
) -> None:
    opened = signed_in_clerk(desks)
    clerk = opened.visit.account.account_id
    gone = desks.run(desks.accounts.disable(manager, clerk))
    assert gone.disabled_at is not None
    assert desks.visit(opened) is None
    assert desks.run(desks.accounts.disable(manager, clerk)) == gone, "it stays as it is"
    with pytest.raises(AccountRefused, match="disabled"):
        desks.sign_in("clerk")
    desks.run(desks.accounts.enable(manager, clerk))
    assert desks.sign_in("clerk").visit.session.stage is Stage.EXPECT_CODE
    assert desks.deeds()[-3:] == ["disabled", "sign-in-failed", "enabled"]


def test_a_password_that_is_reset_ends_sessions_and_lifts_locks(desks: Desks, manager: Visit) -> None:
    opened = signed_in_clerk(desks)
    for _ in range(6):
        with pytest.raises(SignInRefusedError):
            desks.sign_in("clerk", OTHER, Whence(address="198.51.100.1"))
    invitation = desks.run(desks.accounts.reset_password(manager, opened.visit.account.account_id))
    assert desks.visit(opened) is None
    half = desks.sign_in("clerk", invitation.password)
    assert half.visit.session.stage is Stage.EXPECT_CODE, "the second factor stays"
    desks.clock.advance(minutes=1)
    code = desks.code(half.visit.account.account_id)
    assert (
        desks.run(desks.sign_ins.give_code(half.visit, code, WHENCE)).visit.session.stage
        is Stage.EXPECT_PASSWORD
    )


def test_a_lost_device_is_forgotten(desks: Desks, manager: Visit) -> None:
    opened = signed_in_clerk(desks)
    reset = desks.run(desks.accounts.reset_factor(manager, opened.visit.account.account_id))
    assert reset.factor is None
    assert desks.visit(opened) is None
    assert desks.sign_in("clerk").visit.session.stage is Stage.OPEN


def test_a_role_changes_within_the_desk_and_ends_sessions(desks: Desks, manager: Visit) -> None:
    opened = signed_in_clerk(desks)
    clerk = opened.visit.account.account_id
    for role in (Role.CHIEF, Role.SUBSCRIBER, Role.VENDOR):
        with pytest.raises(ForbiddenError):
            desks.run(desks.accounts.change_role(manager, clerk, role))
    moved = desks.run(desks.accounts.change_role(manager, clerk, Role.MANAGER))
    assert (moved.role, moved.tenant) == (Role.MANAGER, "qinghe")
    assert desks.visit(opened) is None
    entry = desks.entries()[-1]
    assert (entry.facts["before"], entry.facts["role"], entry.actor) == (
        "clerk",
        "manager",
        manager.account.actor,
    )


def test_accounts_are_changed_by_who_proved_himself_lately(desks: Desks, chief: Visit) -> None:
    other = desks.add("inspector", Role.INSPECTOR)
    desks.clock.advance(minutes=11)
    for attempt in (
        desks.accounts.disable(chief, other.account_id),
        desks.accounts.reset_password(chief, other.account_id),
        desks.accounts.invite(chief, login="new", display_name="x", role=Role.INSPECTOR, tenant=None),
    ):
        with pytest.raises(ProofNeededError):
            desks.run(attempt)


def test_who_was_disabled_a_moment_ago_changes_nothing_any_more(desks: Desks, manager: Visit) -> None:
    """His session is still at hand: the unit looks again."""
    clerk = desks.add("clerk", Role.CLERK, "qinghe")
    boss = desks.open("boss", Role.MANAGER, "qinghe").visit
    desks.run(desks.accounts.disable(boss, manager.account.account_id))
    assert cause_of(desks, desks.accounts.disable(manager, clerk.account_id)) is Cause.NOT_SIGNED_IN
    invite = desks.accounts.invite(manager, login="new", display_name="x", role=Role.CLERK, tenant="qinghe")
    assert cause_of(desks, invite) is Cause.NOT_SIGNED_IN


# --- over the stores ---


def test_a_verified_person_is_bound_to_his_account(desks: Desks) -> None:
    opened = desks.run(desks.accounts.register("mei", PASSWORD, WHENCE))
    account, now = opened.visit.account, desks.clock.now()
    desks.work.run_now(lambda stores: bind_person(stores, account, b"p" * 32, "a verifier", now))
    desks.clock.advance(seconds=1)
    visit = desks.visit(opened)
    assert visit is not None
    assert visit.account.person == b"p" * 32
    assert (b"p" * 4).decode() not in repr(desks.entries()[-1])


def test_an_account_that_is_not_disabled_is_enabled_as_it_is(desks: Desks) -> None:
    account = desks.add("mei")
    count = len(desks.entries())
    desks.work.run_now(lambda stores: enable_account(stores, account, "x", desks.clock.now()))
    assert len(desks.entries()) == count


def test_ids_rise_with_time_so_that_lists_are_in_order(desks: Desks) -> None:
    made = []
    for number in range(5):
        made.append(desks.add(f"login-{number}", Role.CLERK, "qinghe").account_id)
        desks.clock.advance(seconds=1)
    assert made == sorted(made)
    found = desks.work.run_now(lambda stores: accounts_of_roles(stores, [Role.CLERK], None, "", 3))
    assert [each.account_id for each in found] == made[:3]


def test_random_words_are_a_password_by_our_own_rules() -> None:
    words = random_words(entropy_of("words"))
    verify_acceptable(words, "mei")
    assert len(words.reveal()) == 19
    assert random_words(entropy_of("others")) != words


def test_an_invitation_is_good_for_a_week(desks: Desks, chief: Visit) -> None:
    invitation = desks.run(
        desks.accounts.invite(chief, login="new", display_name="x", role=Role.INSPECTOR, tenant=None)
    )
    account = invitation.account
    assert account.one_time_until == account.created_at + timedelta(days=7)

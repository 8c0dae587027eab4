"""Who may do what: every permission has somebody, every role its desk, and nobody reaches into another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import NotFoundError
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.account import (
    Account,
    ForbiddenError,
    parse_display_name,
    parse_login,
    parse_tenant,
    verify_own,
    verify_tenant,
    verify_vendor,
)
from openesim.services.conditions.accounts.roles import (
    DESK_OF,
    GRANTS,
    GRAVE,
    KEEPS,
    TENANTED,
    Desk,
    Permission,
    Role,
)
from openesim.services.conditions.accounts.texts import TEXTS, AccountRefused, Cause, explain
from tests.support.rig import NOW

roles = st.sampled_from(Role)
operators = st.sampled_from(["qinghe", "yuanshan"])


def account(role: Role, tenant: str | None = None, account_id: str = "a_1") -> Account:
    """Returns an account of a role."""
    return Account(
        account_id=account_id,
        login="somebody",
        display_name="Somebody",
        role=role,
        tenant=tenant,
        password=Secret("hash"),
        created_at=NOW,
        password_at=NOW,
    )


tenanted = st.one_of(
    st.builds(account, st.sampled_from([Role.MANAGER, Role.CLERK]), operators),
    st.builds(account, st.just(Role.VENDOR), st.sampled_from(["1", "2"])),
    st.builds(account, st.sampled_from([Role.CHIEF, Role.INSPECTOR, Role.SUBSCRIBER])),
)


def test_every_permission_is_somebodys_and_every_role_has_a_desk() -> None:
    assert set(GRANTS) == set(Permission)
    assert all(GRANTS.values())
    assert set(DESK_OF) == set(Role)
    assert set(DESK_OF.values()) == set(Desk)


def test_but_for_ones_own_account_no_permission_is_of_two_desks() -> None:
    for permission, holders in GRANTS.items():
        desks = {role.desk for role in holders}
        assert len(desks) == 1 or permission is Permission.OWN_ACCOUNT, permission


def test_a_chief_may_all_that_an_inspector_may_and_a_manager_all_that_a_clerk_may() -> None:
    for permission, holders in GRANTS.items():
        assert Role.INSPECTOR not in holders or Role.CHIEF in holders, permission
        assert Role.CLERK not in holders or Role.MANAGER in holders, permission


def test_grave_deeds_are_a_chiefs_or_a_managers() -> None:
    assert set().union(*(GRANTS[permission] for permission in GRAVE)) == {Role.CHIEF, Role.MANAGER}


@pytest.mark.parametrize(
    ("role", "permission", "is_his"),
    [
        (Role.CHIEF, Permission.RECALLS_WRITE, True),
        (Role.INSPECTOR, Permission.RECALLS_WRITE, False),
        (Role.INSPECTOR, Permission.RECALLS_PREVIEW, True),
        (Role.INSPECTOR, Permission.APPLICATIONS_DECIDE, False),
        (Role.CLERK, Permission.SUBSCRIBERS_UNMASK, False),
        (Role.CLERK, Permission.COUNTER_VERIFY, True),
        (Role.CLERK, Permission.ORDERS_READ, True),
        (Role.CLERK, Permission.API_KEYS, False),
        (Role.VENDOR, Permission.MODELS_SUBMIT, True),
        (Role.SUBSCRIBER, Permission.ORDERS_READ, False),
    ],
)
def test_what_a_role_may_is_in_the_table(role: Role, permission: Permission, is_his: bool) -> None:
    who = account(role)
    assert who.may(permission) is is_his
    if is_his:
        who.verify_may(permission)
    else:
        with pytest.raises(ForbiddenError):
            who.verify_may(permission)


@given(tenanted, st.sampled_from(Permission))
def test_a_disabled_account_may_nothing(who: Account, permission: Permission) -> None:
    gone = replace(who, disabled_at=NOW)
    assert not gone.may(permission)
    assert not any(gone.may_keep(role, who.tenant) for role in Role)


@given(tenanted, operators)
def test_what_is_an_operators_is_seen_by_his_people_and_the_regulator(who: Account, operator: str) -> None:
    if who.desk is Desk.REGULATOR or (who.desk is Desk.OPERATOR and who.tenant == operator):
        verify_tenant(who, operator)
    else:
        with pytest.raises(NotFoundError):
            verify_tenant(who, operator)


@given(tenanted, st.sampled_from([1, 2]))
def test_what_is_a_vendors_is_seen_by_his_people_and_the_regulator(who: Account, vendor_id: int) -> None:
    if who.desk is Desk.REGULATOR or (who.desk is Desk.VENDOR and who.tenant == str(vendor_id)):
        verify_vendor(who, vendor_id)
    else:
        with pytest.raises(NotFoundError):
            verify_vendor(who, vendor_id)


@given(tenanted, st.sampled_from(["a_1", "a_2", None]))
def test_what_is_ones_own_is_seen_by_nobody_else(who: Account, account_id: str | None) -> None:
    if account_id == who.account_id:
        verify_own(who, account_id)
    else:
        with pytest.raises(NotFoundError):
            verify_own(who, account_id)


@given(tenanted, roles, st.none() | operators | st.sampled_from(["1", "2"]))
def test_accounts_are_kept_by_the_chief_and_by_managers_of_their_own_operator(
    who: Account, role: Role, tenant: str | None
) -> None:
    may = who.may_keep(role, tenant)
    assert not may or role in KEEPS[who.role]
    if who.role is Role.MANAGER:
        assert may is (role in {Role.MANAGER, Role.CLERK} and tenant == who.tenant)
    if who.role not in {Role.CHIEF, Role.MANAGER}:
        assert not may


def test_nobody_makes_accounts_of_subscribers_and_clerks_are_their_managers() -> None:
    assert not any(Role.SUBSCRIBER in kept for kept in KEEPS.values())
    assert [role for role, kept in KEEPS.items() if Role.CLERK in kept] == [Role.MANAGER]


# --- what is typed ---


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("mei", "mei"),
        (" Mei.Li ", "mei.li"),
        ("13800138000", "13800138000"),
        ("ｍｅｉ", "mei"),
        ("a@b.cn", "a@b.cn"),
    ],
)
def test_a_login_is_small_letters_however_it_is_typed(text: str, login: str) -> None:
    assert parse_login(text) == login


@pytest.mark.parametrize(
    "text", ["", "me", "-mei", "mei.", "梅梅梅", "a b c", "m" * 65, "mei\0", "\ud800abc", "me\ni"]
)
def test_what_is_no_login_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(AccountRefused) as caught:
        parse_login(text)
    assert (caught.value.cause, caught.value.field) == (Cause.LOGIN_FORM, "login")


@pytest.mark.parametrize(
    ("text", "name"), [("  Mei   Li ", "Mei Li"), ("李梅", "李梅"), ("x" * 80, "x" * 80)]
)
def test_a_name_for_people_is_put_in_order(text: str, name: str) -> None:
    assert parse_display_name(text) == name


@pytest.mark.parametrize("text", ["", "   ", "x" * 81, "a\0b", "a\u202eb", "\ud800"])
def test_what_no_name_has_is_refused(text: str) -> None:
    with pytest.raises(AccountRefused) as caught:
        parse_display_name(text)
    assert caught.value.field == "display_name"


def test_a_tenant_is_named_where_a_role_has_one() -> None:
    assert parse_tenant(Role.MANAGER, "qinghe") == "qinghe"
    assert parse_tenant(Role.VENDOR, "17") == "17"
    assert parse_tenant(Role.CHIEF, None) is parse_tenant(Role.SUBSCRIBER, "") is None
    wrong: list[tuple[Role, str | None]] = [(role, None) for role in TENANTED]
    wrong += [(Role.VENDOR, "qinghe"), (Role.VENDOR, "0"), (Role.CLERK, "a b"), (Role.CHIEF, "qinghe")]
    for role, text in wrong:
        with pytest.raises(AccountRefused) as caught:
            parse_tenant(role, text)
        assert caught.value.field == "tenant"


# --- words ---


FACTS = {"seconds": 30, "least": 10, "most": 128}


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_is_told_in_both_languages(cause: Cause) -> None:
    assert set(TEXTS[cause]) == {"en", "zh"}
    english, chinese = explain(cause, "en", FACTS), explain(cause, "zh", FACTS)
    for text in (english.cause, english.owner, english.next_step):
        assert text.isascii()
    for text in (chinese.cause, chinese.owner, chinese.next_step):
        assert any("\u4e00" <= each <= "\u9fff" for each in text)
    assert explain(cause, "fr", FACTS) == english


def test_an_account_shows_neither_login_nor_name_nor_password() -> None:
    assert "somebody" not in repr(account(Role.CHIEF)).lower()
    assert "hash" not in repr(account(Role.CHIEF))

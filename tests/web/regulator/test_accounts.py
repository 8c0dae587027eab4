"""Accounts: made with a one-time password that is shown once, reset, disabled; nobody takes his own away."""

from __future__ import annotations

import re

import pytest

from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.roles import Role
from tests.web.regulator.conftest import Nation, plain

pytestmark = pytest.mark.sockets

NEW = {"role": "inspector", "display_name": "Han Mei", "login": "han.mei", "tenant": "", "vendor": ""}


def made(nation: Nation, **changes: str) -> str:
    """Returns the path of an account that is made."""
    status, _, page = nation.post("/regulator/accounts/new", **NEW | changes)
    assert status in {200, 201}, plain(page)
    found = re.search(r'href="(/regulator/accounts/a_[0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_an_account_is_made_and_its_password_is_shown_once(nation: Nation) -> None:
    status, _, page = nation.post("/regulator/accounts/new", **NEW | {"login": "once.only"})
    assert status in {200, 201}
    assert re.search(r"<code>[a-z2-7]{4}(-[a-z2-7]{4}){3}</code>", page)
    assert "This page is shown once" in plain(page)
    found = re.search(r'href="(/regulator/accounts/a_[0-9a-f]+)"', page)
    assert found is not None
    text = plain(nation.get(found[1]))
    assert "invited" in text
    assert not re.search(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", text)


def test_accounts_are_listed_by_role(nation: Nation) -> None:
    made(nation, login="of.haitang", role="manager", tenant="haitang", display_name="Ma Na")
    text = plain(nation.get("/regulator/accounts?role=manager"))
    assert "Ma Na Manager of an operator 海棠通信 invited" in text
    assert "Zhou Ming" not in text.partition("Second factor")[2]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "subscriber"}, "role"),
        ({"role": ""}, "role"),
        ({"login": "A B"}, "login"),
        ({"login": "王芳"}, "login"),
        ({"login": "x" * 65}, "login"),
        ({"login": "=cmd|calc"}, "login"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "\u202egnaf"}, "display_name"),
        ({"role": "manager", "tenant": ""}, "tenant"),
        ({"role": "manager", "tenant": "../x"}, "tenant"),
        ({"role": "vendor", "vendor": "99999"}, "vendor"),
        ({"role": "vendor", "vendor": "one"}, "vendor"),
    ],
)
def test_what_makes_no_account_is_told_at_its_field(
    nation: Nation, changes: dict[str, str], field: str
) -> None:
    status, _, page = nation.post("/regulator/accounts/new", **NEW | {"login": "not.made"} | changes)
    assert status == 422, plain(page)
    assert f'id="error-{field}"' in page


def test_a_login_is_taken_once(nation: Nation) -> None:
    made(nation, login="taken.once")
    status, _, page = nation.post("/regulator/accounts/new", **NEW | {"login": "taken.once"})
    assert status == 422
    assert 'id="error-login"' in page


def test_an_account_is_disabled_enabled_reset_and_changed(nation: Nation) -> None:
    path = made(nation, login="to.change")
    assert "Its sessions end at once" in plain(nation.get(f"{path}/disable"))
    assert nation.post(f"{path}/disable")[:2] == (303, path)
    assert "disabled" in plain(nation.get(path))
    assert nation.post(f"{path}/enable")[:2] == (303, path)
    assert "chief" in plain(nation.get(f"{path}/role")).lower()
    assert nation.post(f"{path}/role")[:2] == (303, path)
    assert "Chief of the regulator" in plain(nation.get(path))
    status, _, page = nation.post(f"{path}/reset-password")
    assert status in {200, 201}
    assert "One-time password" in plain(page)
    assert nation.post(f"{path}/reset-factor")[:2] == (303, path)


def test_nobody_takes_his_own_account_away(nation: Nation) -> None:
    token = nation.token()
    account = nation.desks.run(nation.desks.site.door.sessions.visit(Secret(token))).account
    path = f"/regulator/accounts/{account.account_id}"
    assert "This is your own account" in plain(nation.get(path))
    for deed in ("disable", "role", "reset-password", "reset-factor"):
        assert nation.post(f"{path}/{deed}")[0] in {409, 422}


def test_an_inspector_keeps_nobody(nation: Nation) -> None:
    assert nation.desks.get("/regulator/accounts", nation.token(Role.INSPECTOR))[0] == 403
    assert nation.post("/regulator/accounts/new", Role.INSPECTOR, **NEW)[0] == 403
    assert "Accounts" not in plain(nation.get("/regulator", Role.INSPECTOR))

"""Sample people: one for each role of each desk, with one password for all, which is told to whoever makes a world."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from openesim.apps.world.simulation import present
from openesim.kernel.secret import Secret
from openesim.security.crypto.argon2id import Argon2Hashing
from openesim.services.conditions.accounts.account import Account
from openesim.services.conditions.accounts.deeds import AccountDeed
from openesim.services.conditions.accounts.keeping import NewAccount, add_account, make_account
from openesim.services.conditions.accounts.passwords import normalised
from openesim.services.conditions.accounts.roles import Role

PASSWORD: Final = "nothing here is real"  # noqa: S105 (it is printed, and opens a sample world only)
"""Of all sample accounts."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at a desk, or whom it is all about.

    Attributes:
        login: what is typed.
        names: English and Chinese.
        role: what he is.
    """

    login: str
    names: tuple[str, str]
    role: Role


CHIEF: Final = Person("chief", ("Zhou Ming", "周明"), Role.CHIEF)
INSPECTOR: Final = Person("inspector", ("Li Wei", "李薇"), Role.INSPECTOR)
QINGHE_MANAGER: Final = Person("qinghe", ("Wang Fang", "王芳"), Role.MANAGER)
QINGHE_CLERK: Final = Person("clerk", ("Zhao Lei", "赵磊"), Role.CLERK)
QINGHE_SECOND_CLERK: Final = Person("clerk-2", ("Sun Jie", "孙洁"), Role.CLERK)
YUANSHAN_MANAGER: Final = Person("yuanshan", ("Guo Qiang", "郭强"), Role.MANAGER)
YUANSHAN_CLERK: Final = Person("yuanshan-clerk", ("Ma Li", "马丽"), Role.CLERK)
YUANSHAN_SECOND_CLERK: Final = Person("yuanshan-clerk-2", ("Luo Jun", "罗俊"), Role.CLERK)
HAITANG_MANAGER: Final = Person("haitang", ("Xu Jing", "徐静"), Role.MANAGER)
HAITANG_CLERK: Final = Person("haitang-clerk", ("Tang Bo", "唐波"), Role.CLERK)
HAITANG_SECOND_CLERK: Final = Person("haitang-clerk-2", ("Xie Yan", "谢艳"), Role.CLERK)
VENDOR: Final = Person("vendor", ("He Jing", "何静"), Role.VENDOR)
MAKER_OF_MODELS: Final = Person("xinghe", ("Deng Kai", "邓凯"), Role.VENDOR)
SUBSCRIBER: Final = Person("linyue", ("Lin Yue", "林月"), Role.SUBSCRIBER)
CUSTOMER: Final = Person("chenhua", ("Chen Hua", "陈华"), Role.SUBSCRIBER)


def account_of(
    person: Person, tenant: str | None, language: str, entropy: Callable[[int], bytes] = os.urandom
) -> Account:
    """Return a new account with the password of all sample accounts.

    Args:
        person: whose.
        tenant: name of the operator or number of the vendor whose people he is.
        language: ``en`` or ``zh``.
        entropy: source of its id.
    """
    name = person.names[1 if language == "zh" else 0]
    new = NewAccount.parse(login=person.login, display_name=name, role=person.role, tenant=tenant)
    return make_account(new, _kept_password(), entropy, present(), language=language)


def let_come(stores: Any, accounts: Sequence[Account]) -> dict[str, Account]:
    """Store accounts and return all of them by login; one that is there already is left as it is."""
    found = {}
    for account in accounts:
        known = stores.account_of_login(account.login)
        if known is None:
            add_account(stores, account, AccountDeed.INVITED, "openesim world")
        found[account.login] = known or account
    return found


@cache
def _kept_password() -> Secret[str]:
    """Return the password as it is kept: hashing takes its time, and all have the same one."""
    return Argon2Hashing(os.urandom).hash(normalised(Secret(PASSWORD)))

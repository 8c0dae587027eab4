"""Passwords: long enough, not the login, not one that everybody tries; the same however they are typed."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from openesim.kernel.errors import TooManyRequestsError
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.common_passwords import COMMON
from openesim.services.conditions.accounts.passwords import SHORTEST, Passwords, normalised, verify_acceptable
from openesim.services.conditions.accounts.texts import AccountRefused, Cause
from tests.support.memory_accounts import QuickHashing


@pytest.mark.parametrize(
    "text",
    [
        "a few words of mine",
        "correct horse battery",
        "我的密码是一句话真的",
        "0x7c!k2…zq",
        " " * 3 + "words " * 3,
        "x7" * 10 + "qz",
        "w" * 100 + "xyz",
    ],
)
def test_any_characters_make_a_password(text: str) -> None:
    verify_acceptable(Secret(text), "mei")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", Cause.PASSWORD_SHORT),
        ("nine char", Cause.PASSWORD_SHORT),
        ("一句短的话", Cause.PASSWORD_SHORT),
        ("word " * 26, Cause.PASSWORD_LONG),
        ("x" * 1_000_000, Cause.PASSWORD_LONG),
        ("Password123", Cause.PASSWORD_COMMON),
        ("ｐａｓｓｗｏｒｄ１２３", Cause.PASSWORD_COMMON),
        ("1234567890", Cause.PASSWORD_COMMON),
        ("woaini1314", Cause.PASSWORD_COMMON),
        ("aaaaaaaaaaaaaaaa", Cause.PASSWORD_COMMON),
        ("abababababab", Cause.PASSWORD_COMMON),
        ("mei.li@qinghe", Cause.PASSWORD_LOGIN),
        ("Mei.Li@Qinghe1", Cause.PASSWORD_LOGIN),
        ("mei.li@qinghemei.li@qinghe", Cause.PASSWORD_LOGIN),
    ],
)
def test_what_is_guessed_at_once_is_refused_at_its_field(text: str, cause: Cause) -> None:
    with pytest.raises(AccountRefused) as caught:
        verify_acceptable(Secret(text), "mei.li@qinghe")
    assert (caught.value.cause, caught.value.field) == (cause, "password")
    assert not text or text not in str(caught.value)


def test_a_login_within_a_longer_password_does_no_harm() -> None:
    verify_acceptable(Secret("bob walks over the bridge"), "bob")


def test_common_passwords_are_such_as_length_alone_does_not_refuse() -> None:
    assert all(len(each) >= SHORTEST - 1 and each == each.casefold() for each in COMMON)


def test_a_password_is_the_same_on_every_keyboard() -> None:
    assert normalised(Secret("cafe\u0301 ﬁn")) == normalised(Secret("café fin"))


class Slow(QuickHashing):
    """Takes its time, and counts who is at it."""

    def __init__(self) -> None:
        super().__init__()
        self.lock, self.at_it, self.most = threading.Lock(), 0, 0
        self.threads: set[int] = set()

    def hash(self, password: Secret[str]) -> Secret[str]:
        with self.lock:
            self.at_it += 1
            self.most = max(self.most, self.at_it)
            self.threads.add(threading.get_ident())
        time.sleep(0.01)
        with self.lock:
            self.at_it -= 1
        return super().hash(password)


def test_passwords_are_hashed_off_the_event_loop_and_few_at_a_time() -> None:
    slow = Slow()

    async def hash_many() -> None:
        passwords = Passwords(slow)
        await asyncio.gather(*(passwords.hash(Secret(f"words {n}")) for n in range(12)))

    asyncio.run(hash_many())
    assert threading.get_ident() not in slow.threads
    assert 1 <= slow.most <= 3


def test_a_queue_of_passwords_is_bounded_and_runs_dry() -> None:
    async def crowd() -> None:
        passwords = Passwords(Slow())
        passwords.verify_has_room()
        waiting = [asyncio.create_task(passwords.hash(Secret(f"words {n}"))) for n in range(60)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequestsError):
            passwords.verify_has_room()
        await asyncio.gather(*waiting)
        passwords.verify_has_room()

    asyncio.run(crowd())

"""Cookies: out of reach of scripts and other sites, and under TLS of other hosts."""

from __future__ import annotations

from typing import Any

import pytest

from openesim.adapters.web.desks.cookies import Cookies, is_secure
from openesim.adapters.web.watching import FROM_PROXY


def test_under_tls_a_cookie_is_for_this_host_alone() -> None:
    cookies = Cookies("session=weak; __Host-session=strong", is_secure=True)
    assert cookies.get("session") == "strong"
    cookies.keep("session", "new")
    cookies.drop("flash")
    assert [value.decode() for _, value in cookies.headers()] == [
        "__Host-session=new; Path=/; HttpOnly; SameSite=Lax; Secure",
        "__Host-flash=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",
    ]
    assert cookies.get("session") == "new"


def test_a_header_that_cannot_be_read_holds_nothing() -> None:
    for header in ("", ";;;", "a b=c", "session", "\x00=1"):
        assert Cookies(header, is_secure=False).get("session") == ""


@pytest.mark.parametrize(
    "others",
    [
        'prefs={"theme": "dark"}',
        "name=张三".encode().decode("latin-1"),
        "path=/a",
        'quoted="a, b"',
        "a b=c",
        "x",
    ],
)
def test_cookies_of_others_do_not_hide_ours(others: str) -> None:
    for header in (f"{others}; session=ours", f"session=ours; {others}", f"session=ours;{others}"):
        assert Cookies(header, is_secure=False).get("session") == "ours"


def test_the_first_of_two_cookies_of_a_name_is_ours() -> None:
    """A browser sends the one first whose path is longer, or which is older: not one that came upon it later."""
    assert Cookies("session=ours; session=theirs", is_secure=False).get("session") == "ours"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"scheme": "https"}, True),
        ({}, False),
        ({"headers": [(b"x-forwarded-proto", b"https")]}, False),
        ({"headers": [(b"x-forwarded-proto", b"https")], FROM_PROXY: True}, True),
        ({"headers": [(b"x-forwarded-proto", b"http")], FROM_PROXY: True}, False),
    ],
)
def test_only_a_trusted_proxy_is_believed_that_there_is_tls(more: dict[str, Any], expected: bool) -> None:
    assert is_secure({"scheme": "http", "headers": [], **more}) is expected

"""Operators: names, notification points with their numbers, and where they are called back."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import DecodeError
from openesim.provisioning.smdp.operators import (
    USUAL_IDS,
    Point,
    format_points,
    parse_callback_address,
    parse_operator_name,
    parse_points,
)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("", {}),
        ("1,2,3,4", {p: USUAL_IDS[p] for p in list(Point)[:4]}),
        ("all", dict(USUAL_IDS)),
        (
            "all,delete=5,enable=101,disable=102",
            {**USUAL_IDS, Point.ENABLE: 101, Point.DISABLE: 102, Point.DELETE: 5},
        ),
        (" Download , installation=4, enable ", {Point.DOWNLOAD: 3, Point.INSTALLATION: 4, Point.ENABLE: 6}),
    ],
)
def test_notification_points_are_read(text: str, points: dict[Point, int]) -> None:
    assert parse_points(text) == points
    assert parse_points(format_points(points)) == points


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("9", "no notification point"),
        ("enabled", "no notification point"),
        ("3=4", "the standard numbers download 3"),
        ("enable=0", "no number"),
        ("enable=-1", "no number"),
        ("enable=٣", "no number"),
        ("enable=99999999999999999999", "no number"),
        ("enable=8,delete", "the same number"),
        ("enable=3,download", "the same number"),
    ],
)
def test_points_that_cannot_be_are_refused(text: str, told: str) -> None:
    with pytest.raises(DecodeError, match=told):
        parse_points(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ES2.Example.com", "es2.example.com"),
        ("https://es2.example.com:8443/", "es2.example.com:8443"),
        ("es2.example.com/aep/v1", "es2.example.com/aep/v1"),
        (" 127.0.0.1:9444 ", "127.0.0.1:9444"),
    ],
)
def test_a_call_back_address_is_a_host_and_perhaps_a_prefix(text: str, address: str) -> None:
    assert parse_callback_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://es2.example.com",
        "es2.example.com/a?b=c",
        "es2.example.com/a b",
        "ftp://x",
        "/only",
        "a:0x1",
    ],
)
def test_what_is_no_call_back_address_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        parse_callback_address(text)


@pytest.mark.parametrize("name", ["", "a b", "../etc", "x" * 65, ".hidden", "a/b", "a\n"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(DecodeError):
        parse_operator_name(name)
    assert parse_operator_name("Operator-1.test_x") == "Operator-1.test_x"

"""What every answer of the desks carries, and what a visit remembers: headers, cookies, language, theme, forms."""

from __future__ import annotations

import http.client
import re
from urllib.parse import parse_qsl, urlencode

import pytest

from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import Role
from openesim.services.stock_import_state import Stage
from tests.support.desk_things import make_import
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import HOST, PASSWORD, LiveDesks

pytestmark = pytest.mark.sockets

VISIT = re.compile(r"visit=[\w-]{43}")
TOKEN_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')


def cookies_of(headers: dict[str, str]) -> str:
    return headers.get("set-cookie", "")


def test_no_answer_lets_anything_in_from_elsewhere(desks: LiveDesks) -> None:
    for path in ("/", "/nothing", "/sign-in", "/static/nothing.css"):
        _, headers, _ = desks.get(path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("no-referrer", "nosniff")


def test_pages_are_kept_by_nobody_and_files_for_ever(desks: LiveDesks) -> None:
    _, headers, page = desks.get("/")
    assert headers["cache-control"] == "no-store"
    address = re.search(r'href="(/static/desk\.[0-9a-f]{12}\.css)"', page)
    assert address is not None
    http_status, headers, _ = desks.get(address[1])
    assert http_status == 200
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "set-cookie" not in headers


def test_cookies_are_for_no_script_and_over_tls_for_no_other_host(desks: LiveDesks) -> None:
    plain = cookies_of(desks.get("/")[1])
    assert re.fullmatch(r"visit=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", plain)


def test_the_language_is_that_of_address_cookie_account_and_browser_in_this_order(desks: LiveDesks) -> None:
    def language(**headers: str) -> str:
        found = re.search(r'<html lang="([\w-]+)"', desks.get(headers.pop("path", "/"), **headers)[2])
        assert found is not None
        return found[1]

    assert language() == "en"
    assert language(accept_language="zh-CN,zh;q=0.9,en;q=0.1") == "zh-Hans"
    assert language(accept_language="zh-CN", cookie="language=en") == "en"
    assert language(path="/?lang=zh", cookie="language=en") == "zh-Hans"
    assert language(path="/?lang=xx", cookie="language=zh") == "zh-Hans"
    assert "language=zh; Path=/; Max-Age=31536000" in cookies_of(desks.get("/?lang=zh")[1])
    assert 'data-theme="dark"' in desks.get("/?theme=dark")[2]


def test_a_taste_is_kept_with_the_account(desks: LiveDesks) -> None:
    token = desks.token(Role.SUBSCRIBER)
    desks.get("/account?lang=zh&theme=dark", token)
    _, _, page = desks.get("/account", token)
    assert '<html lang="zh-Hans" data-theme="dark"' in page


def test_a_form_that_is_not_ours_changes_nothing(desks: LiveDesks) -> None:
    token = desks.token(Role.SUBSCRIBER)
    right = csrf_of(Secret(token))
    for body, headers in (
        ("", {}),
        ("csrf_token=wrong", {}),
        (f"csrf_token={csrf_of(Secret(desks.token(Role.SUBSCRIBER)))}", {}),
        (f"csrf_token={right}", {"sec_fetch_site": "cross-site"}),
        (f"csrf_token={right}", {"origin": "https://elsewhere.example"}),
    ):
        http_status, _, page = desks.call("POST", "/account/sessions/end-all", token, body, **headers)
        assert http_status == 403
        assert "This form is too old" in page
    assert desks.get("/account", token)[0] == 200
    http_status, headers, _ = desks.call("POST", "/account/sessions/end-all", token, f"csrf_token={right}")
    assert (http_status, headers["location"]) == (303, "/sign-in")
    assert desks.get("/account", token)[1]["location"] == "/sign-in?next=/account"


def test_signing_in_leads_to_where_somebody_wanted_to_go_and_nowhere_else(desks: LiveDesks) -> None:
    login = "somebody-of-visits"
    desks.run(desks.site.add(login, Role.SUBSCRIBER))
    for wanted, lands in (
        ("/account/sessions", "/account/sessions"),
        ("https://elsewhere.example/", "/subscriber"),
        ("//elsewhere.example", "/subscriber"),
        ("/\\elsewhere.example", "/subscriber"),
        ("", "/subscriber"),
    ):
        address = "/sign-in?" + urlencode({"next": wanted})
        _, headers, page = desks.get(address)
        visit, found = VISIT.findall(cookies_of(headers))[0], TOKEN_FIELD.search(page)
        assert found is not None
        body = urlencode({"csrf_token": found[1], "login": login, "password": PASSWORD})
        http_status, headers, _ = desks.call("POST", address, "", body, cookie=visit)
        assert (http_status, headers["location"]) == (303, lands)
        assert re.search(r"session=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", cookies_of(headers))


def test_a_wrong_password_is_told_at_the_field_and_on_top(desks: LiveDesks) -> None:
    _, headers, page = desks.get("/sign-in", accept_language="zh")
    visit, found = VISIT.findall(cookies_of(headers))[0], TOKEN_FIELD.search(page)
    assert found is not None
    body = urlencode({"csrf_token": found[1], "login": "nobody-at-all", "password": "not the one"})
    http_status, _, page = desks.call("POST", "/sign-in", "", body, cookie=visit, accept_language="zh")
    assert http_status == 422
    assert '<a href="#field-login">登录名与密码不匹配' in page
    assert 'id="error-login"' in page
    assert "not the one" not in page


def test_whoever_lacks_a_role_is_told_so_and_given_a_number(desks: LiveDesks) -> None:
    http_status, _, page = desks.get("/regulator", desks.token(Role.VENDOR))
    assert http_status == 403
    assert "This is not yours to do" in page
    assert re.search(r"tell them this number:.*<code>[\w.-]{8,}</code>", page)


def test_every_file_of_a_table_is_safe_in_a_spreadsheet(desks: LiveDesks) -> None:
    http_status, headers, text = desks.get("/styleguide?format=csv")
    assert (http_status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert headers["content-disposition"] == 'attachment; filename="models.csv"'
    assert "\r\n'=1+1|calc," in text
    assert text.startswith("\N{BYTE ORDER MARK}Model,State,TAC,Devices,Changed\r\n")


@pytest.mark.parametrize("path", ["/static", "/static/", "/static/a/b", "/statics", "/static/desk.css/"])
def test_what_is_like_a_file_and_is_none_is_told_as_a_page(desks: LiveDesks, path: str) -> None:
    http_status, headers, page = desks.get(path, accept_language="zh")
    assert http_status == 404
    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    assert path == "/static/desk.css/" or "没有" in page


def test_what_no_database_can_hold_is_not_looked_for(desks: LiveDesks) -> None:
    token = desks.token(Role.MANAGER)
    for path in ("/operator/counter/AAAAAAAAAAAAAAA%00", "/operator/staff/a_%00"):
        assert desks.get(path, token)[0] == 404, path
    _, _, page = desks.get("/operator/orders?state=Released&q=a%00b", token)
    assert "q=ab" in page
    assert "%00" not in page


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "HEAD"])
def test_what_no_browser_of_a_person_sends_is_refused_and_no_fault(desks: LiveDesks, method: str) -> None:
    for path in ("/", "/sign-in", "/regulator", "/static/desk.css", "/account/device"):
        http_status, _, _ = desks.call(method, path, "", "")
        assert http_status == 405, path


def test_what_was_searched_for_is_not_lost_on_the_way_through_the_second_factor(desks: LiveDesks) -> None:
    login, wanted = "inspector-of-visits", "/regulator/ledger?kind=deed&actor=a%2Bb"
    desks.run(desks.site.add(login, Role.INSPECTOR))
    address = "/sign-in?" + urlencode({"next": wanted})
    _, headers, page = desks.get(address)
    visit, found = VISIT.findall(cookies_of(headers))[0], TOKEN_FIELD.search(page)
    assert found is not None
    body = urlencode({"csrf_token": found[1], "login": login, "password": PASSWORD})
    _, headers, _ = desks.call("POST", address, "", body, cookie=visit)
    path, _, query = headers["location"].partition("?")
    assert path in {"/sign-in/code", "/sign-in/device"}
    assert dict(parse_qsl(query)) == {"next": wanted}


def test_a_body_that_is_too_large_is_refused_as_a_page(desks: LiveDesks) -> None:
    token = desks.token(Role.SUBSCRIBER)
    body = f"csrf_token={csrf_of(Secret(token))}&old=" + "x" * 100_000
    http_status, _, page = desks.call("POST", "/account/password", token, body)
    assert http_status == 413
    assert "This is too large" in page


def test_a_device_that_is_being_enrolled_is_shown_as_often_as_one_likes(desks: LiveDesks) -> None:
    who = DeskVisitor(desks, desks.token(Role.SUBSCRIBER))
    secret = re.compile(r"<code>([A-Z2-7 ]{20,})</code>")
    who.get("/account/device?next=/subscriber")
    shown = secret.findall(who.page)
    assert len(shown) == 1
    who.get("/account/device?lang=zh")
    assert secret.findall(who.page) == shown
    who.post("/account/device", code="000000")
    assert (who.status, secret.findall(who.page)) == (422, shown)
    who.get("/account/device?lang=en&next=/subscriber")
    who.post("/account/device/anew?next=/subscriber")
    assert who.path == "/account/device?next=/subscriber"
    assert "another code" in who.text
    assert secret.findall(who.page) not in ([], shown)


def test_a_change_of_language_or_theme_loses_nothing_that_is_shown_once(desks: LiveDesks) -> None:
    who = DeskVisitor(desks, desks.token(Role.INSPECTOR))
    who.get("/account")
    assert {"?lang=zh", "?theme=dark"} <= set(re.findall(r"\?\w+=\w+", who.page))
    who.post("/account/recovery-codes")
    assert who.page.count("<li><code>") == 10
    assert not re.search(r"\?(lang|theme)=", who.page)


def test_live_progress_ends_with_the_session(desks: LiveDesks) -> None:
    token = desks.token(Role.MANAGER)
    number = desks.run(make_import(desks.site, "qinghe", Stage.JUDGING))
    connection = http.client.HTTPConnection(HOST, int(desks.address.rpartition(":")[2]), timeout=20)
    path = f"/operator/stock/imports/{number}/live"
    connection.request("GET", path, headers={"cookie": f"session={token}"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert b"event: show" in answer.read1(65536) + answer.read1(65536)
    desks.call("POST", "/sign-out", token, f"csrf_token={csrf_of(Secret(token))}")
    assert b"event: over" not in answer.read(), "it ends, and says nothing more"
    connection.close()


def test_live_progress_ends(desks: LiveDesks) -> None:
    http_status, headers, text = desks.get("/styleguide/progress")
    assert (http_status, headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert text.count("event: show") == 5
    assert text.endswith("event: over\ndata: {}\n\n")

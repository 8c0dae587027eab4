"""Many orders in one call: a line for every row, files that cannot be read, repetitions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from openesim.provisioning.smdp.orders import OrderState
from tests.support.api import OTHER, Api, Told, fill_stock, iccid_of
from tests.support.rig import PROFILE_TYPE, eid_of


@pytest.fixture
def api(api: Api) -> Api:
    """The API over a stock of three profiles."""
    fill_stock(api.rig, 3)
    return api


def send(api: Api, text: str | bytes, kind: str = "text/csv", query: str = "", **more: Any) -> Told:
    body = text if isinstance(text, bytes) else text.encode()
    return api.post(f"/orders/bulk{query}", body, content_type=kind, **more)


def lines_of(told: Told) -> list[Any]:
    assert told.http_status == 200, told
    assert told.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in told.body.splitlines()]


def test_every_row_has_its_line_and_the_others_go_on(api: Api) -> None:
    *rows, end = lines_of(
        send(
            api,
            "profile_type,reference,release,eid\n"
            f"{PROFILE_TYPE},first,true,\n"
            "Nowhere,second,,\n"
            f"{PROFILE_TYPE},third,perhaps,\n"
            f"{PROFILE_TYPE},fourth,false,{eid_of(1)}\n"
            f"{PROFILE_TYPE},fifth,,89049032000000000000000000000000\n",
        )
    )
    assert [(row["row"], row["status"]) for row in rows] == [(1, 201), (2, 422), (3, 422), (4, 201), (5, 422)]
    assert end == {"rows": 5, "made": 2, "refused": 3}
    assert rows[0]["order"]["state"] == "Released"
    assert (rows[3]["order"]["state"], rows[3]["order"]["eid"]) == ("Confirmed", str(eid_of(1)))
    assert [row["problem"]["errors"][0]["pointer"] for row in (rows[1], rows[2], rows[4])] == [
        "/profile_type",
        "/release",
        "/eid",
    ]
    assert rows[1]["problem"]["gsma"] == {"subject": "8.2.5", "reason": "3.9"}
    assert api.get(f"/stock/{PROFILE_TYPE}").json["available"] == 1


def test_lines_of_json_are_rows_too(api: Api) -> None:
    wish = {"profile_type": PROFILE_TYPE, "max_attempts": 3}
    text = f"{json.dumps(wish)}\n\n" + '{"profile_type": 5}\n' + "{\n" + json.dumps(wish | {"x": 1}) + "\n"
    *rows, end = lines_of(send(api, text, "application/x-ndjson", accept_language="zh"))
    assert [row["status"] for row in rows] == [201, 422, 422, 422]
    assert rows[0]["order"]["max_attempts"] == 3
    assert end["refused"] == 3
    assert "请" in rows[1]["problem"]["explanation"]["next_step"]


def test_a_call_that_is_repeated_makes_nothing_twice(api: Api) -> None:
    text = f"profile_type,reference\n{PROFILE_TYPE},a\n{PROFILE_TYPE},b\n"
    first = send(api, text, idempotency_key="week-48")
    assert lines_of(send(api, text, idempotency_key="week-48")) == lines_of(first)
    assert api.get(f"/stock/{PROFILE_TYPE}").json["available"] == 1
    # A row that was answered before is not done for other content; one behind it is new.
    *rows, end = lines_of(
        send(
            api,
            text.replace(",a", ",other") + f"{PROFILE_TYPE},c\n",
            idempotency_key="week-48",
        )
    )
    assert [row["status"] for row in rows] == [422, 201, 201]
    assert rows[0]["problem"]["type"].endswith("/idempotency-key-reused")
    assert end["made"] == 2


def test_a_row_that_was_refused_may_come_again(api: Api) -> None:
    text = "profile_type\n" + f"{PROFILE_TYPE}\n" * 4
    assert lines_of(send(api, text, idempotency_key="k"))[-1] == {"rows": 4, "made": 3, "refused": 1}
    fill_stock_more(api)
    assert lines_of(send(api, text, idempotency_key="k"))[-1] == {"rows": 4, "made": 4, "refused": 0}


def fill_stock_more(api: Api) -> None:
    api.rig.add_order(iccid=iccid_of(4), state=OrderState.AVAILABLE, matching_id=None)


def test_a_rehearsal_changes_nothing(api: Api) -> None:
    text = f"profile_type\n{PROFILE_TYPE}\nNowhere\n"
    *rows, end = lines_of(send(api, text, query="?dry_run=true"))
    assert [row["status"] for row in rows] == [200, 422]
    assert end["made"] == 1
    assert api.get(f"/stock/{PROFILE_TYPE}").json["available"] == 3


@pytest.mark.parametrize(
    ("octets", "detail"),
    [
        (b"", "header"),
        (b"\xef\xbb\xbfprofile_type\n", "no rows"),
        (b"profile_type,password\nx,y\n", "password"),
        (b"profile_type,profile_type\nx,y\n", "twice"),
        (b"profile_type\n\xff\xfe\n", "UTF-8"),
        (b'profile_type\n"open', "line 2"),
        (b"profile_type\n" + b"x" * 20_000, "longer"),
        (b"profile_type\n" + b"Testland\n" * 10 + b"\x00" * 20_000, "longer"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(api: Api, octets: bytes, detail: str) -> None:
    told = send(api, octets)
    assert (told.http_status, told.problem) == (422, "invalid-request")
    assert detail in told.json["detail"]
    assert api.get(f"/stock/{PROFILE_TYPE}").json["available"] == 3


@pytest.mark.parametrize("cell", ["=1+1", "+x", "-x", "@x", "\t=x", "a\x00b", "x" * 300])
def test_hostile_cells_are_kept_as_text_or_refused(api: Api, cell: str) -> None:
    row, _ = lines_of(send(api, f'profile_type,reference\n{PROFILE_TYPE},"{cell}"\n'))
    if row["status"] == 201:
        assert row["order"]["reference"] == cell.strip()
    else:
        assert row["problem"]["errors"][0]["pointer"] == "/reference"


def test_another_operators_stock_is_not_touched(api: Api) -> None:
    key = api.new_key(operator=OTHER)
    api.post("/orders", {"profile_type": PROFILE_TYPE})
    row, _ = lines_of(send(api, f"iccid\n{iccid_of(1)}\n", key=key))
    assert row["status"] == 404


def test_another_kind_of_body_is_refused(api: Api) -> None:
    told = send(api, "{}", "application/json")
    assert (told.http_status, told.problem) == (415, "unsupported-media-type")

"""Activation codes over REST: text, links, pictures and archives, for keys that may see them."""

from __future__ import annotations

import csv
import io
import zipfile
from xml.etree import ElementTree as ET

import pytest

from openesim.services.access import Scope
from tests.support.api import Api, fill_stock
from tests.support.rig import FQDN, PROFILE_TYPE, eid_of

WISH = {"profile_type": PROFILE_TYPE}


@pytest.fixture
def api(api: Api) -> Api:
    """The API over a stock of three profiles."""
    fill_stock(api.rig, 3)
    return api


def test_a_code_is_told_as_text_and_as_links(api: Api) -> None:
    iccid = api.post("/orders", WISH | {"matching_id": "AB-1&2", "confirmation_code": "1"}).json["iccid"]
    told = api.get(f"/orders/{iccid}/activation-code")
    assert told.headers["cache-control"] == "no-store"
    assert told.json == {
        "iccid": iccid,
        "lpa": f"LPA:1${FQDN}$AB-1&2$$1",
        "smdp_address": FQDN,
        "matching_id": "AB-1&2",
        "confirmation_code_required": True,
        "ios_link": f"https://esimsetup.apple.com/esim_qrcode_provisioning?carddata=LPA:1${FQDN}$AB-1%262$$1",
        "android_link": f"https://esimsetup.android.com/esim_qrcode_provisioning?carddata=LPA:1${FQDN}$AB-1%262$$1",
    }


def test_a_reserved_profile_has_no_code_yet(api: Api) -> None:
    iccid = api.post("/orders", WISH | {"confirm": False}).json["iccid"]
    told = api.get(f"/orders/{iccid}/activation-code")
    assert (told.http_status, told.problem) == (409, "order-refused")
    assert "confirm the order" in told.json["explanation"]["next_step"]


def test_a_code_is_drawn_as_svg_and_png(api: Api) -> None:
    iccid = api.post("/orders", WISH).json["iccid"]
    svg = api.get(f"/orders/{iccid}/activation-code.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert ET.fromstring(svg.body).tag.endswith("svg")
    png = api.get(f"/orders/{iccid}/activation-code.png?scale=3")
    assert png.headers["content-type"] == "image/png"
    assert png.body.startswith(b"\x89PNG")
    assert api.get(f"/orders/{iccid}/activation-code.png?scale=41").http_status == 422
    assert {svg.headers["cache-control"], png.headers["cache-control"]} == {"no-store"}


def test_an_archive_holds_a_table_and_a_picture_for_each_code(api: Api) -> None:
    made = [
        api.post("/orders", WISH | {"reference": 'a "b", c', "eid": str(eid_of(1))}).json["iccid"],
        api.post("/orders", WISH).json["iccid"],
    ]
    api.post("/orders", WISH | {"confirm": False})
    told = api.get("/activation-codes.zip")
    assert told.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(told.body))
    assert archive.testzip() is None
    assert set(archive.namelist()) == {"activation-codes.csv", *(f"qr/{iccid}.svg" for iccid in made)}
    rows = list(csv.DictReader(io.StringIO(archive.read("activation-codes.csv").decode())))
    assert {row["iccid"]: (row["reference"], row["eid"]) for row in rows} == {
        made[0]: ('a "b", c', str(eid_of(1))),
        made[1]: ("", ""),
    }
    lpa = api.get(f"/orders/{made[1]}/activation-code").json["lpa"]
    assert {row["activation_code"] for row in rows if row["iccid"] == made[1]} == {lpa}


def test_an_archive_leads_to_the_next_one(api: Api) -> None:
    made = {api.post("/orders", WISH).json["iccid"] for _ in range(3)}
    path, seen = "/activation-codes.zip?limit=2&state=Released", set()
    while path:
        told = api.get(path)
        names = zipfile.ZipFile(io.BytesIO(told.body)).namelist()[1:]
        seen |= {name[3:-4] for name in names}
        path = told.headers.get("link", "<>").partition("<")[2].partition(">")[0]
    assert seen == made


def test_only_its_own_scope_shows_a_code(api: Api) -> None:
    key = api.new_key(set(Scope) - {Scope.ACTIVATION_CODES_READ})
    made = api.post("/orders", WISH | {"matching_id": "SECRET-1"}, key=key)
    iccid = made.json["iccid"]
    for path in ("/orders", f"/orders/{iccid}", f"/orders/{iccid}/timeline"):
        assert b"SECRET-1" not in api.get(path, key=key).body + made.body
    assert api.get("/activation-codes.zip", key=key).http_status == 403

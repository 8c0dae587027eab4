"""Chips, bound devices, and how somebody stands."""

from __future__ import annotations

import pytest

from openesim.adapters.keystore.pem import certificate_pem
from openesim.security.pki.world import TEST_EIN
from tests.support.vendor_world import EID, FOREIGN_IMEI, FREE_IMEI, IMEI, OTHER_EIN, eum
from tests.web.vendor.conftest import Makers, plain

pytestmark = pytest.mark.sockets


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_chip_maker_sees_his_certificates_eids_and_builds(makers: Makers, language: str) -> None:
    text = plain(makers.get("/vendor/chips", language=language))
    for said in ("Shanlan Devices Chips", "OpenESIM EUM", f"{TEST_EIN}…", "4.1.0"):
        assert said in text
    assert OTHER_EIN not in text.replace(" ", "")
    assert ("Valid" if language == "en" else "有效") in text


def test_a_certificate_is_added_in_either_form(makers: Makers) -> None:
    certificate = eum(TEST_EIN).certificate
    for octets in (certificate.octets, certificate_pem(certificate)):
        status, location, page = makers.send("/vendor/chips/certificate", ("certificate", "eum.pem", octets))
        assert (status, location) == (303, "/vendor/chips"), plain(page)


@pytest.mark.parametrize(
    ("octets", "told", "zh"),
    [
        (b"nothing of the kind", "no certificate of a chip maker", "不是有效的芯片厂商证书"),
        (
            b"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
            "holds a private key",
            "含有私钥",
        ),
        (b"\x30\x84\xff\xff\xff\xff", "no certificate of a chip maker", "不是有效的芯片厂商证书"),
    ],
)
def test_what_is_no_certificate_is_told_at_the_field(
    makers: Makers, octets: bytes, told: str, zh: str
) -> None:
    status, _, page = makers.send("/vendor/chips/certificate", ("certificate", "x.pem", octets))
    assert (status, told in plain(page)) == (422, True)
    assert "AAAA" not in page
    page = makers.send("/vendor/chips/certificate", ("certificate", "x.pem", octets), language="zh")[2]
    assert zh in plain(page)


def test_a_certificate_of_somebody_else_is_refused_without_his_name(makers: Makers) -> None:
    octets = eum(OTHER_EIN).certificate.octets
    status, _, page = makers.send("/vendor/chips/certificate", ("certificate", "x.der", octets))
    assert (status, "registered for somebody else" in plain(page)) == (422, True)
    assert "Lanhe" not in page


@pytest.mark.parametrize(
    ("ein", "told"),
    [
        ("", "please fill this in"),
        ("8904", "names no EIDs"),
        ("8904903x", "names no EIDs"),
        ("\u0668\u0669\u0660\u0664\u0669", "names no EIDs"),
        (OTHER_EIN, "no certificate of yours is for these EIDs"),
        (f"{TEST_EIN}1", "is registered for Shanlan Devices Chips"),
        ("<script>", "names no EIDs"),
    ],
)
def test_eids_that_cannot_be_taken_are_told_at_the_field(makers: Makers, ein: str, told: str) -> None:
    status, _, page = makers.post("/vendor/chips/eins", ein=ein)
    assert (status, told in plain(page)) == (422, True)
    assert status == makers.post("/vendor/chips/eins", language="zh", ein=ein)[0]


def test_eids_and_builds_are_added(makers: Makers) -> None:
    assert makers.post("/vendor/chips/eins", ein=f"{TEST_EIN}6")[:2] == (303, "/vendor/chips")
    assert makers.post("/vendor/chips/builds", version="4.7.0", remark="")[:2] == (303, "/vendor/chips")
    text = plain(makers.get("/vendor/chips"))
    assert f"{TEST_EIN}6" in text.replace(" ", "")
    assert "4.7.0" in text
    for version, remark in (("4.7", ""), ("4.7.0-", ""), ("4.7.1", "=1"), ("4.7.1", "<b>")):
        assert makers.post("/vendor/chips/builds", version=version, remark=remark)[0] == 422


# --- bound devices


@pytest.mark.parametrize(
    ("imei", "eid", "told", "zh"),
    [
        (IMEI, "", "Bound", "已绑定"),
        (IMEI, EID, "Bound to this chip", "与该芯片绑定"),
        (IMEI, "89049032004008882611111111111192", "Bound to another chip", "与其他芯片绑定"),
        (FREE_IMEI, "", "Not bound", "未绑定"),
    ],
)
def test_a_device_of_his_own_is_looked_up_and_the_chip_shown_in_part(
    makers: Makers, imei: str, eid: str, told: str, zh: str
) -> None:
    status, location, page = makers.post("/vendor/devices", imei=imei, eid=eid)
    assert (status, location) == (200, "")
    assert told in plain(page)
    assert zh in plain(makers.post("/vendor/devices", language="zh", imei=imei, eid=eid)[2])
    found = page[page.index('id="found"') : page.index("</section>", page.index('id="found"'))]
    assert EID not in found.replace(" ", "")


@pytest.mark.parametrize("imei", [FOREIGN_IMEI, "490154203237518"])
def test_a_device_of_somebody_else_is_answered_like_one_that_nobody_knows(makers: Makers, imei: str) -> None:
    status, _, page = makers.post("/vendor/devices", imei=imei, eid="")
    assert status == 422
    assert "no model of yours has the TAC of this device" in plain(page)
    assert "不属于贵单位的任何型号" in plain(
        makers.post("/vendor/devices", language="zh", imei=imei, eid="")[2]
    )


@pytest.mark.parametrize(
    ("imei", "eid", "told"),
    [
        ("", "", "please fill this in"),
        (IMEI[:-1] + str((int(IMEI[-1]) + 1) % 10), "", "check digit"),
        ("123", "", "is no IMEI"),
        ("\u0663" * 15, "", "is no IMEI"),
        (IMEI, EID[:-1] + "0", "check digits do not fit"),
        (IMEI, "<script>", "is no digit"),
        ("'; DROP TABLE bindings; --", "", "is no IMEI"),
    ],
)
def test_a_number_that_is_none_is_told_at_its_field(makers: Makers, imei: str, eid: str, told: str) -> None:
    status, _, page = makers.post("/vendor/devices", imei=imei, eid=eid)
    assert (status, told in plain(page)) == (422, True)
    assert "<script>" not in page.replace("<script src", "")

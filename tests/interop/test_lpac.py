"""lpac drives our software eUICC against our SM-DP+, over TLS; chip and orders agree after every step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.interop.programs import (
    CardDied,
    Lpac,
    Smdp,
    chip_states,
    look,
    lpa,
    openesim,
    openesim_json,
    serving,
    waiting,
)
from tests.support.rig import package_octets

pytestmark = [pytest.mark.peers, pytest.mark.sockets, pytest.mark.slow, pytest.mark.timeout(300)]

BEGINNING_OF_THE_PACKAGE, READINESS = "bf36", "bf21"


def download(lpac: Lpac, smdp: Smdp, matching_id: str, *more: str, expect: bool = True) -> str:
    """Downloads and returns the ICCID, or lpac's reason why not."""
    told = lpac("profile", "download", "-s", smdp.address, "-m", matching_id, *more, expect=expect)
    return str(told.data["iccid"] if expect else told.data)


def deliver(lpac: Lpac) -> None:
    """Delivers and removes all notifications."""
    lpac("notification", "process", "-a", "-r")
    assert waiting(lpac.card) == []


def test_lpac_shows_the_chip(lpac: Lpac) -> None:
    told = lpac("chip", "info").data
    facts = look("euicc", "show", lpac.card)
    assert told["eidValue"] == facts["eid"]
    assert told["EUICCInfo2"]["svn"] == "2.5.0"
    assert told["EUICCInfo2"]["euiccCiPKIdListForSigning"] == [
        issuer["key_id"] for issuer in facts["certificate_issuers"]
    ]


@pytest.mark.parametrize("block_size", [6, 60, 255])
def test_commands_may_be_cut_into_blocks_of_any_size(smdp: Smdp, lpac: Lpac, block_size: int) -> None:
    iccid = smdp.order(matching_id=f"BLOCK-{block_size}")["iccid"]
    lpac = replace(lpac, block_size=block_size)
    assert download(lpac, smdp, f"BLOCK-{block_size}") == iccid
    deliver(lpac)
    assert smdp.states(iccid) == ("Installed", "disabled")


def test_profiles_go_through_their_whole_life(smdp: Smdp, lpac: Lpac) -> None:
    first, second = (str(smdp.order(matching_id=f"LIFE-{name}")["iccid"]) for name in "AB")
    assert lpac("profile", "download", "-a", f"LPA:1${smdp.address}$LIFE-A").data["iccid"] == first
    assert smdp.states(first) == ("Downloaded", None)
    assert [event for _, event in waiting(lpac.card)] == ["install"]
    deliver(lpac)
    assert smdp.states(first) == ("Installed", "disabled")
    assert download(lpac, smdp, "LIFE-B") == second

    lpac("profile", "enable", first)
    assert chip_states(lpac.card) == {first: "enabled", second: "disabled"}
    lpac("profile", "enable", second, "1")
    assert chip_states(lpac.card) == {first: "disabled", second: "enabled"}
    assert "not in disabled state" in lpac("profile", "delete", second, expect=False).data
    deliver(lpac)
    assert (smdp.states(first), smdp.states(second)) == (("Installed", "disabled"), ("Installed", "enabled"))

    lpac("profile", "nickname", second, "Büro 手机")
    profiles = {profile["iccid"]: profile for profile in lpac("profile", "list").data}
    assert profiles[second]["profileNickname"] == "Büro 手机"
    assert profiles[second]["profileState"] == "enabled"
    lpac("profile", "nickname", second)
    assert lpac("profile", "list").data[1]["profileNickname"] is None

    lpac("profile", "disable", second)
    lpac("profile", "delete", second)
    lpac("profile", "delete", profiles[first]["isdpAid"])
    assert [one["profileManagementOperation"] for one in lpac("notification", "list").data] == [
        "disable",
        "delete",
        "delete",
    ]
    deliver(lpac)
    assert chip_states(lpac.card) == {}
    assert smdp.states(first) == smdp.states(second) == ("Deleted", "deleted")


def test_a_confirmation_code_may_be_left_out_and_mistyped_before_it_is_right(smdp: Smdp, lpac: Lpac) -> None:
    iccid = smdp.order(matching_id="CODE-1", confirmation_code="4711")["iccid"]
    download(lpac, smdp, "CODE-1", expect=False)
    assert "code is wrong" in download(lpac, smdp, "CODE-1", "-c", "1", expect=False)
    order = smdp.show("CODE-1")
    assert (order["state"], order["confirmation_attempts"]) == ("Released", 1)
    assert download(lpac, smdp, "CODE-1", "-c", "4711") == iccid
    deliver(lpac)
    assert smdp.states("CODE-1") == ("Installed", "disabled")


def test_a_code_that_is_wrong_too_often_ends_the_order(smdp: Smdp, lpac: Lpac) -> None:
    smdp.order(matching_id="CODE-2", confirmation_code="4711")
    for _ in range(3):
        download(lpac, smdp, "CODE-2", "-c", "1", expect=False)
    assert smdp.show("CODE-2")["outcome"] == "8.2.7/6.4"
    assert "Error" in download(lpac, smdp, "CODE-2", "-c", "4711", expect=False)
    assert chip_states(lpac.card) == {}


def test_an_order_that_is_not_there_or_not_released_is_refused(smdp: Smdp, lpac: Lpac) -> None:
    smdp.order(matching_id="LATER-1", release=False)
    assert "no order" in download(lpac, smdp, "NOT-THERE", expect=False)
    assert "Confirmed" in download(lpac, smdp, "LATER-1", expect=False)
    assert smdp.states("LATER-1") == ("Confirmed", None)


def test_the_default_server_finds_the_order_by_the_chip(smdp: Smdp, lpac: Lpac) -> None:
    eid = look("euicc", "show", lpac.card)["eid"]
    iccid = smdp.order(eid=eid, default_smdp=True)["iccid"]
    lpac("chip", "defaultsmdp", smdp.address)
    assert lpac("profile", "download").data["iccid"] == iccid
    lpac("profile", "enable", iccid, "1")
    lpac("chip", "purge", "yes")
    assert chip_states(lpac.card) == {}
    assert [event for _, event in waiting(lpac.card)] == ["install", "enable", "delete"]
    deliver(lpac)
    assert smdp.states(iccid) == ("Deleted", "deleted")


def test_single_notifications_are_processed_and_removed(smdp: Smdp, lpac: Lpac) -> None:
    iccid = smdp.order(matching_id="SINGLE-1")["iccid"]
    download(lpac, smdp, "SINGLE-1")
    lpac("profile", "enable", iccid)
    (install, _), (enable, _) = waiting(lpac.card)
    lpac("notification", "process", install)
    assert len(waiting(lpac.card)) == 2, "it was not asked to remove it"
    lpac("notification", "remove", enable)
    lpac("notification", "remove", install)
    assert smdp.states(iccid) == ("Installed", "disabled"), "of the enabling nobody told"
    assert "not found" in lpac("notification", "remove", enable, expect=False).data


# --- Bad days -------------------------------------------------------------------------------------------------


def test_a_server_killed_before_the_package_is_fetched_costs_nothing(smdp: Smdp, lpac: Lpac) -> None:
    iccid = smdp.order(matching_id="KILL-1", confirmation_code="4711")["iccid"]
    dying = replace(lpac, hooks={READINESS: smdp.restart})
    download(dying, smdp, "KILL-1", "-c", "4711", expect=False)
    assert smdp.states("KILL-1") == ("Released", None)
    assert download(lpac, smdp, "KILL-1", "-c", "4711") == iccid
    deliver(lpac)
    assert smdp.states("KILL-1") == ("Installed", "disabled")


def test_a_chip_without_power_in_the_middle_is_loaded_again_with_the_same_code(
    smdp: Smdp, lpac: Lpac
) -> None:
    iccid, count = smdp.order(matching_id="KILL-2")["iccid"], 0

    def die_at_the_third() -> None:
        nonlocal count
        count += 1
        if count == 3:
            raise CardDied

    assert download_until_death(replace(lpac, hooks={"86": die_at_the_third}), smdp, "KILL-2") == "died"
    assert (chip_states(lpac.card), smdp.states("KILL-2")) == ({}, ("Downloaded", None))
    assert download(lpac, smdp, "KILL-2") == iccid
    deliver(lpac)
    assert smdp.states("KILL-2") == ("Installed", "disabled")


def download_until_death(lpac: Lpac, smdp: Smdp, matching_id: str) -> str:
    """Downloads with a chip that loses its power; returns lpac's last word, which nobody hears."""
    return lpac("profile", "download", "-s", smdp.address, "-m", matching_id, expect=False).message


def test_notifications_wait_for_a_server_that_is_away_and_our_lpa_delivers_them(
    smdp: Smdp, lpac: Lpac
) -> None:
    iccid = smdp.order(matching_id="AWAY-1")["iccid"]
    away = replace(lpac, hooks={BEGINNING_OF_THE_PACKAGE: lambda: smdp.stop(kill=True)})
    assert download(away, smdp, "AWAY-1") == iccid
    lpac("notification", "process", "-a", "-r", expect=False)
    refused = openesim_json("lpa", "--card", lpac.card, "notifications", "process", expect=1)
    assert refused["ok"] is False
    assert [event for _, event in waiting(lpac.card)] == ["install"]
    smdp.start()
    assert lpa(lpac.card, smdp, "notifications", "process")["undelivered"] == []
    assert smdp.states(iccid) == ("Installed", "disabled")


def test_a_broken_download_of_lpac_is_finished_by_our_lpa(smdp: Smdp, lpac: Lpac) -> None:
    iccid = smdp.order(matching_id="TAKE-OVER-1")["iccid"]

    def die() -> None:
        raise CardDied

    download_until_death(replace(lpac, hooks={BEGINNING_OF_THE_PACKAGE: die}), smdp, "TAKE-OVER-1")
    done = lpa(lpac.card, smdp, "download", f"LPA:1${smdp.address}$TAKE-OVER-1", "--yes")
    assert (done["iccid"], done["resumed"]) == (iccid, True)
    assert smdp.states(iccid) == ("Installed", "disabled")


def test_profiles_protected_with_keys_of_their_own_are_loaded(smdp: Smdp, lpac: Lpac, tmp_path: Path) -> None:
    (tmp_path / "pki").symlink_to(smdp.folder / "pki")
    with serving(tmp_path, package_octets(), "127.0.0.1", "--ppk") as ppk:
        iccid = ppk.order(matching_id="PPK-1")["iccid"]
        assert download(lpac, ppk, "PPK-1") == iccid
        deliver(lpac)
        assert ppk.states(iccid) == ("Installed", "disabled")


def test_a_chip_of_another_world_is_refused(smdp: Smdp, lpac: Lpac, tmp_path: Path) -> None:
    smdp.order(matching_id="OTHER-1")
    openesim("pki", "init", tmp_path / "world")
    openesim("euicc", "new", tmp_path / "other.card", "--pki", tmp_path / "world")
    stranger = replace(lpac, card=tmp_path / "other.card")
    assert "CI" in download(stranger, smdp, "OTHER-1", expect=False)
    assert smdp.states("OTHER-1") == ("Released", None)

"""What eapol_test says is read as what happened."""

from __future__ import annotations

from openesim.apps.online.login import METHODS, Login

IDENTITY = "0001010000000001@wlan.mnc001.mcc001.3gppnetwork.org"
LEARNED = f"Learned identity from EAP-Response-Identity - hexdump(len=51): {IDENTITY.encode().hex(' ')}\n"


def test_the_identity_is_the_one_the_card_was_announced_with() -> None:
    assert Login(True, "AKA", f"SCARD: x\n{LEARNED}SUCCESS\n").identity == IDENTITY
    assert Login(False, "AKA", "FAILURE").identity is None


def test_a_reader_without_a_usim_is_told_from_a_refusal() -> None:
    assert not Login(False, "AKA", "Failed to initialize SIM (pcsc-lite)").has_card
    refused = Login(False, "AKA", f"{LEARNED}FAILURE")
    assert (refused.has_card, refused.has_refused_network, refused.has_resynchronised) == (True, False, False)


def test_what_the_card_said_is_found() -> None:
    assert Login(False, "AKA", "SCARD: UMTS auth failed - MAC != XMAC").has_refused_network
    assert Login(True, "AKA", "SCARD: UMTS Synchronization-Failure").has_resynchronised


def test_the_transcript_is_not_shown_since_it_holds_keys() -> None:
    assert "CK - " not in repr(Login(True, METHODS[0], "CK - hexdump: 00"))

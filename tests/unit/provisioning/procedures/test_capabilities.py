"""What a package asks of a chip. The bits are typed a second time, from the ASN.1 module of SGP.22 v3.0."""

from __future__ import annotations

import pytest

from openesim.messages.saip.header import SERVICE_NAMES, ServicesList
from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.provisioning.procedures.capabilities import CAPABILITY_OF_SERVICE, required_capabilities

BITS = {
    "contactless": 0,
    "usim": 1,
    "isim": 2,
    "csim": 3,
    "milenage": 4,
    "cave": 5,
    "tuak128": 6,
    "tuak256": 7,
    "usim_test_algorithm": 8,
    "gba_usim": 10,
    "gba_isim": 11,
    "mbms": 12,
    "eap": 13,
    "javacard": 14,
    "multos": 15,
    "multiple_usim": 16,
    "multiple_isim": 17,
    "multiple_csim": 18,
    "ber_tlv": 19,
    "df_link": 20,
    "cat_tp": 21,
    "get_identity": 22,
    "profile_a_x25519": 23,
    "profile_b_p256": 24,
    "suci_calculator_api": 25,
    "dns_resolution": 26,
    "scp11ac": 27,
    "scp11c_authorization_mechanism": 28,
    "s16mode": 29,
    "eaka": 30,
}


@pytest.mark.parametrize(("service", "bit"), BITS.items())
def test_each_service_asks_for_its_bit(service: str, bit: int) -> None:
    assert required_capabilities([service]) == UiccCapability(1 << bit)


def test_no_service_is_forgotten() -> None:
    assert set(CAPABILITY_OF_SERVICE) == SERVICE_NAMES == set(BITS)


def test_services_add_up_and_unknown_ones_ask_for_nothing() -> None:
    services = ServicesList.of("usim", "milenage", "javacard")
    assert required_capabilities(services.names) == UiccCapability(1 << 1 | 1 << 4 | 1 << 14)
    assert required_capabilities(["tag 9E"]) == UiccCapability(0)
    assert required_capabilities([]) == UiccCapability(0)

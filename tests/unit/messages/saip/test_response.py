"""The answer of a chip, in the octets that are on record."""

import pytest

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.response import EuiccResponse, PeStatus, PeStatusCode


def test_success_has_the_octets_that_are_on_record() -> None:
    assert EuiccResponse.success().encode().hex() == "3007a0053003800100"
    assert EuiccResponse.decode(bytes.fromhex("3007A0053003800100")).is_success


def test_failure_names_the_element_and_says_aborted() -> None:
    response = EuiccResponse.failure(PeStatusCode.TEMPLATE_NOT_SUPPORTED, 8, "no such template")
    assert response.encode().hex() == (
        "301e" + "a0083006800109810108" + "8100" + "8210" + b"no such template".hex()
    )
    again = EuiccResponse.decode(response.encode())
    assert again == response
    assert not again.is_success
    assert again.pe_status[0].status is PeStatusCode.TEMPLATE_NOT_SUPPORTED


def test_a_status_word_stays_a_number() -> None:
    octets = EuiccResponse.failure(0x6A84).encode()
    status = EuiccResponse.decode(octets).pe_status[0]
    assert status == PeStatus(status=0x6A84)
    assert not isinstance(status.status, PeStatusCode)


def test_a_failure_without_the_abort_is_no_success() -> None:
    assert not EuiccResponse(pe_status=(PeStatus(status=PeStatusCode.BAD_VALUES),)).is_success


def test_all_fields_are_read(module: object) -> None:
    value = {
        "peStatus": [{"status": 3, "identification": 1, "additional-information": 255, "offset": 2147483647}],
        "profileInstallationAborted": None,
        "statusMessage": "bad",
    }
    octets = module.encode("EUICCResponse", value)  # type: ignore[attr-defined]
    response = EuiccResponse.decode(octets)
    assert response.encode() == octets
    assert response.pe_status[0].offset == 2147483647


def test_an_abort_with_content_is_refused() -> None:
    with pytest.raises(DecodeError, match="null must be empty"):
        EuiccResponse.decode(bytes.fromhex("300AA0053003800100810100"))

"""ES10a: the addresses that the chip is configured with.

Source: SGP.22 v2.5 §5.7.3, §5.7.4.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.messages.sgp22.es10a import (
    EuiccConfiguredAddressesRequest,
    EuiccConfiguredAddressesResponse,
    SetDefaultDpAddressRequest,
    SetDefaultDpAddressResponse,
    SetDefaultDpAddressResult,
)
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.state import Euicc

_LONGEST_ADDRESS = 255


def get_euicc_configured_addresses(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Return default SM-DP+ and root SM-DS.

    An address that is not set is answered as an empty one: the standard lets the tag be left out, but the
    platform code of Android does not.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.3.
    """
    EuiccConfiguredAddressesRequest.decode(command)
    response = EuiccConfiguredAddressesResponse(
        default_dp_address=euicc.nvm.default_dp_address, root_ds_address=euicc.nvm.root_ds_address
    )
    return euicc, response.encode()


def set_default_dp_address(euicc: Euicc, command: bytes, _ambient: Ambient) -> tuple[Euicc, bytes]:
    """Set the default SM-DP+; an empty address clears it.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.4.
    """
    address = SetDefaultDpAddressRequest.decode(command).default_dp_address
    result = SetDefaultDpAddressResult.OK
    if len(address) > _LONGEST_ADDRESS:
        result = SetDefaultDpAddressResult.UNDEFINED_ERROR
    elif address != euicc.nvm.default_dp_address:
        euicc = euicc.with_nvm(replace(euicc.nvm, default_dp_address=address))
    return euicc, SetDefaultDpAddressResponse(set_default_dp_address_result=result).encode()

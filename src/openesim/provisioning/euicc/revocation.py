"""ES10b.LoadCRL: revocation lists of the CIs, whole or in numbered parts.

Source: SGP.22 v2.5 §5.7.12, §4.5.2.1.3.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.encoding.tlv import read_one
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Oid
from openesim.messages.sgp22.es10b import LoadCrlError, LoadCrlOk, LoadCrlRequest, LoadCrlResponse
from openesim.provisioning.euicc.ambient import Ambient
from openesim.provisioning.euicc.memory import free_octets
from openesim.provisioning.euicc.state import Euicc, Nvm
from openesim.security.pki.crl import Crl

_SEQUENCE = b"\x30"
_INTEGER = 0x02
_TOTAL_PARTIAL_CRL_NUMBER = Oid("2.23.146.1.2.0.2")
_PARTIAL_CRL_NUMBER = Oid("2.23.146.1.2.0.3")
_DELTA_CRL_INDICATOR = Oid("2.5.29.27")


def load_crl(euicc: Euicc, command: bytes, ambient: Ambient) -> tuple[Euicc, bytes]:
    """Take a revocation list of a trusted CI, if there is none as fresh.

    Raises:
        DecodeError: a malformed command (status word 6A80).

    Source: SGP.22 v2.5 §5.7.12.
    """
    # The list travels as [0]: its own tag 30 goes back before anything is checked.
    octets = _SEQUENCE + LoadCrlRequest.decode(command).crl[1:]
    try:
        crl = Crl.decode(octets)
        outcome = _load(euicc.nvm, crl, ambient)
        if isinstance(outcome, LoadCrlError):
            return euicc, LoadCrlResponse.encode(outcome)
        missing = _missing_parts(outcome, crl)
    except DecodeError:
        return euicc, LoadCrlResponse.encode(LoadCrlError.INVALID_CRL_FORMAT)
    return euicc.with_nvm(outcome), LoadCrlResponse.encode(LoadCrlOk(missing_parts=missing or None))


def _load(nvm: Nvm, crl: Crl, ambient: Ambient) -> Nvm | LoadCrlError:
    """Return the memory with a list, or why it is refused.

    Raises:
        DecodeError: an extension of the list is malformed.
    """
    if not ambient.trust.vintages_of(crl.authority_key_id or b""):
        return LoadCrlError.VERIFICATION_KEY_NOT_FOUND
    same_issuer = [one for one in map(Crl.decode, nvm.crls) if one.authority_key_id == crl.authority_key_id]
    if _DELTA_CRL_INDICATOR in crl.extensions:
        # Changes to a list are not taken, only lists: a chip of this kind loads the next whole one.
        return LoadCrlError.UNDEFINED_ERROR if same_issuer else LoadCrlError.BASE_CRL_MISSING
    try:
        ambient.trust.with_crl(crl)
    except VerificationError:
        return LoadCrlError.INVALID_SIGNATURE
    part = _number_in(crl, _PARTIAL_CRL_NUMBER)
    if any(_is_as_fresh(loaded, crl, part) for loaded in same_issuer):
        return LoadCrlError.FRESHER_CRL_ALREADY_LOADED
    replaced = {
        one.octets
        for one in same_issuer
        if part is None or _number_in(one, _PARTIAL_CRL_NUMBER) in (None, part)
    }
    kept = replace(nvm, crls=tuple(octets for octets in nvm.crls if octets not in replaced))
    if len(crl.octets) > free_octets(kept):
        return LoadCrlError.NOT_ENOUGH_MEMORY_SPACE
    return replace(kept, crls=(*kept.crls, crl.octets))


def _is_as_fresh(loaded: Crl, crl: Crl, part: int | None) -> bool:
    """Tell whether a loaded list of the same issuer is as fresh as a new one, or fresher."""
    same_part = _number_in(loaded, _PARTIAL_CRL_NUMBER) in (None, part)
    newer, older = loaded.number or 0, crl.number or 0
    return newer > older or (same_part and newer == older)


def _missing_parts(nvm: Nvm, crl: Crl) -> tuple[int, ...]:
    """Return the numbers of the parts that belong to the same list and have not been loaded.

    Raises:
        DecodeError: a number is malformed.
    """
    total = min(_number_in(crl, _TOTAL_PARTIAL_CRL_NUMBER) or 0, 255)
    loaded = {
        _number_in(one, _PARTIAL_CRL_NUMBER)
        for one in map(Crl.decode, nvm.crls)
        if one.number == crl.number and one.authority_key_id == crl.authority_key_id
    }
    return tuple(number for number in range(1, total + 1) if number not in loaded)


def _number_in(crl: Crl, kind: Oid) -> int | None:
    """Return the number in an extension, None where it is absent.

    Raises:
        DecodeError: malformed.
    """
    extension = crl.extensions.get(kind)
    if extension is None:
        return None
    item = read_one(extension.value)
    if item.tag != _INTEGER or not 0 < len(item.value) <= 4:
        raise DecodeError("a partial list number must be a small integer")
    return int.from_bytes(item.value, "big")

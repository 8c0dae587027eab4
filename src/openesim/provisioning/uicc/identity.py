"""GET IDENTITY: the card names its subscriber without being recognised on the way.

Source: 3GPP TS 31.102 §4.4.11.8, §5.3.47, §7.5; TS 33.501 §6.12.2; TCA eUICC Profile Package 3.3.1 Annex D.
"""

from __future__ import annotations

from openesim.encoding.tlv import encode, walk
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.kernel.ids import Imsi, Plmn, unswap_nibbles
from openesim.provisioning.uicc.authenticate import require_application, services_of
from openesim.provisioning.uicc.card import OK, Card, Reply
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.image import Directory, ElementaryFile
from openesim.provisioning.uicc.status_words import StatusWord, refused
from openesim.security.aka.suci import Scheme, Suci, conceal, draw_ephemeral_key

_SUCI, _SUCI_FOR_NSWO = 0x01, 0x02
_ANSWER = 0xA1
_SERVICES = frozenset({124, 125})
_NAI_SERVICE = 130
_EF_IMSI, _EF_AD = "6F07", "6FAD"
_EF_ROUTING_INDICATOR, _EF_SUCI_CALC_INFO = "5FC04F0A", "5FD04F01"
_SCHEMES, _KEYS, _KEY_ID, _KEY = 0xA0, 0xA1, 0x80, 0x81


def get_identity(card: Card, command: CommandApdu, entropy: Entropy) -> Reply:
    """Return the SUCI of the USIM, concealed for the home network; P2 = 01, or 02 for offload to other networks.

    The schemes stand in EF.SUCICalcInfo of DF.SAIP, which no terminal reads; without a key there it is the null scheme.

    Raises:
        CardError: no application selected, services 124 and 125 not on, an identity that is no IMSI, or values in the
            files that cannot be (6985), the PIN not given (6982), wrong parameters (6A86).

    Source: 3GPP TS 31.102 §7.5; TS 33.501 §6.12.2.
    """
    if command.p1 or command.p2 not in (_SUCI, _SUCI_FOR_NSWO):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    application = require_application(card)
    services = services_of(card, application)
    if not services >= _SERVICES or _NAI_SERVICE in services:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, "the USIM does not compute the SUCI")
    try:
        suci = _build_suci(card, application, entropy)
    except (DecodeError, VerificationError) as error:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, str(error)) from None
    return card, encode(_ANSWER, suci.encode()), OK


def _build_suci(card: Card, application: Directory, entropy: Entropy) -> Suci:
    """Return the SUCI that the files of an application make.

    Raises:
        DecodeError: a file that does not hold what it should.
        VerificationError: a home network key that is none.
    """
    identity = _read(card, application, _EF_IMSI)
    imsi = Imsi.parse(unswap_nibbles(identity[1 : 1 + identity[0]])[1:] if identity else "")
    has_long_mnc = _read(card, application, _EF_AD)[3:4] == b"\x03"
    plmn = Plmn.parse(imsi[: 6 if has_long_mnc else 5])
    routing = unswap_nibbles(_read(card, application, _EF_ROUTING_INDICATOR)[:2]) or "0"
    scheme, key_id, key = _choose_scheme(_read(card, application, _EF_SUCI_CALC_INFO))
    output = conceal(scheme, key, imsi[len(plmn) :], draw_ephemeral_key(scheme, entropy))
    return Suci(plmn, routing, scheme, key_id, output)


def _choose_scheme(information: bytes) -> tuple[Scheme, int, bytes]:
    """Return the first scheme of a list that there is a key for, with the key's number and the key.

    Raises:
        DecodeError: the information is malformed.

    Source: 3GPP TS 31.102 §4.4.11.8.
    """
    schemes, keys = b"", []
    for item in walk(information.rstrip(b"\xff")):
        if item.tag == _SCHEMES:
            schemes = item.value
        elif item.tag == _KEYS:
            values = [(child.tag, child.value) for child in item.children()]
            numbers = [int.from_bytes(value, "big") for tag, value in values if tag == _KEY_ID]
            points = [value for tag, value in values if tag == _KEY]
            keys = list(zip(numbers, points, strict=False))
    for number, index in zip(schemes[::2], schemes[1::2], strict=False):
        if number == Scheme.NULL:
            break
        if number in (Scheme.PROFILE_A, Scheme.PROFILE_B) and 0 < index <= len(keys):
            key_id, key = keys[index - 1]
            return Scheme(number), key_id, key
    return Scheme.NULL, 0, b""


def _read(card: Card, application: Directory, path: str) -> bytes:
    """Return the content of a file by its path from the application; nothing where there is none."""
    file: Directory | ElementaryFile | None = application
    for start in range(0, len(path), 4):
        identifier = bytes.fromhex(path[start : start + 4])
        file = file.children.get(identifier) if isinstance(file, Directory) else None
    return card.content(file) if isinstance(file, ElementaryFile) else b""

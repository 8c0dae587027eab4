"""AUTHENTICATE: the card proves itself to a network, and the network to the card.

A sequence number is kept before the answer leaves, so that none is accepted twice, whenever the power fails.

Source: 3GPP TS 31.102 §7.1; TS 31.103 §7.1; TS 33.102 §6.3.
"""

from __future__ import annotations

from dataclasses import replace

from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import DecodeError, VerificationError
from openesim.messages.saip.ef_values import services_in
from openesim.provisioning.uicc.access import find_pin, is_satisfied
from openesim.provisioning.uicc.card import OK, Card, Reply
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.image import Directory, ElementaryFile
from openesim.provisioning.uicc.naa import Naa
from openesim.provisioning.uicc.status_words import StatusWord, refused
from openesim.security.aka.vectors import build_auts, c2, c3, verify_autn

_GSM, _UMTS = 0x80, 0x81
_OTHER_CONTEXTS = (0x82, 0x84, 0x85, 0x86)
_SUCCESS, _SYNCHRONISATION_FAILURE = b"\xdb", b"\xdc"
_RAND = _AUTN = 16
_EF_UST = b"\x6f\x38"
_GSM_ACCESS, _GSM_SECURITY_CONTEXT = 27, 38
_GLOBAL_PINS = range(0x01, 0x09)
_PIN1 = 0x01


def authenticate(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Answer a challenge: P2 = 81 in the 3G context (of USIM and ISIM), 80 in the GSM context.

    Returns:
        The card; ``DB`` with RES, CK, IK and where service 27 is on Kc, or ``DC`` with AUTS where the sequence number was
        seen before, or SRES and Kc; 9000.

    Raises:
        CardError: no application selected or its key used up (6985), its PIN not given (6982), wrong length (6700) or
            data (6A80) or parameters (6A86), a context that is not supported (9864), a wrong MAC (9862).

    Source: 3GPP TS 31.102 §7.1.2.
    """
    if command.p1 or command.p2 not in (_GSM, _UMTS, *_OTHER_CONTEXTS):
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    application = require_application(card)
    naa = card.image.naas.get(application.path)
    if naa is None or command.p2 in _OTHER_CONTEXTS:
        raise refused(StatusWord.CONTEXT_NOT_SUPPORTED)
    services = services_of(card, application)
    if command.p2 == _UMTS:
        rand, autn = _read_fields(command.data, _RAND, _AUTN)
        return _answer_umts(_count(card, naa), naa, rand, autn, with_kc=_GSM_ACCESS in services)
    if _GSM_SECURITY_CONTEXT not in services:
        raise refused(StatusWord.CONTEXT_NOT_SUPPORTED)
    (rand,) = _read_fields(command.data, _RAND)
    return _answer_gsm(_count(card, naa), naa, rand)


def require_application(card: Card) -> Directory:
    """Return the application selected, if its PIN was given or need not be.

    Raises:
        CardError: none is selected (6985), its PIN was not given (6982).

    Source: 3GPP TS 31.102 §6.1; ETSI TS 102 221 §9.4.1.
    """
    application = card.selection.application
    if application is None:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, "no application is selected")
    own = next((one for one in application.pin_references if one in _GLOBAL_PINS), _PIN1)
    if find_pin(application, own) is not None and not is_satisfied(card, application, own):
        raise refused(StatusWord.SECURITY_NOT_SATISFIED)
    return application


def services_of(card: Card, application: Directory) -> frozenset[int]:
    """Return the services that the USIM's service table has on; of another application none.

    Source: 3GPP TS 31.102 §4.2.8.
    """
    table = application.children.get(_EF_UST)
    return services_in(card.content(table)) if isinstance(table, ElementaryFile) else frozenset()


def _answer_umts(card: Card, naa: Naa, rand: bytes, autn: bytes, *, with_kc: bool) -> Reply:
    """Verify the network, then the freshness of what it says, and answer.

    Source: 3GPP TS 33.102 §6.3.3; TS 31.102 §7.1.2.1.
    """
    try:
        verified = verify_autn(naa.algorithm, rand, autn)
    except VerificationError:
        return card, b"", int(StatusWord.WRONG_MAC)
    known = card.memory.sequence_numbers.get(naa.path)
    present = naa.sequence_numbers if known is None else replace(naa.sequence_numbers, entries=known)
    after = present.accept(verified.sqn)
    if after is None:
        auts = build_auts(naa.algorithm, rand, present.sqn_ms)
        return card, _SYNCHRONISATION_FAILURE + _field(auts), OK
    numbers = {**card.memory.sequence_numbers, naa.path: after.entries}
    card = replace(card, memory=replace(card.memory, sequence_numbers=numbers))
    answer = verified.answer
    fields = _field(answer.res) + _field(answer.ck) + _field(answer.ik)
    if with_kc:
        fields += _field(c3(answer.ck, answer.ik))
    return card, _SUCCESS + fields, OK


def _answer_gsm(card: Card, naa: Naa, rand: bytes) -> Reply:
    """Answer a challenge of a network that proves nothing.

    Raises:
        CardError: the algorithm's response is too long for it (9864).

    Source: 3GPP TS 31.102 §7.1.2.2; TS 33.102 §6.8.1.2.
    """
    answer = naa.algorithm.f2345(rand)
    try:
        fields = _field(c2(answer.res)) + _field(c3(answer.ck, answer.ik))
    except DecodeError as error:
        raise refused(StatusWord.CONTEXT_NOT_SUPPORTED, str(error)) from None
    return card, fields, OK


def _count(card: Card, naa: Naa) -> Card:
    """Return the card with one use more of a key that wears out.

    Raises:
        CardError: it is used up (6985).

    Source: TCA eUICC Profile Package 3.3.1 §8.5.1 (authCounterMax).
    """
    if naa.most_authentications is None:
        return card
    count = card.memory.authentications.get(naa.path, 0)
    if count >= naa.most_authentications:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED, "the key was used as often as it may be")
    counts = {**card.memory.authentications, naa.path: count + 1}
    return replace(card, memory=replace(card.memory, authentications=counts))


def _field(octets: bytes) -> bytes:
    """Return a value behind its length."""
    return bytes((len(octets),)) + octets


def _read_fields(data: bytes, *lengths: int) -> list[bytes]:
    """Return the values of fixed length that stand in the data, each behind its length.

    Raises:
        CardError: another length altogether (6700), or a length octet that says something else (6A80).
    """
    if len(data) != sum(lengths) + len(lengths):
        raise refused(StatusWord.WRONG_LENGTH)
    fields, position = [], 0
    for length in lengths:
        if data[position] != length:
            raise refused(StatusWord.INCORRECT_DATA)
        fields.append(data[position + 1 : position + 1 + length])
        position += 1 + length
    return fields

"""What is fuzzed: every decoder that a stranger's octets reach, and the chip's own command entry.

The first octet of an input chooses the target, the rest is what the target gets. A target answers or refuses with
the error that it promises; anything else leaves it and is a finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding.jsonbinding import JsonBinding, decode_object
from openesim.kernel.errors import CardError, DecodeError, FunctionError, VerificationError
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.check import check_package
from openesim.messages.saip.description_file import parse_description
from openesim.messages.saip.elements import UnknownElement, encode_value
from openesim.messages.saip.outline import outline_package
from openesim.messages.saip.package import decode_package
from openesim.messages.saip.personalise import find_patch_points
from openesim.messages.sgp22 import es2plus, es9plus, es11, es12
from openesim.messages.sgp22.activation_code import ActivationCode
from openesim.messages.sgp22.asn1binding import (
    decode_request,
    decode_response,
    encode_request,
    encode_response,
)
from openesim.messages.sgp22.function import Function, parse_answer
from openesim.provisioning.euicc.storage import decode_nvm, encode_nvm
from openesim.security.aka.suci import Suci
from openesim.security.aka.suci_nai import NaiSuci
from openesim.security.crypto.scp80 import Scp80Keys, unwrap_command, wrap_command
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering
from openesim.security.pki.certificate import Certificate
from openesim.security.pki.crl import Crl
from tests.properties import cards
from tests.properties.messages import MESSAGES
from tests.unit.provisioning.euicc import laboratory

MOST_OCTETS = 1 << 16
"""Servers take no larger request; a longer input only costs time."""

JSON_FUNCTIONS: tuple[Function, ...] = (
    *es9plus.FUNCTIONS,
    es11.AUTHENTICATE_CLIENT_ES11,
    *es2plus.FUNCTIONS,
    es2plus.HANDLE_DOWNLOAD_PROGRESS_INFO,
    *es12.FUNCTIONS,
    es11.INITIATE_AUTHENTICATION_ES11,
)


@dataclass(frozen=True)
class Target:
    """One thing that is fuzzed.

    Attributes:
        name: for people who read a finding.
        run: takes the octets; raises nothing but ``refusals`` and ``AssertionError``.
        refusals: errors that are a right answer.
    """

    name: str
    run: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...] = (DecodeError,)


def _stable(decode: Callable[[Any], Any], encode: Callable[[Any], Any]) -> Callable[[bytes], None]:
    """Return a target that reads what it wrote of what it read."""

    def run(octets: bytes) -> None:
        value = decode(octets)
        again = encode(value)
        assert decode(again) == value, "what was written is not what was read"

    return run


def _request(binding: JsonBinding[Any]) -> Callable[[bytes], object]:
    return lambda octets: binding.encode(binding.decode(decode_object(octets)))


def _answer(function: Function) -> Callable[[bytes], object]:
    return lambda octets: parse_answer(function, decode_object(octets))


# --- Profile packages -----------------------------------------------------------------------------------------


def _package(octets: bytes) -> None:
    """Do with a stranger's package all that is done with one: read, show, check, find a subscriber's places."""
    package = decode_package(octets)
    for element in package.elements:
        if not isinstance(element.value, UnknownElement):
            again = decode_package(encode_value(element.kind, element.value)).elements[0]
            assert again.value == element.value, "what was written is not what was read"
    outline_package(package)
    check_package(package)
    find_patch_points(octets)


def _description(octets: bytes) -> None:
    """Read a description; whatever it says, the package made of it can be read."""
    decode_package(build_package(parse_description(octets.decode(errors="replace"))))


# --- Secured packets ------------------------------------------------------------------------------------------

OTA_KEYS = Scp80Keys(
    ciphering=Ciphering.AES_CBC, kic=bytes(16), checksum=Checksum.AES_CMAC64, kid=bytes(range(16))
)


def _secured(octets: bytes) -> None:
    """Read an OTA command and write it again."""
    command = unwrap_command(octets, OTA_KEYS)
    assert unwrap_command(wrap_command(command, OTA_KEYS), OTA_KEYS) == command


# --- The chip -------------------------------------------------------------------------------------------------


@cache
def chips() -> tuple[MemoryCard, ...]:
    """Chips in every state of a session: fresh, authenticated, prepared, loading, with a profile."""
    cards = [laboratory.new_card(seed=f"fuzz {number}") for number in range(5)]
    laboratory.challenge(cards[0])
    laboratory.authenticate(cards[1], laboratory.Smdp())
    laboratory.prepare(cards[2], laboratory.Smdp())
    for segment in laboratory.bind(cards[3], laboratory.Smdp())[:3]:
        cards[3].execute(segment)
    laboratory.install(cards[4])
    return tuple(cards)


def _fresh(card: MemoryCard) -> MemoryCard:
    """Return a card in the same state that may be changed."""
    twin = MemoryCard(card.nvm, card._ambient)
    twin._euicc = card.euicc
    return twin


def _command(octets: bytes) -> None:
    """Hand one ES10 command to a chip; the first octet chooses its state."""
    if octets:
        card = _fresh(chips()[octets[0] % len(chips())])
        before = card.euicc
        try:
            card.execute(octets[1:])
        except CardError:
            assert card.euicc is before, "a refusal changed the chip"


def _apdus(octets: bytes) -> None:
    """Hand command APDUs to a chip: each behind an octet with its length."""
    card = _fresh(chips()[4])
    for _ in range(64):
        if not octets:
            return
        length = octets[0]
        response = card.transmit(octets[1 : 1 + length])
        assert 2 <= len(response) <= 258, "an APDU was not answered with a status word"
        octets = octets[1 + length :]


def _card(octets: bytes) -> None:
    """Hand command APDUs to the card of an enabled profile: each behind an octet with its length."""
    card = cards.new_card()
    for _ in range(64):
        if not octets:
            break
        response = card.transmit(octets[1 : 1 + octets[0]])
        assert response[-2] in cards.STATUS_BYTES, "an APDU was not answered with a status word"
        octets = octets[1 + octets[0] :]
    assert decode_nvm(encode_nvm(card.nvm)) == card.nvm, "what the card keeps cannot be kept"


# --- All ------------------------------------------------------------------------------------------------------

TARGETS: tuple[Target, ...] = (
    *(Target(entry.name, _stable(entry.decode, entry.encode)) for entry in MESSAGES),
    Target("asn1 request", _stable(decode_request, lambda called: encode_request(*called))),
    Target("asn1 response", _stable(decode_response, lambda answer: encode_response(*answer))),
    *(Target(f"json request {function.path}", _request(function.request)) for function in JSON_FUNCTIONS),
    *(
        Target(f"json answer {function.path}", _answer(function), (DecodeError, FunctionError))
        for function in JSON_FUNCTIONS
    ),
    Target("activation code", lambda octets: ActivationCode.parse(octets.decode(errors="replace"))),
    Target("profile package", _package),
    Target("profile description", _description),
    Target("certificate", Certificate.decode),
    Target("revocation list", Crl.decode),
    Target("suci", _stable(Suci.decode, Suci.encode)),
    Target("suci nai", _stable(NaiSuci.decode, NaiSuci.encode)),
    Target("secured command", _secured, (DecodeError, VerificationError)),
    Target("es10 command", _command),
    Target("apdus", _apdus, ()),
    Target("card", _card, ()),
)
INDEX = {target.name: number for number, target in enumerate(TARGETS)}


def run(data: bytes) -> None:
    """Hand an input to its target: the entry of the fuzzer and of the replay."""
    if not 0 < len(data) <= MOST_OCTETS:
        return
    target = TARGETS[data[0] % len(TARGETS)]
    try:
        target.run(data[1:])
    except target.refusals:
        return

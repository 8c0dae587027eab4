"""VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN.

A counter goes down before anything is answered: whoever keeps the card writes it to disk first, so that no power cut gives an
attempt back.

Source: ETSI TS 102 221 §9.5, §11.1.9–11.1.13.
"""

from __future__ import annotations

from dataclasses import replace
from hmac import compare_digest

from openesim.kernel.ambient import Entropy
from openesim.messages.saip.secret_octets import SecretOctets
from openesim.provisioning.uicc.access import find_pin, pin_state
from openesim.provisioning.uicc.card import OK, Card, Reply
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.image import Pin, PinState, Puk
from openesim.provisioning.uicc.status_words import StatusWord, attempts_left, refused

_OCTETS = 8


def verify_pin(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Take a PIN of 8 octets; without data, tell how many attempts are left.

    Raises:
        CardError: no such PIN (6A88), wrong parameters (6A86) or length (6700), PIN disabled (6984) or blocked (6983).

    Source: ETSI TS 102 221 §11.1.9.
    """
    pin = _find(card, command)
    state = pin_state(card, pin)
    if not command.data:
        return card, b"", attempts_left(state.attempts_left)
    _require(command, _OCTETS, state, enabled=True)
    return _present(card, pin, command.data) or (_accept(card, pin, state), b"", OK)


def change_pin(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Take the old and the new value of a PIN, 8 octets each.

    Raises:
        CardError: as in ``verify_pin``; the PIN cannot be changed (6985).

    Source: ETSI TS 102 221 §11.1.10.
    """
    pin = _find(card, command)
    state = pin_state(card, pin)
    _require(command, 2 * _OCTETS, state, enabled=True)
    if not pin.is_changeable:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED)
    changed = replace(state, value=SecretOctets(command.data[_OCTETS:]))
    return _present(card, pin, command.data[:_OCTETS]) or (_accept(card, pin, changed), b"", OK)


def disable_pin(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Stop asking for a PIN, once it was given.

    Raises:
        CardError: as in ``verify_pin``; the PIN cannot be disabled (6985).

    Source: ETSI TS 102 221 §11.1.11.
    """
    return _switch(card, command, enabled=False)


def enable_pin(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Ask for a PIN again; it counts as verified until the power is gone.

    Raises:
        CardError: as in ``verify_pin``; the PIN is enabled already (6984).

    Source: ETSI TS 102 221 §11.1.12.
    """
    return _switch(card, command, enabled=True)


def unblock_pin(card: Card, command: CommandApdu, _entropy: Entropy) -> Reply:
    """Take the PUK and a new PIN, 8 octets each; without data, tell how many attempts the PUK has left.

    Raises:
        CardError: no such PIN, or one without PUK (6A88), wrong parameters (6A86) or length (6700), PUK blocked (6983).

    Source: ETSI TS 102 221 §11.1.13.
    """
    pin = _find(card, command)
    puk = None if pin.puk_reference is None else card.image.puks.get(pin.puk_reference)
    if puk is None:
        raise refused(StatusWord.REFERENCED_DATA_NOT_FOUND)
    left = card.memory.puks.get(puk.key_reference, puk.attempts_left)
    if not command.data:
        return card, b"", attempts_left(left)
    if len(command.data) != 2 * _OCTETS:
        raise refused(StatusWord.WRONG_LENGTH)
    if not left:
        raise refused(StatusWord.CODE_BLOCKED)
    if not compare_digest(command.data[:_OCTETS], puk.value):
        return _with_puk(card, puk, left - 1), b"", attempts_left(left - 1)
    state = PinState(SecretOctets(command.data[_OCTETS:]), is_enabled=True, attempts_left=0)
    return _accept(_with_puk(card, puk, puk.most_attempts), pin, state), b"", OK


def _find(card: Card, command: CommandApdu) -> Pin:
    """Return the PIN that P2 means in the current directory.

    Raises:
        CardError: P1 is not 00 (6A86), no such PIN (6A88).
    """
    if command.p1:
        raise refused(StatusWord.INCORRECT_PARAMETERS)
    pin = find_pin(card.selection.directory, command.p2)
    if pin is None:
        raise refused(StatusWord.REFERENCED_DATA_NOT_FOUND)
    return pin


def _require(command: CommandApdu, octets: int, state: PinState, *, enabled: bool) -> None:
    """Demand a length of the data and a state of the PIN.

    Raises:
        CardError: wrong length (6700), PIN blocked (6983), PIN in the other state (6984).
    """
    if len(command.data) != octets:
        raise refused(StatusWord.WRONG_LENGTH)
    if not state.attempts_left:
        raise refused(StatusWord.CODE_BLOCKED)
    if state.is_enabled is not enabled:
        raise refused(StatusWord.DATA_INVALIDATED)


def _switch(card: Card, command: CommandApdu, *, enabled: bool) -> Reply:
    """Enable or disable a PIN.

    Raises:
        CardError: as in ``disable_pin`` and ``enable_pin``.
    """
    pin = _find(card, command)
    state = pin_state(card, pin)
    _require(command, _OCTETS, state, enabled=not enabled)
    if not pin.is_disableable:
        raise refused(StatusWord.CONDITIONS_NOT_SATISFIED)
    switched = replace(state, is_enabled=enabled)
    return _present(card, pin, command.data) or (_accept(card, pin, switched), b"", OK)


def _present(card: Card, pin: Pin, value: bytes) -> Reply | None:
    """Compare a value with a PIN; the answer where it is wrong: one attempt fewer, and no longer verified."""
    state = pin_state(card, pin)
    if compare_digest(value, state.value):
        return None
    left = state.attempts_left - 1
    card = replace(
        card,
        memory=card.memory.with_pin(pin.key, replace(state, attempts_left=left)),
        verified=card.verified - {pin.key},
    )
    return card, b"", attempts_left(left)


def _accept(card: Card, pin: Pin, state: PinState) -> Card:
    """Return the card with a PIN verified, in its new state, all attempts back."""
    state = replace(state, attempts_left=pin.most_attempts)
    verified = card.verified | {pin.key}
    if state == pin_state(card, pin):
        return replace(card, verified=verified)
    return replace(card, memory=card.memory.with_pin(pin.key, state), verified=verified)


def _with_puk(card: Card, puk: Puk, left: int) -> Card:
    """Return the card with another counter of a PUK."""
    if left == card.memory.puks.get(puk.key_reference, puk.attempts_left):
        return card
    return replace(card, memory=card.memory.with_puk(puk.key_reference, left))

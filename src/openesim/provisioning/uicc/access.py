"""Who may do what: access rules and the PINs they name.

Global PINs (key references 01 to 08, administrative ones 0A to 0E) count on the whole card, local ones (81 to 8E) in the
directory they were made for and below it. A PIN that is disabled counts as verified; one that a rule names and nobody made
never does.

Source: ETSI TS 102 221 §9.2, §9.4, §9.5.
"""

from __future__ import annotations

from openesim.provisioning.uicc.card import Card
from openesim.provisioning.uicc.image import (
    ACTIVATED,
    Directory,
    ElementaryFile,
    Operation,
    Pin,
    PinState,
)
from openesim.provisioning.uicc.status_words import StatusWord, refused


def find_pin(directory: Directory, key_reference: int) -> Pin | None:
    """Return the PIN that a key reference means in a directory: its own, else that of the nearest one above."""
    at: Directory | None = directory
    while at is not None:
        pin = at.pins.get(key_reference)
        if pin is not None:
            return pin
        at = at.parent
    return None


def pin_state(card: Card, pin: Pin) -> PinState:
    """Return the state of a PIN as it is now."""
    return card.memory.pins.get(pin.key, pin.initial)


def is_satisfied(card: Card, directory: Directory, key_reference: int) -> bool:
    """Tell whether a PIN was given or need not be."""
    pin = find_pin(directory, key_reference)
    return pin is not None and (pin.key in card.verified or not pin_state(card, pin).is_enabled)


def is_granted(card: Card, file: Directory | ElementaryFile, operation: Operation) -> bool:
    """Tell whether an operation on a file is allowed now.

    Source: ETSI TS 102 221 §9.2.
    """
    directory = file if isinstance(file, Directory) else file.parent
    return any(
        all(is_satisfied(card, directory, reference) for reference in way)
        for way in file.access.get(operation, ())
    )


def require_granted(card: Card, file: Directory | ElementaryFile, operation: Operation) -> None:
    """Demand that an operation on a file is allowed now.

    Raises:
        CardError: it is not (6982).
    """
    if not is_granted(card, file, operation):
        raise refused(StatusWord.SECURITY_NOT_SATISFIED)


def require_usable(card: Card, file: ElementaryFile) -> None:
    """Demand that an EF is activated, or usable without.

    Raises:
        CardError: it is deactivated (6984).

    Source: ETSI TS 102 221 §11.1.14 (special file information); ETSI TS 102 222 §6.3.2.2.7.
    """
    if card.life_cycle(file) & ACTIVATED != ACTIVATED and not file.is_usable_when_deactivated:
        raise refused(StatusWord.DATA_INVALIDATED)

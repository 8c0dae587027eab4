"""What file commands have in common: which EF is meant, and how much is told.

Source: ETSI TS 102 221 §11.1.3–11.1.8, §8.4.1 (short file identifiers).
"""

from __future__ import annotations

from openesim.messages.saip.templates import FileType
from openesim.provisioning.uicc.access import require_granted, require_usable
from openesim.provisioning.uicc.card import Card, Selection
from openesim.provisioning.uicc.image import ElementaryFile, Operation
from openesim.provisioning.uicc.status_words import StatusWord, refused, wrong_length

MOST_OCTETS = 256
"""Longest response data of a command of short length."""


def select_by_sfi(card: Card, sfi: int) -> Card:
    """Return the card with the EF of a short file identifier in the current directory selected; 0 = the current EF.

    Raises:
        CardError: no such EF (6A82), or none selected (6986).
    """
    if sfi:
        file = card.selection.directory.by_sfi.get(sfi)
        if file is None:
            raise refused(StatusWord.FILE_NOT_FOUND)
        return card.selecting(Selection(file.parent, card.selection.application, file))
    if card.selection.file is None:
        raise refused(StatusWord.NO_FILE_SELECTED)
    return card


def current_file(card: Card, operation: Operation, *structures: FileType) -> ElementaryFile:
    """Return the current EF if an operation on it is possible and allowed.

    Args:
        card: the card, an EF selected.
        operation: what is to be done.
        structures: the structures that it can be done to.

    Raises:
        CardError: wrong structure (6981), not allowed (6982), deactivated (6984), no EF selected (6986).
    """
    file = card.selection.file
    if file is None:
        raise refused(StatusWord.NO_FILE_SELECTED)
    if file.file_type not in structures:
        raise refused(StatusWord.WRONG_FILE_STRUCTURE)
    require_granted(card, file, operation)
    require_usable(card, file)
    return file


def require_length(expected: int | None, available: int, *, whole: bool) -> int:
    """Return how many octets are told.

    Args:
        expected: Le, None where it is absent.
        available: octets there are.
        whole: whether less than all of them must not be asked for.

    Raises:
        CardError: another length can be had (6CXX).
    """
    most = min(available, MOST_OCTETS)
    wanted = expected or MOST_OCTETS
    if wanted >= MOST_OCTETS:
        return most
    if wanted > most or (whole and wanted < most):
        raise wrong_length(most)
    return wanted

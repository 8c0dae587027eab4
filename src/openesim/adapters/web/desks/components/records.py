"""What is kept as proof: files of evidence, changes of rules, entries of the ledger; and the card with an activation code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from markupsafe import Markup

from openesim.adapters.web.qr import draw

_PATH: Final = re.compile(r'<path[^>]*\bd="([^"]+)"')
_SIZE: Final = re.compile(r'<svg[^>]*\bwidth="(\d+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file that was handed in.

    Attributes:
        name: as its sender calls it.
        size: octets.
        media_type: of what kind it is said to be.
        digest: SHA-256, hexadecimal.
        added_at: when it came, aware UTC.
        added_by: from whom.
        address: where it is fetched; empty: it is kept as a digest only.
        holds: whether the file still has the digest; None: not looked at.
    """

    component: ClassVar[str] = "evidence"

    name: str
    size: int
    media_type: str
    digest: str
    added_at: datetime
    added_by: str
    address: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change between two versions.

    Attributes:
        place: what changes, such as ``service.phone.profiles_per_device``.
        before: as it was; None: it is new.
        after: as it will be; None: it goes.
        told: the change in a sentence; empty: it speaks for itself.
    """

    place: str
    before: str | None
    after: str | None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two versions.

    Attributes:
        caption: of which.
        before_head: head of the column of the older one.
        after_head: head of the column of the newer one.
        changes: in order.
    """

    component: ClassVar[str] = "changes"

    caption: str
    before_head: str
    after_head: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """An entry of the ledger, in its place.

    Attributes:
        title: what it tells, in a sentence.
        at: when, aware UTC.
        actor: who did it.
        facts: what it tells, as pairs of name and text.
        digest: of the entry, hexadecimal.
        position: its place in the chain; None: not sealed yet.
        head: of the chain there, hexadecimal; empty: not sealed yet.
        holds: whether the chain holds there; None: not looked at.
    """

    component: ClassVar[str] = "ledger_entry"

    title: str
    at: datetime
    actor: str
    facts: Sequence[tuple[str, str]]
    digest: str
    position: int | None = None
    head: str = ""
    holds: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCard:
    """A QR code with everything one has to know before one scans it.

    Attributes:
        text: what the code holds.
        title: what it is.
        told: what happens when it is scanned.
        bound_to: EID of the only chip it works on; empty: any.
        expires_at: until when; None: no end.
        links: ways to install without a camera, as pairs of words and address.
    """

    component: ClassVar[str] = "qr_card"

    text: str
    title: str
    told: str
    bound_to: str = ""
    expires_at: datetime | None = None
    links: Sequence[tuple[str, str]] = ()

    @property
    def drawing(self) -> Markup:
        """The code as SVG, in the page's own colours so that it can be scanned in any theme."""
        return qr_svg(self.text)


def qr_svg(text: str) -> Markup:
    """Return a QR code as SVG without any style in line: dark on light, whatever the theme."""
    picture = draw(text, "svg", 1).decode()
    path, size = _PATH.search(picture), _SIZE.search(picture)
    assert path is not None  # noqa: S101 (segno draws one path)
    assert size is not None  # noqa: S101 (and says how large)
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" aria-hidden="true"><rect width="{0}" height="{0}"/>'
        '<path d="{1}"/></svg>'
    ).format(size[1], path[1])

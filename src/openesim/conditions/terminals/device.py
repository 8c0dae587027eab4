"""A device as it shows itself: what a chip proved, and what the phone around it tells."""

from __future__ import annotations

from dataclasses import dataclass

from openesim.kernel.records import with_quick_init


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Chip and phone, as far as they are known.

    Attributes:
        eid: of the chip, 32 digits; empty: not known yet.
        imei: of the phone, 15 digits; None: not told.
        tac: type of the phone, 8 digits; None: not told.
        eum_key_id: key identifier of the chip maker's certificate, 20 octets; empty: not known.
        firmware: version of the chip's software, 3 octets; empty: not known.
    """

    eid: str
    imei: str | None = None
    tac: str | None = None
    eum_key_id: bytes = b""
    firmware: bytes = b""

    @property
    def type_code(self) -> str | None:
        """Its type: what it told, or what its IMEI begins with; None: not known."""
        if self.tac is not None:
            return self.tac
        return None if self.imei is None else self.imei[:8]

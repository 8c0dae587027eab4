"""How often things happen in a world: believable shares, no country's figures."""

from __future__ import annotations

from typing import Final

# --- who comes, with what ---
RETURNS: Final = 0.20
"""A customer who was here before."""
COLLECTS: Final = 0.025
"""One of the few who want ever more lines."""
SAME_DEVICE: Final = 0.45
FOREIGN_MODEL: Final = 0.012
WAITING_MODEL: Final = 0.010
UNKNOWN_MODEL: Final = 0.006
UNKNOWN_CHIP: Final = 0.004
WITH_AGENT: Final = 0.03
TELLS_CONTACT: Final = 0.4

# --- at the counter ---
LEAVES: Final = 0.02
"""The case is opened, and nobody comes back."""
GIVES_UP: Final = 0.01
FACE_DIFFERS: Final = 0.010
ELSEWHERE: Final = 0.013
"""At a counter of another region than the number's."""
TOO_EARLY: Final = 0.012
"""The order is made before anybody was verified."""
TOO_LATE: Final = 0.010
"""The order is made days after the visit."""
LOOKED_AT: Final = 0.008
WATCHED: Final = 0.014
WATCHED_FOR_GOOD: Final = 0.10

# --- on the way to the chip ---
NEVER_COMES: Final = 0.035
WRONG_CODE: Final = 0.05
GIVES_CODE_UP: Final = 0.08
"""Of those who typed a wrong code: enter two more wrong ones."""
FAILS: Final = 0.022
SILENT: Final = 0.012
"""The package was handed out, and no result came."""
SWITCH_LOST: Final = 0.008
"""The network was not told of an installation or a deletion: somebody has to reconcile."""
STAYS_OFF: Final = 0.03
"""Installed, and not enabled."""
TRIES_AGAIN: Final = 0.8
"""Of those whose installation failed for now."""
DELETES: Final = 0.02
ISSUED_AGAIN: Final = 0.5
"""Of orders whose installation failed for good."""
TAKEN_BACK: Final = 0.4
"""Of orders that nobody came for."""

# --- afterwards ---
FREEZES: Final = 0.002
DISPUTES: Final = 0.001
FLAGGED: Final = 0.003
"""A sign of fraud: the person has to verify again."""

LEAST_OF_TODAY: Final = 0.35
"""Share of a day's visits that today has at least, however early it is."""
BY_HOUR: Final = (0, 0, 0, 0, 0, 0, 0, 1, 4, 9, 12, 11, 8, 9, 10, 11, 11, 10, 9, 8, 6, 3, 1, 0)
"""How many come in each hour of the day."""
BY_WEEKDAY: Final = (1.0, 0.95, 0.95, 1.0, 1.1, 1.35, 1.25)
"""Monday first."""

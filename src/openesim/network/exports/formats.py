"""All export formats by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openesim.network.exports.format import ExportFormat
from openesim.network.exports.free5gc import FREE5GC
from openesim.network.exports.open5gs import OPEN5GS
from openesim.network.exports.osmo_hlr import OSMO_HLR
from openesim.network.exports.pyhss import PYHSS

FORMATS: Final[Mapping[str, ExportFormat]] = {each.name: each for each in (OPEN5GS, OSMO_HLR, FREE5GC, PYHSS)}

"""Memory of the server over many downloads."""

from __future__ import annotations

from benchmarks.figures import Figure, at_most, growth
from benchmarks.speed import open_rig
from benchmarks.stage import Stage

SIZE_BAR_MB, GROWTH_BAR_PERCENT = 150.0, 2.0
_CHUNK = 100


def measure_memory(stage: Stage, downloads: int) -> list[Figure]:
    """Measure how much memory the server holds half way and at the end; both processors may work."""
    data = stage.fill("memory", downloads + 2 * _CHUNK)
    with open_rig(stage, data, None) as rig:
        resident = []
        for done in range(_CHUNK, downloads + 1, _CHUNK):
            rig.download(_CHUNK)
            if done in (downloads // 2, downloads):
                resident.append(rig.server.resident_octets())
        half, end = resident
    return [
        at_most(f"memory.rss_after_{downloads}_downloads", end / 1e6, "MB", SIZE_BAR_MB),
        at_most(f"memory.growth_in_the_second_{downloads // 2}", growth(half, end), "%", GROWTH_BAR_PERCENT),
    ]

"""Text on its ground has a contrast of 4.5:1 at least, in light and dark; marks that tell something have 3:1.

Source: WCAG 2.2 §1.4.3, §1.4.11.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openesim.adapters.web.desks import assets

CSS = (Path(assets.__file__).parent / "static" / "desk.css").read_text(encoding="utf-8")
TONES = ("good", "wait", "bad", "info", "idle")
TEXTS = [
    *[(text, ground) for text in ("ink", "muted", "accent") for ground in ("page", "card", "sunk")],
    *[(tone, f"{tone}-soft") for tone in TONES],
    *[("ink", f"{tone}-soft") for tone in TONES],
    *[
        ("bad", "card"),
        ("good", "card"),
        ("on-accent", "accent"),
        ("accent-strong", "accent-soft"),
        ("card", "bad"),
    ],
    *[("on-accent", "accent-strong"), ("page", "ink")],
]
MARKS = [
    *[(f"series-{number}", "card") for number in range(1, 6)],
    *[(f"edge-{desk}", "card") for desk in ("regulator", "operator", "vendor", "subscriber")],
    *[("line-strong", "card"), ("line-strong", "page"), ("focus", "card"), ("focus", "page")],
]


def themes() -> dict[str, dict[str, str]]:
    """Returns the colours by name, of each theme."""
    blocks = re.findall(r"(:root[^{]*)\{([^}]*)\}", CSS)
    colours = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", body)) for _, body in blocks if "--ink: #" in body
    ]
    light, by_system, chosen = (one for one in colours if len(one) > 20)
    assert by_system == chosen, "dark is the same whether the system or the reader chooses it"
    return {"light": light, "dark": {**light, **chosen}}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read(theme: str, text: str, ground: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_can_be_seen(theme: str, mark: str, ground: str) -> None:
    colours = themes()[theme]
    assert contrast(colours[mark], colours[ground]) >= 3

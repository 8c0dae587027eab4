"""The options that stand before the command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

LanguageCode = Literal["en", "zh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneOptions:
    """The options that stand before the command.

    Attributes:
        card: path of a software card, ``pcsc:NAME`` or ``at:DEVICE``.
        resolve: each ``NAME=HOST:PORT``.
        trust: files or folders with certificates.
        aids: names of the ISD-R to try instead of the usual ones, hex.
    """

    card: str | None = None
    resolve: tuple[str, ...] = ()
    trust: tuple[Path, ...] = ()
    is_insecure: bool = False
    is_plain_http: bool = False
    speaks_asn1: bool = False
    aids: tuple[str, ...] = ()
    block_size: int = 255
    imei: str | None = None
    language: LanguageCode = "en"
    is_json: bool = False

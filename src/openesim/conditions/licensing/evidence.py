"""Files that stand behind answers: what may be one, told by its content, and what it may be called.

Files come from strangers and go to inspectors. Few kinds are taken, each known by its first and last octets; what is
attached behind the end of a picture (an archive, a program) makes it none. Nothing is ever unpacked or shown by us: a file
is handed out as an attachment with the type that it was recognised as. A name is taken as it is or refused; it is never
mended, because nobody would know what became of it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final

from openesim.conditions.licensing.texts import Fact
from openesim.conditions.licensing.wording import refused
from openesim.kernel.errors import DecodeError

MOST_OCTETS: Final = 8 * 1024 * 1024
"""The longest file."""

MOST_FILES: Final = 100
"""Files of one application."""

MOST_NAME_CHARACTERS: Final = 100
MOST_NAME_OCTETS: Final = 200
"""A name in UTF-8; file systems end at 255."""

MOST_PIXELS: Final = 64_000_000
"""Of a PNG: a few kilobytes can claim to be a picture that no machine has the memory for."""


class MediaType(StrEnum):
    """Kinds of files that are taken."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TEXT = "text/plain"


SUFFIXES: Final[dict[MediaType, tuple[str, ...]]] = {
    MediaType.PDF: (".pdf",),
    MediaType.PNG: (".png",),
    MediaType.JPEG: (".jpg", ".jpeg"),
    MediaType.TEXT: (".txt",),
}
"""How the name of a file of a kind has to end."""

_PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
_PNG_END: Final = b"\0\0\0\0IEND\xae\x42\x60\x82"
_PDF_END: Final = b"%%EOF"
_PDF_TAIL_OCTETS: Final = 1024

_FOREIGN: Final = (
    (b"PK\x03\x04", "a zip archive or an office document", "压缩包或 Office 文档"),
    (b"PK\x05\x06", "a zip archive", "压缩包"),
    (b"\x1f\x8b", "a gzip archive", "压缩包"),
    (b"BZh", "a bzip2 archive", "压缩包"),
    (b"\xfd7zXZ\0", "an xz archive", "压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "压缩包"),
    (b"Rar!", "a rar archive", "压缩包"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "压缩包"),
    (b"MZ", "a program", "可执行程序"),
    (b"\x7fELF", "a program", "可执行程序"),
    (b"\xca\xfe\xba\xbe", "a program", "可执行程序"),
    (b"\xcf\xfa\xed\xfe", "a program", "可执行程序"),
    (b"#!", "a script", "脚本"),
    (b"\xd0\xcf\x11\xe0", "an old office document", "旧版 Office 文档"),
    (b"GIF8", "a GIF picture", "GIF 图片"),
)
"""What people attach by mistake, and others on purpose: told by name, so that the message helps."""

_MARKUP: Final = ("<!doctype", "<html", "<script", "<svg", "<?xml", "<?php")

_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
"""Characters of paths, patterns and markup."""

_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
"""Names that are devices on the inspectors' machines."""


def recognise(octets: bytes) -> MediaType:
    """Return what a file is, by its content.

    Raises:
        DecodeError: empty, too long, or of a kind that is not taken.
    """
    if not octets:
        raise _refused("file-empty")
    if len(octets) > MOST_OCTETS:
        raise _refused("file-too-long", most=MOST_OCTETS // (1024 * 1024))
    for head, english, chinese in _FOREIGN:
        if octets.startswith(head):
            raise _refused("file-foreign", kind=(english, chinese))
    if octets.startswith(b"%PDF-"):
        return _verified_pdf(octets)
    if octets.startswith(_PNG_HEAD):
        return _verified_png(octets)
    if octets.startswith(b"\xff\xd8\xff"):
        if not octets.endswith(b"\xff\xd9"):
            raise _refused("file-broken", kind=("JPEG picture", "JPEG 图片"))
        return MediaType.JPEG
    return _verified_text(octets)


def _verified_pdf(octets: bytes) -> MediaType:
    if _PDF_END not in octets[-_PDF_TAIL_OCTETS:]:
        raise _refused("file-broken", kind=("PDF", "PDF"))
    return MediaType.PDF


def _verified_png(octets: bytes) -> MediaType:
    if not octets.endswith(_PNG_END):
        raise _refused("file-broken", kind=("PNG picture", "PNG 图片"))
    width, height = (int.from_bytes(octets[at : at + 4], "big") for at in (16, 20))
    if width * height > MOST_PIXELS:
        raise _refused("file-too-many-pixels", most=MOST_PIXELS // 1_000_000)
    return MediaType.PNG


def _verified_text(octets: bytes) -> MediaType:
    """Take text in UTF-8 without control characters; pages and scripts are none."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        raise _refused("file-unknown") from None
    if text.lstrip("\ufeff \t\r\n").lower().startswith(_MARKUP):
        raise _refused("file-foreign", kind=("a page or picture with script", "网页或脚本"))
    if any(unicodedata.category(character) == "Cc" for character in set(text) - set("\n\r\t")):
        raise _refused("file-unknown")
    return MediaType.TEXT


def _is_hidden(character: str) -> bool:
    """Tell whether nobody sees a character: controls, bidi marks, joiners, half surrogates, what is not assigned."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _plain_space(character: str) -> str:
    """Return a plain space for a space of any width: what a screen prints between time and PM, for one, is another."""
    return " " if unicodedata.category(character) == "Zs" else character


def verify_name(name: str, media_type: MediaType) -> str:
    """Return the name of a file, found harmless.

    Args:
        name: as it came.
        media_type: what the file was recognised as.

    Returns:
        The same name, composed (NFC) and with plain spaces: no reader sees a difference.

    Raises:
        DecodeError: too long, a path, hidden or forbidden characters, or another ending than the content's.
    """
    composed = "".join(map(_plain_space, unicodedata.normalize("NFC", name)))
    for place, character in enumerate(composed[: MOST_NAME_CHARACTERS + 1], start=1):
        if _is_hidden(character):
            raise _refused("name-hidden", place=place, code=f"U+{ord(character):04X}")
        if character in _FORBIDDEN:
            raise _refused("name-character", place=place, code=f"U+{ord(character):04X}")
    if len(composed) > MOST_NAME_CHARACTERS or len(composed.encode()) > MOST_NAME_OCTETS:
        raise _refused("name-too-long", most=MOST_NAME_CHARACTERS)
    stem, _, _ = composed.partition(".")
    if not composed[:1].isalnum() or ".." in composed or stem.strip().lower() in _DEVICES:
        raise _refused("name-beginning")
    if not composed.lower().endswith(SUFFIXES[media_type]):
        raise _refused("name-ending", endings=", ".join(SUFFIXES[media_type]), kind=media_type.value)
    return composed


def _refused(cause: str, **facts: Fact) -> DecodeError:
    return refused(cause, "file", **facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was looked at and may be attached.

    Attributes:
        name: found harmless.
        media_type: what it was recognised as.
        digest: SHA-256, 32 octets.
        octets: what is in it.
    """

    name: str = field(repr=False)
    media_type: MediaType
    digest: bytes
    octets: bytes = field(repr=False)


def read_upload(name: str, octets: bytes) -> Upload:
    """Return a file that may be attached.

    Args:
        name: as it came.
        octets: what is in it.

    Raises:
        DecodeError: its content or its name is refused.
    """
    media_type = recognise(octets)
    return Upload(
        name=verify_name(name, media_type),
        media_type=media_type,
        digest=sha256(octets).digest(),
        octets=octets,
    )

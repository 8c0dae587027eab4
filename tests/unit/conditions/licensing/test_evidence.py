"""Files from strangers: few kinds, told by their content; names are taken as they are, or refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openesim.conditions.licensing import evidence
from openesim.conditions.licensing.evidence import MediaType, read_upload, recognise, verify_name
from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.explained.entries import Explained
from tests.support.licences import JPEG, PDF, PNG


def bomb() -> bytes:
    """Returns a zip archive of a few hundred octets that unpacks to ten megabytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(10_000_000))
    return file.getvalue()


def code_of(name: str | bytes, octets: bytes = PDF) -> str:
    """Returns the code that an upload is refused with."""
    with pytest.raises(DecodeError) as caught:
        read_upload(name if isinstance(name, str) else name.decode(), octets)
    told = caught.value.explanation
    assert isinstance(told, Explained)
    assert caught.value.path == ("file",)
    return told.code.removeprefix("licence:")


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (PDF, MediaType.PDF),
        (PNG, MediaType.PNG),
        (JPEG, MediaType.JPEG),
        (b"plain text\r\n\twith lines", MediaType.TEXT),
        ("纯文本".encode(), MediaType.TEXT),
        (b"\xef\xbb\xbfwith a mark", MediaType.TEXT),
    ],
)
def test_what_is_taken_is_recognised_by_its_content(octets: bytes, kind: MediaType) -> None:
    assert recognise(octets) is kind


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "file-empty"),
        (bytes(8 * 1024 * 1024 + 1), "file-too-long"),
        (bomb(), "file-foreign"),
        (gzip.compress(bytes(1000), mtime=0), "file-foreign"),
        (b"MZ\x90\0", "file-foreign"),
        (Path("/bin/sh").read_bytes()[:4096], "file-foreign"),
        (b"#!/bin/sh\nrm -rf /", "file-foreign"),
        (b"<html><script>alert(1)</script>", "file-foreign"),
        (b" \n<SVG onload=alert(1)>", "file-foreign"),
        (b"\xef\xbb\xbf<?php", "file-foreign"),
        (b"GIF89a", "file-foreign"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file-foreign"),
        (b"\xff\xfeU\0T\0F\0", "file-unknown"),
        (b"text with \x00 in it", "file-unknown"),
        (b"text with \x1b[31m in it", "file-unknown"),
        (PDF + bomb() + bytes(2000), "file-broken"),
        (PNG + bomb(), "file-broken"),
        (JPEG + bomb(), "file-broken"),
        (PNG[:-1], "file-broken"),
        (PDF[:9], "file-broken"),
        (PNG.replace(b"\0\0\0\1\0\0\0\1", b"\0\1\0\0\0\1\0\0", 1), "file-too-many-pixels"),
    ],
)
def test_a_hostile_file_is_refused_with_a_message_that_helps(octets: bytes, code: str) -> None:
    assert code_of("name.pdf", octets) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../../etc/passwd.pdf", "name-character"),
        ("..\\windows.pdf", "name-character"),
        ("/etc/passwd.pdf", "name-character"),
        ("C:evil.pdf", "name-character"),
        ('"><script>alert(1)</script>.pdf', "name-character"),
        ("a\0.pdf", "name-hidden"),
        ("a\r\nSet-Cookie: x.pdf", "name-hidden"),
        ("fdp.\u202efdp.exe.pdf", "name-hidden"),
        ("a\u200b.pdf", "name-hidden"),
        ("a\ud800.pdf", "name-hidden"),
        ("a\ue000.pdf", "name-hidden"),
        ("x" * 97 + ".pdf", "name-too-long"),
        ("长" * 70 + ".pdf", "name-too-long"),
        (".hidden.pdf", "name-beginning"),
        ("-rf.pdf", "name-beginning"),
        ("=cmd.pdf", "name-beginning"),
        ("a..pdf", "name-beginning"),
        ("NUL.pdf", "name-beginning"),
        ("com1.x.pdf", "name-beginning"),
        ("", "name-beginning"),
        ("pdf", "name-ending"),
        ("report.pdf.exe", "name-ending"),
        ("report.png", "name-ending"),
        ("report.pdf ", "name-ending"),
    ],
)
def test_a_hostile_name_is_refused(name: str, code: str) -> None:
    assert code_of(name) == code


@pytest.mark.parametrize(
    "name", ["a.pdf", "Größe & Maß (2).PDF", "密码机 证书.pdf", "50% of it, draft_3.pdf"]
)
def test_a_name_that_people_give_is_taken_as_it_is(name: str) -> None:
    assert verify_name(name, MediaType.PDF) == name


def test_a_name_is_composed() -> None:
    assert verify_name("Gro\u0308\u00dfe.pdf", MediaType.PDF) == "Gr\u00f6\u00dfe.pdf"


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u3000"])
def test_a_space_of_any_width_becomes_a_plain_one(space: str) -> None:
    assert verify_name(f"3.15.22{space}PM.pdf", MediaType.PDF) == "3.15.22 PM.pdf"


def test_no_message_repeats_a_hostile_name() -> None:
    with pytest.raises(DecodeError) as caught:
        read_upload("planted\u202e.pdf", PDF)
    assert "planted" not in f"{caught.value}{caught.value.explanation}"


def test_an_upload_shows_neither_name_nor_content() -> None:
    upload = read_upload("planted.pdf", PDF)
    assert upload.digest == sha256(PDF).digest()
    assert "planted" not in repr(upload)
    assert "%PDF" not in repr(upload)


@given(st.text(), st.sampled_from(list(MediaType)))
@example("a/b.pdf", MediaType.PDF)
@example("0\xa0", MediaType.PDF)
def test_whatever_name_is_taken_names_a_file_in_its_folder_and_nothing_else(
    name: str, kind: MediaType
) -> None:
    try:
        taken = verify_name(name + evidence.SUFFIXES[kind][0], kind)
    except DecodeError:
        return
    assert Path(taken).name == taken
    assert taken.isprintable()
    assert (Path("folder") / taken).resolve().parent == Path("folder").resolve()


@given(st.binary(max_size=200), st.sampled_from([b"", PDF, PNG, JPEG, b"PK\x03\x04", b"%PDF-"]))
def test_any_octets_are_recognised_or_refused(tail: bytes, head: bytes) -> None:
    with suppress(DecodeError):
        assert recognise(head + tail) in set(MediaType)

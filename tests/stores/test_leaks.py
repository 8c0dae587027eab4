"""A copy of the database and the disk tells nobody who was verified: not by name, document, address or contact; nor do logs.

The same for whoever has the database without its key, whichever of the two it is on.
"""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from structlog.testing import capture_logs

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from openesim.conditions.identity.case import Field
from openesim.conditions.rules.words import Channel, DocumentKind, Group
from openesim.kernel.errors import OpenEsimError
from openesim.services.conditions.persons.cases import ask_more, evidence_of, revoke
from openesim.services.conditions.persons.personal_data import look, masked_fields, tell_verifier
from openesim.services.conditions.persons.persons import dispute, freeze, person_with
from openesim.services.conditions.persons.retention import sweep
from openesim.services.conditions.persons.verifying import agree, present, verify_at_counter
from tests.support.database import WRAPPING, new_database
from tests.support.people import (
    ACT,
    ADDRESS,
    APPLICATION,
    CHILD,
    CHINA,
    CLERK,
    COMPANION,
    CONTACT,
    FORM,
    GROWN,
    NAME,
    NOW,
    NUMBER,
    PAPERS,
    SECOND,
    SHOWN,
    TEST,
    begin,
    do,
    form,
    passport,
    resident,
)

PICTURE = b"\x89PNG\r\n\x1a\n" + b"planted picture of a document" * 9
CODE = "planted-code-73914682"
GUARDIAN, MAIL = "诸葛不亮", "planted.mailbox@example.com"
PASSPORT_NUMBER, PASSPORT_NAME = "XK7730915", "Planted Wanderer"
IP = "203.0.113.77"
PLANTED = (
    *(NAME, NUMBER, ADDRESS, CONTACT, CONTACT[3:], CHILD, GROWN, COMPANION.name, GUARDIAN, MAIL, CODE, IP),
    *(PASSPORT_NUMBER, PASSPORT_NAME, "1990-03-07", "19900307"),
)


def forms_of(text: str) -> Iterator[bytes]:
    """Yields how a text might stand somewhere: in other encodings, as digits, escaped, turned round, in base64."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030"):
        octets = text.encode(encoding)
        yield octets
        yield octets.hex().encode()
        yield octets.hex().upper().encode()
        for offset in range(3):
            encoded = base64.b64encode(bytes(offset) + octets)
            yield encoded[4 if offset else 0 : len(encoded) // 4 * 4 - 4]
    yield text[::-1].encode()
    if text.isascii():
        yield text.casefold().encode()
        yield " ".join(text).encode()
    else:
        yield quote(text).encode()
        yield json.dumps(text).strip('"').encode()
        yield json.dumps(text).strip('"').upper().replace("\\U", "\\u").encode()


def leaks(octets: bytes) -> list[str]:
    """Returns what of the planted can be found, and how it stands there."""
    found = [text for text in PLANTED for each in forms_of(text) if len(each) > 5 and each in octets]
    return [*found, *(["picture"] if PICTURE[20:60] in octets else [])]


def test_the_search_finds_what_is_planted() -> None:
    """A test that finds nothing has to be able to find something."""
    for text in PLANTED:
        for each in forms_of(text):
            assert len(each) <= 5 or text in leaks(b"before" + each + b"behind")


def live(work: Any) -> None:
    """Does everything that touches personal data, right and wrong."""
    case = begin(work, replace(APPLICATION, channel=Channel.COUNTER, address=IP))
    wrong = form(number=NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"), contact="x" + CONTACT)
    for what in (wrong, form(agent=replace(COMPANION, number=NUMBER)), replace(FORM, face_matched=False)):
        with suppress(OpenEsimError):
            do(work, verify_at_counter, case.case_id, what, CHINA, ACT, SHOWN)
    whole = form(agent=COMPANION, brought=frozenset({"written-authority"}), image=PICTURE)
    case = do(work, verify_at_counter, case.case_id, whole, CHINA, ACT, replace(SHOWN, four_eyes=True))
    case = do(work, agree, case.case_id, CHINA, SECOND)
    assert case.evidence is not None
    child = begin(work)
    papers = form(number=CHILD, contact=MAIL, guardian=replace(COMPANION, name=GUARDIAN))
    do(work, verify_at_counter, child.case_id, papers, CHINA, ACT, SHOWN)
    stranger = begin(work)
    zone = passport(number=PASSPORT_NUMBER)
    away = {"group": Group.FOREIGN, "document": DocumentKind.PASSPORT, "number": zone, "name": PASSPORT_NAME}
    do(work, verify_at_counter, stranger.case_id, form(**away), CHINA, ACT, SHOWN)
    pictured = begin(work)
    own = {"document": DocumentKind.NATIONAL_ID, "number": NUMBER, "born": "1990-03-07", "image": PICTURE}
    do(work, verify_at_counter, pictured.case_id, form(**own), TEST, ACT, SHOWN)
    do(work, lambda stores: stores.put_code(case.case_id, 1, CODE, NOW))
    look_at(work, case)
    do(work, freeze, case.person, ACT)
    do(work, ask_more, child.case_id, ["liveness"], ACT)
    do(work, dispute, case.case_id, case.person, ACT)
    do(work, revoke, stranger.case_id, "wrongly-verified", ACT)
    do(work, sweep, NOW)


def look_at(work: Any, case: Any) -> None:
    """Looks at everything, with good reasons and with bad ones."""
    reason = "the customer asks what is on file"
    assert do(work, look, case.case_id, Field.NAME, CLERK, reason, NOW) == NAME
    for bad in (f"is it {NAME} who asks here", f"is {NUMBER} right", f"call {CONTACT} about it", "x"):
        with pytest.raises(OpenEsimError) as caught:
            do(work, look, case.case_id, Field.NAME, CLERK, bad, NOW)
        assert leaks(str(caught.value).encode()) == []
    do(work, masked_fields, case.case_id)
    do(work, tell_verifier, case.case_id, list(Field), "authority:town", NOW)
    do(work, person_with, DocumentKind.RESIDENT_ID, NUMBER, NOW.date(), country="CN")
    do(work, evidence_of, case.evidence)
    for document in (resident()[:-1] + "!", NUMBER + "1"):
        with suppress(OpenEsimError):
            do(work, present, case.case_id, replace(PAPERS, number=document), CHINA, ACT)


@pytest.fixture
def _overheard(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Hears everything that is logged, by us and by drivers."""
    caplog.set_level(logging.DEBUG)
    with capture_logs() as entries:
        yield
    assert leaks(repr([*entries, *caplog.messages]).encode()) == []


@pytest.mark.usefixtures("_overheard")
def test_a_copy_of_a_sqlite_file_and_its_log_leads_to_nobody(template: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    work = SqliteWork(new_database(template, folder), WRAPPING)
    live(work)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name.rpartition("-")[2] for name in files} == {"openesim.db", "wal", "shm"}
    assert {name: leaks(octets) for name, octets in files.items()} == {name: [] for name in files}
    work.settle()
    work.close()
    assert leaks(b"".join(path.read_bytes() for path in folder.iterdir())) == []


@pytest.mark.usefixtures("_overheard")
def test_a_dump_of_postgresql_leads_to_nobody(cluster: Any) -> None:
    address, since = cluster.new_database(), time.time()
    work = PostgresWork(address, WRAPPING)
    live(work)
    work.close()
    files = cluster.files_of(address, since)
    assert b"case-present" in files
    assert leaks(files) == []
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        dump = b""
        for (table,) in tables:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as rows:
                dump += b"".join(bytes(each) for each in rows)
    assert b"resident-id".hex().encode() in dump
    assert leaks(dump) == []


def test_what_goes_is_gone_from_the_file(template: Path, tmp_path: Path) -> None:
    """Even for whoever has the key: the sealed octets are overwritten."""
    path = new_database(template, tmp_path)
    work = SqliteWork(path, WRAPPING)
    case = begin(work)
    do(work, verify_at_counter, case.case_id, FORM, CHINA, ACT, SHOWN)
    sealed = do(
        work,
        lambda stores: stores._one("case_field", lambda row: bytes(row[0]), place=f"{case.case_id}/name"),
    )
    work.settle()
    assert sealed in path.read_bytes()
    work.overwrite_what_goes()
    assert do(work, lambda stores: stores.remove_fields(case.case_id)) == 5
    work.settle()
    work.close()
    assert sealed not in path.read_bytes()

"""Hostile JSON at every function: a 4xx or a status, never a 5xx, never an answer that cannot be read.

Every member of every request is replaced by everything that somebody may write in its place, one after the other, on
each kind of stores: what one database keeps another refuses, a NUL above all. Besides, documents and octets of no form.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.db.postgres import PostgresWork
from openesim.adapters.http_server.exchange import Application
from openesim.provisioning.smdp.orders import OrderState
from tests.support.database import WRAPPING, Cluster, make_template, new_database
from tests.support.discovery import SmdsRig
from tests.support.fixtures import cluster, logs, runner
from tests.support.lpa import ES9, JSON, Reply, b64
from tests.support.rig import FQDN, ICCID, PROFILE_TYPE, Rig, ask, eid_of, make_chip

__all__ = ["cluster", "logs", "runner"]

ES2 = "/gsma/rsp2/es2plus/"
HEADER = {"functionRequesterIdentifier": "1.2.3", "functionCallIdentifier": "call-1"}

Document = dict[str, Any]


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


RAW_VALUES = (
    *(
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1.5",
        "1e999",
        "-1e-999",
        "9" * 400,
        str(2**63),
        str(-(2**63) - 1),
    ),
    *(
        '""',
        '" "',
        r'"\u0000"',
        r'"A\u0000B"',
        r'"\ud800"',
        r'"\udfff\ud800"',
        r'"\ud83d\ude00"',
        '"' + "x" * 5000 + '"',
    ),
    *(
        '"%s%n"',
        '"\' OR 1=1 --"',
        r'"\\"',
        '"\u202e\u0007"',
        '"٣٤٥"',
        '"89٠٤"',
        '"AAAA"',
        '"vyAA"',
        '"="',
        '"A==="',
    ),
    *("[]", "{}", "[[]]", '{"a":1}', deep(30), deep(3000), '[{"":""}]', '{"eid":{"eid":{}}}'),
)
"""Values as they stand in JSON: what a type, a database, a format or a parser may stumble over."""

BODIES = (
    *(b"", b" ", b"{", b"}", b"[]", b"null", b"0", b'"text"', b"{}", b"\xff\xfe", b"\x00", b"{}{}", b"{} x"),
    *(deep(30_000).encode(), b'{"a":' * 5000 + b"1" + b"}" * 5000, b'{"header":' + b"9" * 60_000 + b"}"),
    *(
        b'{"iccid":"\xff"}',
        b'{"\xed\xa0\x80":1}',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b"{'a':1}",
        b'{"a":NaN}',
    ),
)
"""Bodies of no form."""


def handshake_of(server: Rig | SmdsRig, address: str) -> dict[str, Document]:
    """Returns the two requests of the common handshake, by path, each good."""
    chip = make_chip()
    lpa = server.lpa(chip)
    lpa.initiate()
    answer = lpa.prove("TEST-1")
    return {
        f"{ES9}initiateAuthentication": {
            "euiccChallenge": b64(chip.new_challenge()),
            "euiccInfo1": b64(chip.info1),
            "smdpAddress": address,
        },
        f"{ES9}authenticateClient": {
            "transactionId": lpa.transaction_id,
            "authenticateServerResponse": b64(answer),
        },
    }


def es9_requests() -> dict[str, Document]:
    """Returns the other requests of ES9+, by path, each good in form."""
    nothing = b64(b"\x30\x00")
    return {
        f"{ES9}getBoundProfilePackage": {"transactionId": "00", "prepareDownloadResponse": nothing},
        f"{ES9}handleNotification": {"pendingNotification": nothing},
        f"{ES9}cancelSession": {"transactionId": "00", "cancelSessionResponse": nothing},
    }


def es2_requests() -> dict[str, Document]:
    """Returns the requests of ES2+, by path, each good."""
    order = {"header": HEADER, "iccid": str(ICCID), "eid": str(eid_of(1))}
    return {
        f"{ES2}downloadOrder": order | {"profileType": PROFILE_TYPE},
        f"{ES2}confirmOrder": order
        | {
            "releaseFlag": True,
            "matchingId": "MATCHING",
            "confirmationCode": "1234",
            "smdsAddress": "smds.example.com",
        },
        f"{ES2}releaseProfile": {"header": HEADER, "iccid": str(ICCID)},
        f"{ES2}cancelOrder": order | {"finalProfileStatusIndicator": "Available", "matchingId": "MATCHING"},
    }


def es12_requests(interface: str) -> dict[str, Document]:
    """Returns the requests of ES12 or ES15, by path, each good."""
    event = {"header": HEADER, "eid": str(eid_of(1)), "eventId": "EVENT-1"}
    more = {"rspServerAddress": FQDN, "forwardingIndicator": False}
    prefix = f"/gsma/rsp2/{interface}/"
    return {f"{prefix}registerEvent": event | more, f"{prefix}deleteEvent": event}


def places(document: Document, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Gives the path of every member, outer ones too."""
    for name, value in document.items():
        yield (*path, name)
        if isinstance(value, dict):
            yield from places(value, (*path, name))


def with_raw(document: Any, path: tuple[str, ...], raw: str) -> str:
    """Returns the JSON of a document with a member replaced by text."""
    if not path:
        return raw
    parts = [
        f"{json.dumps(name)}:{with_raw(value, path[1:], raw) if name == path[0] else json.dumps(value)}"
        for name, value in document.items()
    ]
    return "{" + ",".join(parts) + "}"


@dataclass(frozen=True)
class Target:
    """One function of one server, and a good request of it."""

    app: Application
    path: str
    document: Document


class Door:
    """All interfaces of an SM-DP+ and an SM-DS."""

    def __init__(self, work: Any, runner: asyncio.Runner) -> None:
        self.rig = Rig(work, runner)
        self.rig.add_order(state=OrderState.AVAILABLE, matching_id=None)
        smds = SmdsRig(work, runner)
        self.targets = [
            Target(app, path, document)
            for app, requests in (
                (self.rig.es9, handshake_of(self.rig, FQDN) | es9_requests()),
                (self.rig.es2, es2_requests()),
                (smds.es11, handshake_of(smds, smds.smds.fqdn)),
                (smds.es12, es12_requests("es12") | es12_requests("es15")),
            )
            for path, document in requests.items()
        ]

    def send(self, target: Target, body: bytes) -> Reply:
        """Posts a body and looks whether the answer is one."""
        reply = self.rig.run(ask(target.app, "POST", target.path, {"Content-Type": JSON}, body))
        assert reply.http_status in {200, 204, 400}, (target.path, body[:200], reply)
        if reply.http_status != 204:
            execution = reply.members["header"]["functionExecutionStatus"]
            assert execution["status"] in {"Executed-Success", "Failed"}
        return reply


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("database"))


@pytest.fixture(params=["sqlite", "postgres"])
def door(
    request: pytest.FixtureRequest, template: Path, tmp_path: Path, runner: asyncio.Runner
) -> Iterator[Door]:
    work: SqliteWork | PostgresWork
    if request.param == "sqlite":
        work = SqliteWork(new_database(template, tmp_path), WRAPPING)
    else:
        postgres: Cluster = request.getfixturevalue("cluster")
        work = PostgresWork(postgres.new_database(), WRAPPING)
    yield Door(work, runner)
    work.close()


def test_every_member_of_every_function_may_be_anything(door: Door) -> None:
    for target in door.targets:
        for place in places(target.document):
            for raw in RAW_VALUES:
                door.send(target, with_raw(target.document, place, raw).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("member", ["matchingId", "confirmationCode", "smdsAddress", "eid"])
def test_what_is_kept_of_an_order_that_can_be_confirmed_may_be_anything(door: Door, member: str) -> None:
    """The same order again and again, each time fresh: what passes every check comes to the database."""
    target = next(each for each in door.targets if each.path.endswith("confirmOrder"))
    fresh = replace(door.rig.order(), state=OrderState.ALLOCATED, operator="operator")
    document = {name: value for name, value in target.document.items() if name not in {"eid", "smdsAddress"}}
    for raw in RAW_VALUES:
        door.rig.save_order(fresh)
        body = with_raw(document | {member: ""}, (member,), raw).encode("utf-8", "surrogatepass")
        reply = door.send(target, body)
        if reply.http_status == 200 and reply.pair is None:
            kept = door.rig.order()
            assert kept.state is OrderState.RELEASED
            assert reply.members["matchingId"] == (kept.matching_id or "")


def test_a_member_that_stands_twice_or_is_not_there_is_no_fault(door: Door) -> None:
    for target in door.targets:
        document = target.document
        text = json.dumps(document)
        for name in document:
            again = json.dumps({name: document[name]})
            door.send(target, (text[:-1] + "," + again[1:]).encode())
            door.send(
                target, json.dumps({each: document[each] for each in document if each != name}).encode()
            )


def test_a_body_of_no_form_is_refused(door: Door) -> None:
    for target in door.targets:
        for body in BODIES:
            assert door.send(target, body).http_status == 400


@pytest.mark.parametrize("code", ["\0", "A\0B", "\u202e", "%00", "x" * 255, "é" * 100, "\U0001f600"])
def test_a_matching_id_of_any_text_finds_nothing(door: Door, code: str) -> None:
    lpa = door.rig.lpa()
    lpa.initiate()
    assert lpa.authenticate(code).pair == ("8.2.6", "3.8")


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=()), max_size=40)
    | st.sampled_from([str(ICCID), str(eid_of(1)), PROFILE_TYPE, "MATCHING", "AAAA", "Available"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_documents_of_any_shape_are_answered(template: Path, tmp_path: Path, runner: asyncio.Runner) -> None:
    work = SqliteWork(new_database(template, tmp_path), WRAPPING)
    door = Door(work, runner)

    @settings(max_examples=200)
    @given(st.integers(0, len(door.targets) - 1), st.data())
    def send(number: int, data: st.DataObject) -> None:
        target = door.targets[number]
        document = target.document
        names = data.draw(st.sets(st.sampled_from(sorted(document))))
        changed = document | {name: data.draw(json_values) for name in names}
        door.send(target, json.dumps(changed).encode())

    send()
    work.close()


def turned(body: bytes, chance: random.Random) -> bytes:
    """Returns octets with a few of them changed, taken out or doubled."""
    octets = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(octets)) if octets else 0
        step: Callable[[], Any] = chance.choice(
            [
                lambda: octets.__setitem__(slice(at, at + 1), bytes([chance.randrange(256)])),  # noqa: B023
                lambda: octets.__delitem__(slice(at, at + chance.randint(1, 9))),  # noqa: B023
                lambda: octets.__setitem__(slice(at, at), octets[at : at + chance.randint(1, 40)]),  # noqa: B023
            ]
        )
        step()
    return bytes(octets)


def test_octets_that_were_turned_on_the_way_are_answered(door: Door) -> None:
    chance = random.Random(4)
    for target in door.targets:
        body = json.dumps(target.document).encode()
        for _ in range(60):
            door.send(target, turned(body, chance))

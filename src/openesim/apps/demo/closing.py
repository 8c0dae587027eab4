"""The end of the story: the ledger is verified, books and chip agree, the servers end."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from openesim.apps.demo.books import (
    DELETED,
    ENABLED,
    RELEASED,
    SETTLE_LIMIT_S,
    Standing,
    find_on_chip,
    tell_standing,
)
from openesim.apps.demo.counter import NAME, NUMBER
from openesim.apps.demo.scene import Scene
from openesim.apps.world.people import SUBSCRIBER
from openesim.services.conditions.ledger.check import Check, check_now
from openesim.transparency.chain import START, Head, Kept, check_next
from openesim.transparency.entries import Entry, EntryKind
from openesim.transparency.export import line_of

_LOOK_AGAIN_S: Final = 0.1
_MOST: Final = 1000


def verify_ledger(scene: Scene) -> None:
    """Step 16: every decision, look and deed is in its place; a change of one shows; nothing personal is anywhere."""
    scene.begin("ledger")
    teller = scene.teller
    _wait_until_sealed(scene)
    check = Check()
    check_now(check, scene.home.work.run_now, lambda: datetime.now(UTC), lambda _: None)
    entries: list[Kept] = scene.do(lambda stores: stores.sealed_entries(0, _MOST))
    counts = Counter(kept.entry.kind for kept in entries if kept.entry is not None)
    teller.facts(
        [
            (teller.text("decisions"), str(counts[EntryKind.DECISION])),
            (teller.text("looks"), str(counts[EntryKind.LOOK])),
            (teller.text("deeds"), str(counts[EntryKind.DEED])),
            (teller.text("head"), f"{check.head.position}:{check.head.octets.hex()[:32]}…"),
        ]
    )
    is_whole = check.is_done and not check.breaks and check.entries == len(entries) > 0
    teller.check(is_whole, "check_chain", count=check.entries)
    teller.check(_holds(entries) and not _holds(_with_one_changed(entries)), "check_tampering")
    refused = [entry for entry in _told(entries) if entry.facts.get("verdict") in {"refuse", "step_up"}]
    causes = [entry.facts["causes"].partition(",")[0] for entry in refused]
    teller.check(causes == ["not-verified", "recalled", "frozen"], "check_refusals")
    delivered = [entry for entry in _told(entries) if entry.facts.get("gate") == "delivery"]
    is_bound = any(
        entry.facts.get("eid") == scene.phone.eid
        and entry.facts.get("iccid") == scene.home.order.iccid
        and len(entry.facts.get("evidence", "")) == 64
        for entry in delivered
    )
    teller.check(is_bound, "check_bound_entry")
    teller.check(not _is_told_of_her(scene, entries), "check_nothing_personal")


def _wait_until_sealed(scene: Scene) -> None:
    """Wait until every entry has its place: the server gives them twice a second."""
    deadline = time.monotonic() + SETTLE_LIMIT_S
    while scene.do(lambda stores: stores.has_unsealed()) and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN_S)


def _told(entries: list[Kept]) -> list[Entry]:
    return [kept.entry for kept in entries if kept.entry is not None]


def _holds(entries: list[Kept]) -> bool:
    """Tell whether each entry follows from the one before."""
    head: Head = START
    for kept in entries:
        if kept.head is None or any(True for _ in check_next(head, kept)):
            return False
        head = kept.head
    return True


def _with_one_changed(entries: list[Kept]) -> list[Kept]:
    """Return the same entries, one refusal among them made an admission."""
    changed = list(entries)
    for at, kept in enumerate(entries):
        entry = kept.entry
        if entry is not None and entry.facts.get("verdict") == "refuse":
            forged = replace(entry, facts={**entry.facts, "verdict": "allow"})
            changed[at] = replace(kept, entry=forged)
            break
    return changed


def _is_told_of_her(scene: Scene, entries: list[Kept]) -> bool:
    """Tell whether her name, number or code stands in the ledger, in the database, or in a log."""
    texts = [b"".join(map(line_of, entries)), scene.home.on_disk()]
    texts += [desk.server.log.read_bytes() for desk in (scene.home, scene.abroad) if desk.server]
    secrets = [text.encode() for text in (NAME, NUMBER, scene.code, SUBSCRIBER.login)]
    return any(secret in text for secret in secrets for text in texts)


def close_books(scene: Scene) -> None:
    """Step 17: orders beside the chip; then the servers end."""
    scene.begin("agreement")
    teller = scene.teller
    desks = (scene.home, scene.abroad)
    after = [Standing.of(desk.order) for desk in desks]
    on_chip = [find_on_chip(scene.phone.lpa, desk.order.iccid) for desk in desks]
    teller.table(
        ("operator", "before", "after", "chip"),
        [
            (desk.name, tell_standing(teller, RELEASED), tell_standing(teller, now), teller.text(present))
            for desk, now, present in zip(desks, after, on_chip, strict=True)
        ],
    )
    is_right = after == [ENABLED, DELETED] and on_chip == [standing.on_chip for standing in after]
    teller.check(is_right, "check_agree")
    servers = [desk.server for desk in desks if desk.server is not None]
    exit_codes = [server.stop() for server in servers]
    has_faults = any(server.faults() for server in servers)
    teller.check(exit_codes == [0, 0] and not has_faults, "check_ended")

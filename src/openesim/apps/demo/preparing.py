"""Before the story: trust, profiles, servers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from openesim.adapters.http_client.es9 import Es9HttpClient
from openesim.adapters.http_client.target import HttpOptions
from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.apps.demo.issuing import Issuer
from openesim.apps.demo.operators import Desk
from openesim.apps.demo.telling import Teller
from openesim.apps.demo.web import Web
from openesim.kernel.errors import PeerError
from openesim.messages.saip.check import check_package, has_errors
from openesim.messages.saip.package import decode_package
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of

OWNER_ONLY = 0o600

_TEST_MARK = 'class="test-mark"'

STOCK = 3
"""Subscribers that the operator of the country makes ready."""


def make_trust(teller: Teller, folder: Path) -> PkiFolder:
    """Step 1: make the test world. Reading it back verifies every server certificate up to its CI."""
    teller.begin("trust")
    init_pki(folder, os.urandom, datetime.now(UTC))
    pki = PkiFolder(folder, datetime.now(UTC))
    curves = [each.issued["ci"].private_key.curve.label for each in pki.sets if "ci" in each.issued]
    are_complete = len(pki.server_identities) == len(curves) == 2 and not pki.findings
    teller.check(are_complete, "check_chains", curves=teller.text("comma").join(curves))
    keys = list(folder.rglob("*.key"))
    modes = {key.stat().st_mode & 0o777 for key in keys}
    teller.check(modes == {OWNER_ONLY}, "check_modes", count=len(keys))
    return pki


def build_profiles(teller: Teller, home: Issuer, abroad: Desk) -> None:
    """Step 2: one operator makes a type and its stock, the other one profile; both are decoded again and checked."""
    teller.begin("profiles", **names_of(home, abroad))
    octets = home.build_type(os.urandom)
    home.take_subscribers(os.urandom, STOCK)
    lone = abroad.build_profile(os.urandom)
    packages = [decode_package(octets), decode_package(lone.octets)]
    stock = home.work.run_now(lambda stores: stores.subscriptions("", STOCK))
    rows = [(home.name, each.iccid, each.imsi, teller.text("off")) for each in stock]
    rows.append((abroad.name, lone.description.iccid, lone.description.imsi, teller.text("none")))
    teller.table(("operator", "ICCID", "IMSI", "subscription"), rows)
    is_clean = not any(has_errors(check_package(package)) for package in packages)
    teller.check(is_clean, "check_packages")
    keys = [each.k.reveal() for each in stock]
    are_strangers = lone.description.k not in keys and len(set(keys)) == STOCK
    teller.check(are_strangers and not any(key in lone.octets for key in keys), "check_different")
    is_sealed = not any(each.is_active for each in stock) and not any(key in home.on_disk() for key in keys)
    teller.check(is_sealed, "check_sealed", home=home.name)


def start_servers(
    teller: Teller, desks: Sequence[Desk], pki: PkiFolder, *listeners: str
) -> dict[str, tuple[str, int]]:
    """Start a process for each operator and return where each name is served.

    Args:
        teller: tells it.
        desks: the operators.
        pki: certificates of the servers.
        listeners: what the first one listens with beside ES9+.
    """
    teller.begin("servers")
    # In threads, since a signal interrupts the main one only: no server starts without its desk knowing it.
    with teller.waiting("starting"):
        with ThreadPoolExecutor() as pool:
            list(
                pool.map(
                    lambda desk: desk.start_server(pki.path, *(listeners if desk is desks[0] else ())), desks
                )
            )
        places = {desk.operator.fqdn: desk.server.wait() for desk in desks if desk.server}
    teller.table(
        ("server", "address", "process"),
        [
            (desk.operator.fqdn, _address(places[desk.operator.fqdn]), str(desk.server.pid))
            for desk in desks
            if desk.server
        ],
    )
    for name in places:
        teller.check(_why_refused(pki, places, name) is None, "check_tls", fqdn=name)
    first, second = places
    outcome = _why_refused(pki, {second: places[first]}, second)
    teller.check(outcome is LpaOutcome.TLS_NAME_MISMATCH, "check_impostor", address=first, other=second)
    return places


def look_at_desks(teller: Teller, desks: Web) -> None:
    """Check that people are answered, in both languages, and told that nothing is real."""
    pages = [desks.get("/", {"accept-language": language}) for language in ("en", "zh")]
    marks = ('<html lang="en"', '<html lang="zh')
    are_answered = all(mark in page and _TEST_MARK in page for mark, page in zip(marks, pages, strict=True))
    teller.check(are_answered, "check_desks")


def names_of(home: Desk, abroad: Desk) -> dict[str, str]:
    """Return the operators' names, as texts want them."""
    return {"home": home.name, "abroad": abroad.name}


def _address(place: tuple[str, int]) -> str:
    """Return host and port as text."""
    return f"{place[0]}:{place[1]}"


def _why_refused(pki: PkiFolder, places: dict[str, tuple[str, int]], name: str) -> LpaOutcome | None:
    """Return why a phone that believes nothing but our CIs would not talk to a server, None if it would."""
    trust = tuple(anchor.octets for anchor in pki.trust.anchors)
    options = HttpOptions(trust=trust, uses_system_roots=False, resolve=places)
    with Es9HttpClient(options) as client:
        try:
            client.probe(name)
        except PeerError as error:
            return outcome_of(error) or LpaOutcome.UNEXPLAINED
    return None

"""Steps 1 to 4 of the demo: trust, profiles, orders, servers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from openesim.adapters.http_client.es9 import Es9HttpClient
from openesim.adapters.http_client.target import HttpOptions
from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.apps.demo.books import RELEASED, Standing, tell_standing
from openesim.apps.demo.operators import BuiltProfile, Desk
from openesim.apps.demo.telling import Teller
from openesim.kernel.errors import PeerError
from openesim.kernel.secret import Secret
from openesim.messages.saip.check import check_package
from openesim.messages.saip.package import decode_package
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of

OWNER_ONLY = 0o600


def make_trust(teller: Teller, folder: Path) -> PkiFolder:
    """Step 1: make the test world. Reading it back verifies every server certificate up to its CI."""
    teller.begin("trust")
    init_pki(folder, os.urandom, datetime.now(UTC))
    pki = PkiFolder(folder, datetime.now(UTC))
    curves = [each.issued["ci"].private_key.curve.label for each in pki.sets if "ci" in each.issued]
    are_complete = len(pki.server_identities) == len(curves) == 2 and not pki.findings
    teller.check(are_complete, "check_chains", curves=", ".join(curves))
    keys = list(folder.rglob("*.key"))
    modes = {key.stat().st_mode & 0o777 for key in keys}
    teller.check(modes == {OWNER_ONLY}, "check_modes", count=len(keys))
    return pki


def build_profiles(teller: Teller, desks: Sequence[Desk]) -> None:
    """Step 2: each operator builds a profile, which is decoded again and checked."""
    teller.begin("profiles")
    profiles = [desk.build_profile(os.urandom) for desk in desks]
    packages = [decode_package(profile.octets) for profile in profiles]
    teller.table(
        ("operator", "ICCID", "IMSI", "octets", "elements"),
        [
            (
                desk.name,
                profile.description.iccid,
                profile.description.imsi,
                f"{len(profile.octets):,}",
                str(len(package.elements)),
            )
            for desk, profile, package in zip(desks, profiles, packages, strict=True)
        ],
    )
    teller.check(not any(map(check_package, packages)), "check_packages")
    teller.check(_are_strangers(*profiles), "check_different")


def _are_strangers(one: BuiltProfile, other: BuiltProfile) -> bool:
    """Tell whether two profiles have nothing of their own in common: each key stands in one package only."""
    ours, theirs = one.description, other.description
    return (
        ours.iccid != theirs.iccid
        and ours.imsi != theirs.imsi
        and all(key in one.octets and key not in other.octets for key in (ours.k, ours.opc))
        and all(key in other.octets and key not in one.octets for key in (theirs.k, theirs.opc))
    )


def place_orders(teller: Teller, desks: Sequence[Desk]) -> list[Secret[str] | None]:
    """Step 3: each operator orders its profile; returns the confirmation code of each, where it has one."""
    first, second = desks
    teller.begin("orders", second=second.name)
    codes = [desk.place_order(os.urandom) for desk in desks]
    teller.table(
        ("operator", "matching_id", "asks_code", "state"),
        [
            (
                desk.name,
                desk.order.matching_id or "",
                teller.text("asked" if desk.order.confirmation_hash else "none"),
                tell_standing(teller, Standing.of(desk.order)),
            )
            for desk in desks
        ],
    )
    are_free = all(Standing.of(desk.order) == RELEASED and desk.order.eid is None for desk in desks)
    teller.check(are_free, "check_released")
    kept = second.order.confirmation_hash
    is_hashed = kept is not None and len(kept) == 32 and first.order.confirmation_hash is None
    teller.check(is_hashed, "check_code_kept", first=first.name, second=second.name)
    return codes


def start_servers(teller: Teller, desks: Sequence[Desk], pki: PkiFolder) -> dict[str, tuple[str, int]]:
    """Step 4: start a process for each operator; returns where each name is served."""
    teller.begin("servers")
    # In threads, since a signal interrupts the main one only: no server starts without its desk knowing it.
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda desk: desk.start_server(pki.path), desks))
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

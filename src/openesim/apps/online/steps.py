"""The steps of ``openesim online``, each with its checks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from openesim.apps.demo.books import find_on_chip
from openesim.apps.demo.operators import activation_code
from openesim.apps.demo.telling import Teller
from openesim.apps.online.login import METHODS
from openesim.apps.online.networks import Network, open_false_network
from openesim.apps.online.room import Room
from openesim.apps.online.scene import Scene
from openesim.messages.saip.check import check_package, has_errors
from openesim.messages.saip.package import decode_package


def make_subscribers(teller: Teller, networks: Sequence[Network]) -> None:
    """Step 2: each operator makes a subscription and the profile that goes with it."""
    teller.begin("subscribers")
    packages = [decode_package(network.build_type(os.urandom)) for network in networks]
    teller.check(not any(has_errors(check_package(package)) for package in packages), "check_packages")
    for network in networks:
        network.take_subscribers(os.urandom, 1, released=True)
    teller.table(
        ("operator", "ICCID", "IMSI", "subscription"),
        [
            (
                network.name,
                network.subscription.iccid,
                network.subscription.imsi,
                _tell_switch(teller, network),
            )
            for network in networks
        ],
    )
    teller.check(not any(network.subscription.is_active for network in networks), "check_off")
    keys = [network.subscription.k.reveal() for network in networks]
    is_sealed = not any(key in network.on_disk() for key in keys for network in networks)
    teller.check(is_sealed, "check_sealed")


def _tell_switch(teller: Teller, network: Network) -> str:
    """Return whether an operator's subscription is on, in words."""
    return teller.text("on" if network.subscription.is_active else "off")


def open_networks(teller: Teller, networks: Sequence[Network], room: Room) -> None:
    """Step 4: authentication centre and hostapd of each operator, and a reader."""
    teller.begin("networks")
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda network: network.access.open(room), networks))
    programs = [(network.name, program) for network in networks for program in network.access.programs]
    teller.table(
        ("operator", "program", "process"),
        [
            *((name, program.name.partition(" ")[0], str(program.pid)) for name, program in programs),
            ("", room.pcscd.name, str(room.pcscd.pid)),
        ],
    )
    teller.check(room.interfaces == {"lo"}, "check_room")


def log_in_empty(scene: Scene) -> None:
    """Step 5: a chip without a profile."""
    scene.teller.begin("empty")
    scene.reader.insert(scene.card)
    logins = [scene.log_in(each.access, each.name) for each in scene.networks]
    scene.teller.check(not any(login.is_in or login.has_card for login in logins), "check_no_usim")


def download_both(scene: Scene) -> None:
    """Step 6: both profiles are downloaded; the chip's reports switch the subscriptions on."""
    teller = scene.teller
    teller.begin("download_both", **scene.names)
    with scene.phone() as phone:
        for network in scene.networks:
            was_on = network.subscription.is_active
            phone.lpa.download(activation_code(network.operator, network.order))
            phone.user.close()
            teller.check(
                not was_on and scene.wait_for_switch(network, is_active=True), "check_on", name=network.name
            )
        states = [find_on_chip(phone.lpa, network.order.iccid) for network in scene.networks]
    teller.check(states == ["disabled", "disabled"], "check_both_disabled")
    scene.reader.insert(scene.card)
    login = scene.log_in(scene.networks[0].access, scene.networks[0].name)
    teller.check(not login.is_in and not login.has_card, "check_disabled_is_out")


def log_in_first(scene: Scene) -> None:
    """Step 7: the first profile is enabled and gets its user online."""
    first, second = scene.networks
    scene.teller.begin("first_online", **scene.names)
    _go_online(scene, first, second)


def _go_online(scene: Scene, own: Network, other: Network) -> None:
    """Enable a profile and check that its network lets the card in, and the other one does not."""
    with scene.phone() as phone:
        phone.lpa.enable(own.order.iccid)
    scene.reader.insert(scene.card)
    _check_online(scene, own)
    stranger = scene.log_in(other.access, other.name)
    scene.teller.check(not stranger.is_in, "check_stranger", network=other.name)


def _check_online(scene: Scene, network: Network) -> None:
    """Check that the card in the reader logs in to a network by every method, as its own subscriber."""
    for method in METHODS:
        login = scene.log_in(network.access, network.name, method)
        is_own = login.identity is not None and network.subscription.imsi in login.identity
        scene.teller.check(
            login.is_in and is_own, "check_online", network=network.name, method=f"EAP-{method}"
        )


def meet_false_network(scene: Scene) -> None:
    """Step 8: a network that has the wrong key."""
    first = scene.networks[0]
    scene.teller.begin("false_network", **scene.names)
    false = open_false_network(scene.room, scene.card.with_name("false"), first.subscription, os.urandom)
    try:
        scene.reader.insert(scene.card)
        login = scene.log_in(false, scene.teller.text("false_name"))
        scene.teller.check(not login.is_in and login.has_refused_network, "check_false")
        again = scene.log_in(first.access, first.name)
    finally:
        false.close()
    scene.teller.check(again.is_in and not again.has_resynchronised, "check_false_left_nothing")


def fall_behind(scene: Scene) -> None:
    """Step 9: a network whose sequence number is old."""
    first = scene.networks[0]
    scene.teller.begin("behind", **scene.names)
    before = first.subscription.sqn
    first.set_counter(0)
    scene.reader.insert(scene.card)
    login = scene.log_in(first.access, first.name)
    scene.teller.check(login.is_in and login.has_resynchronised, "check_resynchronised")
    after = first.subscription.sqn
    scene.teller.check(after > before, "check_caught_up", before=before >> 5, after=after >> 5)
    again = scene.log_in(first.access, first.name)
    scene.teller.check(again.is_in and not again.has_resynchronised, "check_in_step")


def switch_to_second(scene: Scene) -> None:
    """Step 10: the other profile, and with it the other subscriber."""
    first, second = scene.networks
    scene.teller.begin("second_online", **scene.names)
    _go_online(scene, second, first)


def delete_both(scene: Scene) -> None:
    """Step 11: after the deletion nobody logs in, not even with a copy of the chip."""
    teller, (first, second) = scene.teller, scene.networks
    teller.begin("delete_both", **scene.names)
    copy = scene.copy_card()
    with scene.phone() as phone:
        phone.lpa.disable(second.order.iccid)
        for network in (second, first):
            phone.lpa.delete(network.order.iccid)
    is_off = all(scene.wait_for_switch(network, is_active=False) for network in scene.networks)
    teller.check(is_off, "check_both_off")
    scene.reader.insert(scene.card)
    logins = [scene.log_in(each.access, each.name) for each in scene.networks]
    teller.check(not any(login.is_in or login.has_card for login in logins), "check_no_usim")
    scene.reader.insert(copy)
    login = scene.log_in(second.access, second.name)
    is_kept_out = login.has_card and not login.is_in and not login.has_refused_network
    teller.check(is_kept_out, "check_copy", network=second.name)


def close_networks(scene: Scene) -> None:
    """Step 12: everything ends as it should."""
    scene.teller.begin("closing")
    exit_codes = [code for network in scene.networks for code in network.access.close()]
    exit_codes += [network.server.stop() for network in scene.networks if network.server]
    has_faults = any(network.server.faults() for network in scene.networks if network.server)
    scene.teller.check(not any(exit_codes) and not has_faults, "check_all_ended")


STEPS: Final[Sequence[Callable[[Scene], None]]] = (
    log_in_empty,
    download_both,
    log_in_first,
    meet_false_network,
    fall_behind,
    switch_to_second,
    delete_both,
    close_networks,
)
"""Steps 5 to 12, in order."""

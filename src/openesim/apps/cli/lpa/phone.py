"""Puts card, network and user together as the options say, and takes them apart again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from openesim.kernel.errors import ConfigError

if TYPE_CHECKING:
    from openesim.adapters.apdu.channel import ChannelOptions
    from openesim.adapters.http_client.es9 import Es9HttpClient
    from openesim.apps.cli.lpa.options import PhoneOptions
    from openesim.services.lpa import Lpa, User
    from openesim.services.ports import ApduTransport


def parse_resolve(text: str) -> tuple[str, tuple[str, int]]:
    """Return name, host and port of ``NAME=HOST:PORT``.

    Raises:
        ConfigError: another form.
    """
    name, equals, place = text.partition("=")
    host, colon, port = place.rpartition(":")
    if not (name and equals and host and colon and port.isascii() and port.isdigit()):
        raise ConfigError(f"--resolve {text}: the form is NAME=HOST:PORT")
    if not 0 < int(port) <= 0xFFFF:
        raise ConfigError(f"--resolve {text}: a port lies between 1 and 65535")
    return name.lower().removesuffix("."), (host.strip("[]"), int(port))


@contextmanager
def open_phone(options: PhoneOptions, user: User) -> Iterator[Lpa]:
    """Open card and network, and give the LPA between them.

    Raises:
        ConfigError: an option that has to be mended first.
        CardError: the card is no eUICC, or refuses.
    """
    from openesim.adapters.apdu.channel import open_es10_channel
    from openesim.apps.cli.lpa.card import open_card
    from openesim.services.lpa import Lpa, Surroundings

    card = open_card(options.card)
    try:
        channel = open_es10_channel(card, _channel_options(options))
        with channel, _make_client(options, card) as client:
            surroundings = Surroundings(reset_card=channel.reset, probe=client.probe)
            yield Lpa(channel, client, user, surroundings)
    finally:
        card.close()


def _channel_options(options: PhoneOptions) -> ChannelOptions:
    """Return how to talk to the card.

    Raises:
        ConfigError: an AID that is none.
    """
    from openesim.adapters.apdu.channel import ISD_R_AIDS, ChannelOptions

    try:
        aids = tuple(map(bytes.fromhex, options.aids)) or ISD_R_AIDS
    except ValueError:
        raise ConfigError("--aid: an AID is written as hex digits") from None
    return ChannelOptions(aids=aids, block_size=options.block_size)


def _make_client(options: PhoneOptions, card: ApduTransport) -> Es9HttpClient:
    """Return the client; whom a software chip believes, the LPA believes too. Others keep no certificates, only keys.

    Source: SGP.22 v2.5 §2.6.6.2 (certificates of TLS servers chain to the CIs of the chip).
    """
    from openesim.adapters.apdu.software import SoftwareCard
    from openesim.adapters.http_client.es9 import Es9HttpClient
    from openesim.adapters.http_client.target import HttpOptions
    from openesim.adapters.http_client.trust import read_certificates

    believed = card.nvm.identity.ci_certificates if isinstance(card, SoftwareCard) else ()
    given = (octets for path in options.trust for octets in read_certificates(path))
    return Es9HttpClient(
        HttpOptions(
            trust=(*given, *believed),
            is_insecure=options.is_insecure,
            is_plain=options.is_plain_http,
            resolve=dict(map(parse_resolve, options.resolve)),
            speaks_asn1=options.speaks_asn1,
        )
    )

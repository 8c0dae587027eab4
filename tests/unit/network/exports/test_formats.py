"""All export formats: found by name, and none of them gives away what only the card knows."""

from dataclasses import replace

import pytest

from openesim.network.exports.format import ExportFormat, Services
from openesim.network.exports.formats import FORMATS
from openesim.network.subscription import CardSecrets, Subscription


def test_formats_are_found_by_their_names() -> None:
    assert list(FORMATS) == ["open5gs", "osmo-hlr", "free5gc", "pyhss"]


@pytest.mark.parametrize("chosen", FORMATS.values(), ids=FORMATS)
def test_codes_of_the_card_are_not_exported(chosen: ExportFormat, subscription: Subscription) -> None:
    card = CardSecrets(pins={1: b"13572468"}, puks={1: b"97531864"}, ota={0x0101: b"\xee" * 16})
    text = chosen.write(replace(subscription, card=card), Services())
    assert text == chosen.write(subscription, Services())
    for secret in ("13572468", "97531864", "ee" * 16):
        assert secret not in text.lower()


@pytest.mark.parametrize("chosen", FORMATS.values(), ids=FORMATS)
def test_every_line_is_ended(chosen: ExportFormat, subscription: Subscription) -> None:
    for text in (chosen.head, chosen.write(subscription, Services()), chosen.tail):
        assert text == "" or text.endswith("\n")

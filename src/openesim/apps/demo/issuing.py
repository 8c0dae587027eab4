"""An operator that issues subscriptions: a profile type, its stock with sealed keys, and the network's side of both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NoReturn

from openesim.apps.demo.operators import TEST_MCC, Desk, draw_digits, write_private
from openesim.apps.keys import key_file
from openesim.kernel.ambient import Entropy
from openesim.kernel.errors import ConfigError
from openesim.kernel.ids import luhn_check_digit
from openesim.messages.saip.builder import build_package
from openesim.messages.saip.description_file import parse_description
from openesim.messages.saip.new_description import Beginning, new_description
from openesim.network.subscription import Subscription
from openesim.services.batch_file import parse_batch
from openesim.services.stock import BatchImport

_BATCH_FILE: Final = """\
name = "first"
profile = "{key}.der"
count = {count}
iccid = "{iccid}"
imsi = "{imsi}"
service_provider_name = "{provider}"
profile_name = "{plan}"
"""


class Issuer(Desk):
    """The desk of an operator whose subscribers have keys of their own in its authentication centre."""

    def build_type(self, entropy: Entropy) -> bytes:
        """Build the profile of its type, as ``openesim profile new`` and ``build`` do; returns the package."""
        beginning = Beginning(operator_name=self.name, mcc=TEST_MCC, mnc=self.operator.mnc)
        octets = build_package(parse_description(new_description(beginning, entropy)))
        write_private(self.folder / f"{self.operator.key}.der", octets)
        return octets

    def take_subscribers(self, entropy: Entropy, count: int, *, released: bool = False) -> None:
        """Register subscribers, as ``openesim stock add`` does: keys are drawn, and sealed.

        They are switched off until a chip has their profile.

        Args:
            entropy: for numbers and keys.
            count: how many.
            released: their profiles may be downloaded at once, with a matching id each; else they wait for orders.
        """
        key_file(self.data).make(entropy)
        body = f"89999{self.operator.mnc}{draw_digits(entropy, 9)}00"
        text = _BATCH_FILE.format(
            key=self.operator.key,
            count=count,
            iccid=body + luhn_check_digit(body),
            imsi=f"{TEST_MCC}{self.operator.mnc}{draw_digits(entropy, 8)}00",
            provider=self.name,
            plan=self.plan,
        )
        text += "release = true\n" if released else f'operator = "{self.operator.key}"\n'
        write_private(self.folder / "batch.toml", text.encode())
        importer = BatchImport(self.work, (self.read_file, _no_lines), entropy, datetime.now(UTC))
        importer.store(importer.prepare(parse_batch(text)))
        self.order_id = 1

    @property
    def subscription(self) -> Subscription:
        """The subscription of its order, as the authentication centre has it now."""
        iccid = self.order.iccid
        found = self.work.run_now(lambda stores: stores.subscription(iccid))
        assert found is not None  # noqa: S101 (they were stored together)
        return found


def _no_lines(name: str) -> NoReturn:
    """Refuse to read a CSV file: the batch names none."""
    raise ConfigError(f"{name} is not there")

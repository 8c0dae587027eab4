"""Who the operators are: by the certificates of the PKI folder, and by what is kept of them, as of a moment ago.

What another process sets holds here within two seconds. Where the same certificate stands in both places, the PKI
folder names its operator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import structlog

from openesim.provisioning.smdp.operators import Operator
from openesim.services.ports import AnyWork, never

T = TypeVar("T")

INTERVAL_S: Final = 1.5

_log = structlog.get_logger(__name__)

Hear = Callable[[bytes], None]
"""Hears of a certificate, DER, that was not known before."""


class OperatorDirectory:
    """The operators of one process, looked up in memory."""

    def __init__(self, work: AnyWork, names: Mapping[bytes, str]) -> None:
        """Take where operators are kept.

        Args:
            work: the database.
            names: operators of the PKI folder, by their certificates, DER.
        """
        self._work: Final = work
        self._fixed: Final = dict(names)
        self._names: dict[bytes, str] = dict(names)
        self._rates: dict[str, int] = {}
        self._heard: Final[set[bytes]] = set(names)
        self._hearers: Final[list[Hear]] = []

    async def load(self) -> None:
        """Read what is kept."""
        operators: list[Operator] = await self._work.run(lambda stores: stores.operators(), must_last=never)
        kept = {each.certificate: each.name for each in operators if each.certificate is not None}
        self._names = {**kept, **self._fixed}
        self._rates = {each.name: each.requests_per_minute for each in operators if each.requests_per_minute}
        for certificate in set(kept) - self._heard:
            self._heard.add(certificate)
            for hear in self._hearers:
                hear(certificate)

    async def follow(self) -> None:
        """Read it again and again, until cancelled; while the database is away, what is known stays in force."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            try:
                await self.load()
            except Exception as fault:  # noqa: BLE001 (whatever the stores raise: there is another time)
                _log.error("operators not read", fault=repr(fault))

    def name_of(self, certificate: bytes) -> str | None:
        """Return whose certificate it is, or None: nobody's that we know."""
        return self._names.get(certificate)

    def rate_of(self, operator: str) -> int | None:
        """Return how often in a minute an operator may call, or None: as everybody."""
        return self._rates.get(operator)

    def tell_certificates(self, hear: Hear) -> None:
        """Have somebody hear of every certificate that is known, and of those that come to be."""
        self._hearers.append(hear)
        for certificate in self._names:
            hear(certificate)

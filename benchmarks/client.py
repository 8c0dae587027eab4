"""A light client: HTTP/1.1 over kept connections, as many downloads at once as there are connections."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any, Self

from benchmarks.chip import LightChip
from openesim.encoding.jsonbinding import decode_object, encode_object
from openesim.messages.sgp22.authentication import AuthenticateServerResponse
from openesim.messages.sgp22.download import PrepareDownloadResponse
from openesim.messages.sgp22.es9plus import (
    AUTHENTICATE_CLIENT,
    GET_BOUND_PROFILE_PACKAGE,
    HANDLE_NOTIFICATION,
    INITIATE_AUTHENTICATION,
    AuthenticateClientRequest,
    GetBoundProfilePackageRequest,
    HandleNotificationRequest,
    InitiateAuthenticationRequest,
)
from openesim.messages.sgp22.euicc_info import EuiccInfo1
from openesim.messages.sgp22.function import Function, parse_answer

_HEAD = (
    "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: gsma-rsp-lpad\r\nX-Admin-Protocol: gsma/rsp/v2.5.0\r\n"
    "Content-Type: application/json\r\nContent-Length: "
)

_LOOK_S = 0.005
"""How long the loop looks for connections that were closed while it did not run."""


class Connection:
    """One connection to a server without TLS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fqdn: str) -> None:
        """Take the streams."""
        self._reader, self._writer, self.fqdn = reader, writer, fqdn
        self._address: tuple[str, int] | None = None
        self._heads: dict[str, bytes] = {}

    @classmethod
    async def open(cls, address: tuple[str, int], fqdn: str) -> Self:
        """Connect."""
        connection = cls(*await asyncio.open_connection(*address), fqdn)
        connection._address = address
        return connection

    async def renew(self) -> None:
        """Connect again if the server hung up, which it does behind a long rest."""
        if self._reader.at_eof() and self._address is not None:
            self._writer.close()
            self._reader, self._writer = await asyncio.open_connection(*self._address)

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body of an answer."""
        head = self._heads.get(path)
        if head is None:
            head = self._heads[path] = _HEAD.format(path, self.fqdn).encode()
        self._writer.write(head + b"%d\r\n\r\n" % len(body) + body)
        received = await self._reader.readuntil(b"\r\n\r\n")
        length = received.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        return int(received[9:12]), await self._reader.readexactly(int(length)) if length else b""

    async def call(self, function: Function, request: object) -> Any:
        """Return the output of a function.

        Raises:
            FunctionError: the server refused.
            ConnectionError: another status than 200 and 204.
        """
        status, body = await self.post(function.path, encode_object(function.request.encode(request)))
        if status == 204:
            return None
        if status != 200:
            raise ConnectionError(f"{function.name}: HTTP status {status}: {body[:200]!r}")
        return parse_answer(function, decode_object(body))

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def download(connection: Connection, chip: LightChip, matching_id: str) -> int:
    """Download one profile and report it installed; return the octets of the bound profile package."""
    proof = await connection.call(
        INITIATE_AUTHENTICATION,
        InitiateAuthenticationRequest(
            euicc_challenge=os.urandom(16),
            smdp_address=connection.fqdn,
            euicc_info1=EuiccInfo1.signed(chip.info1),
        ),
    )
    offer = await connection.call(
        AUTHENTICATE_CLIENT,
        AuthenticateClientRequest(
            transaction_id=proof.transaction_id,
            authenticate_server_response=AuthenticateServerResponse.signed(
                chip.authenticate_server(proof, matching_id)
            ),
        ),
    )
    bound = await connection.call(
        GET_BOUND_PROFILE_PACKAGE,
        GetBoundProfilePackageRequest(
            transaction_id=proof.transaction_id,
            prepare_download_response=PrepareDownloadResponse.signed(chip.prepare_download(offer)),
        ),
    )
    result = chip.installation_result(
        proof.transaction_id, connection.fqdn, offer.profile_metadata.value.iccid
    )
    await connection.call(HANDLE_NOTIFICATION, HandleNotificationRequest(pending_notification=result))
    return len(bound.bound_profile_package)


class Crowd:
    """Chips and connections that download side by side."""

    def __init__(self, connections: Sequence[Connection], chips: Sequence[LightChip]) -> None:
        """Take connections, and at least as many chips."""
        self._connections, self._chips = connections, chips

    @classmethod
    async def gather(cls, address: tuple[str, int], fqdn: str, chips: Sequence[LightChip], size: int) -> Self:
        """Connect so many at once."""
        return cls([await Connection.open(address, fqdn) for _ in range(size)], chips)

    async def download(self, matching_ids: Sequence[str]) -> None:
        """Download everything, each connection one after the other."""
        await asyncio.sleep(_LOOK_S)
        for connection in self._connections:
            await connection.renew()
        waiting = iter(enumerate(matching_ids))

        async def work(connection: Connection) -> None:
            for number, matching_id in waiting:
                await download(connection, self._chips[number % len(self._chips)], matching_id)

        await asyncio.gather(*map(work, self._connections))

    async def post(self, path: str, count: int) -> None:
        """Post an empty object so many times, whatever is answered."""
        waiting = iter(range(count))

        async def work(connection: Connection) -> None:
            for _ in waiting:
                await connection.post(path, b"{}")

        await asyncio.gather(*map(work, self._connections))

    def close(self) -> None:
        """Hang up."""
        for connection in self._connections:
            connection.close()

"""``services.ports.RspPeer`` over HTTPS: we call a server that knows us by our certificate.

Source: SGP.22 v2.5 §2.6.6, §6.1, §6.5.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from openesim.adapters.http_client.es2 import Es2HttpClient
from openesim.adapters.http_client.target import HttpOptions
from openesim.messages.sgp22.function import Function

_CALLS_AT_ONCE: Final = 16


class RspHttpPeer:
    """Calls functions of other servers, a few at a time; a slow one does not hold up the event loop."""

    def __init__(self, options: HttpOptions) -> None:
        """Take the options, of which ``present`` shows our certificate."""
        self._client: Final = Es2HttpClient(options)
        self._threads: Final = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="rsp-peer")

    async def call(self, address: str, function: Function, request: object) -> Any:
        """Return the function's output, or None where it has none.

        Raises:
            FunctionError: the server refused.
            PeerError: no answer that decides anything; the explanation says why.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._client.call, address, function, request)

    def close(self) -> None:
        """Close every connection; calls under way are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

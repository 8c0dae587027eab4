"""ES2+ over HTTPS with a client certificate: operators call the SM-DP+, and the SM-DP+ calls operators back.

Source: SGP.22 v2.5 §5.3, §6.1–6.5.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from openesim.adapters.http_client.es9 import Es9HttpClient, HttpAnswer
from openesim.encoding.jsonbinding import decode_object
from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.function import Function, parse_answer


class Es2HttpClient(Es9HttpClient):
    """Calls functions of ES2+: implements ``services.ports.Es9Client`` for addresses that may carry a prefix."""

    _user_agent = "openesim"

    def call(self, address: str, function: Function, request: object) -> Any:
        """Return the function's output, or None where it has none.

        Args:
            address: ``HOST[:PORT][/PREFIX]``; the standard's path comes behind the prefix.
            function: row of ES2+.
            request: the request message of that row.

        Raises:
            FunctionError: the other side refused.
            PeerError: no answer that decides anything; the explanation says why.
        """
        authority, slash, prefix = address.partition("/")
        return super().call(authority, replace(function, path=f"{slash}{prefix}{function.path}"), request)

    def _read(self, address: str, function: Function, answer: HttpAnswer) -> Any:
        """Return the output of an answer; operators of the field answer a notification with a status, too."""
        if function.is_notification and 200 <= answer.status < 300 and answer.body:
            with suppress(DecodeError):
                parse_answer(function, decode_object(answer.body))
        return super()._read(address, function, answer)

"""Calls a server of the demo as programs of operators and browsers of people do: HTTP over TLS, by the name in its certificate."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any, Final

from openesim.adapters.http_client.trust import make_context
from openesim.adapters.keystore.files import PkiFolder
from openesim.kernel.errors import OpenEsimError, PeerError

LIMIT_S: Final = 30.0


class Web:
    """A listener of a server, reached over TLS."""

    def __init__(self, pki: PkiFolder, fqdn: str, place: tuple[str, int]) -> None:
        """Name it.

        Args:
            pki: whose CIs are believed, and nobody else.
            fqdn: name in its certificate.
            place: where it is reached.
        """
        trust = tuple(anchor.octets for anchor in pki.trust.anchors)
        self._context: Final = make_context(trust, uses_system_roots=False)
        self._fqdn: Final = fqdn
        self._place: Final = place

    def get(self, path: str, headers: Mapping[str, str]) -> str:
        """Return a page.

        Raises:
            PeerError: there is none.
        """
        status, octets = self._call("GET", path, None, headers)
        if status != http.client.OK:
            raise PeerError(f"{self._fqdn}{path}: {status}")
        return octets.decode()

    def post(self, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Return status and document of a call with a JSON body.

        Raises:
            PeerError: the answer is no document.
        """
        told = {"content-type": "application/json", **headers}
        status, octets = self._call("POST", path, json.dumps(body).encode(), told)
        try:
            document = json.loads(octets)
        except ValueError:
            raise PeerError(f"{self._fqdn}{path}: {status}, and no document") from None
        return status, document

    def _call(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Return status and body of an answer.

        Raises:
            OpenEsimError: the server is not reached.
        """
        connection = http.client.HTTPConnection(self._fqdn, timeout=LIMIT_S)
        try:
            bare = socket.create_connection(self._place, LIMIT_S)
            connection.sock = self._context.wrap_socket(bare, server_hostname=self._fqdn)
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise OpenEsimError(f"{self._fqdn}{path}: {error}") from error
        finally:
            connection.close()

"""An identity provider: idpyoidc's, run as a process of its own; ours are the socket and what is configured.

    python identity_provider.py FOLDER REDIRECT_URI

FOLDER has tls.pem and tls.key, and people.json: by login, the password and the claims. It says where it listens.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from idpyoidc.message.oidc import AccessTokenRequest, AuthorizationRequest
from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration

CLIENT, SECRET, KEY_CLIENT = "openesim", "a-secret-of-the-client", "openesim-by-key"
FORM = '<form method="post" action="{{ action }}"><input name="token" value="{{ token }}"></form>'
PLACE = "idpyoidc.server"


def configuration(issuer: str, folder: Path, people: dict[str, Any]) -> dict[str, Any]:
    """What idpyoidc is told."""
    (folder / "login.jinja2").write_text(FORM)
    secret_ways = ["client_secret_basic", "private_key_jwt"]
    return {
        "issuer": issuer,
        "template_dir": str(folder),
        "keys": {
            "key_defs": [
                {"type": "RSA", "use": ["sig"]},
                {"type": "EC", "crv": "P-256", "use": ["sig"]},
            ],
            "uri_path": "jwks",
        },
        "preference": {"subject_types_supported": ["public"]},
        "authz": {
            "class": f"{PLACE}.authz.AuthzHandling",
            "kwargs": {
                "grant_config": {
                    "usage_rules": {
                        "authorization_code": {
                            "supports_minting": ["access_token", "id_token"],
                            "max_usage": 1,
                        },
                        "access_token": {},
                    },
                    "expires_in": 300,
                }
            },
        },
        "add_on": {
            "pkce": {
                "function": f"{PLACE}.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_methods": {"S256": None}},
            },
            "custom_scopes": {
                "function": f"{PLACE}.oidc.add_on.custom_scopes.add_custom_scopes",
                "kwargs": {"identity": ["verified_claims"]},
            },
        },
        "authentication": {
            "user": {
                "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocolPassword",
                "class": f"{PLACE}.user_authn.user.UserPassJinja2",
                "kwargs": {
                    "verify_endpoint": "/verify",
                    "template": "login.jinja2",
                    "db": {
                        "class": f"{PLACE}.util.JSONDictDB",
                        "kwargs": {"filename": str(folder / "passwords.json")},
                    },
                },
            }
        },
        "claims_interface": {"class": f"{PLACE}.session.claims.ClaimsInterface", "kwargs": {}},
        "endpoint": {
            "provider_config": {
                "path": ".well-known/openid-configuration",
                "class": f"{PLACE}.oidc.provider_config.ProviderConfiguration",
                "kwargs": {"client_authn_method": None},
            },
            "authorization": {
                "path": "authorization",
                "class": f"{PLACE}.oidc.authorization.Authorization",
                "kwargs": {
                    "client_authn_method": None,
                    "claims_parameter_supported": True,
                    "response_types_supported": ["code"],
                },
            },
            "token": {
                "path": "token",
                "class": f"{PLACE}.oidc.token.Token",
                "kwargs": {"client_authn_method": secret_ways},
            },
            "userinfo": {"path": "userinfo", "class": f"{PLACE}.oidc.userinfo.UserInfo", "kwargs": {}},
        },
        "token_handler_args": {
            "key_conf": {"key_defs": [{"type": "oct", "bytes": 24, "use": ["enc"], "kid": "code"}]},
            "code": {"kwargs": {"lifetime": 60}},
            "token": {"class": f"{PLACE}.token.jwt_token.JWTToken", "kwargs": {"lifetime": 300}},
            "id_token": {
                "class": f"{PLACE}.token.id_token.IDToken",
                # What it answers to the claims parameter of our first client.
                "kwargs": {"enable_claims_per_client": True},
            },
        },
        "userinfo": {
            "class": f"{PLACE}.user_info.UserInfo",
            "kwargs": {"db": {login: {"sub": login, **each["claims"]} for login, each in people.items()}},
        },
    }


def clients(folder: Path, redirect_uri: str) -> dict[str, Any]:
    """Who may ask."""
    both = {
        "redirect_uris": [(redirect_uri, {})],
        "response_types": ["code"],
        "response_types_supported": ["code"],
        "allowed_scopes": ["openid", "identity"],
    }
    return {
        CLIENT: {
            "client_secret": SECRET,
            "token_endpoint_auth_method": "client_secret_basic",
            "id_token_signed_response_alg": "RS256",
            "add_claims": {"always": {"id_token": ["verified_claims"]}, "by_scope": {"id_token": False}},
            **both,
        },
        KEY_CLIENT: {
            "token_endpoint_auth_method": "private_key_jwt",
            "id_token_signed_response_alg": "ES256",
            "jwks": json.loads((folder / "client-jwks.json").read_text()),
            **both,
        },
    }


class Handler(BaseHTTPRequestHandler):
    """Carries requests to idpyoidc and answers back."""

    op: Server

    def do_GET(self) -> None:
        self._answer(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(dict(parse_qsl(body)))

    def _answer(self, given: dict[str, str]) -> None:
        path = urlsplit(self.path).path.strip("/")
        if path == "jwks":
            return self._send(200, self.op.keyjar.export_jwks_as_json().encode(), "application/json")
        if path == "verify":
            return self._verify(given)
        endpoint = next((each for each in self.op.endpoint.values() if each.endpoint_path == path), None)
        if endpoint is None:
            return self._send(404, b"", "text/plain")
        told = {
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "method": self.command,
            "url": self.path,
        }
        try:
            request = endpoint.parse_request(given, http_info=told)
            if "error" in request:
                return self._send(400, request.to_json().encode(), "application/json")
            if endpoint.name == "token":
                request = AccessTokenRequest(**request)
            made = endpoint.process_request(request, http_info=told)
        except Exception as fault:  # noqa: BLE001 (whatever it is, the client is told no)
            refused = {"error": "invalid_client" if endpoint.name == "token" else "invalid_request"}
            sys.stderr.write(f"{fault!r}\n")
            return self._send(401, json.dumps(refused).encode(), "application/json")
        if "http_response" in made:
            return self._send(200, made["http_response"].encode(), "text/html")
        if "error" in made:
            return self._send(400, made.to_json().encode(), "application/json")
        return self._respond(endpoint, request, made)

    def _verify(self, given: dict[str, str]) -> None:
        """A login form comes back."""
        method = self.op.context.authn_broker.get_method_by_id("user")
        try:
            login = method.verify(**given)
        except Exception:  # noqa: BLE001 (the same)
            return self._send(403, b"wrong password", "text/plain")
        kept = method.unpack_token(given["token"])
        request = AuthorizationRequest().from_urlencoded(kept["query"])
        endpoint = self.op.endpoint["authorization"]
        session = endpoint.create_session(request, login, kept["authn_class_ref"], kept["iat"], method)
        made = endpoint.authz_part2(request=request, session_id=session)
        return self._respond(endpoint, request, made)

    def _respond(self, endpoint: Any, request: Any, made: dict[str, Any]) -> None:
        answer = endpoint.do_response(request=request, **made)
        if answer.get("response_placement", endpoint.response_placement) == "url":
            self.send_response(302)
            self.send_header("Location", answer["response"])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        media_type = {name.lower(): value for name, value in answer["http_headers"]}["content-type"]
        body = answer["response"]
        self._send(200, body.encode() if isinstance(body, str) else body, media_type)

    def _send(self, status: int, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Listens, says where, and answers until it is ended."""
    folder, redirect_uri = Path(sys.argv[1]), sys.argv[2]
    warnings.simplefilter("ignore")
    people = json.loads((folder / "people.json").read_text())
    (folder / "passwords.json").write_text(
        json.dumps({login: each["password"] for login, each in people.items()})
    )
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    http.socket = context.wrap_socket(http.socket, server_side=True)
    issuer = f"https://localhost:{http.server_address[1]}"
    told = configuration(issuer, folder, people)
    Handler.op = Server(OPConfiguration(conf=told, base_path=str(folder)), cwd=str(folder))
    context_of_op = Handler.op.context
    for name, client in clients(folder, redirect_uri).items():
        context_of_op.cdb[name] = client
        if "jwks" in client:
            Handler.op.keyjar.import_jwks(client["jwks"], name)
        else:
            Handler.op.keyjar.add_symmetric(name, client["client_secret"])
    sys.stdout.write(f"identity provider listening on {issuer} (pid {os.getpid()})\n")
    sys.stdout.flush()
    http.serve_forever()


if __name__ == "__main__":
    main()

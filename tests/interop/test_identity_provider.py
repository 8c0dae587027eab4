"""A person is verified by somebody else's identity provider: idpyoidc, in a process of its own, over TLS.

The browser's part is played with urllib3: it opens the address, fills in the login form, and follows nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import urllib3
from joserfc.jwk import ECKey

from openesim.adapters.http_client.oidc import OidcHttpProvider, OidcSettings
from openesim.adapters.keystore.tls import TlsMaterial
from openesim.apps.demo.programs import Program
from openesim.conditions.identity.findings import Doubt, Findings, NotVerified
from openesim.conditions.identity.verifier_texts import Trouble, trouble_of
from openesim.conditions.rules.words import Assurance, DocumentKind, Group
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import PeerError, VerificationError
from openesim.kernel.secret import Secret
from openesim.services.conditions.persons.verifiers import Completed, OidcVerifier
from openesim.services.conditions.rules.book import RuleBook
from tests.support import verifying
from tests.support.memory_flows import FlowWork
from tests.support.verifying import BROWSER, CASE, NAME, NUMBER, POLICY, REDIRECT, SetClock, verified_claims

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

CLIENT, SECRET, KEY_CLIENT = "openesim", "a-secret-of-the-client", "openesim-by-key"
PROGRAM = Path(__file__).resolve().parents[1] / "support" / "identity_provider.py"
PASSWORD = "geheim"

PEOPLE = {
    "whole": {"verified_claims": verified_claims()},
    "plain": {"name": "Nobody Verified"},
    "foreign": {
        "verified_claims": verified_claims(document="passport", country="DEU", number="c01x00t47", born=None)
    },
    "mistyped": {"verified_claims": verified_claims(number=NUMBER[:-1] + "9")},
    "unbelieved": {"verified_claims": verified_claims(framework="hearsay")},
}


@dataclass
class Side:
    """The provider as a process, and our key there."""

    program: Program
    issuer: str
    key: bytes
    trust: bytes

    def settings(self, client_id: str = CLIENT, **changed: Any) -> OidcSettings:
        known: dict[str, Any] = {"client_secret": Secret(SECRET)}
        if client_id == KEY_CLIENT:
            known = {"client_key": Secret(self.key)}
        return OidcSettings(
            **({"issuer": self.issuer, "client_id": client_id, "redirect_uri": REDIRECT} | known | changed)
        )

    def verifier(self, settings: OidcSettings | None = None, work: FlowWork | None = None) -> OidcVerifier:
        provider = OidcHttpProvider(settings or self.settings(), POLICY, verifying.options())
        return OidcVerifier(work or FlowWork(), Ambient(SetClock(), os.urandom), provider, POLICY, RuleBook())

    def log_in(self, address: str, login: str, password: str = PASSWORD) -> dict[str, str]:
        """Does what a browser does, and returns the query that it comes back with."""
        http = urllib3.PoolManager(ca_cert_data=self.trust.decode(), retries=False)
        page = http.request("GET", address).data.decode()
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token is not None, page
        form = {"token": token[1], "username": login, "password": password}
        answer = http.request(
            "POST", f"{self.issuer}/verify", fields=form, encode_multipart=False, redirect=False
        )
        assert answer.status == 302, answer.data
        location = answer.headers["Location"]
        assert location.startswith(REDIRECT + "?")
        return dict(parse_qsl(urlsplit(location).query))


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    folder = tmp_path_factory.mktemp("provider")
    leaf, ci = verifying.localhost()
    TlsMaterial(leaf).write(folder)
    key = ECKey.generate_key("P-256", auto_kid=False)
    public = key.as_dict(private=False, use="sig", kid=key.thumbprint(), alg="ES256")
    (folder / "client-jwks.json").write_text(json.dumps({"keys": [public]}))
    told = {login: {"password": PASSWORD, "claims": claims} for login, claims in PEOPLE.items()}
    (folder / "people.json").write_text(json.dumps(told))
    command = [sys.executable, str(PROGRAM), str(folder), REDIRECT]
    program = Program("identity provider", command, folder / "log")
    try:
        issuer = program.wait_until_said(r"listening on (\S+) \(pid").group(1)
        pem = key.as_pem(private=True)
        yield Side(program, issuer, pem, ssl.DER_cert_to_PEM_cert(ci).encode())
    finally:
        program.stop()


async def verify(side: Side, verifier: OidcVerifier, login: str) -> Completed:
    """Goes the whole way."""
    address = await verifier.begin(CASE, BROWSER, "zh-CN")
    return await verifier.complete(side.log_in(address, login), BROWSER)


def test_a_person_is_verified_by_claims_in_the_id_token(side: Side) -> None:
    done = asyncio.run(verify(side, side.verifier(), "whole"))
    assert done.case_id == CASE
    assert done.outcome == Findings(
        verifier="oidc:bank",
        group=Group.NATIONAL,
        document=DocumentKind.RESIDENT_ID,
        number=Secret(NUMBER),
        name=Secret(NAME),
        born=done.outcome.born,  # type: ignore[union-attr]
        assurance=frozenset({Assurance.DOCUMENT, Assurance.FACE_MATCH, Assurance.IN_PERSON}),
        reference="f24c6f-6d3f-4ec5-973e-b0d8506f3bc7",
        issuer="CHN",
    )


def test_a_key_proves_who_we_are_and_userinfo_has_the_claims(side: Side) -> None:
    """private_key_jwt, ES256, and claims that the provider gives for a scope."""
    settings = side.settings(KEY_CLIENT, scopes=("identity",), asks_claims=False)
    done = asyncio.run(verify(side, side.verifier(settings), "whole"))
    assert isinstance(done.outcome, Findings)
    assert done.outcome.name == Secret(NAME)


def test_a_passport_of_elsewhere_is_a_foreigners(side: Side) -> None:
    done = asyncio.run(verify(side, side.verifier(), "foreign"))
    assert isinstance(done.outcome, Findings)
    assert (done.outcome.group, done.outcome.document) == (Group.FOREIGN, DocumentKind.PASSPORT)
    assert done.outcome.number == Secret("C01X00T47")


@pytest.mark.parametrize(
    ("login", "doubt"),
    [
        ("plain", Doubt.CLAIMS_MISSING),
        ("unbelieved", Doubt.CLAIMS_MISSING),
        ("mistyped", Doubt.DOCUMENT_INVALID),
    ],
)
def test_a_login_alone_verifies_nobody(side: Side, login: str, doubt: Doubt) -> None:
    done = asyncio.run(verify(side, side.verifier(), login))
    assert done.outcome == NotVerified(verifier="oidc:bank", doubt=doubt)


def test_an_answer_is_taken_once(side: Side) -> None:
    async def twice() -> None:
        verifier = side.verifier()
        query = side.log_in(await verifier.begin(CASE, BROWSER), "whole")
        await verifier.complete(query, BROWSER)
        with pytest.raises(VerificationError) as refused:
            await verifier.complete(query, BROWSER)
        assert trouble_of(refused.value) is Trouble.FLOW_UNKNOWN

    asyncio.run(twice())


def test_a_code_that_was_used_is_refused_by_the_provider(side: Side) -> None:
    """Somebody put the flow back: the provider still knows its code."""

    async def twice() -> None:
        work = FlowWork()
        verifier = side.verifier(work=work)
        address = await verifier.begin(CASE, BROWSER)
        kept = dict(work.case_fields)
        query = side.log_in(address, "whole")
        await verifier.complete(query, BROWSER)
        work.case_fields.update(kept)
        with pytest.raises(VerificationError) as refused:
            await verifier.complete(query, BROWSER)
        assert trouble_of(refused.value) is Trouble.CODE_REFUSED

    asyncio.run(twice())


def test_a_code_is_worth_nothing_without_its_code_verifier(side: Side) -> None:
    """PKCE: the code of one flow is carried into another one of ours."""

    async def swapped() -> None:
        verifier = side.verifier()
        stolen = side.log_in(await verifier.begin(CASE, BROWSER), "whole")
        address = await verifier.begin("CASE0000CASE0002", BROWSER)
        state = dict(parse_qsl(urlsplit(address).query))["state"]
        with pytest.raises(VerificationError) as refused:
            await verifier.complete({**stolen, "state": state}, BROWSER)
        assert trouble_of(refused.value) is Trouble.CODE_REFUSED

    asyncio.run(swapped())


def test_a_wrong_secret_is_our_trouble_and_no_verdict(side: Side) -> None:
    settings = side.settings(client_secret=Secret("another-secret"))
    with pytest.raises(PeerError) as refused:
        asyncio.run(verify(side, side.verifier(settings), "whole"))
    assert trouble_of(refused.value) in {Trouble.REFUSES_US, Trouble.REFUSES_QUESTION}
    assert "another-secret" not in str(refused.value)


def test_a_redirect_to_elsewhere_is_refused_by_the_provider(side: Side) -> None:
    async def go() -> None:
        verifier = side.verifier(side.settings(redirect_uri="https://evil.example.com/"))
        address = await verifier.begin(CASE, BROWSER)
        http = urllib3.PoolManager(ca_cert_data=side.trust.decode(), retries=False)
        answer = http.request("GET", address, redirect=False)
        assert answer.status == 400
        assert "Location" not in answer.headers

    asyncio.run(go())


def test_a_provider_that_is_gone_is_unreachable(side: Side) -> None:
    settings = replace(side.settings(), issuer="https://localhost:1")
    with pytest.raises(PeerError) as refused:
        asyncio.run(side.verifier(settings).begin(CASE, BROWSER))
    assert trouble_of(refused.value) is Trouble.UNREACHABLE


def test_the_address_asks_for_verified_claims_and_says_nothing_of_anybody(side: Side) -> None:
    address = asyncio.run(side.verifier().begin(CASE, BROWSER, "zh-CN"))
    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["code_challenge_method"] == "S256"
    assert asked["ui_locales"] == "zh-CN"
    wanted = json.loads(asked["claims"])["userinfo"]["verified_claims"]
    assert wanted["verification"]["trust_framework"] == {"values": ["de_aml", "eidas"]}
    assert set(asked) == {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce"),
        *("code_challenge", "code_challenge_method", "claims", "ui_locales"),
    }
    assert urlencode({"n": NUMBER}) not in address

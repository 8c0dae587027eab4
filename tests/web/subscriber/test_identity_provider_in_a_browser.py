"""A subscriber is verified by somebody else's identity provider, in a real browser that goes there and comes back.

What a script cannot show: the page's policy lets the browser leave, and its session comes along when another site sends it
back. The provider is idpyoidc, in a process of its own, over TLS.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from joserfc.jwk import ECKey

from openesim.adapters.db.group_commit import SqliteWork
from openesim.adapters.http_client.oidc import OidcHttpProvider, OidcSettings
from openesim.adapters.keystore.tls import TlsMaterial
from openesim.apps.demo.programs import Program
from openesim.kernel.ambient import Ambient
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.persons.verifiers import Completed, OidcVerifier
from openesim.services.conditions.rules.book import RuleBook
from tests.support import verifying
from tests.support.database import WRAPPING, make_template, new_database
from tests.support.desks import LiveDesks, serving_desks
from tests.support.identity_provider import CLIENT, SECRET
from tests.support.rig import eid_of
from tests.support.subscriber_world import furnish, make_site
from tests.support.verifying import POLICY, SetClock, verified_claims

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.sockets, pytest.mark.slow, pytest.mark.system("chromium", "chromium")]

PROGRAM = Path(__file__).resolve().parents[2] / "support" / "identity_provider.py"
PASSWORD = "geheim"


class LateVerifier:
    """A verifier that is known once the provider runs: it has to be told first where the desks are."""

    name = POLICY.verifier

    def __init__(self) -> None:
        self.inner: Any = None

    async def begin(self, case_id: str, browser: Secret[str], language: str | None = None) -> str:
        address: str = await self.inner.begin(case_id, browser, language)
        return address

    async def complete(self, query: Mapping[str, str], browser: Secret[str]) -> Completed:
        done: Completed = await self.inner.complete(query, browser)
        return done

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[LiveDesks]:
    """Desks, and an identity provider that sends browsers back to them."""
    path, late = new_database(make_template(tmp_path), tmp_path), LateVerifier()
    leaf, _ = verifying.localhost()
    TlsMaterial(leaf).write(tmp_path)
    (tmp_path / "client-jwks.json").write_text(
        json.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=False)]})
    )
    chen = {"password": PASSWORD, "claims": {"verified_claims": verified_claims()}}
    (tmp_path / "people.json").write_text(json.dumps({"chen": chen}))
    with serving_desks(
        lambda: make_site(SqliteWork(path, WRAPPING), tmp_path, verifiers={"oidc:bank": late})
    ) as desks:
        desks.run(furnish(desks.site))
        redirect = f"{desks.address}/verify/oidc/bank"
        program = Program(
            "identity provider", [sys.executable, str(PROGRAM), str(tmp_path), redirect], tmp_path / "log"
        )
        try:
            issuer = program.wait_until_said(r"listening on (\S+) \(pid").group(1)
            settings = OidcSettings(
                issuer=issuer, client_id=CLIENT, redirect_uri=redirect, client_secret=Secret(SECRET)
            )
            provider = OidcHttpProvider(settings, POLICY, verifying.options())
            late.inner = OidcVerifier(
                desks.site.work, Ambient(SetClock(), os.urandom), provider, POLICY, RuleBook()
            )
            yield desks
        finally:
            program.stop()


def test_a_browser_goes_to_the_bank_and_comes_back_verified(bank: LiveDesks, browser: Browser) -> None:
    token = bank.token(Role.SUBSCRIBER)
    plan = next(each for each in bank.site.parts.conditions.plans.offered() if each.name == "go")
    context = browser.new_context(base_url=bank.address, ignore_https_errors=True, locale="en-GB")
    context.add_cookies(
        [{"name": "session", "value": token, "url": bank.address, "httpOnly": True, "sameSite": "Lax"}]
    )
    page = context.new_page()
    try:
        page.goto(f"/subscriber/plans/{plan.plan_id}/device")
        page.locator("#field-eid").fill(str(eid_of(601)))
        page.locator("input[value=elsewhere]").check()
        page.locator("main form .buttons button").first.click()
        page.locator("main form .buttons button").first.click()
        page.locator("input[value='oidc:bank']").check()
        page.locator("#field-notice-risk").check()
        page.locator("main form .buttons button").first.click()
        page.get_by_role("link", name="Go to Harbour Bank").click()
        page.wait_for_url("https://localhost:*/**")
        page.evaluate(
            """([login, password]) => {
                const form = document.forms[0];
                for (const [name, value] of [["username", login], ["password", password]]) {
                    const field = document.createElement("input");
                    field.name = name;
                    field.value = value;
                    form.append(field);
                }
                form.submit();
            }""",
            ["chen", PASSWORD],
        )
        page.wait_for_url("**/subscriber/applications/*")
        assert page.get_by_text("You were verified.").is_visible()
        page.get_by_role("link", name="Check and order").click()
        page.locator("main form .buttons button").first.click()
        assert page.locator(".qr-card-text code").inner_text().startswith("LPA:1$")
    finally:
        context.close()

"""Sections of the configuration become verifiers, or say in a line what is wrong with them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from openesim.apps.config import Config, find_config, read_config
from openesim.apps.config_check import Verdict, check_configuration
from openesim.apps.config_pages import masked_values, show
from openesim.apps.verifiers import build_verifiers, claims_policy, verifier_titles
from openesim.conditions.rules.words import Assurance, DocumentKind
from openesim.kernel.ambient import Ambient
from openesim.kernel.errors import ConfigError
from openesim.services.conditions.persons.verifiers import AskingVerifier, OidcVerifier, Verifier
from openesim.services.conditions.rules.book import RuleBook
from tests.support.memory_flows import FlowWork
from tests.support.verifying import SetClock

OIDC = """
[verifiers.oidc.bank]
issuer = "https://id.bank.example"
client_id = "openesim"
redirect_uri = "https://desk.example.com/verify/oidc/bank"
client_secret_file = "secret"
frameworks = { de_aml = [], eidas = ["electronic-id"] }
"""
AUTHORITY = """
[verifiers.authority.register]
address = "https://register.example.gov/api"
token_file = "secret"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("a-secret-of-sixteen\n")
    (tmp_path / "key.pem").write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return tmp_path


def read(folder: Path, text: str) -> Config:
    (folder / "openesim.toml").write_text(text, encoding="utf-8")
    return read_config(folder)


def build(folder: Path, text: str) -> dict[str, Verifier]:
    return build_verifiers(read(folder, text), FlowWork(), Ambient(SetClock(), os.urandom), RuleBook())


def faults(folder: Path, text: str) -> str:
    (folder / "openesim.toml").write_text(text, encoding="utf-8")
    _, found = find_config(folder)
    return "\n".join(map(str, found))


def test_nobody_but_clerks_verifies_where_nothing_is_said(folder: Path) -> None:
    assert build(folder, "") == {}


def test_sections_become_verifiers_by_their_names(folder: Path) -> None:
    found = build(folder, OIDC + AUTHORITY)
    assert set(found) == {"oidc:bank", "authority:register"}
    assert isinstance(found["oidc:bank"], OidcVerifier)
    asking: AskingVerifier = found["authority:register"]  # type: ignore[assignment]
    assert asking.name == "authority:register"


def test_what_is_believed_stands_in_the_section(folder: Path) -> None:
    more = 'country = "D"\noldest_days = 90\ndocuments = { driving_permit = "national-id" }\n'
    section = read(folder, OIDC + more).verifiers.oidc["bank"]
    policy = claims_policy("bank", section)
    assert policy.frameworks == {"de_aml": frozenset(), "eidas": {Assurance.ELECTRONIC_ID}}
    assert policy.home == "DEU"
    assert policy.documents == {"driving_permit": DocumentKind.NATIONAL_ID}
    assert policy.oldest is not None
    assert policy.oldest.days == 90


def test_a_key_takes_the_place_of_a_secret(folder: Path) -> None:
    assert build(folder, OIDC.replace("client_secret_file", "client_key").replace('"secret"', '"key.pem"'))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OIDC.replace('client_secret_file = "secret"\n', ""), "client_secret_file or client_key"),
        (OIDC + 'client_key = "key.pem"\n', "one of them"),
        (OIDC.replace('"secret"', '"nowhere"'), "cannot be read"),
        (OIDC.replace('client_secret_file = "secret"', 'client_key = "secret"'), "private key"),
        (OIDC.replace('{ de_aml = [], eidas = ["electronic-id"] }', "{}"), "frameworks"),
        (OIDC + 'country = "Deutschland"\n', "country"),
        (OIDC.replace("https://id.bank", "http://id.bank"), "https address"),
        (AUTHORITY.replace('token_file = "secret"\n', ""), "has to know us"),
        (AUTHORITY + 'certificate = "key.pem"\n', "go together"),
        (AUTHORITY + 'certificate = "none.pem"\nkey = "key.pem"\n', "is not there"),
        (AUTHORITY.replace("https://register", "http://register"), "https address"),
        (AUTHORITY + 'trust = ["secret"]\n', "no certificate"),
    ],
)
def test_a_section_that_contradicts_itself_is_told(folder: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        build(folder, text)
    assert "a-secret-of-sixteen" not in str(refused.value)


@pytest.mark.parametrize("octets", [b"", b"short\n", b"two\nlines of it", "秘密秘密秘密秘密".encode()])
def test_a_secret_is_one_line(folder: Path, octets: bytes) -> None:
    (folder / "secret").write_bytes(octets)
    with pytest.raises(ConfigError, match="one line"):
        build(folder, AUTHORITY)


def test_a_verifier_has_a_title_in_the_languages_of_the_pages(folder: Path) -> None:
    text = OIDC + 'title = { en = "Harbour Bank", zh = "海港银行" }\n' + AUTHORITY
    assert verifier_titles(read(folder, text)) == {
        "oidc:bank": {"en": "Harbour Bank", "zh": "海港银行"},
        "authority:register": {},
    }
    assert set(build(folder, text)) == {"oidc:bank", "authority:register"}


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ('{ de = "Hafenbank" }', "[verifiers.oidc.bank] title: there are no pages in de"),
        ('{ en = " " }', "[verifiers.oidc.bank] title en: 1 to 60 printable characters are needed"),
        ('{ zh = "a\\u202eb" }', "[verifiers.oidc.bank] title zh: 1 to 60 printable characters are needed"),
        (
            f'{{ en = "{"x" * 61}" }}',
            "[verifiers.oidc.bank] title en: 1 to 60 printable characters are needed",
        ),
    ],
)
def test_a_title_that_no_page_can_show_is_refused(folder: Path, title: str, told: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(told)):
        build(folder, f"{OIDC}title = {title}\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OIDC.replace("bank]", "Bank_1]"), "[verifiers.oidc] Bank_1: a name has 1 to 32 small letters"),
        (
            OIDC.replace('issuer = "https://id.bank.example"\n', ""),
            "[verifiers.oidc.bank] issuer: is missing",
        ),
        (OIDC.replace("client_id", "client_ide"), "did you mean client_id"),
        (OIDC.replace("electronic-id", "eid"), 'one of "document"'),
        (OIDC.replace("https://id.bank.example", "id.bank.example"), "is not an address"),
        ("[verifiers]\noidc = 1\n", "here are sections, such as [verifiers.oidc.NAME]"),
        ("[verifiers.oidc]\nbank = 1\n", "this is a section, [verifiers.oidc.bank]"),
        ("[verifiers.oidcs.bank]\n", "did you mean oidc"),
    ],
)
def test_what_is_wrong_in_a_section_is_told_by_its_field(folder: Path, text: str, told: str) -> None:
    assert told in faults(folder, text)


def test_what_holds_is_told_with_every_section(folder: Path) -> None:
    config = read(folder, OIDC + AUTHORITY)
    text = show(config, {"verifiers": {"oidc": {"bank": {"client_id": "openesim"}}}})
    assert "[verifiers.oidc.bank]\n" in text
    assert 'client_id = "openesim"\n' in text
    assert 'frameworks = { de_aml = [], eidas = ["electronic-id"] }' in text
    assert "[verifiers.authority.register]\n" in text
    assert "NAME" not in text
    told = masked_values(config)["verifiers"]
    assert told["oidc"]["bank"]["frameworks"] == {"de_aml": [], "eidas": ["electronic-id"]}
    assert told["authority"]["register"]["sandbox"] is False


def test_the_check_looks_at_verifiers_and_asks_nobody(folder: Path) -> None:
    lab = AUTHORITY.replace("register]", "lab]") + "sandbox = true\n"
    read(folder, OIDC + AUTHORITY + lab)
    found = [each for each in check_configuration(folder, is_running=True) if each.subject == "verifiers"]
    assert [(each.verdict, each.message.partition(":")[0]) for each in found] == [
        (Verdict.OK, "oidc bank is well described"),
        (Verdict.OK, "authority register is well described"),
        (Verdict.WARNING, "authority lab"),
    ]
    (folder / "secret").unlink()
    found = [each for each in check_configuration(folder, is_running=True) if each.subject == "verifiers"]
    assert [each.verdict for each in found] == [Verdict.ERROR]

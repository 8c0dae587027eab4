"""Wiring of verifiers: what stands in ``[verifiers]``, made to verify."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from openesim.adapters.http_client.authority import AuthorityHttpVerifier, AuthoritySettings
from openesim.adapters.http_client.json_calls import CallOptions
from openesim.adapters.http_client.oidc import OidcHttpProvider, OidcSettings
from openesim.adapters.http_client.trust import Present, client_certificate, read_certificates
from openesim.apps.config import AuthorityVerifierSection, OidcVerifierSection
from openesim.conditions.identity.countries import country_code
from openesim.conditions.identity.verified_claims import ClaimsPolicy
from openesim.kernel.errors import ConfigError
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.explained.entries import Language
from openesim.services.conditions.persons.verifiers import Days, OidcVerifier, Verifier

if TYPE_CHECKING:
    from openesim.apps.config import Config
    from openesim.kernel.ambient import Ambient
    from openesim.services.ports import AnyWork

_LEAST_SECRET = 8
_LONGEST_TITLE = 60


def build_verifiers(config: Config, work: AnyWork, ambient: Ambient, days: Days) -> dict[str, Verifier]:
    """Return the verifiers of a configuration, by the names that cases have them under: ``oidc:…``, ``authority:…``.

    Nobody is asked anything yet.

    Raises:
        ConfigError: a section contradicts itself, or names a file that cannot be used.
    """
    found: dict[str, Verifier] = {}
    verifier_titles(config)
    for name, section in config.verifiers.oidc.items():
        policy = claims_policy(name, section)
        provider = identity_provider(name, section)
        found[policy.verifier] = OidcVerifier(work, ambient, provider, policy, days)
    for name, asked in config.verifiers.authority.items():
        verifier = authority_verifier(name, asked)
        found[verifier.name] = verifier
    return found


def verifier_titles(config: Config) -> dict[str, dict[str, str]]:
    """Return what people read in the place of verifiers' names, by name as cases have them, then by language.

    Raises:
        ConfigError: a title in a language that no page is in, or one that cannot be shown.
    """
    verifiers = config.verifiers
    found = {f"oidc:{name}": section.title for name, section in verifiers.oidc.items()}
    found |= {f"authority:{name}": section.title for name, section in verifiers.authority.items()}
    for name, title in found.items():
        _verify_title(f"[verifiers.{name.replace(':', '.')}] title", title)
    return found


def _verify_title(where: str, title: dict[str, str]) -> None:
    for language, text in title.items():
        if language not in set(Language):
            raise ConfigError(f"{where}: there are no pages in {language}; the languages are en and zh")
        if not text.strip() or len(text) > _LONGEST_TITLE or not text.isprintable():
            raise ConfigError(f"{where} {language}: 1 to {_LONGEST_TITLE} printable characters are needed")


def claims_policy(name: str, section: OidcVerifierSection) -> ClaimsPolicy:
    """Return what is believed of a provider's claims.

    Raises:
        ConfigError: nothing is.
    """
    if not section.frameworks:
        raise ConfigError(f"[verifiers.oidc.{name}] frameworks: name at least one that is believed")
    country = country_code(section.country)
    if country is None:
        raise ConfigError(f"[verifiers.oidc.{name}] country: two or three letters are needed, such as CN")
    oldest = section.oldest_days
    return ClaimsPolicy(
        verifier=f"oidc:{name}",
        frameworks={word: frozenset(granted) for word, granted in section.frameworks.items()},
        home=country,
        documents=section.documents,
        oldest=None if oldest is None else timedelta(days=oldest),
    )


def identity_provider(name: str, section: OidcVerifierSection) -> OidcHttpProvider:
    """Return the provider of a section; it is asked nothing yet.

    Raises:
        ConfigError: the section contradicts itself, or names a file that cannot be used.
    """
    where = f"[verifiers.oidc.{name}]"
    if (section.client_secret_file is None) == (section.client_key is None):
        raise ConfigError(f"{where}: name client_secret_file or client_key, one of them")
    secret = section.client_secret_file
    settings = OidcSettings(
        issuer=section.issuer,
        client_id=section.client_id,
        redirect_uri=section.redirect_uri,
        client_secret=None if secret is None else _read_secret(secret, f"{where} client_secret_file"),
        client_key=None
        if section.client_key is None
        else _read_octets(section.client_key, f"{where} client_key"),
        scopes=section.scopes,
        asks_claims=section.claims_parameter,
        hosts=frozenset(section.hosts),
    )
    try:
        return OidcHttpProvider(settings, claims_policy(name, section), _options(section, None))
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def authority_verifier(name: str, section: AuthorityVerifierSection) -> AuthorityHttpVerifier:
    """Return the verifier of a section; it is asked nothing yet.

    Raises:
        ConfigError: the section contradicts itself, or names a file that cannot be used.
    """
    where = f"[verifiers.authority.{name}]"
    if (section.certificate is None) != (section.key is None):
        raise ConfigError(f"{where}: certificate and key go together")
    if section.token_file is None and section.certificate is None:
        raise ConfigError(f"{where}: the authority has to know us: name token_file, or certificate and key")
    present: Present | None = None
    if section.certificate is not None and section.key is not None:
        for file in (section.certificate, section.key):
            if not file.is_file():
                raise ConfigError(f"{where}: {file} is not there")
        present = client_certificate(section.certificate, section.key)
    token = section.token_file
    settings = AuthoritySettings(
        name=f"authority:{name}",
        address=section.address,
        token=None if token is None else _read_secret(token, f"{where} token_file"),
        is_sandbox=section.sandbox,
    )
    try:
        return AuthorityHttpVerifier(settings, _options(section, present))
    except ConfigError as error:
        raise ConfigError(f"{where} address: {error}") from None


def _options(section: OidcVerifierSection | AuthorityVerifierSection, present: Present | None) -> CallOptions:
    return CallOptions(
        trust=tuple(octets for path in section.trust for octets in read_certificates(path)),
        uses_system_roots=section.uses_system_roots,
        is_plain=section.plain_http,
        present=present,
        in_all_s=section.timeout_s,
        connect_timeout_s=min(5.0, section.timeout_s),
    )


def _read_secret(path: Path, field: str) -> Secret[str]:
    """Return the first line of a file.

    Raises:
        ConfigError: it cannot be read, or holds nothing that could be a secret.
    """
    text = _read_octets(path, field).reveal().decode("utf-8", "replace").strip()
    if len(text) < _LEAST_SECRET or not text.isascii() or not text.isprintable():
        raise ConfigError(f"{field}: {path} holds one line of {_LEAST_SECRET} or more printable characters")
    return Secret(text)


def _read_octets(path: Path, field: str) -> Secret[bytes]:
    try:
        return Secret(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{field}: {path} cannot be read: {error.strerror}") from None

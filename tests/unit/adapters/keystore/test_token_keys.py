"""Keys that sign and wrap in a token, and cannot be taken out. On SoftHSM2."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openesim.adapters.keystore.data_key import KeyFile
from openesim.adapters.keystore.files import PkiFolder, init_pki
from openesim.adapters.keystore.key_ring import KeyRing
from openesim.adapters.keystore.pkcs11 import Token
from openesim.adapters.keystore.token_keys import (
    TokenKeys,
    TokenSigners,
    generate_signing_key,
    import_signing_key,
    list_keys,
)
from openesim.kernel.errors import ConfigError, VerificationError
from openesim.kernel.secret import Secret
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.pki.world import Issued, certify_server, make_world
from tests.support.rig import entropy_of
from tests.support.softhsm import NEEDED, new_token, softhsm

__all__ = ["new_token", "softhsm"]

pytestmark = NEEDED

NewToken = Callable[..., Token]

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DATA_KEY = Secret(bytes(range(32)))
KEK = "openesim-kek"


@pytest.fixture(scope="module")
def world() -> dict[str, Issued]:
    return make_world(Curve.BRAINPOOL_P256R1, entropy_of("world"), NOW)


@pytest.mark.parametrize("curve", Curve)
def test_a_key_made_in_the_token_signs_and_never_leaves(new_token: NewToken, curve: Curve) -> None:
    token = new_token(f"made-{curve.name}")
    ci = make_world(curve, entropy_of("ci"), NOW)["ci"]
    key = generate_signing_key(token, curve, "openesim dpauth")
    certificate = certify_server(ci, "dpauth", key, entropy_of("serial"), NOW)
    certificate.verify_signed_by(ci.certificate.public_key)
    signer = TokenSigners(token).find("nist/dpauth", certificate)
    assert signer is not None
    signature = signer.sign(b"message")
    assert len(signature) == 64
    verify_signature(certificate.public_key, b"message", signature)
    assert [(each.label, each.can_leave) for each in list_keys(token)] == [("openesim dpauth", False)]
    with pytest.raises(Exception, match="AttributeSensitive"):
        token.run(_read_value)


def _read_value(opened: object) -> bytes:
    import pkcs11

    (key,) = opened.session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY})  # type: ignore[attr-defined]
    return bytes(key[pkcs11.Attribute.VALUE])


def test_a_key_that_is_brought_twice_is_there_once(new_token: NewToken, world: dict[str, Issued]) -> None:
    token = new_token("twice")
    for _ in range(2):
        import_signing_key(token, world["dppb"].private_key, "openesim dppb")
    assert [each.can_leave for each in list_keys(token)] == [False]
    signer = TokenSigners(token).find("brainpool/dppb", world["dppb"].certificate)
    assert signer is not None
    verify_signature(world["dppb"].certificate.public_key, b"x", signer.sign(b"x"))


def test_a_certificate_whose_key_is_elsewhere_has_no_signer(
    new_token: NewToken, world: dict[str, Issued]
) -> None:
    assert TokenSigners(new_token("empty")).find("brainpool/dpauth", world["dpauth"].certificate) is None


def test_a_key_that_does_not_fit_its_certificate_is_refused(
    new_token: NewToken, world: dict[str, Issued]
) -> None:
    token = new_token("unfit")
    import_signing_key(token, world["dppb"].private_key, "the other one")
    signers = TokenSigners(token, {"brainpool/dpauth": "the other one"})
    with pytest.raises(ConfigError, match=r"brainpool/dpauth\.pem: the key in the token unfit") as caught:
        signers.find("brainpool/dpauth", world["dpauth"].certificate)
    assert caught.value.explanation is not None


def test_a_label_that_no_key_has_is_refused(new_token: NewToken, world: dict[str, Issued]) -> None:
    signers = TokenSigners(new_token("nolabel"), {"brainpool/dpauth": "nobody's"})
    with pytest.raises(ConfigError, match="nobody's"):
        signers.find("brainpool/dpauth", world["dpauth"].certificate)


def test_a_pki_folder_without_key_files_shows_what_the_token_signs(
    new_token: NewToken, tmp_path: Path
) -> None:
    token = new_token("folder")
    before = init_pki(tmp_path / "pki", entropy_of("pki"), NOW)
    for each in before.sets:
        for label in ("dpauth", "dppb", "dsauth"):
            import_signing_key(token, each.issued[label].private_key, f"{each.path.name}/{label}")
    with_both = PkiFolder(tmp_path / "pki", NOW, TokenSigners(token).find)
    assert sum("though the token has it" in finding for finding in with_both.findings) == 6
    for each in before.sets:
        for label in ("dpauth", "dppb", "dsauth"):
            (each.path / f"{label}.key").unlink()
    folder = PkiFolder(tmp_path / "pki", NOW, TokenSigners(token).find)
    assert folder.findings == ()
    assert len(folder.server_identities) == len(folder.smds_identities) == 2
    for identity in folder.server_identities:
        for credential in filter(None, (identity.auth, identity.binding)):
            verify_signature(credential.certificate.public_key, b"m", credential.signer.sign(b"m"))
    assert PkiFolder(tmp_path / "pki", NOW).server_identities == ()


# --- the key-encryption key ---


def test_what_the_token_wrapped_it_unwraps(new_token: NewToken) -> None:
    token = new_token("wrap")
    keys = TokenKeys(token, KEK)
    keys.begin()
    keys.begin()
    wrapped = keys.wrap(DATA_KEY)
    assert len(wrapped) == 40
    assert DATA_KEY.reveal() not in wrapped
    assert TokenKeys(token, KEK).unwrap(wrapped) == DATA_KEY
    assert keys.name_of(wrapped) == keys.names()[0]
    assert [(each.kind, each.can_leave) for each in list_keys(token)] == [("wrapping", False)]


def test_without_a_key_nothing_is_wrapped(new_token: NewToken) -> None:
    keys = TokenKeys(new_token("none"), KEK)
    assert keys.names() == []
    for ask in (lambda: keys.wrap(DATA_KEY), lambda: keys.unwrap(bytes(40))):
        with pytest.raises(ConfigError, match=f"has no key {KEK}"):
            ask()


@pytest.mark.parametrize("wrapped", [bytes(40), b"", b"short", bytes(4000)])
def test_what_stands_under_another_key_is_not_opened(new_token: NewToken, wrapped: bytes) -> None:
    keys = TokenKeys(new_token(f"other-{len(wrapped)}"), KEK)
    keys.begin()
    with pytest.raises(VerificationError, match="opens a data key"):
        keys.unwrap(wrapped)
    assert keys.name_of(wrapped) is None
    assert keys.unwrap(keys.wrap(DATA_KEY)) == DATA_KEY


def test_a_new_key_wraps_and_the_one_before_is_accepted_until_it_is_forgotten(new_token: NewToken) -> None:
    token = new_token("renew")
    keys, elsewhere = TokenKeys(token, KEK), TokenKeys(token, KEK)
    keys.begin()
    old = keys.wrap(DATA_KEY)
    assert elsewhere.unwrap(old) == DATA_KEY
    first = keys.names()[0]
    second = keys.renew()
    assert keys.names() == [second, first]
    new = elsewhere.wrap(DATA_KEY)
    assert [elsewhere.name_of(each) for each in (new, old)] == [second, first]
    assert keys.unwrap(old) == keys.unwrap(new) == DATA_KEY
    keys.forget(first)
    assert elsewhere.unwrap(new) == DATA_KEY
    with pytest.raises(VerificationError):
        elsewhere.unwrap(old)


def test_a_database_moves_from_a_file_to_a_token(new_token: NewToken, tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys" / "subscriptions.key")
    file.make(entropy_of("file"))
    in_file = KeyRing(file).wrap(DATA_KEY)
    ring = KeyRing(TokenKeys(new_token("move"), KEK), file)
    assert ring.unwrap(in_file) == DATA_KEY
    ring.renew()
    in_token = ring.rewrap(in_file)
    assert in_token is not None
    assert ring.rewrap(in_token) is None
    assert ring.unwrap(in_token) == DATA_KEY
    current, old = ring.names()
    assert (current.split("-")[0], old.split("-")[0]) == ("token", "file")
    with pytest.raises(ConfigError, match="wraps"):
        ring.forget(current)
    ring.forget(old)
    assert not (tmp_path / "keys" / "subscriptions.key").exists()
    assert ring.names() == [current]


def test_what_goes_wrong_in_the_token_is_not_taken_for_a_fault_of_tls(
    new_token: NewToken, world: dict[str, Issued]
) -> None:
    """The module and Python's TLS may stand on one OpenSSL, whose queue of errors is the thread's."""
    keys = TokenKeys(new_token("queue"), KEK)
    keys.begin()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for octets in (bytes(40), b"\xff" * 40):
        with pytest.raises(VerificationError):
            keys.unwrap(octets)
        context.load_verify_locations(cadata=world["ci"].certificate.octets)

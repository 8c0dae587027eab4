"""Which keys a data folder has: in files, in a token, or in both while it moves."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from openesim.adapters.keystore.data_key import KeyFile
from openesim.adapters.keystore.files import PkiFolder
from openesim.adapters.keystore.key_ring import KeyRing
from openesim.adapters.keystore.pkcs11 import Token, TokenPlace
from openesim.adapters.keystore.token_keys import TokenKeys, TokenSigners
from openesim.apps.config import config_path, data_folder, read_config
from openesim.apps.settings import KEY_FILE, token_pin
from openesim.kernel.errors import ConfigError, Explanation


def key_file(data: Path) -> KeyFile:
    """Return the key-encryption keys that a data folder has in a file; it need not be there yet."""
    return KeyFile(data_folder(data) / KEY_FILE)


def key_ring(data: Path) -> KeyRing:
    """Return the key-encryption keys of a data folder: those of the provider wrap, those of the other are accepted.

    Raises:
        ConfigError: the configuration names no token where one is needed.
    """
    keys, files = read_config(data).keys, key_file(data)
    if keys.module is None and keys.provider == "files":
        return KeyRing(files)
    in_token = TokenKeys(open_token(data), keys.wrapping_key)
    return KeyRing(in_token, files) if keys.provider == "pkcs11" else KeyRing(files, in_token)


def open_pki(pki: Path, data: Path) -> PkiFolder:
    """Read a PKI folder; keys of servers are looked for in the token that the data folder names.

    Raises:
        ConfigError: no PKI folder, something in it that does not fit, or a token that cannot be used.
        PeerError: the token does not answer.
    """
    keys, now = read_config(data).keys, datetime.now(UTC)
    if keys.provider == "files":
        return PkiFolder(pki, now)
    return PkiFolder(pki, now, TokenSigners(open_token(data), keys.labels).find)


def open_token(data: Path) -> Token:
    """Return the token that the configuration of a data folder names; it is opened when it is needed.

    Raises:
        ConfigError: the configuration names none.
    """
    keys = read_config(data).keys
    if keys.module is None or keys.token is None:
        cause = f"{config_path(data)} names no token"
        raise ConfigError(cause).explained(
            Explanation(cause, "whoever keeps openesim.toml", "say in [keys] which module and token")
        )
    return _token(keys.module, keys.token, keys.pin_file)


@cache
def _token(module: str, label: str, pin_file: Path | None) -> Token:
    """Return one and the same token for everybody in the process who asks for it."""
    return Token(TokenPlace(module, label, lambda: _read_pin(label, pin_file)))


def _read_pin(label: str, pin_file: Path | None) -> str:
    """Return the PIN of the token's user.

    Raises:
        ConfigError: none is given, or its file cannot be read.
    """
    pin = token_pin()
    if pin is not None:
        return pin
    if pin_file is None:
        cause = f"there is no PIN for the token {label}"
        raise ConfigError(cause).explained(
            Explanation(cause, "whoever keeps the token", "set pin_file in [keys], or OPENESIM_TOKEN_PIN")
        )
    try:
        return pin_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        wrong = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(f"{pin_file}: the PIN cannot be read: {wrong}") from None

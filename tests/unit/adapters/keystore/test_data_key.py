"""The key-encryption key in a file: made once, read when needed, missed with a clear word."""

import stat
from pathlib import Path

import pytest

from openesim.adapters.keystore.data_key import KeyFile
from openesim.kernel.errors import ConfigError, VerificationError
from openesim.kernel.secret import Secret
from tests.support.rig import entropy_of

DATA_KEY = Secret(bytes(range(32)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "subscriptions.key"


def test_what_was_wrapped_is_unwrapped_by_the_next_process(path: Path) -> None:
    first = KeyFile(path)
    first.make(entropy_of("key"))
    wrapped = first.wrap(DATA_KEY)
    assert DATA_KEY.reveal() not in wrapped
    assert KeyFile(path).unwrap(wrapped) == DATA_KEY


def test_the_file_is_its_owners_alone(path: Path) -> None:
    KeyFile(path).make(entropy_of("key"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_key_that_is_there_stays(path: Path) -> None:
    KeyFile(path).make(entropy_of("key"))
    before = path.read_bytes()
    KeyFile(path).make(entropy_of("other"))
    assert path.read_bytes() == before


def test_a_key_that_is_missing_is_named(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"subscriptions\.key: cannot be read") as caught:
        KeyFile(path).unwrap(bytes(40))
    assert caught.value.explanation is not None
    assert "copy" in caught.value.explanation.next_step


@pytest.mark.parametrize("content", [b"", b"no hex", b"00" * 31, b"\xff" * 32])
def test_a_file_without_a_key_is_named_and_not_quoted(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="holds no key") as caught:
        KeyFile(path).wrap(DATA_KEY)
    assert "no hex" not in str(caught.value)


def test_another_key_is_told_from_a_missing_one(path: Path) -> None:
    KeyFile(path).make(entropy_of("key"))
    with pytest.raises(VerificationError) as caught:
        KeyFile(path).unwrap(bytes(40))
    assert caught.value.explanation is not None
    assert str(path) in caught.value.explanation.cause


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"a file")
    with pytest.raises(ConfigError, match="cannot be written"):
        KeyFile(tmp_path / "keys" / "subscriptions.key").make(entropy_of("key"))

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


# --- several keys ---


def lines(path: Path) -> list[list[str]]:
    """The file as words."""
    return [line.split() for line in path.read_text().splitlines()]


def test_a_renewed_key_wraps_and_the_one_before_is_accepted(path: Path) -> None:
    file = KeyFile(path)
    file.make(entropy_of("first"))
    old = file.wrap(DATA_KEY)
    name = file.renew(entropy_of("second"))
    assert file.names()[0] == name
    new = file.wrap(DATA_KEY)
    assert file.unwrap(old) == file.unwrap(new) == DATA_KEY
    assert [file.name_of(each) for each in (new, old)] == file.names()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_process_that_runs_sees_what_another_one_changed(path: Path) -> None:
    running, other = KeyFile(path), KeyFile(path)
    running.make(entropy_of("first"))
    old = running.wrap(DATA_KEY)
    other.renew(entropy_of("second"))
    assert running.unwrap(other.wrap(DATA_KEY)) == DATA_KEY
    assert running.name_of(running.wrap(DATA_KEY)) == other.names()[0], "it wraps under the new key at once"
    other.forget(other.names()[1])
    with pytest.raises(VerificationError):
        KeyFile(path).unwrap(old)


def test_the_next_key_is_accepted_and_does_not_wrap_before_its_turn(path: Path) -> None:
    file = KeyFile(path)
    file.make(entropy_of("first"))
    first = file.names()
    name = file.prepare(entropy_of("next"))
    assert file.prepare(entropy_of("another")) == name
    assert file.names() == [*first, name]
    assert file.name_of(file.wrap(DATA_KEY)) == first[0]
    assert [words[1:] for words in lines(path)] == [[], ["next"]]
    assert file.renew() == name
    assert file.names() == [name, *first]
    assert [words[1:] for words in lines(path)] == [[], []]


def test_the_last_key_takes_the_file_with_it(path: Path) -> None:
    file = KeyFile(path)
    file.make(entropy_of("first"))
    file.forget(file.names()[0])
    assert not path.exists()
    assert file.names() == []
    with pytest.raises(ConfigError, match="is missing"):
        file.renew()


def test_a_name_tells_nothing_of_its_key(path: Path) -> None:
    file = KeyFile(path)
    file.make(entropy_of("first"))
    (name,) = file.names()
    assert name.removeprefix("file-") not in path.read_text()


@pytest.mark.parametrize("second", ["zz" * 32, "ab" * 31, "ab" * 32 + " later", ""])
def test_a_line_that_is_no_key_spoils_the_file(path: Path, second: str) -> None:
    KeyFile(path).make(entropy_of("first"))
    path.write_text(path.read_text() + second + "\n")
    with pytest.raises(ConfigError, match="holds no key"):
        KeyFile(path).wrap(DATA_KEY)


def test_many_who_renew_at_a_time_lose_no_key(path: Path) -> None:
    from threading import Thread

    KeyFile(path).make(entropy_of("first"))
    threads = [Thread(target=KeyFile(path).renew) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(path)) == 9

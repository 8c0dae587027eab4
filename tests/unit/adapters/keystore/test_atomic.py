"""Files that are as before or complete, and keys that never lie open."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from openesim.adapters.keystore.atomic import make_folder, write_file, write_folder
from openesim.kernel.errors import ConfigError


@pytest.fixture(autouse=True)
def _generous_umask() -> Iterator[None]:
    """With this umask nothing but the stated mode protects a file."""
    before = os.umask(0)
    yield
    os.umask(before)


def names_in(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_keys_are_for_their_owner_from_the_moment_they_are_created(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    created: dict[str, int] = {}
    real = os.open

    def watching(path: str, flags: int, mode: int = 0o777, **rest: int) -> int:
        descriptor = real(path, flags, mode, **rest)
        if flags & os.O_CREAT:
            created[Path(path).name] = os.fstat(descriptor).st_mode & 0o777
        return descriptor

    monkeypatch.setattr(os, "open", watching)
    write_folder(tmp_path / "set", {"ci.key": b"secret", "ci.pem": b"public"})
    write_file(tmp_path / "set/tls.key", b"secret")
    assert created["ci.key"] == 0o600
    assert created["ci.pem"] == 0o644
    assert [each for name, each in created.items() if "tls.key" in name] == [0o600]
    assert mode(tmp_path / "set/ci.key") == mode(tmp_path / "set/tls.key") == 0o600
    assert mode(tmp_path / "set") == 0o700


def test_folders_are_for_their_owner_and_existing_ones_stay(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o755)
    make_folder(tmp_path / "there/a/b")
    assert [mode(tmp_path / name) for name in ("there", "there/a", "there/a/b")] == [0o755, 0o700, 0o700]


def test_a_file_is_not_overwritten_unless_forced(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    write_file(file, b"one")
    write_file(file, b"one")
    with pytest.raises(ConfigError, match="holds something else"):
        write_file(file, b"two")
    assert file.read_bytes() == b"one"
    write_file(file, b"two", force=True)
    assert file.read_bytes() == b"two"
    assert names_in(tmp_path) == ["a.key"]


def test_a_folder_is_not_overwritten_and_forced_the_old_one_is_kept(tmp_path: Path) -> None:
    for content in (b"one", b"two", b"three"):
        write_folder(tmp_path / "set", {"ci.key": content}, force=True)
    with pytest.raises(ConfigError, match="is there already"):
        write_folder(tmp_path / "set", {"ci.key": b"four"})
    assert (tmp_path / "set/ci.key").read_bytes() == b"three"
    assert (tmp_path / "set.old/ci.key").read_bytes() == b"two"
    assert names_in(tmp_path) == ["set", "set.old"]


@pytest.mark.parametrize("failing", range(4))
def test_a_folder_is_complete_or_not_there_whatever_write_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    calls = 0
    real = os.fsync

    def full_disk(descriptor: int) -> None:
        nonlocal calls
        if calls == failing:
            raise OSError(errno.ENOSPC, "No space left on device")
        calls += 1
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full_disk)
    files = {"ci.key": b"secret", "ci.pem": b"public"}
    refused: Exception | None = None
    try:
        write_folder(tmp_path / "set", files)
    except (ConfigError, OSError) as error:
        refused = error
    assert refused is not None
    found = names_in(tmp_path)
    # The last fsync is of the name in the folder above: by then all is in its place.
    assert found == (["set"] if failing == 3 else [])


def test_a_failed_replacement_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.key"
    write_file(file, b"one")

    def full_disk(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_file(file, b"two", force=True)
    assert file.read_bytes() == b"one"
    assert names_in(tmp_path) == ["a.key"]


@pytest.mark.parametrize("place", ["file", "file/below", "file/below/that"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError) as refused:
        write_folder(tmp_path / place / "nist", {"ci.pem": b"x"})
    assert refused.value.explanation is not None
    assert refused.value.explanation.next_step
    assert [path.name for path in tmp_path.iterdir()] == ["file"]

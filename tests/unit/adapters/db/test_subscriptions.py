"""What the SQL stores keep of a subscription: its numbers in clear, its secrets sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from openesim.adapters.db.group_commit import SqliteWork
from openesim.kernel.errors import ConfigError, VerificationError
from openesim.kernel.ids import Iccid, Imsi
from openesim.kernel.secret import Secret
from openesim.network.subscription import Batch, CardSecrets, Subscription
from openesim.security.crypto.envelope import KeyEncryptionKey

ICCID, OTHER = Iccid("8988211000000000017"), Iccid("8988211000000000025")
K, OPC = b"a key of 16 octs", b"an OPc of 16 oct"
PIN, PUK, KIC = b"90210\xff\xff\xff", b"86420135", b"a KIC of 16 octs"
SUBSCRIPTION = Subscription(
    iccid=ICCID,
    imsi=Imsi("001010000000001"),
    k=Secret(K),
    opc=Secret(OPC),
    card=CardSecrets(pins={1: PIN}, puks={1: PUK}, ota={0x0101: KIC}),
)
BATCH = Batch(name="first", digest=bytes(32), profile_type="Testland", size=1)


@pytest.fixture
def filled(work: SqliteWork) -> SqliteWork:
    """A database with one subscription."""
    work.run_now(lambda stores: stores.add_batch(BATCH))
    work.run_now(lambda stores: stores.add_subscription(SUBSCRIPTION, "first"))
    return work


def files(path: Path) -> bytes:
    """Everything that stands on the disk."""
    return b"".join(each.read_bytes() for each in path.parent.iterdir())


@pytest.mark.usefixtures("filled")
def test_no_secret_stands_in_the_files(path: Path) -> None:
    on_disk = files(path)
    assert ICCID.encode() in on_disk
    for secret in (K, OPC, PIN, PUK, KIC):
        assert secret not in on_disk
        assert secret.hex().encode() not in on_disk.lower()


def test_no_secret_is_printed(filled: SqliteWork) -> None:
    text = repr(filled.run_now(lambda stores: stores.subscription(ICCID)))
    for secret in (K, OPC, PIN, PUK, KIC):
        assert secret.decode("latin-1")[:5] not in text


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("wrapping", "error"),
    [(KeyEncryptionKey(Secret(bytes(32))), VerificationError), (None, ConfigError)],
    ids=["another key", "no key"],
)
def test_without_its_key_a_subscription_is_not_read(
    path: Path, wrapping: KeyEncryptionKey | None, error: type[Exception]
) -> None:
    stranger = SqliteWork(path, wrapping)
    try:
        with pytest.raises(error):
            stranger.run_now(lambda stores: stores.subscription(ICCID))
        with pytest.raises(error):
            stranger.run_now(lambda stores: stores.subscriptions("", 9))
    finally:
        stranger.close()


def test_without_a_key_no_batch_begins(path: Path) -> None:
    stranger = SqliteWork(path)
    try:
        with pytest.raises(ConfigError):
            stranger.run_now(lambda stores: stores.add_batch(BATCH))
        assert stranger.run_now(lambda stores: stores.all_batches()) == []
    finally:
        stranger.close()


def test_a_record_that_was_put_into_another_row_is_not_opened(filled: SqliteWork) -> None:
    """Whoever can write the database cannot give one profile the keys of another."""
    filled._connection.execute("UPDATE subscriptions SET iccid = ?", (OTHER,))
    with pytest.raises(VerificationError):
        filled.run_now(lambda stores: stores.subscription(OTHER))


def test_every_batch_has_a_data_key_of_its_own(filled: SqliteWork) -> None:
    other = Batch(name="second", digest=bytes(32), profile_type="Testland", size=1)
    filled.run_now(lambda stores: stores.add_batch(other))
    rows = filled._connection.execute("SELECT wrapped_key FROM batches").fetchall()
    assert len({bytes(row[0]) for row in rows}) == 2
    assert filled.run_now(lambda stores: stores.all_batches()) == [BATCH, other]

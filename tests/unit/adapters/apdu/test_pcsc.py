"""Which reader is meant, and a card that is reset. Real readers are met in tests/interop/test_readers.py."""

import pytest

from openesim.adapters.apdu import pcsc
from openesim.adapters.apdu.pcsc import PcscCard, list_readers
from openesim.adapters.apdu.winscard import NO_SMARTCARD, REMOVED_CARD, SHARING_VIOLATION, PcscError
from openesim.kernel.errors import ConfigError
from openesim.messages.sgp22.explained import LpaOutcome, outcome_of

ATR = bytes.fromhex("3b00")


class Connection:
    """A connection in memory."""

    def __init__(self, reader: str, refusals: list[int]) -> None:
        self.reader, self.refusals, self.is_open = reader, refusals, True

    def transmit(self, apdu: bytes) -> bytes:
        return apdu + b"\x90\x00"

    def reset(self) -> None:
        if self.refusals:
            raise PcscError(self.reader, self.refusals.pop())

    def close(self) -> None:
        self.is_open = False


class Context:
    """PC/SC in memory: readers with and without a card."""

    def __init__(self, refusals: list[int], **readers: bytes | None) -> None:
        self.present = {name.replace("_", " "): atr for name, atr in readers.items()}
        self.refusals, self.is_open = refusals, True
        self.connections: list[Connection] = []

    def readers(self) -> tuple[str, ...]:
        return tuple(self.present)

    def atr_in(self, reader: str) -> bytes | None:
        return self.present[reader]

    def connect(self, reader: str) -> Connection:
        if self.present[reader] is None:
            raise PcscError(reader, NO_SMARTCARD)
        self.connections.append(Connection(reader, self.refusals))
        return self.connections[-1]

    def close(self) -> None:
        self.is_open = False


def use(monkeypatch: pytest.MonkeyPatch, *refusals: int, **readers: bytes | None) -> Context:
    context = Context(list(refusals), **readers)
    monkeypatch.setattr(pcsc, "Context", lambda: context)
    return context


def test_a_part_of_the_name_is_enough_in_capitals_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Omnikey_3x21_00=ATR, Gemalto_01=ATR)
    assert PcscCard("omni").reader == "Omnikey 3x21 00"


def test_the_only_reader_needs_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Gemalto_00=ATR)
    assert PcscCard().reader == "Gemalto 00"


def test_of_several_readers_the_only_one_with_a_card_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, PCD_00=None, PCD_01=ATR, PCD_02=None)
    assert PcscCard("PCD").reader == "PCD 01"


@pytest.mark.parametrize("name", ["", "PCD"])
def test_several_readers_with_cards_have_to_be_told_apart(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    context = use(monkeypatch, PCD_00=ATR, PCD_01=ATR)
    with pytest.raises(ConfigError, match="PCD 00, PCD 01") as raised:
        PcscCard(name)
    assert outcome_of(raised.value) is LpaOutcome.READER_AMBIGUOUS
    assert not context.is_open


def test_a_whole_name_is_never_ambiguous(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, PCD=ATR, PCD_01=None)
    assert PcscCard("PCD").reader == "PCD"


def test_an_unknown_name_is_answered_with_those_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, PCD_00=ATR)
    with pytest.raises(ConfigError, match="there are: PCD 00") as raised:
        PcscCard("Omnikey")
    assert outcome_of(raised.value) is LpaOutcome.READER_NOT_FOUND


def test_without_any_reader_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch)
    with pytest.raises(ConfigError, match="there are: none"):
        PcscCard()


def test_an_empty_reader_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    context = use(monkeypatch, PCD_00=None)
    with pytest.raises(PcscError) as raised:
        PcscCard()
    assert outcome_of(raised.value) is LpaOutcome.READER_EMPTY
    assert not context.is_open


def test_a_reset_keeps_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    context = use(monkeypatch, PCD_00=ATR)
    card = PcscCard()
    card.reset()
    assert card.transmit(b"\0") == b"\0\x90\x00"
    assert len(context.connections) == 1
    card.close()
    assert not context.connections[0].is_open


def test_a_card_that_seems_new_after_a_reset_is_connected_to_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    context = use(monkeypatch, REMOVED_CARD, PCD_00=ATR)
    card = PcscCard()
    card.reset()
    assert [one.is_open for one in context.connections] == [False, True]


def test_another_failure_of_a_reset_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, SHARING_VIOLATION, PCD_00=ATR)
    card = PcscCard()
    with pytest.raises(PcscError) as raised:
        card.reset()
    assert outcome_of(raised.value) is LpaOutcome.CARD_IN_USE


def test_readers_are_listed_with_their_atrs(monkeypatch: pytest.MonkeyPatch) -> None:
    context = use(monkeypatch, PCD_00=ATR, PCD_01=None)
    assert list_readers() == {"PCD 00": ATR, "PCD 01": None}
    assert not context.is_open

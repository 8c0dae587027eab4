"""lpac's stdio driver protocol: every request gets one line, whatever was wrong with it."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.adapters.apdu.software import MemoryCard
from openesim.adapters.apdu.stdio import MOST_LINE_OCTETS, StdioBridge
from openesim.kernel.errors import CardError
from tests.unit.provisioning.euicc import laboratory as lab

ISD_R = "a0000005591010ffffffff8900000100"


class Conversation:
    """A card behind the bridge, and what people were told."""

    def __init__(self, card: Any = None) -> None:
        self.told: list[str] = []
        self.card = card or lab.new_card()
        self.bridge = StdioBridge(self.card, self.told.append)

    def ask(self, function: str, parameter: str | None = None) -> dict[str, Any]:
        """Payload of the answer to a request."""
        line = {"type": "apdu", "payload": {"func": function, "param": parameter}}
        return self.raw(json.dumps(line).encode())

    def raw(self, line: bytes) -> dict[str, Any]:
        answer = self.bridge.answer(line)
        assert answer is not None
        decoded = json.loads(answer)
        assert decoded["type"] == "apdu"
        payload: dict[str, Any] = decoded["payload"]
        return payload


@pytest.fixture
def lpac() -> Conversation:
    return Conversation()


def test_the_exchange_of_chip_info(lpac: Conversation) -> None:
    assert lpac.ask("connect") == {"ecode": 0}
    assert lpac.ask("logic_channel_open", ISD_R) == {"ecode": 1}
    answer = lpac.ask("transmit", "81e2910006bf3e035c015a")
    assert answer == {"ecode": 0, "data": f"bf3e125a10{lpac.card.nvm.identity.eid}9000"}
    assert lpac.ask("logic_channel_close", "01") == {"ecode": 0}
    assert lpac.ask("disconnect") == {"ecode": 0}
    assert lpac.told == []


def test_hex_may_be_written_large_or_small(lpac: Conversation) -> None:
    assert lpac.ask("logic_channel_open", ISD_R.upper()) == {"ecode": 1}


def test_another_application_opens_no_channel(lpac: Conversation) -> None:
    assert lpac.ask("logic_channel_open", "a0000000871002") == {"ecode": -1}
    assert lpac.ask("logic_channel_open", ISD_R) == {"ecode": 1}


def test_channels_run_out_and_come_back(lpac: Conversation) -> None:
    opened = [lpac.ask("logic_channel_open", ISD_R)["ecode"] for _ in range(20)]
    assert opened == [*range(1, 20), -1]
    assert lpac.ask("logic_channel_close", "13") == {"ecode": 0}
    assert lpac.ask("logic_channel_open", ISD_R) == {"ecode": 19}
    assert lpac.ask("logic_channel_close", "14") == {"ecode": -1}


def test_a_connection_resets_the_card(lpac: Conversation) -> None:
    lpac.ask("logic_channel_open", ISD_R)
    lpac.ask("connect")
    assert lpac.ask("transmit", "81e2910003bf2e00") == {"ecode": 0, "data": "6881"}


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"text"',
        b"{}",
        b'{"type":"apdu"}',
        b'{"type":1,"payload":{"func":"connect"}}',
        b'{"type":"apdu","payload":null}',
        b'{"type":"apdu","payload":{}}',
        b'{"type":"apdu","payload":{"func":"dance"}}',
        b'{"type":"apdu","payload":{"func":["connect"]}}',
        b'{"type":"apdu","payload":{"func":"transmit","param":"xyz"}}',
        b'{"type":"apdu","payload":{"func":"transmit","param":"abc"}}',
        b'{"type":"apdu","payload":{"func":"transmit","param":17}}',
        b'{"type":"apdu","payload":{"func":"transmit","param":{"a":1}}}',
        b'{"type":"apdu","payload":{"func":"logic_channel_open","param":null}}',
        b'{"type":"apdu","payload":{"func":"logic_channel_open","param":"' + b"a0" * 17 + b'"}}',
        b'{"type":"apdu","payload":{"func":"logic_channel_close","param":"0101"}}',
        b'\xff\xfe{"type":"apdu"}',
        b"[" * 100_000,
    ],
)
def test_a_bad_request_is_answered_and_told(lpac: Conversation, line: bytes) -> None:
    assert lpac.raw(line) == {"ecode": -1}
    assert lpac.told
    assert lpac.ask("connect") == {"ecode": 0}


def test_a_missing_parameter_is_an_empty_one(lpac: Conversation) -> None:
    assert lpac.raw(b'{"type":"apdu","payload":{"func":"connect"}}') == {"ecode": 0}
    assert lpac.ask("transmit", "") == {"ecode": 0, "data": "6700"}


def test_results_of_lpac_are_passed_on_to_people_and_not_answered(lpac: Conversation) -> None:
    line = b'{"type":"lpa","payload":{"code":0,"message":"success","data":null}}'
    assert lpac.bridge.answer(line) is None
    assert lpac.bridge.answer(b"\n") is None
    assert lpac.told == [line.decode()]


def test_we_are_no_http_driver(lpac: Conversation) -> None:
    answer = lpac.bridge.answer(b'{"type":"http","payload":{"url":"https://x","tx":"","headers":[]}}')
    assert answer is not None
    assert json.loads(answer) == {"type": "http", "payload": {"rcode": 501, "rx": ""}}


class DeadCard:
    """A card that was pulled out."""

    def transmit(self, apdu: bytes) -> bytes:
        raise CardError("the card is gone")

    def reset(self) -> None:
        raise CardError("the card is gone")

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize("function", ["connect", "logic_channel_open", "transmit", "logic_channel_close"])
def test_a_card_that_is_gone_is_told(function: str) -> None:
    lpac = Conversation(DeadCard())
    assert lpac.ask(function, "01") == {"ecode": -1}
    assert lpac.told == ["the card is gone"]


def serve(octets: bytes, card: MemoryCard | None = None) -> list[Any]:
    """All answers to some input."""
    written = io.BytesIO()
    StdioBridge(card or lab.new_card()).serve(io.BytesIO(octets), written)
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_lines_are_answered_one_by_one_until_the_input_ends() -> None:
    connect = b'{"type":"apdu","payload":{"func":"connect","param":null}}'
    answers = serve(connect + b"\n" + b"bad\n" + b"\n" + connect)
    assert [answer["payload"]["ecode"] for answer in answers] == [0, -1, 0]


def test_a_line_without_end_is_thrown_away() -> None:
    connect = b'{"type":"apdu","payload":{"func":"connect","param":null}}\n'
    answers = serve(b"x" * (3 * MOST_LINE_OCTETS) + b"\n" + connect)
    assert [answer["payload"]["ecode"] for answer in answers] == [-1, 0]
    assert [answer["payload"]["ecode"] for answer in serve(b"x" * (3 * MOST_LINE_OCTETS))] == [-1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "payload", "func", "param", "x"]), inside, max_size=4)
    ),
    max_leaves=8,
)


@given(JSON | st.binary(max_size=60))
def test_whatever_is_asked_gets_at_most_one_line(request: Any) -> None:
    line = request if isinstance(request, bytes) else json.dumps(request).encode()
    answer = Conversation(lab.new_card()).bridge.answer(line)
    assert answer is None or json.loads(answer)["payload"].keys() & {"ecode", "rcode"}

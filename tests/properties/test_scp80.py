"""Secured packets: whatever is wrapped comes back, and a stranger's octets are refused."""

from __future__ import annotations

from contextlib import suppress
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError, VerificationError
from openesim.security.crypto.scp80 import (
    LARGEST_COUNTER,
    CommandPacket,
    ResponsePacket,
    Scp80Keys,
    Transport,
    unwrap_command,
    unwrap_response,
    wrap_command,
    wrap_response,
)
from openesim.security.crypto.scp80_algorithms import Checksum, Ciphering
from tests.properties.mutations import mutate

KEYS = Scp80Keys(
    ciphering=Ciphering.AES_CBC, kic=bytes(16), checksum=Checksum.AES_CMAC64, kid=bytes(range(16))
)
PROTECTIONS = [0, 2, 4, 6]

octet = st.integers(0, 255)
tars = st.binary(min_size=3, max_size=3)
counters = st.integers(0, LARGEST_COUNTER)
spis = st.builds(
    lambda command, counter, answer: bytes((command | counter << 3, answer << 2 | 1)),
    st.sampled_from(PROTECTIONS),
    st.integers(0, 3),
    st.sampled_from(PROTECTIONS),
)
commands = st.builds(CommandPacket, spis, octet, octet, tars, counters, st.binary(max_size=300))
responses = st.builds(ResponsePacket, tars, counters, octet, st.binary(max_size=300))
transports = st.sampled_from(Transport)


@given(commands, transports)
def test_a_command_comes_back(command: CommandPacket, transport: Transport) -> None:
    assert unwrap_command(wrap_command(command, KEYS, transport), KEYS, transport) == command


@given(responses, spis, transports)
def test_a_response_comes_back(response: ResponsePacket, spi: bytes, transport: Transport) -> None:
    wrapped = wrap_response(response, spi, KEYS, transport)
    assert unwrap_response(wrapped, spi, KEYS, transport) == response


@given(commands, transports, st.randoms(use_true_random=False))
def test_a_broken_command_is_read_or_refused(
    command: CommandPacket, transport: Transport, random: Random
) -> None:
    broken = mutate(wrap_command(command, KEYS, transport), random)
    with suppress(DecodeError, VerificationError):
        unwrap_command(broken, KEYS, transport)


@given(st.binary(max_size=80), spis, transports)
def test_octets_of_a_stranger_are_read_or_refused(octets: bytes, spi: bytes, transport: Transport) -> None:
    with suppress(DecodeError, VerificationError):
        unwrap_command(octets, KEYS, transport)
    with suppress(DecodeError, VerificationError):
        unwrap_response(octets, spi, KEYS, transport)

"""Command scripts: both formats, and what is made of a broken one."""

import pytest

from openesim.kernel.errors import DecodeError
from openesim.messages.sgp22.metadata import IconType, UpdateMetadataRequest
from openesim.provisioning.procedures.command_script import (
    Script,
    decode_answers,
    decode_script,
    encode_answers,
    encode_script,
    update_metadata_commands,
)

FIRST, SECOND = bytes.fromhex("80E6200000"), bytes.fromhex("80E2900002ABCD")


def test_update_metadata_is_addressed_to_the_profiles_own_isdp() -> None:
    commands = update_metadata_commands(UpdateMetadataRequest(profile_name="New"))
    assert [one.hex().upper() for one in commands] == [
        "80E62000160000" + "10A0000005591010FFFFFFFF8900000F00" + "000000",
        "80E2900008BF2A0592034E6577",
    ]


def test_a_long_update_goes_in_blocks() -> None:
    request = UpdateMetadataRequest(icon_type=IconType.PNG, icon=bytes(1024))
    _, *blocks = update_metadata_commands(request)
    assert [block[2:5].hex() for block in blocks] == ["1000ff", "1001ff", "1002ff", "1003ff", "900410"]
    assert b"".join(block[5:] for block in blocks) == request.encode()


@pytest.mark.parametrize("commands", [(), (FIRST,), (FIRST, SECOND)])
def test_both_formats_are_read(commands: tuple[bytes, ...]) -> None:
    assert decode_script(encode_script(commands)) == Script(commands, is_expanded=True)
    assert decode_script(b"".join(commands)) == Script(commands, is_expanded=False)


def test_le_may_stand_behind_the_last_command_of_the_compact_format() -> None:
    assert decode_script(FIRST + SECOND + b"\0").commands == (FIRST, SECOND + b"\0")


def test_a_compact_script_that_is_cut_short_ends_in_a_broken_command() -> None:
    assert decode_script(FIRST + SECOND[:-1]).commands == (FIRST, SECOND[:-1])


def test_what_cannot_be_read_of_an_expanded_script_is_told() -> None:
    strange = encode_script([FIRST])[:1] + b"\x09\x22\x05" + FIRST + b"\x81\x00"
    script = decode_script(strange)
    assert (script.commands, script.fault) == ((FIRST,), b"\x01")
    assert encode_answers(script, 1, b"", 0x9000).hex().upper() == "AB0A" + "800101" + "23029000" + "900101"
    assert decode_script(bytes.fromhex("AA05220380")).fault == b"\x02"


@pytest.mark.parametrize("is_expanded", [True, False])
@pytest.mark.parametrize("executed", [1, 2, 200])
def test_answers_say_how_far_it_went(executed: int, *, is_expanded: bool) -> None:
    script = Script((FIRST,) * 200, is_expanded=is_expanded)
    octets = encode_answers(script, executed, b"\x01", 0x6A80)
    assert decode_answers(octets) == (executed, 0x6A80)


def test_an_empty_script_has_no_last_command() -> None:
    script = Script((), is_expanded=True)
    assert decode_answers(encode_answers(script, 0, b"", 0x9000)) == (0, 0)


@pytest.mark.parametrize("octets", ["", "0190", "AB00", "AB05"])
def test_no_answer_is_refused(octets: str) -> None:
    with pytest.raises(DecodeError):
        decode_answers(bytes.fromhex(octets))

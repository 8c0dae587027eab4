"""SUCI calculation information is read and written as cards hold it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openesim.kernel.errors import DecodeError
from openesim.messages.saip.suci_information import HomeNetworkKey, SchemeChoice, SuciInformation

# An example of osmocom's public test data: profile A with key 10, then the null scheme.
CONTENT = bytes.fromhex(
    "A00401010000A14A80010A81204E858C4D49D1343E6181284C47CA721730C98742CB7C6182D2E8126E08088D36"
    "80010B8120D1BC365F4997D17CE4374E72181431CBFEBA9E1B98D7618F79D48561B144672A"
)
INFORMATION = SuciInformation(
    (SchemeChoice(1, 1), SchemeChoice(0, 0)),
    (
        HomeNetworkKey(10, bytes.fromhex("4e858c4d49d1343e6181284c47ca721730c98742cb7c6182d2e8126e08088d36")),
        HomeNetworkKey(11, bytes.fromhex("d1bc365f4997d17ce4374e72181431cbfeba9e1b98d7618f79d48561b144672a")),
    ),
)


def test_the_public_example_is_read_and_written() -> None:
    assert SuciInformation.decode(CONTENT) == INFORMATION
    assert INFORMATION.encode() == CONTENT
    assert INFORMATION.problems() == ()


def test_the_null_scheme_alone_has_no_keys() -> None:
    null = SuciInformation.decode(bytes.fromhex("A0020000FFFFFFFF"))
    assert null == SuciInformation((SchemeChoice(0, 0),))
    assert null.encode().hex() == "a0020000"


@pytest.mark.parametrize(
    ("schemes", "keys", "problem"),
    [
        ((), (), "no protection scheme is listed"),
        ((SchemeChoice(0, 1),), (), "the null scheme names a key"),
        ((SchemeChoice(5, 1),), (), "protection scheme 5 is not known"),
        ((SchemeChoice(1, 2),), INFORMATION.keys[:1], "names key 2 of 1"),
        ((SchemeChoice(2, 1),), INFORMATION.keys, "has a key of 32 octets"),
    ],
)
def test_what_nobody_could_work_with_is_told(
    schemes: tuple[SchemeChoice, ...], keys: tuple[HomeNetworkKey, ...], problem: str
) -> None:
    (told,) = SuciInformation(schemes, keys).problems()
    assert problem in told


@pytest.mark.parametrize("content", ["", "A003010100", "A10401010000", "A0020101A2020000", "A0020101A103810101", "A0020101A103800101"])  # fmt: skip
def test_what_is_coded_otherwise_is_refused(content: str) -> None:
    with pytest.raises(DecodeError):
        SuciInformation.decode(bytes.fromhex(content))


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(content: bytes) -> None:
    try:
        information = SuciInformation.decode(content)
    except DecodeError:
        return
    information.problems()
    assert SuciInformation.decode(information.encode()) == information

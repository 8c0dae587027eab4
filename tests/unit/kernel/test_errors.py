"""The one hierarchy of exceptions: what each says, and that it survives the way between processes."""

from __future__ import annotations

import pickle

import pytest

from openesim.kernel.errors import (
    CardError,
    ConfigError,
    ConflictError,
    DecodeError,
    Explanation,
    FunctionError,
    NotFoundError,
    OpenEsimError,
    PeerError,
    RuleRefused,
    StateError,
    VerificationError,
)

EXPLANATION = Explanation("the code is used up", "the operator", "ask for a new code")
EVERY = [
    OpenEsimError("said"),
    DecodeError("text is not UTF-8", ("euicc_info2", "svn"), 93),
    VerificationError("signature"),
    StateError("not now"),
    FunctionError("8.2.6", "3.8", "no such token"),
    FunctionError("8.2.6", "3.8"),
    CardError("refused", 0x6A82),
    CardError("silent"),
    RuleRefused("age", {"years": 17}),
    NotFoundError("order"),
    ConflictError("order"),
    PeerError("timeout", 2.5),
    ConfigError("no such file"),
]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DecodeError("is empty"), "is empty"),
        (DecodeError("is empty", offset=0), "is empty at octet 0"),
        (DecodeError("is empty", ("a",)), "a: is empty"),
        (DecodeError("is empty", ("a", "0", "b"), 7), "a.0.b: is empty at octet 7"),
        (FunctionError("8.2.6", "3.10"), "8.2.6/3.10"),
        (FunctionError("8.2.6", "3.8", "no such token"), "8.2.6/3.8: no such token"),
        (CardError("refused", 0x6A82), "refused (status word 6A82)"),
        (CardError("refused", 0), "refused (status word 0000)"),
        (CardError("refused"), "refused"),
        (RuleRefused("age", {"years": 17}), "age"),
        (PeerError("timeout", 3), "timeout"),
    ],
)
def test_an_error_says_what_it_is_about_in_one_line(error: OpenEsimError, text: str) -> None:
    assert str(error) == text


def test_a_path_grows_from_the_inside_out_on_one_and_the_same_error() -> None:
    error = DecodeError("is empty", offset=9)
    assert error.within("svn").within("euicc_info2") is error
    assert error.path == ("euicc_info2", "svn")
    assert str(error) == "euicc_info2.svn: is empty at octet 9"


@pytest.mark.parametrize("error", EVERY, ids=repr)
def test_every_error_has_one_root_and_may_be_explained(error: OpenEsimError) -> None:
    assert isinstance(error, OpenEsimError)
    before = str(error)
    assert error.explained(EXPLANATION) is error
    assert error.explanation == EXPLANATION
    assert str(error) == before


@pytest.mark.parametrize("error", EVERY, ids=repr)
def test_every_error_survives_the_way_between_processes(error: OpenEsimError) -> None:
    twin = pickle.loads(pickle.dumps(error.explained(EXPLANATION)))
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)


def test_an_explanation_belongs_to_one_error_and_not_to_its_kind() -> None:
    StateError("first").explained(EXPLANATION)
    assert StateError("second").explanation is None

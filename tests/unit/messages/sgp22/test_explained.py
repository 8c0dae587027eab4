"""The catalogue speaks of everything that can go wrong, in both languages. The tables here are typed from the fact sheets."""

from __future__ import annotations

from enum import IntEnum

import pytest

from openesim.kernel.errors import (
    CardError,
    ConfigError,
    DecodeError,
    Explanation,
    FunctionError,
    OpenEsimError,
    PeerError,
)
from openesim.messages.sgp22.authentication import AuthenticateErrorCode
from openesim.messages.sgp22.download import CancelSessionError, CancelSessionReason, DownloadErrorCode
from openesim.messages.sgp22.es10a import SetDefaultDpAddressResult
from openesim.messages.sgp22.es10b import DeleteNotificationStatus, LoadCrlError, NotificationsListError
from openesim.messages.sgp22.es10c import (
    DeleteResult,
    DisableResult,
    EnableResult,
    LpaeActivationResult,
    ProfileInfoListError,
    ResetResult,
    SetNicknameResult,
)
from openesim.messages.sgp22.explained import (
    Explained,
    Language,
    LpaOutcome,
    Owner,
    explain_error,
    explain_installation,
    explain_outcome,
    explain_result,
    explain_status,
    explain_status_word,
    in_language,
    outcome_of,
    owner_text,
    with_outcome,
)
from openesim.messages.sgp22.notifications import BppCommandId, ErrorReason
from openesim.messages.sgp22.status import Reason, Subject

# Every pair named in the fact sheet of the off-card interfaces, §2–§7, and in the one on clients and servers.
INITIATE_AUTHENTICATION = "8.8.1/3.8 8.8.2/3.1 8.8.3/3.1 8.8.4/3.7"
AUTHENTICATE_CLIENT = (
    "8.1.2/6.1 8.1.2/6.3 8.1.3/6.1 8.1.3/6.3 8.1/6.1 8.11.1/3.9 8.10.1/3.9 8.2/1.2 8.2.6/3.8 8.1.1/3.8 "
    "8.2.5/4.3 8.1/4.8 8.8.5/4.10 8.8.5/6.4 8.1/3.11"
)
GET_BOUND_PROFILE_PACKAGE = "8.10.1/3.9 8.1/6.1 8.2.7/2.2 8.2.7/3.8 8.2.7/6.4 8.2/3.7 8.8.5/4.10 8.2/1.2"
CANCEL_SESSION = "8.10.1/3.9 8.1/6.1 8.8/3.10"
ES11 = "8.9.1/3.8 8.9.2/3.1 8.9.3/3.1 8.9.4/3.7 8.9.5/3.9"
ES12 = "8.9.5/3.3 8.9/5.1 8.9/4.2 8.9.5/3.9 8.9.5/1.2"
ES2PLUS = (
    "8.2.1/3.9 8.2.1/1.2 8.2.1/3.3 8.2.5/3.9 8.2.5/1.2 8.2.5/3.7 8.2.5/3.8 8.2.1/3.5 8.2.6/3.3 8.1.1/2.2 8.1.1/3.10 "
    "8.2.1/3.10 8.2.6/3.10 8.9/5.1 8.9/4.2"
)
OF_THE_FIELD = "1.2.1/2.1 1.2.2/2.1 1.6/2.1 8.8/4.2 8.1.4/6.1 1.3.1/2.2 8.1.1/2.1"
PAIRS = sorted(
    {
        tuple(pair.split("/"))
        for table in (
            INITIATE_AUTHENTICATION,
            AUTHENTICATE_CLIENT,
            GET_BOUND_PROFILE_PACKAGE,
            CANCEL_SESSION,
            ES11,
            ES12,
            ES2PLUS,
            OF_THE_FIELD,
        )
        for pair in table.split()
    }
)
V3_INSTALLATION_REASONS = [17, 18, 19, 20, 21, 22, 23, 26]
PE_STATUSES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 31]
ENUMERATIONS: list[type[IntEnum]] = [
    EnableResult,
    DisableResult,
    DeleteResult,
    ResetResult,
    SetNicknameResult,
    SetDefaultDpAddressResult,
    ProfileInfoListError,
    AuthenticateErrorCode,
    DownloadErrorCode,
    CancelSessionReason,
    CancelSessionError,
    DeleteNotificationStatus,
    NotificationsListError,
    LoadCrlError,
    LpaeActivationResult,
]
V3_RESULTS = [
    (EnableResult, 6),
    (EnableResult, 7),
    (EnableResult, 9),
    (EnableResult, 10),
    (DisableResult, 7),
    (DisableResult, 10),
    (DeleteResult, 4),
    (DeleteResult, 7),
    *((AuthenticateErrorCode, code) for code in range(8, 15)),
]


def assert_speaks_both_languages(found: Explained) -> None:
    assert found.owner in set(Owner)
    for language in Language:
        told = in_language(found, language)
        has_chinese = any("\u4e00" <= character <= "\u9fff" for character in told.cause)
        assert has_chinese == (language is Language.CHINESE)
        assert told.cause.strip()
        assert told.next_step.strip()
        assert told.cause[-1] in ".。)）"
        assert told.next_step[-1] in ".。)）"


def is_exact(found: Explained) -> bool:
    """Whether nothing had to be added to a broader entry."""
    return found.detail == ("", "")


@pytest.mark.parametrize(("subject", "reason"), PAIRS)
def test_every_pair_of_the_fact_sheets_has_words_of_its_own(subject: str, reason: str) -> None:
    found = explain_status(subject, reason)
    assert found.code == f"status:{subject}/{reason}"
    assert is_exact(found)
    assert_speaks_both_languages(found)


def test_no_two_pairs_are_told_the_same_cause_by_mistake() -> None:
    causes = [explain_status(subject, reason).cause for subject, reason in PAIRS]
    assert len(set(causes)) == len(causes)


@pytest.mark.parametrize("subject", Subject)
@pytest.mark.parametrize("reason", Reason)
def test_every_subject_with_every_reason_has_words(subject: Subject, reason: Reason) -> None:
    found = explain_status(subject, reason)
    assert_speaks_both_languages(found)
    assert found.entry is not explain_status("?", "?").entry


def test_a_pair_outside_the_tables_falls_back_to_its_subject_and_names_the_reason() -> None:
    found = explain_status("8.2.7", "4.2")
    assert found.entry is explain_status("8.2.7", "9.9").entry
    assert "execution error" in found.cause
    assert "执行出错" in in_language(found, Language.CHINESE).cause


@pytest.mark.parametrize(("unknown", "broader"), [("8.2.9", "8.2"), ("8.99.1", "8"), ("1.2.3.4", "1.2")])
def test_an_unknown_subject_falls_back_to_the_broader_one(unknown: str, broader: str) -> None:
    assert explain_status(unknown, "9.9").entry is explain_status(broader, "9.9").entry


@pytest.mark.parametrize("subject", ["?", "", "9", "82", "8.2.6.", "x.y"])
def test_codes_that_nobody_knows_are_explained_in_general(subject: str) -> None:
    assert_speaks_both_languages(explain_status(subject, "?"))


def test_codes_are_texts_and_three_ten_is_not_three_one() -> None:
    assert explain_status("8.1.1", "3.10") != explain_status("8.1.1", "3.1")


@pytest.mark.parametrize("kind", ENUMERATIONS)
def test_every_result_of_the_chip_has_words(kind: type[IntEnum]) -> None:
    unknown = explain_result(kind, 99).entry
    for member in kind:
        found = explain_result(kind, member)
        assert_speaks_both_languages(found)
        assert found.entry is not unknown
        assert found.code == f"{kind.__name__}:{member.value}"


@pytest.mark.parametrize(("kind", "number"), V3_RESULTS)
def test_results_of_later_versions_have_words_too(kind: type[IntEnum], number: int) -> None:
    found = explain_result(kind, number)
    assert_speaks_both_languages(found)
    assert found.entry is not explain_result(kind, 99).entry


def test_a_result_without_a_name_is_explained_in_general() -> None:
    assert_speaks_both_languages(explain_result(EnableResult, 99))


@pytest.mark.parametrize("reason", [*ErrorReason, *V3_INSTALLATION_REASONS])
@pytest.mark.parametrize("command", BppCommandId)
def test_every_failure_of_an_installation_has_words(command: BppCommandId, reason: int) -> None:
    found = explain_installation(command, reason)
    assert_speaks_both_languages(found)
    assert found.code == f"installation:{int(command)}/{int(reason)}"
    assert "while" in found.cause


@pytest.mark.parametrize("status", [*PE_STATUSES, 0x6A82, 0x9862, 0xA001, 77])
def test_every_status_of_the_profile_interpreter_is_told(status: int) -> None:
    found = explain_installation(5, 12, [status])
    assert_speaks_both_languages(found)
    assert len(found.cause) > len(explain_installation(5, 12).cause)


def test_the_words_of_a_chip_are_passed_on_but_nothing_that_moves_a_terminal() -> None:
    found = explain_installation(5, 12, [10], "no javacard\x1b[2J\r\n ")
    assert_speaks_both_languages(found)
    for language in Language:
        cause = in_language(found, language).cause
        assert "no javacard[2J" in cause
        assert cause.isprintable()
    assert explain_installation(5, 12, [10], "\x00\x00") == explain_installation(5, 12, [10])


def test_an_installation_that_failed_in_an_unknown_way_is_explained_in_general() -> None:
    assert_speaks_both_languages(explain_installation(9, 99))


@pytest.mark.parametrize(
    "status_word",
    [
        0x6581,
        0x6700,
        0x6881,
        0x6882,
        0x6982,
        0x6985,
        0x6A80,
        0x6A81,
        0x6A82,
        0x6A84,
        0x6A86,
        0x6A88,
        0x6D00,
        0x6E00,
        0x6F00,
    ],
)
def test_status_words_have_words(status_word: int) -> None:
    found = explain_status_word(status_word)
    assert_speaks_both_languages(found)
    assert found.entry is not explain_status_word(0x1234).entry


def test_an_unknown_status_word_is_explained_in_general() -> None:
    assert_speaks_both_languages(explain_status_word(0x1234))


@pytest.mark.parametrize("outcome", LpaOutcome)
def test_every_outcome_of_the_lpa_has_words(outcome: LpaOutcome) -> None:
    assert_speaks_both_languages(explain_outcome(outcome))
    assert outcome_of(with_outcome(PeerError("x"), outcome)) is outcome


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FunctionError("8.2.6", "3.8"), "status:8.2.6/3.8"),
        (CardError("no", 0x6A82), "status-word:6A82"),
        (CardError("gone"), "lpa:card-gone"),
        (PeerError("x"), "lpa:connection-failed"),
        (DecodeError("x"), "lpa:answer-unreadable"),
        (ConfigError("x"), "lpa:setting-wrong"),
        (KeyboardInterrupt(), "lpa:interrupted"),
        (OpenEsimError("x"), "lpa:unexplained"),
        (ValueError("x"), "lpa:unexplained"),
    ],
)
def test_every_error_can_be_explained(error: BaseException, code: str) -> None:
    found = explain_error(error)
    assert isinstance(found, Explained)
    assert found.code == code
    assert outcome_of(error) is None


def test_an_explanation_that_an_error_brings_along_wins_and_keeps_its_language() -> None:
    own = Explanation("cause", "whoever", "next")
    error = PeerError("x").explained(own)
    assert explain_error(error) is own
    assert in_language(own, Language.CHINESE) is own
    assert outcome_of(error) is None


@pytest.mark.parametrize("owner", Owner)
def test_every_owner_has_a_name_in_both_languages(owner: Owner) -> None:
    assert owner_text(owner, Language.ENGLISH) == owner
    assert owner_text(owner, Language.CHINESE) != owner


def test_an_owner_from_elsewhere_stays_as_it_is() -> None:
    assert owner_text("whoever", Language.CHINESE) == "whoever"

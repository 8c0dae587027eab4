"""The catalogue of codes against a table typed from the fact sheet, not from the source."""

from __future__ import annotations

import pytest

from openesim.messages.sgp22.status import ExecutionStatus, Reason, Status, Subject

SUBJECTS = """
    1.1 1.2 1.3 1.6 8 8.1 8.1.1 8.1.2 8.1.3 8.2 8.2.1 8.2.5 8.2.6 8.2.7
    8.8 8.8.1 8.8.2 8.8.3 8.8.4 8.8.5 8.9 8.9.1 8.9.2 8.9.3 8.9.4 8.9.5 8.10.1 8.11.1
"""
REASONS = "1.1 1.2 2.1 2.2 2.3 3.1 3.3 3.4 3.5 3.7 3.8 3.9 3.10 3.11 4.1 4.2 4.3 4.8 4.10 5.1 6.1 6.3 6.4"


def test_every_code_of_the_standard_is_in_the_catalogue_once() -> None:
    assert set(SUBJECTS.split()) <= {subject.value for subject in Subject}
    assert set(REASONS.split()) <= {reason.value for reason in Reason}


@pytest.mark.parametrize(
    ("subject", "reason", "pair"),
    [
        (Subject.MATCHING_ID, Reason.REFUSED, "8.2.6/3.8"),
        (Subject.EID, Reason.INVALID_ASSOCIATION, "8.1.1/3.10"),
        (Subject.CONFIRMATION_CODE, Reason.MAXIMUM_NUMBER_OF_RETRIES_EXCEEDED, "8.2.7/6.4"),
        (Subject.DOWNLOAD_ORDER, Reason.TIME_TO_LIVE_EXPIRED, "8.8.5/4.10"),
        (Subject.SMDP_CERTIFICATE, Reason.UNAVAILABLE, "8.8.4/3.7"),
        (Subject.PROFILE_TYPE, Reason.STOPPED_ON_WARNING, "8.2.5/4.3"),
        (Subject.EUICC, Reason.INSUFFICIENT_MEMORY, "8.1/4.8"),
        (Subject.TRANSACTION_ID, Reason.UNKNOWN, "8.10.1/3.9"),
        (Subject.CI_PUBLIC_KEY, Reason.UNKNOWN, "8.11.1/3.9"),
        (Subject.EUM_CERTIFICATE, Reason.VERIFICATION_FAILED, "8.1.2/6.1"),
        (Subject.EUICC_CERTIFICATE, Reason.EXPIRED, "8.1.3/6.3"),
        (Subject.EVENT_RECORD, Reason.ALREADY_IN_USE, "8.9.5/3.3"),
        (Subject.PROFILE_ICCID, Reason.INVALID_TRANSITION, "8.2.1/3.5"),
        (Subject.PROFILE, Reason.NOT_ALLOWED, "8.2/1.2"),
    ],
)
def test_a_failure_is_written_as_the_field_writes_it(subject: Subject, reason: Reason, pair: str) -> None:
    status = Status(subject, reason, "text")
    assert str(status) == pair
    assert "/".join(status.pair) == pair
    assert [type(code) for code in status.pair] == [str, str]


def test_ten_is_not_one() -> None:
    assert Reason("3.10") is Reason.INVALID_ASSOCIATION
    assert Reason("3.1") is Reason.UNSUPPORTED


def test_a_function_ends_in_one_of_four_ways() -> None:
    assert [status.value for status in ExecutionStatus] == [
        "Executed-Success",
        "Executed-WithWarning",
        "Failed",
        "Expired",
    ]

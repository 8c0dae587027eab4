"""How a role says no: what a mechanism raises becomes the code that stands beside the check."""

from __future__ import annotations

import pytest

from openesim.kernel.errors import CardError, DecodeError, StateError, VerificationError
from openesim.messages.sgp22.status import Reason, Status, Subject
from openesim.provisioning.procedures.refusal import Refused, failing, refuse


@pytest.mark.parametrize("error", [VerificationError("wrong"), DecodeError("wrong", ("field",), 3)])
def test_a_failed_check_becomes_the_code_beside_it(error: Exception) -> None:
    with pytest.raises(Refused) as refusal, failing(Subject.EUICC, Reason.VERIFICATION_FAILED):
        raise error
    assert refusal.value.status == Status(Subject.EUICC, Reason.VERIFICATION_FAILED, str(error))
    assert refusal.value.__cause__ is error, "the log learns the cause"


@pytest.mark.parametrize("error", [StateError("x"), CardError("x"), ValueError("x"), KeyError("x")])
def test_what_is_no_failed_check_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, failing(Subject.EUICC, Reason.VERIFICATION_FAILED):
        raise error
    assert raised.value is error


def test_a_refusal_inside_a_check_keeps_its_own_code() -> None:
    with pytest.raises(Refused) as refusal, failing(Subject.EUICC, Reason.VERIFICATION_FAILED):
        raise refuse(Subject.EID, Reason.REFUSED, "inner")
    assert refusal.value.status.pair == ("8.1.1", "3.8")


def test_a_check_that_holds_lets_pass() -> None:
    with failing(Subject.EUICC, Reason.VERIFICATION_FAILED):
        done = True
    assert done


def test_a_refusal_names_its_object() -> None:
    refused = refuse(Subject.PROFILE_ICCID, Reason.UNKNOWN, "no such profile", "8988211000000000017")
    assert refused.status.identifier == "8988211000000000017"
    assert str(refused) == "8.2.1/3.9"

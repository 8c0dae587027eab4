"""A secret is not printed by any of the ways in which values get printed."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import pprint
import traceback
from dataclasses import dataclass

import msgspec
import pytest

from openesim.kernel.secret import Secret

HIDDEN = "open sesame"


@pytest.fixture
def secret() -> Secret[str]:
    return Secret(HIDDEN)


def test_a_secret_is_given_out_by_reveal_only(secret: Secret[str]) -> None:
    assert secret.reveal() == HIDDEN


def test_no_text_form_shows_the_value(secret: Secret[str]) -> None:
    forms = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r:>20}",
        f"{secret!s}",
        f"{secret:x}",
        f"{secret:>30}",
        format(secret, ".3"),
        "{}".format(secret),  # noqa: UP032 (one of the ways)
        "%s %r" % (secret, secret),  # noqa: UP031 (one of the ways)
        pprint.pformat({"key": secret}),
        repr([secret]),
        ascii(secret),
    ]
    assert all("<secret>" in form and HIDDEN not in form for form in forms)


def test_a_dataclass_around_a_secret_does_not_show_it(secret: Secret[str]) -> None:
    @dataclass
    class Order:
        confirmation_code: Secret[str]

    assert repr(Order(secret)).endswith("Order(confirmation_code=<secret>)")


def test_a_traceback_with_its_locals_does_not_show_it(secret: Secret[str]) -> None:
    def fail(inner: Secret[str]) -> None:
        raise ValueError(inner)

    with pytest.raises(ValueError, match="<secret>") as failure:
        fail(secret)
    told = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=True).format())
    assert "inner = <secret>" in told
    assert HIDDEN not in told


def test_a_log_does_not_show_it(secret: Secret[str], caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("openesim.tests").warning("code %s of %r", secret, {"code": secret})
    assert caplog.messages == ["code <secret> of {'code': <secret>}"]


def test_a_secret_is_not_stored_by_accident(secret: Secret[str]) -> None:
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(secret)
    with pytest.raises(TypeError, match="pickled"):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)
    assert not hasattr(secret, "__dict__")


def test_secrets_compare_by_value_and_with_secrets_only(secret: Secret[str]) -> None:
    assert secret == Secret(HIDDEN)
    assert secret != Secret("other")
    assert secret != HIDDEN
    assert hash(secret) == hash(Secret(HIDDEN))
    assert {secret: 1}[Secret(HIDDEN)] == 1

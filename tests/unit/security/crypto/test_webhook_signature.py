"""The signature of webhooks, against the vector that the specification's own test suites carry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openesim.kernel.errors import DecodeError
from openesim.kernel.secret import Secret
from openesim.security.crypto.webhook_signature import (
    format_secret,
    headers_of,
    new_secret,
    parse_secret,
    sign,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_vector_of_the_specification() -> None:
    assert sign((parse_secret(SECRET),), ID, TIMESTAMP, BODY) == SIGNATURE
    moment = datetime.fromtimestamp(TIMESTAMP, UTC)
    assert headers_of((parse_secret(SECRET.removeprefix("whsec_")),), ID, moment, BODY) == {
        "webhook-id": ID,
        "webhook-timestamp": str(TIMESTAMP),
        "webhook-signature": SIGNATURE,
    }


def test_two_secrets_make_two_signatures() -> None:
    both = sign((Secret(b"n" * 32), parse_secret(SECRET)), ID, TIMESTAMP, BODY).split(" ")
    assert both[1] == SIGNATURE
    assert both[0].startswith("v1,")
    assert both[0] != SIGNATURE


def test_a_secret_is_told_as_it_is_read() -> None:
    secret = new_secret(lambda count: bytes(range(count)))
    assert len(secret.reveal()) == 32
    assert parse_secret(format_secret(secret)) == secret
    assert format_secret(parse_secret(SECRET)) == SECRET


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_MfKQ", "whsec_!!!!", "whsec_" + "A" * 400])
def test_what_is_no_secret_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(DecodeError) as refused:
        parse_secret(text)
    assert len(text) < 7 or text not in str(refused.value)

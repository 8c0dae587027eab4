"""The session in a token: opened late, opened again, and a wrong PIN tried once. On SoftHSM2."""

from __future__ import annotations

import os
import shutil
import threading
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.keystore import pkcs11 as room
from openesim.adapters.keystore.pkcs11 import Opened, Token, TokenPlace
from openesim.adapters.keystore.token_keys import TokenSigner, generate_signing_key
from openesim.kernel.errors import ConfigError, PeerError
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.pki.build import key_id_of
from tests.support.softhsm import NEEDED, PIN, make_token, new_token, softhsm

__all__ = ["new_token", "softhsm"]

pytestmark = NEEDED

NewToken = Callable[..., Token]


def ask(opened: Opened) -> list[Any]:
    """Any question."""
    return list(opened.session.get_objects({}))


def signer_in(token: Token) -> TokenSigner:
    """A signer whose key was made in the token."""
    import pkcs11

    key = generate_signing_key(token, Curve.P256, "test")
    wanted = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
        pkcs11.Attribute.ID: key_id_of(key),
    }
    return TokenSigner(token, wanted, key)


def test_a_module_that_is_not_there_is_named() -> None:
    token = Token(TokenPlace("/usr/lib/no-such-module.so", "any", lambda: PIN))
    with pytest.raises(ConfigError, match=r"no-such-module\.so cannot be loaded") as caught:
        token.run(ask)
    assert caught.value.explanation is not None
    assert "[keys]" in caught.value.explanation.next_step


@pytest.mark.usefixtures("softhsm")
def test_a_token_that_is_not_there_is_named_and_found_when_it_comes(
    new_token: NewToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "REST_S", 0.0)
    place = replace(make_token("neighbour"), label="late")
    token = new_token("late", place)
    with pytest.raises(ConfigError, match="the token late is not there"):
        token.run(ask)
    make_token("late")
    assert token.run(ask) == []


def test_a_wrong_pin_is_tried_once_and_never_told(
    new_token: NewToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token locks itself after a few."""
    monkeypatch.setattr(room, "REST_S", 0.0)
    pins = ["000000"]
    token = new_token("pin", replace(make_token("pin"), read_pin=lambda: pins[0]))
    tried: list[str] = []
    open_session = room.Token._log_in

    def counting(self: Token, found: Any) -> Any:
        if self._refused_pin != pins[0]:
            tried.append(pins[0])
        return open_session(self, found)

    monkeypatch.setattr(room.Token, "_log_in", counting)
    for _ in range(3):
        with pytest.raises(ConfigError, match="the PIN of the token pin is wrong") as caught:
            token.run(ask)
        assert "000000" not in str(caught.value)
        assert "000000" not in str(caught.value.explanation)
    assert tried == ["000000"]
    pins[0] = PIN
    assert token.run(ask) == []


def test_a_token_that_was_lost_and_came_back_is_opened_again(
    softhsm: Path, new_token: NewToken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(room, "REST_S", 0.0)
    signer = signer_in(new_token("lost"))
    verify_signature(signer.public_key, b"one", signer.sign(b"one"))
    away = tmp_path / "away"
    shutil.move(softhsm / "tokens", away)
    (softhsm / "tokens").mkdir()
    with pytest.raises((ConfigError, PeerError), match="lost"):
        signer.sign(b"two")
    shutil.rmtree(softhsm / "tokens")
    shutil.move(away, softhsm / "tokens")
    verify_signature(signer.public_key, b"three", signer.sign(b"three"))


def test_a_token_that_is_away_is_not_asked_for_at_every_request(
    new_token: NewToken, softhsm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del softhsm
    token = new_token("away", TokenPlace(make_token("x").module, "away", lambda: PIN))
    looked: list[object] = []
    monkeypatch.setattr(room.Token, "_find", lambda _self, library: looked.append(library))
    for _ in range(5):
        with pytest.raises(ConfigError):
            token.run(ask)
    assert len(looked) == 2, "once, and once more after the module looked again"


def test_many_threads_sign_at_a_time(new_token: NewToken) -> None:
    signer = signer_in(new_token("threads"))
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(20):
                message = b"%d of %d" % (turn, number)
                verify_signature(signer.public_key, message, signer.sign(message))
        except BaseException as fault:  # noqa: BLE001 (told by the test)
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_process_that_was_forked_opens_a_session_of_its_own(new_token: NewToken) -> None:
    signer = signer_in(new_token("forked"))
    signer.sign(b"before")
    with warnings.catch_warnings(
        action="ignore"
    ):  # later Pythons warn of threads, of which the runner has some
        child = os.fork()
    if child == 0:
        try:
            verify_signature(signer.public_key, b"in the child", signer.sign(b"in the child"))
        except BaseException:  # noqa: BLE001 (the exit code tells)
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    verify_signature(signer.public_key, b"after", signer.sign(b"after"))

"""A PKCS #11 token: one session, one caller at a time, opened when it is needed and again when it was lost.

The driver initialises a module without locks of its own, so every call of this process goes through one lock. That
costs little: a token answers one question at a time anyway, and a server grows by processes.

A wrong PIN is tried once. A token locks itself after a few, so nobody tries again until another PIN is given.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from openesim.kernel.errors import ConfigError, Explanation, OpenEsimError, PeerError

if TYPE_CHECKING:
    import pkcs11

T = TypeVar("T")

REST_S: Final = 1.0
"""How long a token that could not be opened is left alone."""

_LOCK: Final = threading.RLock()
_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_KEEPER: Final = "whoever keeps the token"
_LOST: Final = frozenset(
    {
        *("SessionHandleInvalid", "SessionClosed", "SessionCount", "ObjectHandleInvalid", "KeyHandleInvalid"),
        *("DeviceRemoved", "DeviceError", "DeviceMemory", "TokenNotPresent", "UserNotLoggedIn"),
        *("GeneralError", "FunctionFailed", "OperationActive", "SlotIDInvalid", "WrappingKeyHandleInvalid"),
        "UnwrappingKeyHandleInvalid",
    }
)
"""Errors after which session and handles may be void, by the name of their class: the driver is imported late."""


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Which token, and how to get in.

    Attributes:
        module: path of the PKCS #11 module, such as ``/usr/lib/softhsm/libsofthsm2.so``.
        label: label of the token.
        read_pin: returns the PIN of its user; asked for whenever a session is opened.
    """

    module: str
    label: str
    read_pin: Callable[[], str]


@dataclass(slots=True)
class Opened:
    """A session and the objects that were found in it.

    Attributes:
        session: of the driver.
        found: whatever callers keep of it: handles are void with the session.
    """

    session: pkcs11.Session
    found: dict[Any, Any] = field(default_factory=dict)


class Token:
    """Runs what is to be done in a token."""

    def __init__(self, place: TokenPlace) -> None:
        """Name the token; nothing is opened yet."""
        self.place: Final = place
        self._opened: Opened | None = None
        self._process = 0
        self._refused_pin: str | None = None
        self._unreachable: tuple[OpenEsimError | None, float] = (None, 0.0)

    def run(self, action: Callable[[Opened], T], *, again: bool = True) -> T:
        """Return what the action returns; where the session was lost, it is run once more in a new one.

        Args:
            action: what is to be done.
            again: whether it may be run twice; else a loss is told at once.

        Raises:
            ConfigError: there is no such module, token or key, or the PIN is wrong.
            PeerError: the token does not answer, or refuses.
        """
        import pkcs11  # noqa: PLC0415 (a tenth of a second that few commands need)

        with _LOCK, ExitStack() as after:
            after.callback(_forget_openssl_errors)
            for is_last in (not again, True):
                opened = self._open()
                try:
                    return action(opened)
                except pkcs11.MechanismInvalid as error:
                    raise self._refusal(
                        f"does not offer what is needed: {_name_of(error)}",
                        "ECDSA on P-256 and brainpoolP256r1, and CKM_AES_KEY_WRAP, are needed",
                    ) from None
                except pkcs11.PKCS11Error as error:
                    if _name_of(error) in _LOST:
                        self._drop()
                        if not is_last:
                            continue
                    raise PeerError(f"token {self.place.label}: {_name_of(error)}").explained(
                        Explanation(
                            f"the token {self.place.label} refused or was lost: {_name_of(error)}",
                            _KEEPER,
                            "see that it is there and works: openesim keys check",
                        )
                    ) from None
            raise AssertionError("unreachable")  # pragma: no cover

    def write(self, action: Callable[[Opened], T]) -> T:
        """Return what an action returns that makes or destroys keys; it has a session of its own and runs once.

        Raises:
            ConfigError: there is no such module, token or key, or the PIN is wrong.
            PeerError: the token does not answer, or refuses.
        """
        import pkcs11  # noqa: PLC0415

        def writing(opened: Opened) -> T:
            # The login counts for every session of this process.
            session = opened.session.token.open(rw=True)
            try:
                return action(Opened(session))
            finally:
                opened.found.clear()
                session.close()

        with _LOCK:
            # Any question will do: a session that was lost is opened again here, and not while a key is made.
            self.run(lambda opened: list(opened.session.get_objects({pkcs11.Attribute.LABEL: "none"})))
            return self.run(writing, again=False)

    def close(self) -> None:
        """Close the session."""
        with _LOCK:
            self._drop()

    def missing_key(self, what: str, next_step: str) -> ConfigError:
        """Return the refusal for a key that is not in the token."""
        return self._refusal(f"has no {what}", next_step)

    def _open(self) -> Opened:
        """Return the session, opened if it is not.

        Raises:
            ConfigError: there is no such module or token, or the PIN is wrong.
            PeerError: the token does not answer.
        """
        import pkcs11  # noqa: PLC0415

        is_forked = self._process not in {0, os.getpid()}
        if self._opened is not None and not is_forked:
            return self._opened
        fault, until = self._unreachable
        if fault is not None and time.monotonic() < until:
            raise fault
        is_known, self._process = self._process != 0, os.getpid()
        try:
            self._opened = Opened(self._open_session(is_again=is_known))
        except OpenEsimError as error:
            self._unreachable = (error, time.monotonic() + REST_S)
            raise
        except pkcs11.PKCS11Error as error:
            lost = PeerError(f"token {self.place.label} cannot be opened: {_name_of(error)}")
            self._unreachable = (lost, time.monotonic() + REST_S)
            raise lost from None
        return self._opened

    def _open_session(self, *, is_again: bool) -> pkcs11.Session:
        import pkcs11  # noqa: PLC0415

        try:
            library = pkcs11.lib(self.place.module)
        except pkcs11.PKCS11Error as error:
            cause = f"the PKCS #11 module {self.place.module} cannot be loaded: {error}"
            raise ConfigError(cause).explained(
                Explanation(cause, "whoever keeps openesim.toml", "name the module in [keys], and install it")
            ) from None
        token = None if is_again else self._find(library)
        if token is None:
            # A module looks for tokens when it is initialised; other sessions of this process end by it, and recover.
            with suppress(pkcs11.PKCS11Error):
                library.reinitialize()
            token = self._find(library)
        if token is None:
            raise self._refusal("is not there", "plug it in or make it, and compare its label with [keys]")
        return self._log_in(token)

    def _find(self, library: Any) -> Any:
        import pkcs11  # noqa: PLC0415

        try:
            return library.get_token(token_label=self.place.label)
        except pkcs11.NoSuchToken:
            return None
        except pkcs11.MultipleTokensReturned:
            raise self._refusal("is there more than once", "give the right one a label of its own") from None

    def _log_in(self, token: Any) -> pkcs11.Session:
        import pkcs11  # noqa: PLC0415

        pin = self.place.read_pin()
        if pin == self._refused_pin:
            raise self._wrong_pin("is wrong")
        try:
            session = token.open(user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:
            # Another part of this process is in; a login counts for all its sessions.
            session = token.open()
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
            self._refused_pin = pin
            raise self._wrong_pin("is wrong") from None
        except (pkcs11.PinLocked, pkcs11.PinExpired, pkcs11.UserPinNotInitialized) as error:
            self._refused_pin = pin
            raise self._wrong_pin(f"cannot be used: {_name_of(error)}") from None
        self._refused_pin = None
        result: pkcs11.Session = session
        return result

    def _wrong_pin(self, wrong: str) -> ConfigError:
        cause = f"the PIN of the token {self.place.label} {wrong}"
        return ConfigError(cause).explained(
            Explanation(
                cause,
                _KEEPER,
                "put the right one into pin_file or OPENESIM_TOKEN_PIN; the wrong one is not tried again",
            )
        )

    def _refusal(self, wrong: str, next_step: str) -> ConfigError:
        cause = f"the token {self.place.label} {wrong}"
        return ConfigError(cause).explained(Explanation(cause, _KEEPER, next_step))

    def _drop(self) -> None:
        import pkcs11  # noqa: PLC0415

        opened, self._opened = self._opened, None
        if opened is not None:
            with suppress(pkcs11.PKCS11Error):
                opened.session.close()


def _forget_openssl_errors() -> None:
    """Empty the queue in which OpenSSL keeps errors, 10 us.

    A module in our process that stands on the same OpenSSL may leave some of its own there, and Python's TLS takes them
    for those of its next call. Python has no other way to empty the queue than a call that fails.
    """
    with suppress(ssl.SSLError):
        _TLS.set_ciphers("NONE-SUCH")


def _name_of(error: Exception) -> str:
    """Return what the driver calls an error: it has no other text."""
    return type(error).__name__

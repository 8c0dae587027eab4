"""Key-encryption keys of several places as one: the first place wraps, all of them are accepted.

So a database moves from a file to a token and back, while servers run.
"""

from __future__ import annotations

from typing import Final, Protocol

from openesim.kernel.ambient import KeyWrapping
from openesim.kernel.errors import ConfigError, OpenEsimError, VerificationError
from openesim.kernel.secret import Secret


class KeySource(KeyWrapping, Protocol):
    """A place with key-encryption keys."""

    def names(self) -> list[str]:
        """Return the names of all keys, the one that wraps first."""
        ...

    def name_of(self, wrapped: bytes) -> str | None:
        """Return the name of the key under which a data key stands."""
        ...

    def renew(self) -> str:
        """Make a key that wraps from now on, and return its name."""
        ...

    def forget(self, name: str) -> None:
        """Destroy a key."""
        ...


class KeyRing:
    """Implements ``services.keys.KeyRing`` on one or more places."""

    def __init__(self, first: KeySource, *others: KeySource) -> None:
        """Take the place that wraps, and those whose keys are accepted."""
        self._first: Final = first
        self._sources: Final = (first, *others)

    def begin(self) -> None:
        """Make a key where there is none.

        Raises:
            ConfigError: it cannot be made.
        """
        self._first.begin()

    def wrap(self, data_key: Secret[bytes]) -> bytes:
        """Return a data key wrapped, 40 octets.

        Raises:
            ConfigError: there is no key-encryption key.
        """
        return self._first.wrap(data_key)

    def unwrap(self, wrapped: bytes) -> Secret[bytes]:
        """Return the data key.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: it stands under none of the keys.
        """
        fault: OpenEsimError | None = None
        for source in self._sources:
            try:
                return source.unwrap(wrapped)
            except (ConfigError, VerificationError) as error:
                fault = fault or error
        raise fault or VerificationError("there is no key-encryption key")

    def rewrap(self, wrapped: bytes) -> bytes | None:
        """Return a data key under the key that wraps; None where it stands there already.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: it stands under none of the keys.
        """
        names = self._first.names()
        if names and self.name_of(wrapped) == names[0]:
            return None
        return self._first.wrap(self.unwrap(wrapped))

    def names(self) -> list[str]:
        """Return the names of all keys, the one that wraps first."""
        return [name for source in self._sources for name in source.names()]

    def name_of(self, wrapped: bytes) -> str | None:
        """Return the name of the key under which a data key stands; None for none of these."""
        found = (source.name_of(wrapped) for source in self._sources)
        return next((name for name in found if name is not None), None)

    def renew(self) -> str:
        """Make a key that wraps from now on, and return its name; those before are still accepted.

        A place that has none yet gets its first one, but only where the keys of another place are at hand: else they
        were lost, and one more would hide that.

        Raises:
            ConfigError: it cannot be made, or all keys are missing.
        """
        if not self._first.names() and self.names():
            self._first.begin()
            return self._first.names()[0]
        return self._first.renew()

    def forget(self, name: str) -> None:
        """Destroy a key that is accepted and does not wrap.

        Raises:
            ConfigError: it wraps, or is not here.
        """
        if name in self.names()[:1]:
            raise ConfigError(f"{name} is the key that wraps: it cannot be taken away")
        for source in self._sources:
            if name in source.names():
                source.forget(name)
                return
        raise ConfigError(f"there is no key-encryption key {name}")

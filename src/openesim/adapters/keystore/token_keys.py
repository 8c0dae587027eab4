"""Keys in a PKCS #11 token: they sign and wrap there, and cannot be taken out.

A key of a certificate is found by CKA_ID, which is the certificate's subject key identifier, or by a label that the
configuration names. Key-encryption keys share a label; of several the one with the highest CKA_ID wraps, all are
accepted.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, cast

from openesim.adapters.keystore.pkcs11 import Opened, Token
from openesim.encoding import tlv
from openesim.kernel.errors import ConfigError, Explanation, VerificationError
from openesim.kernel.secret import Secret
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.crypto.envelope import KEY_OCTETS
from openesim.security.crypto.keys import PrivateKey, PublicKey
from openesim.security.pki.build import key_id_of
from openesim.security.pki.certificate import Certificate

_TRIAL: Final = b"OpenESIM: does this key fit its certificate?"
_WRONG: Final = frozenset(
    {
        *("GeneralError", "FunctionFailed", "DataInvalid", "DataLenRange", "EncryptedDataInvalid"),
        *("EncryptedDataLenRange", "WrappedKeyInvalid", "WrappedKeyLenRange"),
    }
)
"""How modules say that a wrapped key stands under another key; some say it as they say that they are lost."""

_ID_OCTETS: Final = 8


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key in the token, as far as it may be told.

    Attributes:
        kind: ``signing`` or ``wrapping``.
        label: its label.
        key_id: CKA_ID.
        can_leave: whether the token would give it out.
    """

    kind: str
    label: str
    key_id: bytes
    can_leave: bool


class TokenSigner:
    """Implements ``kernel.ambient.Signer`` with a key in a token.

    Attributes:
        public_key: the public half, of the certificate.
    """

    def __init__(self, token: Token, wanted: Mapping[Any, Any], public_key: PublicKey) -> None:
        """Name the key by attributes."""
        self._token: Final = token
        self._wanted: Final = wanted
        self._place: Final = tuple(sorted((str(name), value) for name, value in wanted.items()))
        self.public_key: Final = public_key

    def sign(self, message: bytes) -> bytes:
        """Return the ECDSA signature with SHA-256 over ``message`` as r‖s, 64 octets.

        Raises:
            ConfigError: the token or the key is gone.
            PeerError: the token does not answer.

        Source: SGP.22 v2.5 §2.6.7.2.
        """
        import pkcs11  # noqa: PLC0415

        digest = sha256(message).digest()

        def action(opened: Opened) -> bytes:
            key = opened.found.get(self._place)
            if key is None:
                key = opened.found[self._place] = self._find(opened)
            signature: bytes = key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
            return signature

        return self._token.run(action)

    def _find(self, opened: Opened) -> Any:
        found = list(opened.session.get_objects(dict(self._wanted)))
        if len(found) != 1:
            raise self._token.missing_key(
                f"key of {self._place[-1][1]!r}" if not found else "single key with this name",
                "bring it there: openesim keys import",
            )
        return found[0]


def signer_of(token: Token, public_key: PublicKey) -> TokenSigner:
    """Return the signer of a key that is in the token, found by the identifier of its public half."""
    import pkcs11  # noqa: PLC0415

    names = pkcs11.Attribute
    wanted = {names.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, names.ID: key_id_of(public_key)}
    return TokenSigner(token, wanted, public_key)


class TokenSigners:
    """Finds the signers of certificates in a token."""

    def __init__(self, token: Token, labels: Mapping[str, str] | None = None) -> None:
        """Bind the token.

        Args:
            token: where keys are looked for.
            labels: label of a key by the name of its certificate, such as ``nist/dpauth``.
        """
        self._token: Final = token
        self._labels: Final = labels or {}

    def find(self, name: str, certificate: Certificate) -> TokenSigner | None:
        """Return the signer of a certificate, tried; None where its key is not in the token.

        Args:
            name: set and label of the certificate, such as ``nist/dpauth``.
            certificate: the certificate.

        Raises:
            ConfigError: the key that is there is not the certificate's; or the token cannot be used.
            PeerError: the token does not answer.
        """
        import pkcs11  # noqa: PLC0415

        label = self._labels.get(name)
        wanted: dict[Any, Any] = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}
        if label is not None:
            wanted[pkcs11.Attribute.LABEL] = label
        elif certificate.key_id is not None:
            wanted[pkcs11.Attribute.ID] = certificate.key_id
        else:
            return None
        count = self._token.run(lambda opened: len(list(opened.session.get_objects(wanted))))
        if count == 0 and label is None:
            return None
        signer = TokenSigner(self._token, wanted, certificate.public_key)
        try:
            verify_signature(certificate.public_key, _TRIAL, signer.sign(_TRIAL))
        except VerificationError:
            cause = f"{name}.pem: the key in the token {self._token.place.label} is not this certificate's"
            raise ConfigError(cause).explained(
                Explanation(
                    cause, "whoever keeps the PKI folder", "put the certificate of that key there, or its key"
                )
            ) from None
        return signer


class TokenKeys:
    """A source of a ``KeyRing``: key-encryption keys in a token."""

    def __init__(self, token: Token, label: str) -> None:
        """Name the label that the keys share."""
        self._token: Final = token
        self._label: Final = label

    def begin(self) -> None:
        """Make a key where there is none.

        Raises:
            ConfigError: the token cannot be used.
            PeerError: it refuses or does not answer.
        """
        if not self.names():
            self.renew()

    def wrap(self, data_key: Secret[bytes]) -> bytes:
        """Return a data key wrapped, 40 octets.

        Raises:
            ConfigError: there is no key-encryption key.
            PeerError: the token refuses or does not answer.

        Source: PKCS #11 v2.40 CKM_AES_KEY_WRAP; RFC 3394 §2.2.1.
        """
        return self._token.run(lambda opened: _wrap(opened, self._keys(opened)[0], data_key.reveal()))

    def unwrap(self, wrapped: bytes) -> Secret[bytes]:
        """Return the data key.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: it stands under none of them.
            PeerError: the token refuses or does not answer.

        Source: PKCS #11 v2.40 CKM_AES_KEY_WRAP; RFC 3394 §2.2.2.
        """
        data_key, _ = self._token.run(lambda opened: self._find(opened, wrapped))
        if data_key is None:
            cause = f"no key {self._label} in the token {self._token.place.label} opens a data key"
            raise VerificationError(cause).explained(
                Explanation(
                    cause, "whoever keeps the token", "use the token that the database was filled with"
                )
            )
        return data_key

    def names(self) -> list[str]:
        """Return the names of all keys, the one that wraps first.

        Raises:
            ConfigError: the token cannot be used.
        """
        return self._token.run(
            lambda opened: [_name_of(key) for key in self._keys(opened, must_be_there=False)]
        )

    def name_of(self, wrapped: bytes) -> str | None:
        """Return the name of the key under which a data key stands.

        Raises:
            ConfigError: the token cannot be used.
        """
        return self._token.run(lambda opened: self._find(opened, wrapped, must_be_there=False))[1]

    def renew(self) -> str:
        """Make a key that wraps from now on, and return its name; those before are still accepted.

        Raises:
            ConfigError: the token cannot be used.
            PeerError: it refuses or does not answer.
        """
        import pkcs11  # noqa: PLC0415

        def action(opened: Opened) -> str:
            key_id = _next_id([bytes(key.id) for key in self._keys(opened, must_be_there=False)])
            made: Any = opened.session.generate_key(
                pkcs11.KeyType.AES,
                8 * KEY_OCTETS,
                id=key_id,
                label=self._label,
                store=True,
                template=_wrapping_template(),
            )
            return _name_of(made)

        return self._token.write(action)

    def forget(self, name: str) -> None:
        """Destroy a key.

        Raises:
            ConfigError: the token cannot be used.
            PeerError: it refuses or does not answer.
        """

        def action(opened: Opened) -> None:
            for key in self._keys(opened):
                if _name_of(key) == name:
                    key.destroy()

        self._token.write(action)

    def _keys(self, opened: Opened, *, must_be_there: bool = True) -> list[Any]:
        """Return the keys as they are now, the one that wraps first."""
        import pkcs11  # noqa: PLC0415

        wanted = {
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
            pkcs11.Attribute.LABEL: self._label,
        }
        found = cast("Iterable[Any]", opened.session.get_objects(wanted))
        keys = sorted(found, key=lambda key: _order(bytes(key.id)), reverse=True)
        if not keys and must_be_there:
            raise self._token.missing_key(
                f"key {self._label}",
                "without the key that the database was filled with nothing secret in it can be read; for another "
                "database make one: openesim keys rotate",
            )
        opened.found[self._label] = keys
        return keys

    def _find(
        self, opened: Opened, wrapped: bytes, *, must_be_there: bool = True
    ) -> tuple[Secret[bytes] | None, str | None]:
        """Return the data key and the name of the key it stands under; the keys are looked up again if need be."""
        known = opened.found.get(self._label, [])
        for keys in (known, None):
            tried = self._keys(opened, must_be_there=must_be_there) if keys is None else keys
            for key in tried:
                data_key = _unwrap(key, wrapped)
                if data_key is not None:
                    return data_key, _name_of(key)
        if tried:
            # The module may have meant that it is lost: then this says so.
            _wrap(opened, tried[0], bytes(KEY_OCTETS))
        return None, None


def _wrapping_template() -> dict[Any, Any]:
    """Return what a key-encryption key may do: wrap, and never leave."""
    import pkcs11  # noqa: PLC0415

    names = pkcs11.Attribute
    return {
        **dict.fromkeys((names.SENSITIVE, names.PRIVATE, names.WRAP, names.UNWRAP), True),
        **dict.fromkeys((names.EXTRACTABLE, names.ENCRYPT, names.DECRYPT), False),
    }


def _wrap(opened: Opened, key: Any, data_key: bytes) -> bytes:
    """Wrap a data key, which passes through the session and is not kept in the token."""
    import pkcs11  # noqa: PLC0415

    names = pkcs11.Attribute
    passing = opened.session.create_object(
        {
            names.CLASS: pkcs11.ObjectClass.SECRET_KEY,
            names.KEY_TYPE: pkcs11.KeyType.AES,
            names.VALUE: data_key,
            names.TOKEN: False,
            names.SENSITIVE: False,
            names.EXTRACTABLE: True,
        }
    )
    try:
        wrapped: bytes = key.wrap_key(passing, mechanism=pkcs11.Mechanism.AES_KEY_WRAP)
    finally:
        passing.destroy()
    return wrapped


def _unwrap(key: Any, wrapped: bytes) -> Secret[bytes] | None:
    """Unwrap a data key; None where it stands under another key."""
    import pkcs11  # noqa: PLC0415

    names = pkcs11.Attribute
    try:
        passing = key.unwrap_key(
            pkcs11.ObjectClass.SECRET_KEY,
            pkcs11.KeyType.AES,
            wrapped,
            mechanism=pkcs11.Mechanism.AES_KEY_WRAP,
            store=False,
            template={names.SENSITIVE: False, names.EXTRACTABLE: True},
        )
    except pkcs11.PKCS11Error as error:
        if type(error).__name__ in _WRONG:
            return None
        raise
    try:
        return Secret(bytes(passing[names.VALUE]))
    finally:
        passing.destroy()


def _order(key_id: bytes) -> tuple[int, bytes]:
    """Return by what identifiers are ordered: as numbers."""
    digits = key_id.lstrip(b"\0")
    return len(digits), digits


def _name_of(key: Any) -> str:
    return f"token-{bytes(key.id).hex().lstrip('0') or '0'}"


def _next_id(taken: list[bytes]) -> bytes:
    """Return an identifier above all others: the time in milliseconds, as a rule."""
    above = max((int.from_bytes(each, "big") for each in taken), default=0) + 1
    number = max(time.time_ns() // 1_000_000, above)
    return number.to_bytes(max(_ID_OCTETS, (number.bit_length() + 7) // 8), "big")


# --- bringing keys there ---


def generate_signing_key(token: Token, curve: Curve, label: str) -> PublicKey:
    """Make a key pair in the token and return its public half; its CKA_ID is its subject key identifier.

    Raises:
        ConfigError: the token cannot be used.
        PeerError: it refuses or does not answer.
    """
    import pkcs11  # noqa: PLC0415

    names = pkcs11.Attribute

    def action(opened: Opened) -> PublicKey:
        parameters = opened.session.create_domain_parameters(
            pkcs11.KeyType.EC, {names.EC_PARAMS: tlv.encode(0x06, curve.oid.octets)}, local=True
        )
        public, private = parameters.generate_keypair(
            store=True,
            label=label,
            public_template={names.VERIFY: True},
            private_template=_signing_template(),
        )
        key = PublicKey(curve, _point_of(bytes(public[names.EC_POINT])))
        for half in (public, private):
            half[names.ID] = key_id_of(key)
        return key

    return token.write(action)


def import_signing_key(token: Token, key: PrivateKey, label: str) -> None:
    """Put a key into the token, from which it cannot be taken again; one that is there already stays.

    Raises:
        ConfigError: the token cannot be used.
        PeerError: it refuses or does not answer.
    """
    import pkcs11  # noqa: PLC0415

    names = pkcs11.Attribute
    key_id = key_id_of(key.public_key)
    shared = {
        names.KEY_TYPE: pkcs11.KeyType.EC,
        names.EC_PARAMS: tlv.encode(0x06, key.curve.oid.octets),
        names.TOKEN: True,
        names.ID: key_id,
        names.LABEL: label,
    }
    point = tlv.encode(0x04, key.point)

    def action(opened: Opened) -> None:
        session = opened.session
        is_private = {names.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, names.ID: key_id}
        is_public = {names.CLASS: pkcs11.ObjectClass.PUBLIC_KEY, names.ID: key_id}
        if not list(session.get_objects(is_private)):
            value = {names.VALUE: key.scalar.reveal()}
            session.create_object(shared | is_private | value | _signing_template())
        if not list(session.get_objects(is_public)):
            session.create_object(shared | is_public | {names.EC_POINT: point, names.VERIFY: True})

    token.write(action)


def _signing_template() -> dict[Any, Any]:
    """Return what a private key may do: sign, and never leave."""
    import pkcs11  # noqa: PLC0415

    names = pkcs11.Attribute
    return {
        **dict.fromkeys((names.SENSITIVE, names.PRIVATE, names.SIGN), True),
        **dict.fromkeys((names.EXTRACTABLE, names.DERIVE, names.DECRYPT, names.UNWRAP), False),
    }


def _point_of(octets: bytes) -> bytes:
    """Return the point of CKA_EC_POINT: an OCTET STRING by the standard, the bare point in some modules."""
    return octets[2:] if octets[:2] == b"\x04\x41" else octets


def list_keys(token: Token) -> list[TokenKey]:
    """Return the private and secret keys of a token.

    Raises:
        ConfigError: the token cannot be used.
        PeerError: it does not answer.
    """
    import pkcs11  # noqa: PLC0415

    kinds = {
        pkcs11.ObjectClass.PRIVATE_KEY: "signing",
        pkcs11.ObjectClass.SECRET_KEY: "wrapping",
    }

    def action(opened: Opened) -> list[TokenKey]:
        return [
            TokenKey(kind, key.label or "", bytes(key.id), bool(key[pkcs11.Attribute.EXTRACTABLE]))
            for wanted, kind in kinds.items()
            for key in cast("Iterable[Any]", opened.session.get_objects({pkcs11.Attribute.CLASS: wanted}))
        ]

    return token.run(action)

"""Keys and codes work as octets and print as nothing."""

from openesim.messages.saip.secret_octets import SecretOctets


def test_secret_octets_do_not_print() -> None:
    secret = SecretOctets(b"topsecret")
    assert [repr(secret), str(secret), f"{secret}", f"{secret!r}", f"{secret:>20}", f"{(secret,)}"] == [
        "<secret>",
        "<secret>",
        "<secret>",
        "<secret>",
        "<secret>",
        "(<secret>,)",
    ]


def test_secret_octets_are_octets() -> None:
    secret = SecretOctets(b"topsecret")
    assert secret == b"topsecret"
    assert bytes(secret) == b"topsecret"
    assert len(secret) == 9
    assert secret.hex() == b"topsecret".hex()

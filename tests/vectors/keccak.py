"""Keccak-f[1600] as FIPS 202 §3 writes it down: slow, plain, and only here to judge what the published pairs are about."""

from __future__ import annotations

MASK = (1 << 64) - 1


def round_constants() -> list[int]:
    """Return the 24 constants of iota, from the shift register of FIPS 202 §3.2.5."""
    register, constants = 1, []
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return constants


def rotate(lane: int, bits: int) -> int:
    """Rotate a lane of 64 bits to the left."""
    bits %= 64
    return (lane << bits | lane >> (64 - bits)) & MASK


def keccak_f1600(block: bytes) -> bytes:
    """Return the permutation of a state of 200 octets."""
    lanes = {(at % 5, at // 5): int.from_bytes(block[8 * at : 8 * at + 8], "little") for at in range(25)}
    for constant in round_constants():
        columns = [lanes[x, 0] ^ lanes[x, 1] ^ lanes[x, 2] ^ lanes[x, 3] ^ lanes[x, 4] for x in range(5)]
        for x, y in lanes:
            lanes[x, y] ^= columns[(x - 1) % 5] ^ rotate(columns[(x + 1) % 5], 1)
        moved = {(0, 0): lanes[0, 0]}
        x, y = 1, 0
        for step in range(24):
            moved[y, (2 * x + 3 * y) % 5] = rotate(lanes[x, y], (step + 1) * (step + 2) // 2)
            x, y = y, (2 * x + 3 * y) % 5
        lanes = {
            (x, y): moved[x, y] ^ (~moved[(x + 1) % 5, y] & MASK & moved[(x + 2) % 5, y])
            for y in range(5)
            for x in range(5)
        }
        lanes[0, 0] ^= constant
    return b"".join(lanes[at % 5, at // 5].to_bytes(8, "little") for at in range(25))

"""Subscription keys that stand in published test sets: whoever reads the standards knows them.

Source: 3GPP TS 35.207 §4, TS 35.208 §4, TS 35.233 §6, TS 55.205 §4; RFC 4187 Appendix C; osmocom's test data.
"""

from __future__ import annotations

_KEYS = """
00000000000000000012340000000000
0396eb317b6d1c36f19c1c84cd6ffd16
0da6f7ba86d5eac8a19cf563ac58642d
2d609d4db0ac5bf0d2c0de267014de0d
465b5ce8b199b49faa5f0a2ee238a6bc
4ab1deb05ca6ceb051fc98e77d026a84
5122250214c33e723a5dd523fc145fc0
5bd7ecd3d3127a41d12539bed4e7cf71
6c38a116ac280c454f59332ee35c8c4f
6cd1c6ceb1e01e14f1b82316a90b7f3d
729b17729270dd87ccdf1bfe29b4e9bb
77b45843c88e58c10d202684515ed430
90dca4eda45b53cf0f12d7c9c3bc6a89
9e5944aea94b81165c82fbf9f32db751
a0e2971b6822e8d354a18cc235624ecb
a530a7fe428fad1082c45eddfce13884
af7c65e1927221de591187a2c5987a53
b73a90cbcf3afb622dba83c58a8415df
b8da837a50652d6ac7c97da14f6acc61
d32dd23e89dc662354ca12eb79dd32fa
d9151cf04896e25830bf2e08267b8360
fec86ba6eb707ed08905757b1bb44b8f
1574ca56881d05c189c82880f789c9cd4244955f4426aa2b69c29f15770e5aa5
"""

PUBLISHED_KEYS = frozenset(map(bytes.fromhex, _KEYS.split()))
"""K of 16 or 32 octets."""

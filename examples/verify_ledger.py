"""Verifies what `openesim ledger export` wrote: python verify_ledger.py [POSITION:HEAD that you noted …] < FILE

Needs nothing but Python. The digest of an entry is SHA-256 over what it tells: JSON without blanks, names in order. A head is
SHA-256 over the head before it, the position in eight octets, and the entry's digest: so it holds for all entries so far.
"""

import hashlib
import json
import sys

faults = []
noted = {int(position): digits for position, digits in (head.split(":") for head in sys.argv[1:])}
rows = map(json.loads, sys.stdin.buffer)
begin = next(rows)["after"]  # the first line says behind which head the entries follow
position, head = int(begin.split(":")[0]), begin.split(":")[1]
if noted.get(position, bytes(32).hex() if position == 0 else None) != head:
    faults.append(f"begins behind {begin}, which you did not note")
for row in rows:
    told = json.dumps(row["entry"], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    if hashlib.sha256(b"openesim ledger entry 1\0" + told).hexdigest() != row["digest"]:
        faults.append(f"{row['position']}: was changed after it was written")
    chained = bytes.fromhex(head) + (position + 1).to_bytes(8, "big") + bytes.fromhex(row["digest"])
    head = hashlib.sha256(b"openesim ledger head 1\0" + chained).hexdigest()
    if (row["position"], row["head"]) != (position + 1, head):
        faults.append(f"{row['position']}: does not follow from entry {position}")
    position, head = row["position"], row["head"]
    if noted.get(position, head) != head:
        faults.append(f"{position}: has another head than you noted")
faults += [f"{place}: has no entry any more" for place in noted if place > position]
print(*faults, f"reached {position}:{head}", sep="\n")
sys.exit(1 if faults else 0)

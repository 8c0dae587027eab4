"""``make soak``: servers on PostgreSQL under a crowd of phones, killed at random moments; exit code 1 if anything does not hold.

make soak                               ten minutes of kills
make soak ARGS="--seconds 60"           a minute of them
make soak ARGS="--downloads 10000"      no kills: memory and tables are looked at
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

from tests.faults.soak.run import Plan, soak


def main() -> int:
    """Runs what the options say and returns the exit code."""
    usual = Plan()
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="how long servers are killed")
    parser.add_argument("--downloads", type=int, help="so many downloads without a kill instead")
    parser.add_argument("--servers", type=int, default=usual.servers)
    parser.add_argument("--chips", type=int, default=usual.chips, help="phones at once")
    parser.add_argument("--pause", type=float, default=usual.pause_s, help="seconds between two kills, about")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the moments; told at the end")
    parser.add_argument("--json", type=Path, help="write the summary here")
    options = parser.parse_args()
    plan = Plan(
        seconds=options.seconds,
        downloads=options.downloads,
        servers=options.servers,
        chips=options.chips,
        pause_s=options.pause,
        seed=options.seed,
    )
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        outcome = soak(
            plan, Path(folder), lambda line: print(f"{time.monotonic() - begun:7.1f} s  {line}", flush=True)
        )
    document = outcome.document() | {"seed": plan.seed}
    if options.json:
        options.json.write_text(json.dumps(document, indent=2) + "\n")
    for name, value in document.items():
        if name not in {"memory", "problems"}:
            print(f"{name:<16} {value}")
    for problem in outcome.problems:
        print(f"PROBLEM: {problem}")
    print("all holds" if not outcome.problems else f"{len(outcome.problems)} problems")
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())

"""Coverage-guided fuzzing of the decoders: ``make fuzz ARGS=-max_total_time=60``.

Arguments are libFuzzer's. The corpus grows in ``build/fuzz/corpus``, findings are left in ``build/fuzz/findings``;
``make fuzz ARGS=build/fuzz/findings/crash-…`` runs one again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

FOLDER = Path(__file__).resolve().parents[2] / "build" / "fuzz"


def main() -> None:
    """Fuzz until libFuzzer's arguments say stop, or until something is found."""
    with atheris.instrument_imports(include=["openesim"]):
        from tests.fuzz import corpus, targets
    arguments = [f"-artifact_prefix={FOLDER / 'findings'}/", "-timeout=10", *sys.argv[1:]]
    if all(argument.startswith("-") for argument in sys.argv[1:]):
        count = corpus.write(FOLDER / "corpus")
        print(f"{len(targets.TARGETS)} targets, {count} inputs to begin with")
        arguments += [f"-max_len={targets.MOST_OCTETS}", str(FOLDER / "corpus")]
    (FOLDER / "findings").mkdir(parents=True, exist_ok=True)
    atheris.Setup([sys.argv[0], *arguments], targets.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

"""docs/openapi.json from the routes of the REST API, or with --check: whether it is what they say.

python tools/openapi.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from openesim.adapters.web.api.app import openapi_document

PAGE = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def main(arguments: list[str]) -> int:
    """Writes or compares the document."""
    document = openapi_document()
    if "--check" in arguments:
        is_fresh = PAGE.exists() and PAGE.read_bytes() == document
        print(f"{PAGE.name}: {'as the routes say' if is_fresh else 'out of date; write it: make openapi'}")
        return 0 if is_fresh else 1
    PAGE.write_bytes(document)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

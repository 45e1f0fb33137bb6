"""Writes `openapi/aoscloud.json`, from which clients are made: `python -m aosedge.cloud.api.openapi [--check]`."""

import json
import sys
from pathlib import Path

from aosedge.cloud.api.application import document

FILE = Path(__file__).parents[4] / "openapi" / "aoscloud.json"


def written() -> str:
    """The document as the file has it."""
    return json.dumps(document(), indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with `--check` say whether it is as it should be."""
    if "--check" in arguments:
        if FILE.exists() and FILE.read_text() == written():
            return 0
        sys.stderr.write(f"{FILE.name} is not what the handlers say: run make openapi and review the change\n")
        return 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(written())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

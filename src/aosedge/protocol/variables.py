"""What an environment variable that is set for a while may be, alike for AosCloud and AosCore."""

import re
from typing import Final

VARIABLES_MOST: Final = 64
"""On one Unit at a time."""
LETTERS_MOST: Final = 4096
"""Of a value."""
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_OWN: Final = "AOS_"


def refusal(name: str, value: str) -> str:
    """Why it is none; empty where it is one."""
    if not _NAME.fullmatch(name):
        return "not the name of a variable"
    if name.startswith(_OWN):
        return "who an instance is, is not for others to say"
    if len(value) > LETTERS_MOST or "\0" in value:
        return f"not a value: at most {LETTERS_MOST} characters, none of them NUL"
    return ""

"""The rim's chance where it must come out the same again: handed to the domain, which never makes its own."""

from random import Random


def seeded(words: str) -> Random:
    """Chance that is the same for the same words, on every machine."""
    return Random(words)

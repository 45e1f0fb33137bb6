"""Amounts as people write them (`512MiB`, `10K` bits a second, `PT1M`) as bytes, bits a second and timedeltas."""

import re
from datetime import timedelta
from decimal import Decimal

from aosedge.model.errors import Invalid

_FACTORS = {
    "": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12,
    "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40,
}  # fmt: skip
_AMOUNT = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)\s*([a-zA-Z]*)", re.ASCII)
_MOST = 2**63 - 1
_ISO = re.compile(
    r"P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
_SHORT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|min|m|h|d)?", re.ASCII)
_SHORT_SECONDS: dict[str, int | Decimal] = {
    "ms": Decimal("0.001"),
    "": 1,
    "s": 1,
    "m": 60,
    "min": 60,
    "h": 3600,
    "d": 86400,
}


def parse_size(value: str | int, element: str = "size") -> int:
    """Bytes: a number, or one with `KB MB GB TB` (thousands) or `KiB MiB GiB TiB`, the B left out or not.

    Raises Invalid, naming `element`.
    """
    return _amount(value, ("b", ""), element, "bytes, as in 65536 or 512MiB")


def parse_bit_rate(value: str | int, element: str = "speed") -> int:
    """Bits a second: a number, or one with `K M G` (thousands), `bit`, `bps` or `bit/s` after it or not.

    Raises Invalid, naming `element`.
    """
    text = value.removesuffix("/s") if isinstance(value, str) else value
    return _amount(text, ("bits", "bit", "bps", ""), element, "bits a second, as in 8000 or 10M")


def _amount(value: str | int, units: tuple[str, ...], element: str, expected: str) -> int:
    found = _AMOUNT.fullmatch(str(value).strip())
    if found and not isinstance(value, bool):
        number, suffix = found.groups()
        for unit in units:
            prefix = suffix.lower().removesuffix(unit)
            if suffix.lower().endswith(unit) and prefix in _FACTORS:
                amount = int(Decimal(number) * _FACTORS[prefix])
                if amount <= _MOST:
                    return amount
    raise Invalid("not an amount", element=element, expected=expected, got=repr(value)[:40])


def parse_duration(value: str | float, element: str = "duration") -> timedelta:
    """ISO 8601 (`PT1M30S`, `P7D`; no months or years), seconds as a number, or `5s`, `10min`, `2h`.

    Raises Invalid, naming `element`.
    """
    text = str(value).strip()
    if not isinstance(value, bool):
        if (iso := _ISO.fullmatch(text)) and any(iso.groups()):
            weeks, days, hours, minutes, seconds = (Decimal(part or 0) for part in iso.groups())
            return _seconds(weeks * 604_800 + days * 86_400 + hours * 3_600 + minutes * 60 + seconds)
        if short := _SHORT.fullmatch(text):
            return _seconds(Decimal(short[1]) * _SHORT_SECONDS[short[2] or ""])
    raise Invalid("not a duration", element=element, expected="ISO 8601, as in PT30S or P7D", got=repr(value)[:40])


def _seconds(amount: Decimal) -> timedelta:
    return timedelta(microseconds=int(amount * 1_000_000))

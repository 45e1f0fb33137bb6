"""How a person says which Units a campaign is for and how it goes, as the API takes it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from aosedge.cli.client import Client, View
from aosedge.cli.names import named
from aosedge.model.errors import Invalid, NotFound
from aosedge.model.quantities import parse_size
from aosedge.model.windows import parse_window

_NUMBER: Final = re.compile(r"-?\d{1,9}(\.\d{1,9})?")
_NO_WINDOWS: Final[dict[str, list[str]]] = {"download": [], "install": [], "activate": []}


def selection_of(client: Client, fleets: list[str], sets: list[str], selector: str | None, units: list[str]) -> View:
    """Fleets and sets by title or id, Units by system id or id; raises NotFound."""
    return {
        "fleets": [named(client, "fleets/", "fleet", name, "title")["id"] for name in fleets],
        "sets": _sets(client, sets),
        "selector": selector,
        "units": units,
    }


def policy_of(client: Client, strategy: str, waves: list[str], gate: View) -> View:
    """Strategy, waves and gate; raises Invalid for a wave that is neither a share nor sets."""
    return {
        "strategy": strategy.replace("-", "_"),
        "waves": _waves(client, waves),
        "gate": gate,
    }


def limits_of(at_once: int | None, per_minute: int | None, ramp: str | None, bytes_per_second: str | None) -> View:
    """How fast; raises Invalid for a ramp or an amount that is none."""
    return {
        "at_once": at_once,
        "starts_per_minute": per_minute,
        "ramp": None if ramp is None else _ramp(ramp),
        "bytes_per_second": None if bytes_per_second is None else _bytes(bytes_per_second),
    }


def edited(client: Client, policy: View, said: Mapping[str, Any]) -> View:
    """A campaign's policy as the API shows it, with these fields changed; raises Invalid naming the option.

    Fields by their path, such as `gate.soak`, each as a person says it: `none` takes a limit, or all windows, away.
    """
    if not said:
        raise Invalid("nothing is to change", element="options", cure="name what: aos campaign edit --help")
    new = {name: dict(value) if isinstance(value, dict) else value for name, value in policy.items()}
    for path, value in said.items():
        part, _, name = path.rpartition(".")
        (new[part] if part else new)[name] = _as_asked(client, path, value)
    return new


def _as_asked(client: Client, path: str, value: Any) -> Any:
    name = path.rpartition(".")[2]
    match path:
        case "strategy":
            return value.replace("-", "_")
        case "waves":
            return _waves(client, value)
        case "timing.download" | "timing.install" | "timing.activate":
            return [] if value == ["none"] else timing_of(**{**_NO_WINDOWS, name: value})[name]
        case "limits.at_once" | "limits.starts_per_minute":
            option = "--at-once" if name == "at_once" else "--per-minute"
            return None if value == "none" else _number(value, option)
        case "limits.ramp":
            return None if value == "none" else _ramp(value)
        case "limits.bytes_per_second":
            return None if value == "none" else _bytes(value)
        case _:
            return value


def _number(text: str, option: str) -> int:
    if not text.isdecimal():
        raise Invalid("not a number", element=option, expected="a number of Units, or none", got=text)
    return int(text)


def _bytes(text: str) -> int:
    return parse_size(text.removesuffix("/s"), "--bytes-per-second")


def timing_of(download: list[str], install: list[str], activate: list[str], precondition: str = "") -> View:
    """When Units may take its steps; raises Invalid for what is no window."""
    named = (("download", download), ("install", install), ("activate", activate))
    windows = {
        step: [msgspec.to_builtins(parse_window(text, f"--{step}-window")) for text in said] for step, said in named
    }
    return windows | {"precondition": precondition}


def _ramp(text: str) -> View:
    first, _, over = text.partition(":")
    if not first.isdecimal() or not over:
        raise Invalid("not a ramp", element="--ramp", expected="starts in the first minute:span, 10:PT1H", got=text)
    return {"first": int(first), "over": over}


def _waves(client: Client, texts: list[str]) -> list[View]:
    made = [_wave(client, number, text) for number, text in enumerate(texts)]
    seen: set[str] = set()
    for number, wave in enumerate(made):
        sets = wave.get("sets", [])
        if len({*seen, *sets}) < len(seen) + len(sets):
            element, expected = f"--wave (number {number + 1})", "sets that are in no other wave"
            raise Invalid("a set is in two waves", element=element, expected=expected, got=texts[number])
        seen |= {*sets}
    return made


def _wave(client: Client, number: int, text: str) -> View:
    share = text.removesuffix("%")
    is_number = _NUMBER.fullmatch(share) is not None
    wrong = Invalid(
        "not a wave",
        element=f"--wave (number {number + 1})",
        expected="a share such as 5%, or titles of sets: a,b",
        got=text,
    )
    if share == text:
        try:
            return {"sets": _sets(client, [name.strip() for name in text.split(",")])}
        except NotFound as error:
            raise wrong if is_number else error from error
    if not is_number:
        raise wrong
    return {"share": float(share) / 100}


def _sets(client: Client, names: Iterable[str]) -> list[str]:
    return [named(client, "unit-sets/", "set", name, "title")["id"] for name in names]


def found_of(client: Client, name: str) -> View:
    """A campaign by title or id; raises NotFound."""
    return named(client, "campaigns/", "campaign", name, "title")


def what_of(wave: View) -> str:
    """Whom a wave is for."""
    if wave.get("undoes") is not None:
        return f"back from wave {wave['undoes'] + 1}"
    return f"up to {wave['share'] * 100:g} %" if wave["share"] is not None else f"{len(wave['sets'])} sets"

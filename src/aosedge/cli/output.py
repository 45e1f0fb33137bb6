"""The one place that knows tables, `--json`, colour, progress, terminals and exit codes."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from aosedge.cli import tables
from aosedge.cli.client import Answered, kind_of
from aosedge.model.errors import AosError

OK, FAILED, USAGE, NOT_FOUND, TIMED_OUT, CANCELLED = 0, 1, 2, 3, 4, 130
EXIT_CODES: Final[dict[str, int]] = {
    "invalid": FAILED,
    "untrusted": FAILED,
    "too_large": FAILED,
    "conflict": FAILED,
    "stale": FAILED,
    "reused": FAILED,
    "too_many": FAILED,
    "unavailable": FAILED,
    "failed": FAILED,
    "unauthenticated": NOT_FOUND,
    "not_allowed": NOT_FOUND,
    "not_found": NOT_FOUND,
    "timed_out": TIMED_OUT,
}


class TimedOut(AosError):
    """What was waited for did not come in time."""

    kind = "timed_out"


class Output:
    """Where a command's words go: data to standard output, progress and errors to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.terminal = sys.stdout.isatty() and not as_json

    def show(self, view: Any, words: Callable[[], None]) -> None:
        """The view as JSON for programs, or `words()` for people."""
        if self.as_json:
            self.line(json.dumps(view, indent=2, ensure_ascii=False))
        else:
            words()

    def line(self, text: str = "") -> None:
        """One line for people."""
        sys.stdout.write(text + "\n")

    def folded(self, text: str, indent: int) -> None:
        """One line for people; on a terminal folded between words, with what follows moved in."""
        self.line(tables.folded(text, _width(), indent) if self.terminal else text.rstrip())

    def done(self, view: Any, sentence: str) -> None:
        """What a change made: the view as JSON, or one sentence."""
        self.show(view, lambda: self.line(sentence))

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        empty: str,
        spare: Sequence[str] = tables.SPARE,
    ) -> None:
        """A table on a terminal, tab-separated lines in a pipe; `empty` says what to do when there is nothing.

        A narrow terminal does without the columns in `spare`, the first first.
        """
        shown = [[_cell(cell) for cell in row] for row in rows]
        if not self.terminal:
            for row in [list(columns), *shown] if shown else []:
                self.line("\t".join(row))
        elif not shown:
            self.line(empty)
        else:
            heading, *lines = tables.laid_out(columns, shown, _width(), spare)
            self.line(heading if "NO_COLOR" in os.environ else f"\x1b[1m{heading}\x1b[0m")
            for line in lines:
                self.line(line)

    def fields(self, pairs: Iterable[tuple[str, object]]) -> None:
        """An object's fields, one a line, folded on a terminal; empty ones are left out."""
        shown = [(name, _cell(value)) for name, value in pairs if value not in (None, "", [], {})]
        width = max((len(name) for name, _ in shown), default=0)
        for name, value in shown:
            self.folded(f"{name:{width}}  {value}", width + 2)

    @contextmanager
    def progress(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """A bar over `total` bytes on a terminal's standard error; silence elsewhere."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _bytes: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda count: bar.advance(task, count)

    @contextmanager
    def counted(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """A bar over `total` of something on a terminal's standard error; silence elsewhere."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _number: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda number: bar.advance(task, number)


class Trail:
    """The states that something passed through, on one line: `downloading > installing > in_sync`."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._states: list[str] = []

    def note(self, state: str, detail: str = "") -> None:
        """Now it is in `state`; `detail`, such as a percentage, comes and goes with it."""
        fresh = not self._states or self._states[-1] != state
        if fresh:
            self._states.append(state)
        if self._out.terminal:
            sys.stdout.write("\r\x1b[K" + tables.ending(self._states, detail, _width() - 1))
            sys.stdout.flush()
        elif fresh and not self._out.as_json:
            sys.stdout.write((" > " if len(self._states) > 1 else "") + state)
            sys.stdout.flush()

    def end(self) -> tuple[str, ...]:
        """Close the line; gives the states."""
        if self._states and not self._out.as_json:
            sys.stdout.write("\r\x1b[K" + " > ".join(self._states) + "\n" if self._out.terminal else "\n")
        return tuple(self._states)


def complain(error: AosError, *, as_json: bool = False, program: str = "aos") -> int:
    """Say what went wrong on standard error; gives the exit code."""
    kind = kind_of(error)
    if as_json:
        view = {"message": str(error), "kind": kind, "element": error.element, "expected": error.expected}
        view |= {"got": error.got, "cure": error.cure}
        if isinstance(error, Answered):
            view |= {"operation": error.operation, "request_id": error.request_id}
        sys.stderr.write(json.dumps({"error": {name: value for name, value in view.items() if value}}) + "\n")
    else:
        sys.stderr.write(f"{program}: {error}\n")
    return EXIT_CODES.get(kind, FAILED)


def _width() -> int:
    return shutil.get_terminal_size().columns


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value))
    return str(value)

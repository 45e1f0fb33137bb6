"""The rules of the house that no linter knows, each message with its cure.

`ratchet.json` lists what breaks a rule today and may only shrink; nothing writes it but a person.
"""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "aosedge"
RATCHET: dict[str, list[str]] = json.loads((Path(__file__).parent / "ratchet.json").read_text())
FILE_LINES_MOST = 400
FUNCTION_LINES_MOST = 40
VAGUE = re.compile(r"(^|_)(utils?|helpers?|common|misc|base|managers?)$")


def source_files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def tracked_text() -> Iterator[tuple[str, str]]:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for name in filter(None, names):
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".sh", ".toml", ".json", ".yaml", ".ts", ".tsx", ".txt", ""}
            and path.is_file()
        ):
            yield name, path.read_text(errors="replace")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def held(rule: str, found: set[str]) -> None:
    allowed = set(RATCHET.get(rule, []))
    assert not found - allowed, f"{rule}: new here: {sorted(found - allowed)}"
    assert not allowed - found, f"{rule}: mended, take it out of tests/house/ratchet.json: {sorted(allowed - found)}"


def test_no_file_is_longer_than_two_files() -> None:
    long = {
        str(path.relative_to(ROOT)) for path in source_files() if len(path.read_text().splitlines()) > FILE_LINES_MOST
    }
    held("files over 400 lines become a folder of that name", long)


def test_no_function_is_longer_than_two_functions() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{function.name}"
        for path in source_files()
        for function in functions(ast.parse(path.read_text()))
        if code_lines(function) > FUNCTION_LINES_MOST
    }
    held("functions over 40 lines are two", long)


def test_names_say_what_they_hold() -> None:
    vague = {str(path.relative_to(ROOT)) for path in source_files() if VAGUE.search(path.stem)}
    held("name the module by the noun it holds", vague)


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + r"Error")
    left = {str(path.relative_to(ROOT)) for path in source_files() if marks.search(path.read_text())}
    held("finish it or file it; do not leave a mark in the code", left)


def test_public_names_have_a_docstring() -> None:
    bare: set[str] = set()
    for path in source_files():
        tree = ast.parse(path.read_text())
        name = str(path.relative_to(ROOT))
        if ast.get_docstring(tree) is None:
            bare.add(name)
        public = (n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef))
        bare |= {f"{name}:{n.name}" for n in public if n.name[0] != "_" and ast.get_docstring(n) is None}
    held("say what it promises, its units, its errors", bare)


@pytest.mark.parametrize("invariant", ["I1", "I2", "I3", "I4", "I6", "I8", "I9", "I12", "I13"])
def test_each_invariant_is_quoted_by_a_test(invariant: str) -> None:
    quoted = [
        path
        for path in (ROOT / "tests").rglob("*.py")
        if path != Path(__file__) and re.search(rf"\b{invariant}\b", path.read_text())
    ]
    assert quoted, f"no test names {invariant}: write one, or quote the number where it is tested"


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a machine, no address of a package registry."""
    foreign = re.compile(r"/wo" + r"rk/|py" + r"pi\.org|registry\.np" + r"mjs|pythonhos" + r"ted|deb\.deb" + r"ian")
    found = {name for name, text in tracked_text() if foreign.search(text)}
    held("name packages, not where they are fetched; paths are relative to the project", found)


def test_the_console_has_a_word_for_each_task() -> None:
    words = (ROOT / "console" / "src" / "words" / "platform.ts").read_text()
    for path in sorted((SOURCE / "cloud" / "reconcilers").glob("*.py")):
        for name in re.findall(r'^    name = "([^"]+)"$', path.read_text(), re.MULTILINE):
            named = re.search(rf'^    "?{name}"?: "', words, re.MULTILINE)
            assert named, f"{path.name}: name {name!r} in console/src/words/platform.ts"

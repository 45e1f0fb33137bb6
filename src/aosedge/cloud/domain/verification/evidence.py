"""What tests said of a bundle: files that belong to a batch, and the totals of those that are JUnit's XML."""

from io import BytesIO
from typing import Final, Literal
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from aosedge.model.digests import Digest
from aosedge.model.errors import Invalid
from aosedge.model.ids import BatchId, EvidenceId, UserId
from aosedge.model.instants import Instant

Kind = Literal["junit", "file"]
BYTES_MOST: Final = 8 * 1024 * 1024
"""Of one file."""
FILES_MOST: Final = 100
"""Of one batch."""
DEEPEST: Final = 64
TITLE_LONGEST: Final = 200


class Totals(msgspec.Struct, frozen=True):
    """Test cases of a JUnit report, each counted once."""

    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0


class Evidence(msgspec.Struct, frozen=True):
    """A file that says something of a batch's bundle; `about` are the digests of the item versions it was then."""

    id: EvidenceId
    batch: BatchId
    kind: Kind
    title: str
    digest: Digest
    size_bytes: int
    at: Instant
    added_by: UserId | None = None
    totals: Totals | None = None
    about: tuple[Digest, ...] = ()


def junit_totals(content: bytes) -> Totals:
    """The totals of a JUnit report, from its test cases, whatever its attributes claim.

    Raises Invalid for what is no such XML, declares entities or a document type, or is nested absurdly.
    """
    tests = failures = errors = skipped = depth = 0
    root = ""
    try:
        for event, element in iterparse(BytesIO(content), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            root = root or _name(element)
            if depth > DEEPEST:
                raise _no_junit(f"elements in elements, more than {DEEPEST} deep")
            if event == "end" and _name(element) == "testcase":
                inside = {_name(child) for child in element}
                tests += 1
                failures += "failure" in inside
                errors += "error" in inside and "failure" not in inside
                skipped += "skipped" in inside and inside.isdisjoint(("failure", "error"))
                element.clear()
    except DefusedXmlException as why:
        raise _no_junit("XML that declares a document type or entities") from why
    except (ParseError, LookupError, ValueError) as why:
        raise _no_junit(f"what is no XML: {why}"[:200]) from why
    if root not in ("testsuite", "testsuites"):
        raise _no_junit(f"the element {root[:40]}")
    if not tests:
        raise _no_junit("a report without a test case")
    return Totals(tests, failures, errors, skipped)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _no_junit(got: str) -> Invalid:
    return Invalid(
        "not a JUnit report",
        element="file",
        expected="XML with testsuite or testsuites at its root, and test cases",
        got=got,
        cure="send it as kind=file if it is something else",
    )


def checked_title(title: str, filename: str) -> str:
    """What people call it; the file's name where nobody said. Raises Invalid."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    kept = (title.strip() or name.strip() or "evidence")[:TITLE_LONGEST]
    if not kept.isprintable():
        raise Invalid("the title has letters that cannot be shown", element="title", expected="plain text")
    return kept

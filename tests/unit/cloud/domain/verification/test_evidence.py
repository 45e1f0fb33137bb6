"""What tests said, from friends and from strangers."""

import pytest

from aosedge.cloud.domain.verification.evidence import Totals, checked_title, junit_totals
from aosedge.model.errors import Invalid

REPORT = b"""<?xml version="1.0"?><testsuites tests="99"><testsuite name="s">
<testcase name="a"/><testcase name="b"><failure/><error/></testcase>
<testcase name="c"><error/></testcase><testcase name="d"><skipped/></testcase>
</testsuite></testsuites>"""
BOMB = (
    b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "'
    + b"&a;" * 10
    + b'">]><testsuite><testcase>&b;</testcase></testsuite>'
)
OUTSIDE = b'<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite><testcase>&x;</testcase></testsuite>'


def test_totals_are_counted_from_test_cases_whatever_is_claimed() -> None:
    assert junit_totals(REPORT) == Totals(tests=4, failures=1, errors=1, skipped=1)
    spaced = b'<testsuite xmlns="urn:x"><testcase/></testsuite>'
    assert junit_totals(spaced) == Totals(1)


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        OUTSIDE,
        b"no xml at all",
        b"<testsuite><testcase>",
        b"<html><testcase/></html>",
        b"<testsuite/>",
        b'<?xml version="1.0" encoding="no-such"?><testsuite/>',
        b"<testsuite>" + b"<a>" * 100 + b"</a>" * 100 + b"</testsuite>",
        b"",
    ],
)
def test_what_is_no_junit_report_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match="not a JUnit report"):
        junit_totals(content)


def test_a_title_is_the_files_name_where_nobody_says() -> None:
    assert checked_title("", "C:\\tests\\unit.xml") == "unit.xml"
    assert checked_title(" nightly ", "../../x") == "nightly"
    assert checked_title("", "") == "evidence"
    with pytest.raises(Invalid, match="cannot be shown"):
        checked_title("a\x1b[2J", "")

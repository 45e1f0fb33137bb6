"""Whom a root's retirement would shut out."""

from aosedge.cloud.domain.roots import Holder, Reliance


def test_only_who_has_no_certificate_by_another_root_would_be_shut_out() -> None:
    reliance = Reliance()
    for holder, root in (
        (Holder("unit", "renewed"), "new"),
        (Holder("unit", "renewing"), "old"),
        (Holder("unit", "renewing"), "new"),
        (Holder("unit", "away"), "old"),
        (Holder("user", "admin"), "old"),
    ):
        reliance.add(holder, root)
    assert reliance.shut_out("old") == [Holder("unit", "away"), Holder("user", "admin")]
    assert reliance.shut_out("new") == [Holder("unit", "renewed")]
    assert reliance.shut_out("unknown") == []
    assert reliance.counts(("old", "new")) == {"old": 3, "new": 2}

"""Tenancy is structure: what reaches beyond one caller's scope is asked for in few places, each with its reason."""

import re
from pathlib import Path

CLOUD = Path(__file__).parents[3] / "src" / "aosedge" / "cloud"
REACHES_EVERYTHING = {
    "gateway/store_records.py": "signs Units in and out, before there is a scope",
    "reconcilers/audit.py": "lets go of old lines of every chain",
    "reconcilers/campaigns.py": "drives the campaigns of every organization",
    "reconcilers/outbox.py": "carries out effects of every organization",
    "reconcilers/renewals.py": "ends renewals that take too long, of every Unit",
    "reconcilers/retention.py": "bounds what is kept of every Unit",
    "reconcilers/sessions.py": "lets go of sessions that have ended",
    "reconcilers/verification.py": "resolves the batches of every organization",
    "reconcilers/targets.py": "compiles the targets of every Unit",
    "usecases/admission.py": "lets the invited in, before there is a scope",
    "usecases/attempts.py": "writes down who was not let in",
    "usecases/audit.py": "verifies, exports and shortens the whole trail",
    "usecases/clones.py": "marks a Unit that looks like two, on its channel",
    "usecases/doorkeeper.py": "takes Units that are not in yet, before there is a scope",
    "usecases/installation.py": "makes the organizations themselves",
    "usecases/openid.py": "lets whoever a provider vouches for in, before there is a scope",
    "usecases/passkeys.py": "lets whoever shows a passkey in, before there is a scope",
    "usecases/people.py": "signs people in, before there is a scope",
    "usecases/roots.py": "finds who relies on a root, of every organization",
    "usecases/targets.py": "compiles the targets of every Unit",
    "usecases/signing_in.py": "begins sessions, before there is a scope",
}


def test_only_reconcilers_set_up_and_signing_in_reach_beyond_a_scope() -> None:
    found = {
        str(path.relative_to(CLOUD))
        for path in CLOUD.rglob("*.py")
        if path.parent.name != "store" and re.search(r"\b(EverySession|write_every|read_every)\b", path.read_text())
    }
    beyond = found - REACHES_EVERYTHING.keys()
    assert not beyond, f"give the caller's scope to Store.read or Store.write instead: {sorted(beyond)}"
    assert not REACHES_EVERYTHING.keys() - found, "take it out of the list"


def test_no_repository_takes_a_tenant() -> None:
    for path in (CLOUD / "store").glob("*.py"):
        for line in re.findall(r"def [a-z]\w*\(self, [^)]*\)", path.read_text()):
            assert "tenant" not in line, f"{path.name}: {line}: the scope in the constructor says whose it is"

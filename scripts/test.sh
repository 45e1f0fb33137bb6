#!/bin/sh
# All tests. What needs the machine's own network or containers runs alone, the rest in parallel.
set -eu
cd "$(dirname "$0")/.."
pytest=".venv/bin/python -m pytest -q"
status=0
rm -f .coverage
.venv/bin/coverage run -m pytest -q tests/unit || status=1
.venv/bin/coverage report --skip-covered || status=1
$pytest -n 2 --dist loadfile tests/house tests/contract tests/simulation tests/system -m "not root" || status=1
$pytest tests/contract tests/system -m root || status=1
exit $status

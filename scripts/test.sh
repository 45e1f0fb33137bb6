#!/bin/sh
# All tests. What shares the machine's network or containers runs by itself, the rest in parallel; whoever waits for
# processes more than it computes has more workers than the machine has cores.
cd "$(dirname "$0")/.." || exit 1
PATH="$PATH:$PWD/.venv/bin" # npm comes from there where the machine has none
pytest=".venv/bin/python -m pytest -q"
failed=""
suite() {
    name=$1; shift
    printf '== %s\n' "$name"
    # 5: nothing to run here, such as tests for root without root
    "$@" || [ $? = 5 ] || failed="$failed, $name"
}
suite "rules, with the coverage of their branches" $pytest -n 2 --dist worksteal tests/unit --cov --cov-report=term:skip-covered
suite "adapters, processes and simulated worlds" $pytest -n 4 --dist loadfile tests/house tests/contract tests/system tests/simulation -m "not root"
suite "the console's rules" npm --silent --prefix console test
suite "the console in a browser" $pytest -n 2 --dist loadfile tests/browser
suite "containers and networks" $pytest tests/contract tests/system -m root
rm -f .coverage
[ -z "$failed" ] || { printf 'failed: %s\n' "${failed#, }" >&2; exit 1; }

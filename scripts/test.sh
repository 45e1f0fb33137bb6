#!/bin/sh
# All tests, in memory where there is room: nothing that they write has to survive the power. What shares the machine's
# network or containers runs by itself, one by one. Whoever waits for processes more than it computes has more workers
# than the machine has cores.
cd "$(dirname "$0")/.." || exit 1
PATH="$PATH:$PWD/.venv/bin" # npm comes from there where the machine has none
pytest=".venv/bin/python -m pytest -q"
files="--dist loadfile --no-loadscope-reorder" # in the order of tests/conftest.py
failed=""
memory=/dev/shm
[ -w "$memory" ] && [ "$(df -Pm "$memory" | awk 'NR == 2 { print $4 }')" -ge 4096 ] || memory=${TMPDIR:-/tmp}
TMPDIR=$(mktemp -d "$memory/aos.XXXXXX") || exit 1
chmod 711 "$TMPDIR" # PostgreSQL runs as somebody else
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 130' INT TERM
suite() {
    name=$1; shift
    printf '== %s\n' "$name"
    # 5: nothing to run here, such as tests for root without root
    "$@" || [ $? = 5 ] || failed="$failed, $name"
}
suite "adapters, processes and simulated worlds" $pytest --basetemp "$TMPDIR/p" -n 6 $files \
    tests/house tests/contract tests/system tests/simulation -m "not root"
suite "containers and networks" $pytest --basetemp "$TMPDIR/r" tests/contract tests/system -m root
suite "rules, with the coverage of their branches" $pytest --basetemp "$TMPDIR/u" -n 2 --dist worksteal \
    tests/unit --cov --cov-report=term:skip-covered
suite "the console's rules" npm --silent --prefix console test
suite "the console in a browser" $pytest --basetemp "$TMPDIR/b" -n 4 $files tests/browser
rm -f .coverage
[ -z "$failed" ] || { printf 'failed: %s\n' "${failed#, }" >&2; exit 1; }

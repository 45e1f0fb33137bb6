#!/bin/sh
# Every gate, all run, all named; fails if one does.
cd "$(dirname "$0")/.." || exit 1
bin=.venv/bin
PATH="$PATH:$PWD/$bin" # npm comes from there where the machine has none
failed=""
gate() {
    name=$1; shift
    if output=$("$@" 2>&1); then printf 'ok    %s\n' "$name"; else
        printf 'FAIL  %s\n%s\n' "$name" "$output"; failed="$failed $name"
    fi
}
gate ruff "$bin/ruff" check src tests bench scripts examples
gate format "$bin/ruff" format --check -q src tests bench scripts examples
gate mypy "$bin/mypy"
gate imports "$bin/lint-imports"
gate house "$bin/python" -m pytest -q -p no:cacheprovider tests/house
gate access "$bin/python" -m pytest -q -p no:cacheprovider tests/unit/cloud/domain/access
gate openapi "$bin/python" -m aosedge.cloud.api.openapi --check
gate "console types" npm --silent --prefix console run tsc
gate "console lint" npm --silent --prefix console run lint
gate "console budget" npm --silent --prefix console run budget
gate docs "$bin/sphinx-build" -W -q -b html docs dist/docs
[ -z "$failed" ] || { printf 'failed:%s\n' "$failed" >&2; exit 1; }

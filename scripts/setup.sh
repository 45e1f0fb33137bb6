#!/bin/sh
# Creates .venv from requirements.lock and installs the machine packages that AosEdge runs on. Repeating it is free.
set -eu
cd "$(dirname "$0")/.."
PYTHON="${PYTHON:-python3}"

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

command -v "$PYTHON" >/dev/null 2>&1 || fail "no $PYTHON here: install Python 3.11 or newer, or say make PYTHON=..."
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$PYTHON is $("$PYTHON" -V 2>&1); AosEdge needs Python 3.11 or newer: make PYTHON=python3.12"

# command that must be there -> Debian package that brings it
packages=""
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ] || packages="$packages $2"; }
need runc runc
need crun crun
need conmon conmon
need nft nftables
need ip iproute2
need tc iproute2
need busybox busybox-static
need softhsm2-util softhsm2
need stunnel4 stunnel4
find /usr/lib -name pkcs11.so -path '*/engines-3/*' 2>/dev/null | grep -q . || packages="$packages libengine-pkcs11-openssl"
need jq jq
need chromium chromium
"$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1 || packages="$packages python3-venv"
# A busybox that needs shared libraries can't run in a container of its own.
if command -v busybox >/dev/null 2>&1 && [ -e /lib64 ] && ldd "$(command -v busybox)" >/dev/null 2>&1; then
    packages="$packages busybox-static"
fi
packages=$(printf '%s\n' $packages | sort -u | tr '\n' ' ')
if [ -n "${packages% }" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "installing $packages"
        log=$(mktemp)
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1 ||
            { tail -n 20 "$log" >&2; fail "apt-get could not install $packages"; }
        rm -f "$log"
    else
        say "not installed here: ${packages% }; with them (apt-get install $packages, as root) instances run isolated, and every test runs"
    fi
fi

want=$(cat requirements.lock pyproject.toml | sha256sum | cut -c1-64)
[ -f .venv/.made-from ] && [ "$(cat .venv/.made-from)" = "$want" ] && exit 0
[ -x .venv/bin/python ] || { say "creating .venv"; "$PYTHON" -m venv .venv; }
uv=$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)
.venv/bin/uv --version >/dev/null 2>&1 || .venv/bin/python -m pip install -q --disable-pip-version-check "$uv"
say "installing Python packages from requirements.lock"
.venv/bin/uv pip sync -q --python .venv/bin/python --require-hashes requirements.lock
.venv/bin/uv pip install -q --python .venv/bin/python --no-deps -e .
printf '%s' "$want" > .venv/.made-from

#!/bin/sh
# env.sh - make .venv exactly as requirements.lock says, and put this project into it; does nothing when
# that was done already.  Needs Python 3.11 or newer; PYTHON=... chooses one.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "env: $*" >&2; }
fail() { say "$*"; exit 1; }
export UV_PYTHON_DOWNLOADS=never PIP_DISABLE_PIP_VERSION_CHECK=1

fits() { command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
  for p in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if fits "$p"; then command -v "$p"; return; fi
  done
  fail "no Python 3.11 or newer found: install one (Debian 12 and newer: apt-get install python3 python3-venv)"
}
apt_install() {
  say "installing on the machine: $*"
  apt-get -o DPkg::Lock::Timeout=600 update -qq </dev/null
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# ---- the environment
if ! fits .venv/bin/python; then
  python=$(find_python)
  say "making .venv with $python"
  rm -rf .venv
  if ! "$python" -m venv .venv >/dev/null 2>&1; then   # Debian keeps what venv needs in another package
    rm -rf .venv
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      apt_install python3-venv
      "$python" -m venv .venv
    elif command -v uv >/dev/null 2>&1; then
      uv venv -q --seed --python "$python" .venv
    else
      fail "python3 -m venv does not work here: install python3-venv (as root: apt-get install python3-venv)"
    fi
  fi
fi

# ---- what is in it
# Compiled ahead: where PYTHONDONTWRITEBYTECODE is set, as in many containers, each start would compile all of it.
compile_ours() { .venv/bin/python -m compileall -q bench lab practice runbooks screenshots systems tui widgets; }
want=$(cat requirements.lock pyproject.toml make/env.sh | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/.synced 2>/dev/null)" = "$want" ] && [ -x .venv/bin/quarterdeck ]; then compile_ours; exit 0; fi
export VIRTUAL_ENV="$PWD/.venv"
if uv --version >/dev/null 2>&1; then uv=uv
elif .venv/bin/uv --version >/dev/null 2>&1; then uv=.venv/bin/uv
else
  .venv/bin/python -m pip install -q uv </dev/null || fail "uv could not be installed: is a package index reachable?"
  uv=.venv/bin/uv
fi
say "installing what requirements.lock names"
$uv pip sync -q --require-hashes --compile-bytecode requirements.lock
$uv pip install -q --no-deps --editable .
compile_ours
echo "$want" > .venv/.synced

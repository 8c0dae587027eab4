#!/bin/sh
# Makes .venv and installs OpenESIM into it from the hashed lock files. Called by make; safe to repeat.
# An argument names one more lock file of requirements/ to install:   sh tools/setup.sh fuzz
set -eu
cd "$(dirname "$0")/.."
here=$(pwd -P)
venv=.venv
bin=$venv/bin

fail() {
    printf '\nSet-up stopped: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

install_failed() {
    fail "a package could not be installed; the reason stands above." \
        "No network? Set-up needs a Python package index once; afterwards nothing is fetched again." \
        "Behind a mirror or a proxy: set PIP_INDEX_URL, HTTPS_PROXY, SSL_CERT_FILE (or pip's own configuration)." \
        "A hash that does not match means that a mirror serves other files than those we tested: do not go on." \
        "Then run the same make command again."
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 /usr/bin/python3}; do
        if new_enough "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "no Python 3.11 or newer found (looked for: ${PYTHON:-python3, python3.13, python3.12, python3.11})." \
        "Debian 12 or newer, Ubuntu 24.04: apt-get install python3 python3-venv" \
        "Elsewhere install it your way, then:   make PYTHON=/path/to/python3 setup"
}

# The virtual environment and uv in it, by whichever pip there is.
make_venv() {
    python=$(find_python) || exit 1
    if "$python" -c 'import ensurepip' >/dev/null 2>&1; then
        "$python" -m venv --clear "$venv" || fail "'$python -m venv $venv' did not work; its words stand above."
        pip=$bin/python
        set --
    elif "$python" -m pip --version >/dev/null 2>&1; then
        # Debian splits ensurepip off into python3-venv; a pip that is there already serves as well.
        "$python" -m venv --clear --without-pip "$venv"
        pip=$python
        set -- --python "$bin/python"
    else
        fail "this Python cannot make virtual environments (its module 'ensurepip' is missing)." \
            "Debian, Ubuntu: apt-get install python3-venv      then run the same make command again."
    fi
    "$pip" -m pip "$@" install --quiet --disable-pip-version-check --no-deps --require-hashes \
        -r requirements/bootstrap.lock || install_failed
    # uv does not read pip's configuration: a mirror that stands there is kept for it.
    { "$pip" -m pip config get global.index-url 2>/dev/null || true; } >"$venv/.mirror"
}

# .home tells the folder the environment was made in, and that it was made to the end: a copy is made anew.
if ! new_enough "$bin/python" || [ "$(cat "$venv/.home" 2>/dev/null)" != "$here" ]; then
    echo "Making the virtual environment $venv ..."
    make_venv
    printf '%s\n' "$here" >"$venv/.home"
fi

echo "Installing what OpenESIM needs ..."
mirror=${PIP_INDEX_URL:-$(cat "$venv/.mirror")}
if [ -n "$mirror" ]; then export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$mirror}"; fi
export VIRTUAL_ENV="$here/$venv"
"$bin/uv" pip sync --quiet --no-config --require-hashes \
    requirements/bootstrap.lock requirements/dev.lock ${1:+"requirements/$1.lock"} || install_failed
"$bin/uv" pip install --quiet --no-config --no-deps --no-build-isolation --editable . || install_failed
date -u +%Y-%m-%dT%H:%M:%SZ >"$venv/.ready"
echo "Ready: $("$bin/python" --version), $bin/openesim"

#!/usr/bin/env bash
# Writes packaging/requirements.lock: every package that the program needs at run time, with the hashes of all its
# files on PyPI. `make lock`. Only PyPI is asked, whatever else this machine's pip is set to.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=build/lock-env
[ -x "$tools/bin/pip-compile" ] || {
    "${PYTHON:-python3}" -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet pip-tools==7.6.2
}
{
    echo "# Made by \`make lock\` from pyproject.toml, on Linux with Python 3.11. What PyInstaller packs is installed from"
    echo "# this; by itself: pip install --require-hashes --no-deps -r packaging/requirements.lock"
    env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u PIP_INDEX_URL PIP_CONFIG_FILE=/dev/null \
        "$tools/bin/pip-compile" --quiet --generate-hashes --strip-extras --no-header --no-emit-index-url \
        --no-emit-find-links --no-emit-trusted-host --output-file=- pyproject.toml
} >packaging/requirements.lock.new
mv packaging/requirements.lock.new packaging/requirements.lock

#!/bin/sh
# Runs the tests of a real OS keyring: gnome-keyring on a D-Bus session of its own, in a home of its own,
# with keyrings.alt (the plaintext stores we must refuse) importable. PYTHON names the interpreter.
set -eu
python=$(command -v "${PYTHON:-python3}")
root=$(cd "$(dirname "$0")/../.." && pwd)

if ! command -v gnome-keyring-daemon >/dev/null || ! command -v dbus-run-session >/dev/null; then
  apt-get update -qq -o Acquire::Retries=3 && apt-get install -y -qq -o Acquire::Retries=3 gnome-keyring dbus
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -m 0700 "$scratch/home" "$scratch/runtime"
"$python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps \
  --target "$scratch/alt" keyrings.alt jaraco.classes jaraco.context

unset DISPLAY WAYLAND_DISPLAY XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME
HOME=$scratch/home XDG_RUNTIME_DIR=$scratch/runtime \
SWITCHGEAR_REAL_KEYRING=$scratch/alt PYTHON=$python ROOT=$root \
  dbus-run-session -- sh -c '
    # it returns once it serves, and ends with the session
    printf "password of a test keyring" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
    cd "$ROOT"
    exec "$PYTHON" -m pytest -q -m keyring -p no:cacheprovider tests/keyring "$@"
  ' sh "$@"

#!/usr/bin/env bash
# Looks for the system libraries that the program cannot bring along, and installs them if it may.
#
#   packaging/system_packages.sh runtime | test | package | installer | installer-test
#
# Silent when nothing is missing. On Debian and Ubuntu, root installs what is; anybody else is shown the line to
# run, exit status 1. On other systems it says what is needed and goes on. PYTHON: the interpreter to use.
set -euo pipefail

python=${PYTHON:-python3}
purpose=${1:-runtime}
case "$purpose" in
runtime | test | package | installer | installer-test) ;;
*)
    echo "usage: $0 runtime|test|package|installer|installer-test" >&2
    exit 2
    ;;
esac

# soname:package. PortAudio plays and records; the rest is what Qt's window on X11 loads.
libraries="
libportaudio.so.2:libportaudio2
libEGL.so.1:libegl1
libGL.so.1:libgl1
libxkbcommon-x11.so.0:libxkbcommon-x11-0
libxcb-cursor.so.0:libxcb-cursor0
libxcb-icccm.so.4:libxcb-icccm4
libxcb-keysyms.so.1:libxcb-keysyms1
libxcb-image.so.0:libxcb-image0
libxcb-render-util.so.0:libxcb-render-util0
libxcb-xkb.so.1:libxcb-xkb1
libxcb-shape.so.0:libxcb-shape0
libxcb-randr.so.0:libxcb-randr0
libdbus-1.so.3:libdbus-1-3
libfontconfig.so.1:libfontconfig1
libglib-2.0.so.0:libglib2.0-0
"
# The window's Wayland parts: the installer's dependencies are looked up in what is installed here.
if [ "$purpose" = installer ]; then
    libraries="$libraries libwayland-client.so.0:libwayland-client0 libwayland-cursor.so.0:libwayland-cursor0"
    libraries="$libraries libwayland-egl.so.1:libwayland-egl1"
fi
# program:package. The dummy JACK server is a sound device without hardware, Xvfb a screen without one.
tools=""
case "$purpose" in
test) tools="jackd:jackd2 Xvfb:xvfb xdotool:xdotool xwd:x11-apps" ;;
package) tools="Xvfb:xvfb xdotool:xdotool jackd:jackd2 xwd:x11-apps objdump:binutils c++:g++" ;;
installer)
    tools="objdump:binutils c++:g++ dpkg-deb:dpkg dpkg-shlibdeps:dpkg-dev xz:xz-utils"
    tools="$tools appstreamcli:appstream desktop-file-validate:desktop-file-utils lintian:lintian"
    ;;
installer-test) tools="debootstrap:debootstrap Xvfb:xvfb xdotool:xdotool xwd:x11-apps" ;;
esac

if [ "$(uname -s)" != Linux ]; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "Earshot needs Python 3.11 or newer with its venv module." >&2
        exit 1
    fi
    exit 0 # the wheels for macOS and Windows bring their libraries along
fi

missing=()
known=$( (ldconfig -p || /sbin/ldconfig -p || /usr/sbin/ldconfig -p) 2>/dev/null || true)
for entry in $libraries; do
    case "$known" in
    *"${entry%%:*} "*) ;;
    *) missing+=("${entry#*:}") ;;
    esac
done
for entry in $tools; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry#*:}")
done
[ -d /usr/share/fonts ] && [ -n "$(find /usr/share/fonts -name '*.[to]tf' -print -quit)" ] || missing+=(fonts-dejavu-core)

if ! command -v "$python" >/dev/null; then
    if [ "$python" != python3 ]; then
        echo "PYTHON=$python: there is no such program." >&2
        exit 1
    fi
    missing+=(python3 python3-venv)
elif ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Earshot needs Python 3.11 or newer; $python is $("$python" -V 2>&1)." >&2
    echo "Install a newer one and name it, e.g.: make run PYTHON=python3.12" >&2
    exit 1
elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$python" = python3 ]; then
        missing+=(python3-venv)
    else
        missing+=("$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')")
    fi
fi
# The package's inner loops are compiled against Python's headers.
headers='import os, sysconfig; raise SystemExit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
if [[ "$purpose" == package || "$purpose" == installer ]] && command -v "$python" >/dev/null; then
    "$python" -c "$headers" || missing+=("$("$python" -c 'import sys; print("python%d.%d-dev" % sys.version_info[:2])')")
fi
# The look's typeface; without it the system's own is used, so that it alone stops nobody.
wished=()
[ -d /usr/share/fonts/opentype/inter ] || wished+=(fonts-inter)
# A compiler of the inner loops keeps numba and LLVM out of the program (130 MB); without it they stay.
if [ "$purpose" = runtime ] && command -v "$python" >/dev/null; then
    command -v cc >/dev/null || wished+=(gcc libc6-dev)
    "$python" -c "$headers" || wished+=("$("$python" -c 'import sys; print("python%d.%d-dev" % sys.version_info[:2])')")
fi
# A PipeWire for the tests of devices that vanish; without it those are left out.
if [ "$purpose" = test ] && ! { command -v wireplumber && command -v pw-jack && command -v dbus-daemon; } >/dev/null; then
    wished+=(pipewire pipewire-bin pipewire-jack wireplumber dbus)
fi

if [ ${#missing[@]} -eq 0 ] && { [ ${#wished[@]} -eq 0 ] || [ "$(id -u)" -ne 0 ]; }; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    if [ ${#missing[@]} -gt 0 ]; then
        echo "Earshot needs some system libraries that were not found. Debian calls them:" >&2
        echo "    ${missing[*]}" >&2
        echo "Install your system's counterparts if the program does not start." >&2
    fi
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Earshot needs system packages that are not installed. Run this, then make again:" >&2
    echo "    sudo apt-get install ${missing[*]}${wished[*]:+ ${wished[*]}}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
if [ ${#missing[@]} -gt 0 ]; then
    echo "Installing system packages: ${missing[*]}"
    apt-get update -qq || true
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
for package in "${wished[@]}"; do # one by one: another system may not have all of them
    apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || true
done

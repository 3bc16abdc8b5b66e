#!/bin/sh
# Installs what is missing for `make demo` (argument: demo) or for the tests as well (argument: check).
#
# Debian and Ubuntu: through apt-get, with sudo only when not root. Elsewhere it prints the names of the packages and stops.
# Nothing is asked for when everything is there: then no network is needed either.
set -eu

build="gcc make pkg-config libgsl-dev libconfig-dev libsqlite3-dev libjansson-dev zlib1g-dev libopenblas-dev \
libpcap-dev libzstd-dev liblzma-dev libprotobuf-c-dev libcbor-dev tzdata gnuplot-nox"
test="libcmocka-dev sqlite3 clang libclang-rt-14-dev"

fedora="gcc make pkgconf gsl-devel libconfig-devel sqlite-devel jansson-devel zlib-devel openblas-devel libpcap-devel \
libzstd-devel xz-devel protobuf-c-devel libcbor-devel tzdata gnuplot-minimal libcmocka-devel sqlite clang"
arch="gcc make pkgconf gsl libconfig sqlite jansson zlib openblas libpcap zstd xz protobuf-c libcbor tzdata gnuplot cmocka clang"
brew="gsl libconfig sqlite jansson zlib openblas libpcap zstd xz protobuf-c libcbor gnuplot cmocka pkg-config"

wanted=$build
[ "${1:-demo}" = check ] && wanted="$build $test"

other_system() {
    echo "This is no Debian or Ubuntu. Install these and run make again with SKIP_PACKAGES=1:" >&2
    echo "  Fedora:   dnf install $fedora" >&2
    echo "  Arch:     pacman -S $arch" >&2
    echo "  Homebrew: brew install $brew" >&2
    exit 1
}

[ "${SKIP_PACKAGES:-0}" = 1 ] && exit 0
command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 || other_system

missing=""
for package in $wanted; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] && continue
    # Newer releases have newer numbers in the name of clang's runtime.
    if [ "$package" = libclang-rt-14-dev ]; then
        dpkg-query -W -f='${Package} ${db:Status-Status}\n' 'libclang-rt-*-dev' 2>/dev/null | grep -q ' installed' && continue
    fi
    missing="$missing $package"
done
[ -z "$missing" ] && exit 0

sudo=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "These packages are missing and only root can install them:$missing" >&2
        exit 1
    }
    sudo=sudo
fi
echo "Installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq || echo "apt-get update failed; going on with the lists that are here" >&2
case "$missing" in
*libclang-rt-14-dev*)
    apt-cache show libclang-rt-14-dev >/dev/null 2>&1 || {
        newest=$(apt-cache pkgnames libclang-rt- | grep -E '^libclang-rt-[0-9]+-dev$' | sort -V | tail -n 1)
        missing=$(echo "$missing" | sed "s/libclang-rt-14-dev/$newest/")
    }
    ;;
esac
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null || {
    echo "The packages could not be installed:$missing" >&2
    exit 1
}

#!/bin/sh
# Installs the real servers and tools that the tests run against, as Debian packages them.
# Quick when all is there; as root it installs what is missing; otherwise it says what to do and fails.
set -eu

# command:package
wanted='prometheus:prometheus victoria-metrics:victoria-metrics prometheus-alertmanager:prometheus-alertmanager
openssl:openssl unzip:unzip chromium:chromium strace:strace pdftotext:poppler-utils setpriv:util-linux'

missing() {
    for pair in $wanted; do
        command -v "${pair%%:*}" >/dev/null 2>&1 || printf ' %s' "${pair##*:}"
    done
}

packages=$(missing)
[ -z "$packages" ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need these Debian packages:$packages" >&2
    echo "Install them, for example with: sudo apt-get install --no-install-recommends$packages" >&2
    exit 1
fi

# The packages start services on their usual ports; the tests start their own on free ones.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 - one word for each package
apt-get install -qq -y --no-install-recommends $packages >/dev/null

packages=$(missing)
if [ -n "$packages" ]; then
    echo "Installed, and still not found on the PATH:$packages" >&2
    exit 1
fi

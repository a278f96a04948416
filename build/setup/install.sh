#!/usr/bin/env bash
# Installs missing Debian or Ubuntu packages: build/setup/install.sh PACKAGE…
set -euo pipefail
# shellcheck source=build/setup/apt.sh
. "$(dirname "$0")/apt.sh"
install_packages "$@"

# Installs packages of Debian and Ubuntu. Sourced by the scripts in this folder.
# shellcheck shell=bash

say() { printf 'setup: %s\n' "$*" >&2; }

root=unknown # whether this user can become root
as_root=()   # the words before a command that only root may run

# Finds out once how this user becomes root, and says so. Fails if it cannot.
become_root() {
    if [[ $root == unknown ]]; then
        root=impossible
        if [[ $(id -u) == 0 ]]; then
            root=possible
        elif type sudo > /dev/null 2>&1; then
            if sudo -n true 2> /dev/null; then
                say "using sudo to install packages"
                root=possible as_root=(sudo)
            elif (: < /dev/tty) 2> /dev/null; then
                say "packages are missing; to install them, sudo may ask for your password"
                ! sudo -v || root=possible as_root=(sudo)
            fi
        fi
    fi
    [[ $root == possible ]]
}

# Prints those of these packages that are not installed, each once.
missing_packages() {
    local package
    printf '%s\n' "$@" | sort -u | while read -r package; do
        [[ ! $package || $(dpkg-query -Wf '${db:Status-Status}' "$package" 2> /dev/null) == installed ]] \
            || echo "$package"
    done
}

lists=old

# Updates the lists of packages, once. While another process does that, as on a machine that just started, it tries again.
update_lists() {
    local start=$SECONDS log
    [[ $lists == old ]] || return 0
    lists=updated
    say "updating the lists of packages"
    log=$(mktemp)
    until "${as_root[@]}" env LC_ALL=C apt-get -q update 2>&1 | tee "$log" | sed -un '/^Get:/p; /^Fetched /p' >&2; do
        # apt waits for the lock of packages if told to, but not for that of the lists.
        if ! grep -q '/lists/lock' "$log" || ((SECONDS - start >= 300)); then
            say "the lists cannot be updated: $(grep '^E: ' "$log" | head -n 1); going on with those that are here"
            break
        fi
        ((SECONDS - start)) || say "waiting until another process has updated them, for 300 s at most"
        sleep 1
    done
    rm "$log"
}

# Prints the sources of packages whose lists are here.
package_sources() {
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | sort -u
}

own_lists='' # a folder with lists of packages for this script alone

# Updates the lists to choose packages from. A user that cannot become root gets its own, if there are none.
read_lists() {
    if become_root; then
        update_lists
    elif [[ $lists == old ]] && type apt-get > /dev/null 2>&1 && [[ ! $(package_sources) ]]; then
        own_lists=$(mktemp --directory)
        trap forget_own_lists EXIT
        mkdir -p "$own_lists/lists/partial" "$own_lists/cache/archives/partial"
        printf 'Dir::State::lists "%s/lists";\nDir::Cache "%s/cache";\n' "$own_lists" "$own_lists" > "$own_lists/apt.conf"
        export APT_CONFIG=$own_lists/apt.conf
        update_lists
    fi
}

forget_own_lists() {
    [[ ! $own_lists ]] || rm -rf "$own_lists"
    own_lists=''
    unset APT_CONFIG
}

# Installs those of these packages that are missing, in one step. Upgrades and removes nothing.
install_packages() {
    local packages uris apt_get=(apt-get -q -o DPkg::Lock::Timeout=300)
    local install=(install --yes --no-remove --no-install-recommends)
    mapfile -t packages < <(missing_packages "$@")
    [[ ${#packages[@]} != 0 ]] || return 0
    if ! type apt-get > /dev/null 2>&1; then
        say "please install these, and try again: ${packages[*]} (the names are those of Debian's packages)"
        return 1
    fi
    if ! become_root; then
        say "this needs packages that only root can install. Please run this as root, and try again:"
        say "    apt-get update && apt-get install --no-install-recommends ${packages[*]}"
        return 1
    fi
    update_lists
    uris=$("${apt_get[@]}" -qq --print-uris "${install[@]}" "${packages[@]}") || return 1
    say "installing ${packages[*]}"
    say "fetching $(awk "/^'/ { count++; bytes += \$3 } END { printf \"%d packages, %.0f MB\", count, bytes / 1e6 }" <<< "$uris")"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${apt_get[@]}" "${install[@]}" "${packages[@]}" \
        | sed -un '/^Get:/p; /^Fetched /p; /^Setting up /p' >&2
}

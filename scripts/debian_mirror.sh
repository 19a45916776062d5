# Finds the Debian mirrors that this machine already uses. Sourced by the scripts that fetch from Debian's pool.
# shellcheck shell=bash

# Prints the address of the first source of apt with this label.
known_mirror() {
  # shellcheck disable=SC2016 # apt expands these
  apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' 2>/dev/null |
    sed -n "s/ $1\$//p" | grep -m 1 .
}

# Prints the address of Debian's main archive. Only an update shows which of apt's sources are Debian's.
debian_mirror() {
  known_mirror Debian && return
  if ((EUID)); then sudo apt-get -qq update >&2; else apt-get -qq update >&2; fi
  known_mirror Debian || { echo "Cannot find a Debian mirror: apt has no source of Debian's packages" >&2 && return 1; }
}

# Prints the address of Debian's security updates; nothing if the machine has no such source.
debian_security_mirror() {
  known_mirror Debian-Security || true
}

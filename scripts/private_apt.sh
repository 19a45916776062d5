# Fetches packages of any Debian suite and architecture, with the machine's own mirror and a configuration of their own,
# so nothing on the host changes: neither its sources nor its installed packages. apt verifies Debian's signatures.
# Sourced by the scripts that need them, after scripts/debian_mirror.sh.
# shellcheck shell=bash

# configure_apt FOLDER SUITE ARCHITECTURE: writes apt's configuration into FOLDER, for one suite and its security
# updates, and fetches the lists of packages.
configure_apt() {
  local suite=$2
  local signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  local security
  apt_folder=$1
  mkdir -p "$apt_folder"/{etc/apt.conf.d,etc/preferences.d,lists/partial,cache/archives/partial}
  {
    echo "deb $signed $(debian_mirror) $suite main"
    security=$(debian_security_mirror)
    if [[ $security && $suite != *-* ]]; then echo "deb $signed $security $suite-security main"; fi
  } >"$apt_folder/sources.list"
  cat >"$apt_folder/apt.conf" <<CONFIGURATION
Dir::Etc "$apt_folder/etc";
Dir::Etc::SourceList "$apt_folder/sources.list";
Dir::State "$apt_folder";
Dir::State::status "/dev/null";
Dir::Cache "$apt_folder/cache";
APT::Architecture "$3";
APT::Sandbox::User "$(id --user --name)";
Acquire::Languages "none";
CONFIGURATION
  private_apt apt-get -qq update >&2
}

# Runs a command of apt with that configuration.
private_apt() {
  APT_CONFIG=$apt_folder/apt.conf "$@"
}

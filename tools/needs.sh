# What Emberwick's scripts need on a fresh Debian or Ubuntu, and how it gets there. Sourced by tools/play and tools/test.
# Owns: the list of system packages and the Rust toolchain. Refuses: to install anything silently without the right to.

say() { printf '\033[33m●\033[0m %s\n' "$*" >&2; }

# The directory cargo builds into, whatever the environment says.
target_dir() { printf '%s' "${CARGO_TARGET_DIR:-$PWD/target}"; }

# Runs a command that asks the network: up to three times, because one lost answer should not cost half an hour of building.
thrice() {
  "$@" && return 0
  local pause
  for pause in 10 60; do
    say "again in $pause s: $1"
    sleep "$pause"
    "$@" && return 0
  done
  return 1
}

# Installs Debian packages that are missing, as root or through sudo; else prints the exact line and stops.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -eq 0 ] && return 0
  # Another program may be installing, and a mirror may be slow.
  local patient="-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
  local line="apt-get install --yes --no-install-recommends $patient ${missing[*]}"
  if [ "$(id -u)" -eq 0 ]; then
    say "installing ${missing[*]}"
    thrice apt-get update $patient --quiet=2 && DEBIAN_FRONTEND=noninteractive $line --quiet=2 >&2
  elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    say "installing ${missing[*]} (sudo)"
    thrice sudo apt-get update $patient --quiet=2 && sudo DEBIAN_FRONTEND=noninteractive $line --quiet=2 >&2
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
  rust_is_new_enough && return 0
  # A distribution's own cargo may be older than this code; rustup brings the version that rust-toolchain.toml names.
  if ! command -v rustup >/dev/null 2>&1; then
    command -v apt-cache >/dev/null 2>&1 && apt-cache show rustup >/dev/null 2>&1 && need_packages rustup
  fi
  if ! command -v rustup >/dev/null 2>&1; then
    say "Rust $(wanted_rust) is missing; please install rustup, then start again:"
    printf "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y\n" >&2
    exit 1
  fi
  thrice rustup toolchain install --profile minimal --component clippy --component rustfmt "$(wanted_rust)" >&2
  rust_is_new_enough || { say "cargo does not start with Rust $(wanted_rust)"; exit 1; }
}

wanted_rust() { sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml; }

# Whether cargo here is at least the version that this code needs.
rust_is_new_enough() {
  local have
  have=$(cargo --version 2>/dev/null | cut -d ' ' -f 2) || return 1
  [ -n "$have" ] && [ "$(printf '%s\n%s\n' "$(wanted_rust)" "$have" | sort -V | head -n 1)" = "$(wanted_rust)" ]
}

# What the window is built with: the headers of sound, gamepads and Wayland. Its drivers are the machine's own.
need_window_tools() {
  command -v dpkg-query >/dev/null 2>&1 || return 0
  need_packages pkg-config libasound2-dev libudev-dev libwayland-dev libxkbcommon-x11-0
}

# A screen that is none, and a software Vulkan driver: for pictures and tests of the window.
need_screen_tools() {
  command -v dpkg-query >/dev/null 2>&1 || { say "Xvfb and Mesa's lavapipe are needed for pictures of the window"; return 0; }
  need_packages xvfb xauth mesa-vulkan-drivers libx11-xcb1 libxcursor1 libxi6 libxrandr2
}

# Python's pip brings the model.
need_model_tools() {
  python3 -m pip --version >/dev/null 2>&1 && return 0
  if command -v dpkg-query >/dev/null 2>&1; then
    need_packages python3 python3-pip
  else
    say "python3 with pip is missing: the model then comes from the hub"
  fi
}

# The llama.cpp server that tests compare with.
XLLAMACPP=2026.10.11549

# The openai client for Node that tests drive emberd with.
OPENAI_NODE=7.57.0

# Node and its package manager, for the clients that tests drive emberd with.
need_node_tools() {
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && return 0
  if command -v dpkg-query >/dev/null 2>&1; then
    need_packages nodejs npm
  else
    say "node and npm are missing"
    exit 1
  fi
}

# Virtual environments, for the programs that tests compare with.
need_venv_tools() {
  python3 -c 'import venv, ensurepip' 2>/dev/null && return 0
  if command -v dpkg-query >/dev/null 2>&1; then
    need_packages python3-venv
  else
    say "python3's venv module is missing"
    exit 1
  fi
}

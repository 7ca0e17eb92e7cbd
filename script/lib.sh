# What the scripts share: where the project is, and a virtual environment with just what is asked for.
# Sourced, never run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "$(basename "$0"): $*" >&2; }

# root_run COMMAND…: runs it as root where that is possible without asking; fails otherwise.
root_run() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

# debian PACKAGE…: installs what is missing of these Debian packages; fails where it may not.
debian() {
  local missing=()
  for package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  command -v apt-get >/dev/null && root_run true || return 1
  say "installing Debian packages: ${missing[*]}"
  root_run apt-get update -q >&2 && root_run env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

# python_of_hark: prints a Python from 3.11 to 3.13; the oldest, since that is the one that Debian 12 has.
python_of_hark() {
  local candidate
  for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$candidate" && return 0
    fi
  done
  say "no Python from 3.11 to 3.13 was found; install one or name it: PYTHON=/path/to/python $0"
  return 2
}

# environment EXTRAS: makes .venv or brings it up to date with those extras, at the versions of requirements.lock.
environment() {
  local extras=$1 wanted python
  wanted=$(cat pyproject.toml requirements.lock | cksum)
  [ "$(cat ".venv/.hark-$extras" 2>/dev/null)" = "$wanted" ] && return 0
  if [ ! -x .venv/bin/pip ]; then
    python=$(python_of_hark)
    if ! "$python" -c 'import ensurepip' 2>/dev/null && ! debian python3-venv; then
      say "this Python cannot make virtual environments; run: sudo apt-get install python3-venv"
      return 2
    fi
    say "making .venv"
    rm -rf .venv && "$python" -m venv .venv
  fi
  say "installing hark[$extras] into .venv (a minute or two the first time)"
  mkdir -p .venv/tmp # Debian 13 has /tmp in memory, too small for PyTorch
  TMPDIR=$PWD/.venv/tmp .venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable ".[$extras]" >&2
  rm -rf .venv/tmp
  echo "$wanted" >".venv/.hark-$extras"
}

# cards: what PyAudio needs to be compiled and to run; fails, and says what to install, where it may not install it.
cards() {
  debian gcc python3-dev portaudio19-dev libasound2-plugins libpulse0 && return 0
  say "sound cards need PyAudio; run: sudo apt-get install gcc python3-dev portaudio19-dev libasound2-plugins libpulse0"
  return 2
}

# workshop: the environment of those who work on Hark, with all that the tests can use here. That is 2.4 GB where pip finds
# a CPU build of PyTorch (2.13.0+cpu fits the lock, and pip takes it before the plain 2.13.0); on Linux the plain one brings
# several GB of CUDA's libraries.
workshop() {
  local extras=satellite,micro,openwakeword,aec,hub,whisper,piper,kokoro,bench,dev
  cards && extras=$extras,audio
  environment "$extras"
}

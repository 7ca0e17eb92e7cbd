"""What the kernel knows of the programs: who is connected with whom, and what each holds. Linux alone, of /proc."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")
STATES = {"01": "", "02": " SYN_SENT", "03": " SYN_RECV", "04": " FIN_WAIT1", "05": " FIN_WAIT2", "08": " CLOSE_WAIT"}
"""Of TCP connections that a program may still hold, as Linux's tcp_states.h numbers them; "" is established."""
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a TCP connection."""

    local: int
    remote: int
    state: str
    inode: str


@dataclass(frozen=True, slots=True)
class Holds:
    """What a process holds."""

    files: int
    threads: int
    memory_mb: float
    zombies: int

    def told(self) -> dict[str, float]:
        """As a mapping."""
        return asdict(self)


def connections(pids: Mapping[str, int], ports: Mapping[str, int]) -> dict[str, set[int]]:
    """Who is connected with whom: "hub > kitchen" is the hub's end, "kitchen < hub" the other; by ports of who dialled.

    An end is listed while a process holds it; what is not established has its state behind the names.
    """
    names = {port: name for name, port in ports.items()}
    ends = [end for end in _ends() if end.local in names or end.remote in names]
    owners = {inode: name for name, pid in pids.items() for inode in _sockets(pid)}
    diallers = {end.local: owners.get(end.inode, NOBODY) for end in ends if end.remote in names}
    seen: dict[str, set[int]] = {}
    for end in ends:
        if (owner := owners.get(end.inode)) is None:
            continue
        dials = end.remote in names
        other = names[end.remote] if dials else diallers.get(end.remote, NOBODY)
        told = f"{owner} {'>' if dials else '<'} {other}{STATES[end.state]}"
        seen.setdefault(told, set()).add(end.local if dials else end.remote)
    return seen


def holds(pid: int) -> Holds:
    """What a process holds; raises OSError for none."""
    status = dict(line.split(":", 1) for line in (PROC / str(pid) / "status").read_text().splitlines())
    states = Counter(_state(child) for child in children(pid))
    memory_mb = int(status["VmRSS"].split()[0]) / 1024
    return Holds(
        len(list((PROC / str(pid) / "fd").iterdir())), int(status["Threads"]), round(memory_mb, 1), states["Z"]
    )


def children(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    of: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        if fields := _fields(int(folder.name)):
            of.setdefault(int(fields[1]), []).append(int(folder.name))
    found, looked = [], [pid]
    while looked:
        looked = [child for parent in looked for child in of.get(parent, ())]
        found += looked
    return found


def alive(pid: int) -> bool:
    """Whether that process runs; a zombie does not."""
    return _state(pid) not in ("", "Z", "X")


def command(pid: int) -> str:
    """What a process was started with, shortened."""
    try:
        return (PROC / str(pid) / "cmdline").read_text().replace("\0", " ")[:80]
    except OSError:
        return "?"


def load() -> float:
    """Of the machine, over the last minute."""
    return float((PROC / "loadavg").read_text().split()[0])


def _state(pid: int) -> str:
    return (_fields(pid) or [""])[0]


def _fields(pid: int) -> list[str]:
    """State, parent and so on; [] where the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _ends() -> Iterator[End]:
    for line in (PROC / "net" / "tcp").read_text().splitlines()[1:]:
        fields = line.split()
        local, remote = (int(address.rpartition(":")[2], 16) for address in fields[1:3])
        if fields[3] in STATES:
            yield End(local, remote, fields[3], fields[9])


def _sockets(pid: int) -> Iterator[str]:
    for file in (PROC / str(pid) / "fd").glob("*"):  # of a process that has ended, nothing
        with suppress(OSError):  # it was closed meanwhile
            link = str(file.readlink())
            if link.startswith("socket:"):
                yield link[len("socket:[") : -1]

"""Gathers what the doctor's checks look at: packages, the running satellite, the port, the kernel's clock."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from config.satellite import SatelliteSettings
from config.tls import Tls
from satellite.doctor.findings import EXTRAS, Clock, Facts, Papers
from satellite.panel.actions import Status
from satellite.panel.control import places
from wire.tls.credentials import Credentials
from wire.tls.errors import CertificateError
from wire.tls.files import Role
from wire.tls.health import days_left

ANSWER_S = 5.0  # for a program on this machine, which may be busy
LONGEST_STATUS = 4096  # bytes
STA_UNSYNC = 0x40  # of adjtimex(2)
MICROSECONDS_PER_MS = 1000
FREQUENCY_UNITS_PER_PPM = 65536


def gather(settings: SatelliteSettings) -> Facts:
    """The facts of this machine, now."""
    status, locked = running(places(settings.control.socket, os.environ))
    return Facts(
        settings=settings,
        python=sys.version_info[:2],
        versions={package: installed(package) for package in ("hark", *EXTRAS)},
        status=status,
        locked=locked,
        port_taken=is_taken(settings.listen.host, settings.port),
        clock=kernel_clock(),
        papers=papers(settings.tls),
    )


def papers(settings: Tls) -> Papers | None:
    """What the certificate files are; None where the settings name none."""
    if not settings.on:
        return None
    try:
        credentials = Credentials(settings, Role.SATELLITE)
    except CertificateError as error:
        return Papers(broken=str(error))
    own, now = credentials.loaded.own, credentials.now()
    left = days_left(min(own.ends, credentials.loaded.authority_ends), now)
    valid = own.begins <= now and left >= 0 and own.fingerprint not in credentials.revoked
    return Papers(trouble=credentials.trouble, valid=valid, names=own.names, days_left=left)


def installed(package: str) -> str | None:
    """The version of a package, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def running(sockets: Iterable[Path]) -> tuple[Status | None, bool]:
    """The status of the satellite that has one of these control sockets, and whether one may not be asked."""
    locked = False
    for path in sockets:
        try:
            return ask(path), False
        except PermissionError:
            locked = True
        except (OSError, msgspec.DecodeError):  # nobody there, or not a satellite
            continue
    return None, locked


def ask(path: Path) -> Status:
    """The status that a satellite tells at its control socket. Raises OSError or msgspec.DecodeError."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(ANSWER_S)
        asking.connect(str(path))
        with asking.makefile("rb") as lines:
            return msgspec.json.decode(lines.readline(LONGEST_STATUS), type=Status)


def is_taken(host: str, port: int) -> bool:
    """Whether a program listens there."""
    if port == 0:
        return False
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        with socket.create_connection((here, port), ANSWER_S):
            return True
    except OSError:
        return False


class _Timex(ctypes.Structure):
    """The beginning of struct timex, and more than the rest of it on any machine."""

    _fields_ = (
        ("modes", ctypes.c_int),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def kernel_clock() -> Clock:
    """What adjtimex(2) says; asking needs no rights."""
    state = _Timex()
    try:
        if ctypes.CDLL(None).adjtimex(ctypes.byref(state)) < 0:
            return Clock(None)
    except (OSError, AttributeError):  # another system's C library
        return Clock(None)
    return Clock(
        not state.status & STA_UNSYNC, state.maxerror / MICROSECONDS_PER_MS, state.freq / FREQUENCY_UNITS_PER_PPM
    )

"""Which sound device a name means. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT = "default"  # the name of the device that the system itself would take
CHANNELS_AT_MOST = 8  # of any real microphone array; a device that says more is virtual and mixes by itself


class NoDevice(Exception):
    """There is no such device; says what there is and what to do."""


class Hangs(Exception):
    """A call of the sound library does not come back, and none after it will; says so."""


@dataclass(frozen=True, slots=True)
class Device:
    """One direction of a sound device: PortAudio's number and name, its channels, and its own sample rate in hertz."""

    index: int
    name: str
    channels: int
    rate: int


def choose(devices: Sequence[Device], wanted: str, setting: str) -> Device:
    """Returns the device of that name, else the first that has it in its name, in any case of letters.

    `devices` begin with the system's own choice; `setting` is the key to correct. Raises NoDevice.
    """
    if not devices:
        raise NoDevice(
            f"no sound device for {setting} = {wanted!r} is there; plug one in, or see what `arecord -l` says"
        )
    named = [device for device in devices if device.name == wanted]
    named += [device for device in devices if wanted.casefold() in device.name.casefold()]
    named += devices[:1] if wanted.casefold() == DEFAULT else ()
    if not named:
        there = ", ".join(repr(device.name) for device in devices)
        raise NoDevice(f"no sound device has {wanted!r} in its name; set {setting} to part of one of: {there}")
    return named[0]


def channels_to_open(device: Device, channel: int, setting: str) -> int:
    """Returns how many channels hold the wanted one (from 1; 0 wants all). Raises NoDevice."""
    if channel > device.channels:
        raise NoDevice(f"{device.name!r} has {device.channels} channels; set {setting} to one of them, or to 0 for all")
    if channel == 0:
        return device.channels if device.channels <= CHANNELS_AT_MOST else 1
    return channel

"""Laws of choosing a sound device by its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite.sound.devices import CHANNELS_AT_MOST, Device, NoDevice, channels_to_open, choose

PULSE = Device(1, "default", 32, 44_100)
ARRAY = Device(2, "ReSpeaker 4 Mic Array (UAC1.0): USB Audio (hw:1,0)", 6, 16_000)
WEBCAM = Device(3, "HD Webcam: USB Audio (hw:2,0)", 2, 48_000)
ALL = [PULSE, ARRAY, WEBCAM]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("default", PULSE),
        ("HD Webcam: USB Audio (hw:2,0)", WEBCAM),
        ("respeaker", ARRAY),
        ("hw:2", WEBCAM),
        ("usb audio", ARRAY),
    ],
)
def test_a_device_is_found_by_its_name_or_a_part_of_it_in_any_case(wanted: str, found: Device) -> None:
    assert choose(ALL, wanted, "microphone.device") == found


@given(st.permutations(ALL), st.sampled_from(ALL))
def test_the_exact_name_wins_in_any_order(devices: list[Device], wanted: Device) -> None:
    longer = Device(9, wanted.name + ", other", 2, 48_000)
    assert choose([longer, *devices], wanted.name, "microphone.device") == wanted


def test_default_is_the_systems_own_choice_where_no_device_is_called_so() -> None:
    assert choose([WEBCAM, ARRAY], "default", "microphone.device") == WEBCAM


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(NoDevice, match=r"'trumpet'.* set speaker.device .*'default', 'ReSpeaker.*'HD Webcam"):
        choose(ALL, "trumpet", "speaker.device")


def test_no_device_at_all_is_said() -> None:
    with pytest.raises(NoDevice, match="plug one in"):
        choose([], "default", "microphone.device")


@pytest.mark.parametrize(("device", "channel", "opened"), [(ARRAY, 1, 1), (ARRAY, 6, 6), (ARRAY, 0, 6), (PULSE, 0, 1)])
def test_as_many_channels_are_opened_as_the_wanted_one_needs(device: Device, channel: int, opened: int) -> None:
    assert channels_to_open(device, channel, "microphone.channel") == opened <= CHANNELS_AT_MOST


def test_a_channel_that_the_device_lacks_is_refused() -> None:
    with pytest.raises(NoDevice, match=r"has 2 channels; set microphone.channel"):
        channels_to_open(WEBCAM, 3, "microphone.channel")

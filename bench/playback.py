"""What speaking costs a satellite: processor time for each second of a reply, by the mixer's rate.

    python -m bench.playback

A reply of 22.05 kHz is resampled, mixed and handed over in real time to a speaker of no device; the device's own
threads come on top. The figures are of this machine.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import config
from config.loading import build, one, read
from config.satellite import SatelliteSettings
from satellite.engines.files import NoSpeaker
from satellite.playing.mixer import Mixer
from satellite.playing.playback import Playback
from wire.pcm import PcmFormat

RATES = (16_000, 22_050, 48_000)
REPLY = PcmFormat(22_050)
REPLY_S = 20.0
SETTINGS = Path(config.__file__).with_name("satellite.toml")


async def share(rate: int) -> float:
    """The share of a core that a reply takes while it plays."""
    settings = build(SatelliteSettings, [read(SETTINGS), one("playback.rate", rate, "bench")])
    mixer = Mixer(NoSpeaker(), settings, lambda pcm, at: None)
    drained = asyncio.Event()
    playback = Playback(settings.playback, mixer, lambda at: None, lambda at: drained.set())
    running = asyncio.create_task(mixer.run())
    before = time.process_time()
    playback.begin(REPLY, "reply")
    playback.push(b"\1\2" * (REPLY.bytes(REPLY_S) // 2))
    playback.finish()
    await drained.wait()
    running.cancel()
    await asyncio.wait([running])
    return (time.process_time() - before) / REPLY_S


def main() -> None:
    """Prints a line for each rate."""
    for rate in RATES:
        print(f"mixed at {rate} Hz: {asyncio.run(share(rate)):.2%} of a core")


if __name__ == "__main__":
    main()

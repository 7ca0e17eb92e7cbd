"""A real sound card for tests and benches where there is none: a private PulseAudio with null sinks.

What is played into the sink "room" (`speak`) is heard by the source "mic", which is the default microphone; the
sink "speaker" is the default speaker, and its monitor (`listen`) hears all that is played there. ALSA's default
device, and so PortAudio's, is this server. Everything lives in one folder.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from wire.pcm import SPEECH, PcmFormat

START_S = 60.0  # for a program to be there
LOOK_S = 0.05  # between two looks whether it is
FULL = 65536  # PulseAudio's volume of 100 %
ALSA = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
"""Alone: ALSA's own configuration lists a dozen devices more, which print complaints and load 12 MB of codecs."""
MODULES = (
    "module-native-protocol-unix auth-anonymous=1",
    "module-null-sink sink_name=speaker norewinds=1",  # in blocks of 50 ms, as a card's, not of 2 s
    "module-null-sink sink_name=room norewinds=1",
    "module-remap-source master=room.monitor source_name=mic",
)
NEEDED = ("pulseaudio", "pactl", "paplay", "parec")

needs_sound_card = pytest.mark.skipif(
    not all(shutil.which(program) for program in NEEDED),
    reason=f"needs {', '.join(NEEDED)}: apt-get install pulseaudio pulseaudio-utils libasound2-plugins",
)


class SoundCardFailed(Exception):
    """The private PulseAudio does not work; says what it printed."""


class SoundCard:
    """The server; `environment` is that in which programs find it. `folder` is its own, with a path for a socket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: asyncio.subprocess.Process | None = None
        folder.chmod(0o700)
        (folder / "alsa.conf").write_text(ALSA)
        homes = dict.fromkeys(("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"), str(folder))
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PULSE_", "DBUS_"))}
        self.environment = kept | homes | {"ALSA_CONFIG_PATH": str(folder / "alsa.conf")}

    @contextmanager
    def here(self) -> Iterator[None]:
        """This process itself finds the server."""
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    async def start(self) -> None:
        """Runs the server; returns when it answers."""
        loads = [word for module in MODULES for word in ("-L", module)]
        options = ("-n", "--exit-idle-time=-1", "--daemonize=no", "--disable-shm=yes", *loads)
        with (self._folder / "pulseaudio.log").open("ab") as log:
            self._server = await asyncio.create_subprocess_exec(
                "pulseaudio", *options, env=self.environment, stdout=log, stderr=log
            )
        try:
            await _until(self._has_microphone)
        except TimeoutError:
            raise SoundCardFailed((self._folder / "pulseaudio.log").read_text()) from None

    async def stop(self) -> None:
        """Ends the server: to programs, the sound card is unplugged."""
        if self._server is not None and self._server.returncode is None:
            self._server.terminate()
            await self._server.wait()

    async def pactl(self, *words: str) -> str:
        """Returns what pactl prints; nothing where it fails."""
        pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            "pactl", *words, env=self.environment, stdout=pipe, stderr=nowhere
        )
        printed, _ = await process.communicate()
        return printed.decode()

    async def couple(self) -> None:
        """From now on the microphone hears the speaker as loud as it plays."""
        await self.pactl("load-module", "module-loopback", "source=speaker.monitor", "sink=room", "latency_msec=20")

    async def volume(self) -> int:
        """Of the music."""
        streams = json.loads(await self.pactl("--format=json", "list", "sink-inputs"))
        [music] = [stream for stream in streams if stream["properties"].get("application.name") == "pacat"]
        return int(music["volume"]["mono"]["value"])

    async def speak(self, wav: Path, sink: str = "room") -> None:
        """Plays a WAV file into the room, to its end."""
        process = await asyncio.create_subprocess_exec("paplay", "-d", sink, str(wav), env=self.environment)
        await process.wait()

    @asynccontextmanager
    async def music(self, sound: bytes, sink: str = "speaker", volume: int = FULL) -> AsyncIterator[None]:
        """Another program plays raw sound (SPEECH) to the speaker, or into the room, until the context is left."""
        command = ("pacat", "-d", sink, f"--volume={volume}", *_raw(SPEECH))
        async with self._running(*command, stdin=asyncio.subprocess.PIPE) as process:
            assert process.stdin is not None
            process.stdin.write(sound)
            await _until(lambda: self._lists("pacat", "sink-inputs"))
            yield

    @asynccontextmanager
    async def listen(self, heard: bytearray, sound: PcmFormat = SPEECH) -> AsyncIterator[None]:
        """Records what the speaker plays into `heard` until the context is left."""
        command = ("parec", "-d", "speaker.monitor", "--latency-msec=20", *_raw(sound))
        async with self._running(*command, stdout=asyncio.subprocess.PIPE) as process:
            assert process.stdout is not None
            heard += await process.stdout.readexactly(sound.frame_bytes)  # it runs
            reading = asyncio.create_task(_collect(process.stdout, heard))
            yield
            process.terminate()
            await reading

    @asynccontextmanager
    async def _running(
        self, *command: str, stdin: int | None = None, stdout: int | None = None
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(*command, env=self.environment, stdin=stdin, stdout=stdout)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()

    async def _has_microphone(self) -> bool:
        return (self._folder / "pulse" / "native").exists() and await self._lists("\tmic\t", "short", "sources")

    async def _lists(self, what: str, *kind: str) -> bool:
        return what in await self.pactl("list", *kind)


def _raw(sound: PcmFormat) -> tuple[str, ...]:
    return f"--rate={sound.rate}", f"--format=s{8 * sound.width}le", f"--channels={sound.channels}"


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(START_S):
        while not await holds():  # noqa: ASYNC110  (another program tells nobody)
            await asyncio.sleep(LOOK_S)


async def _collect(stream: asyncio.StreamReader, heard: bytearray) -> None:
    while piece := await stream.read(4096):
        heard += piece


@asynccontextmanager
async def sound_card(folder: Path) -> AsyncIterator[SoundCard]:
    """A server that runs until the context is left."""
    card = SoundCard(folder)
    try:
        await card.start()
        yield card
    finally:
        await card.stop()

"""The hub's settings, a slice for each part; hub.toml beside this file documents every key."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from config.parts import (
    MDNS_NAME,
    Milliseconds,
    Name,
    Port,
    Seconds,
    Share,
    Slice,
    check_networks,
    host_and_port,
    named,
)
from config.secret import Secret
from config.tls import Tls


def _check_once(engines: tuple[str, ...]) -> None:
    if len(set(engines)) < len(engines):
        raise ValueError(f"engines: expected each engine once, got {', '.join(engines)}")


Adopted = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9*-]{1,40}$")]
"""A satellite's mDNS name; "*" stands for any part of one."""


class Fleet(Slice, frozen=True):
    """The satellites that the hub leads."""

    satellites: tuple[str, ...]
    adopt: tuple[Adopted, ...]
    networks: tuple[str, ...]
    longest_retry_s: Annotated[float, msgspec.Meta(ge=0.1, le=3600)]

    def __post_init__(self) -> None:
        """Checks the addresses now, not when dialling."""
        check_networks("networks", self.networks)
        for address in self.satellites:
            name, place = named(address)
            try:
                host_and_port(place)
            except ValueError as error:
                raise ValueError(f"satellites: {error}") from None
            if "@" in address and not re.fullmatch(MDNS_NAME, name):
                raise ValueError(f"satellites: expected an mDNS name before @, such as hark-108a9568663a, got {name!r}")


class ArbitrationSettings(Slice, frozen=True):
    """Which of several satellites answers."""

    wait_ms: Annotated[int, msgspec.Meta(ge=0, le=300)]
    louder_db: Annotated[float, msgspec.Meta(ge=0, le=60)]
    same_s: Annotated[float, msgspec.Meta(ge=0, le=10)]


class HomeSettings(Slice, frozen=True):
    """The home that is spoken to."""

    file: str
    url: str
    token: Secret
    agent: Annotated[str, msgspec.Meta(pattern=r"^(conversation\.[a-z0-9_]+)?$", max_length=100)]

    def __post_init__(self) -> None:
        """Refuses two homes, and an agent of none."""
        if self.file and self.url:
            raise ValueError("url: a hub has one home; give either home.file or home.url")
        if self.agent and not self.url:
            raise ValueError("agent: it is one of Home Assistant's; give home.url too")


class PocketSphinxSettings(Slice, frozen=True):
    """Speech-to-text with pocketsphinx."""

    decoders: Annotated[int, msgspec.Meta(ge=1, le=16)]
    wake_phrases: tuple[Name, ...]


class WhisperSettings(Slice, frozen=True):
    """Speech-to-text with faster-whisper."""

    model: Name
    small_model: str
    device: Literal["auto", "cuda", "cpu"]
    compute: Literal["auto", "float16", "int8_float16", "int8", "float32"]
    threads: Annotated[int, msgspec.Meta(ge=0, le=64)]
    folder: str
    download: bool


SttEngine = Literal["whisper", "pocketsphinx"]


class Stt(Slice, frozen=True):
    """Speech-to-text."""

    engines: Annotated[tuple[SttEngine, ...], msgspec.Meta(min_length=1, max_length=2)]
    language: Name
    pocketsphinx: PocketSphinxSettings
    whisper: WhisperSettings

    def __post_init__(self) -> None:
        """Refuses an engine that would take over from itself."""
        _check_once(self.engines)


class VadSettings(Slice, frozen=True):
    """Where somebody speaks, as the hub hears it."""

    engine: Literal["silero", "none"]
    threshold: Share


class EndpointSettings(Slice, frozen=True):
    """When a person has finished."""

    mode: Literal["adaptive", "fixed"]
    wait_ms: Annotated[int, msgspec.Meta(ge=100, le=5000)]
    patience: Annotated[float, msgspec.Meta(ge=0.2, le=5)]
    no_speech_s: Seconds
    longest_s: Annotated[float, msgspec.Meta(ge=1, le=30)]


class ChatModelSettings(Slice, frozen=True):
    """A language model behind a server."""

    base_url: Annotated[str, msgspec.Meta(pattern=r"^https?://[^/]", max_length=500)]
    model: Name
    key: Secret
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)]
    longest_tokens: Annotated[int, msgspec.Meta(ge=16, le=8192)]
    first_token_s: Annotated[float, msgspec.Meta(ge=0.1, le=120)]
    next_token_s: Annotated[float, msgspec.Meta(ge=0.1, le=60)]


Verdict = Literal["allow", "ask", "refuse"]


class GuardSettings(Slice, frozen=True):
    """What lets somebody in."""

    lock: Verdict
    cover: Verdict
    alarm_control_panel: Verdict


LlmEngine = Literal["intents", "groq", "openai"]


class Llm(Slice, frozen=True):
    """What answers."""

    engines: Annotated[tuple[LlmEngine, ...], msgspec.Meta(min_length=1, max_length=3)]
    language: Name
    prompt: str
    speculate: Literal["never", "pause", "partial"]
    guard: GuardSettings
    groq: ChatModelSettings
    openai: ChatModelSettings

    def __post_init__(self) -> None:
        """Refuses an order that nothing would keep to: the intents are asked first, and there are no two of one."""
        if self.engines[0] != "intents" or len(set(self.engines)) < len(self.engines):
            raise ValueError('engines: expected "intents" first, then each of "groq", "openai" at most once')


class EspeakSettings(Slice, frozen=True):
    """Text-to-speech with espeak-ng."""

    voice: Name
    words_per_minute: Annotated[int, msgspec.Meta(ge=80, le=450)]


class KokoroSettings(Slice, frozen=True):
    """Text-to-speech with Kokoro."""

    model: Name
    voice: Annotated[str, msgspec.Meta(pattern=r"^[ab][fm]_[a-z0-9]+$", max_length=100)]
    speed: Annotated[float, msgspec.Meta(ge=0.5, le=2)]
    device: Literal["auto", "cuda", "cpu"]
    threads: Annotated[int, msgspec.Meta(ge=0, le=64)]
    folder: str
    download: bool


class CacheSettings(Slice, frozen=True):
    """Sound that is kept to be heard again."""

    memory_mb: Annotated[int, msgspec.Meta(ge=0, le=16_384)]
    folder: str


class PiperSettings(Slice, frozen=True):
    """Text-to-speech with Piper."""

    voice: Name
    speaker: Annotated[str, msgspec.Meta(max_length=100)]
    speed: Annotated[float, msgspec.Meta(ge=0.5, le=2)]
    workers: Annotated[int, msgspec.Meta(ge=1, le=16)]
    threads: Annotated[int, msgspec.Meta(ge=1, le=16)]
    loaded_mb: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    folder: str
    download: bool


TtsEngine = Literal["kokoro", "piper", "espeak"]


class Tts(Slice, frozen=True):
    """Text-to-speech."""

    engines: Annotated[tuple[TtsEngine, ...], msgspec.Meta(min_length=1, max_length=3)]
    espeak: EspeakSettings
    kokoro: KokoroSettings
    piper: PiperSettings
    cache: CacheSettings

    def __post_init__(self) -> None:
        """Refuses an engine that would take over from itself."""
        _check_once(self.engines)

    @property
    def voice(self) -> str:
        """That of the first engine."""
        voices = {"espeak": self.espeak.voice, "kokoro": self.kokoro.voice, "piper": self.piper.voice}
        return voices[self.engines[0]]


class Pacing(Slice, frozen=True):
    """How far speech runs ahead of the speaker."""

    ahead_s: Annotated[float, msgspec.Meta(ge=0.2, le=30)]


class Load(Slice, frozen=True):
    """Shared engine work."""

    slots: Annotated[int, msgspec.Meta(ge=1, le=64)]
    requests: Annotated[int, msgspec.Meta(ge=1, le=256)]
    ladder: bool
    turns: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    memory_mb: Annotated[int, msgspec.Meta(ge=8, le=1_000_000)]


class Serve(Slice, frozen=True):
    """The hub's speech-to-text, conversation and text-to-speech as Wyoming services."""

    host: Name
    port: Port
    allow: tuple[str, ...]
    ends_turns: bool
    announce: bool

    def __post_init__(self) -> None:
        """Checks the addresses now, not when somebody connects."""
        check_networks("allow", self.allow)


class Budgets(Slice, frozen=True):
    """What each stage of a turn may take before the waterfall marks it."""

    vad_ms: Milliseconds
    stt_ms: Milliseconds
    llm_ms: Milliseconds
    tts_ms: Milliseconds
    whole_ms: Milliseconds


class TimerSettings(Slice, frozen=True):
    """Timers that people set by talking to the hub."""

    file: str


class TimelineSettings(Slice, frozen=True):
    """Where the times of turns are kept."""

    file: str
    keep_turns: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]


class HubSettings(Slice, frozen=True):
    """All that a hub can be told."""

    name: Name
    fleet: Fleet
    tls: Tls
    arbitration: ArbitrationSettings
    home: HomeSettings
    stt: Stt
    vad: VadSettings
    endpoint: EndpointSettings
    llm: Llm
    tts: Tts
    pacing: Pacing
    load: Load
    serve: Serve
    timers: TimerSettings
    budgets: Budgets
    timeline: TimelineSettings

"""The suite itself: what a service does wrong is found, what is right passes, what is not offered is not asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event, Eventable
from wyoming.handle import Handled
from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleProgram,
    Info,
    Satellite,
    TtsProgram,
    TtsVoice,
    WakeModel,
    WakeProgram,
)
from wyoming.tts import SynthesizeStopped
from wyoming.wake import Detection

from tests.conformance.__main__ import SERVICES
from tests.conformance.check import Outcome, Verdict, judge
from tests.conformance.releases import LATEST, RELEASES
from tests.conformance.services import described
from tests.conformance.services.client import written
from tests.conformance.services.home import Home
from tests.peers import free_port
from tests.virtual_time import run
from tests.wire_pairs import LOOPBACK
from wire.connection import Connection
from wire.framing import Decoder
from wire.server import serve

ABOUT: dict[str, Any] = {
    "attribution": Attribution(name="x", url="https://example.org"),
    "installed": True,
    "description": None,
    "version": None,
}
ASR = AsrProgram("x", models=[AsrModel("x", languages=["en"], **ABOUT)], **ABOUT)
TTS = TtsProgram("x", voices=[TtsVoice("x", languages=["en"], **ABOUT)], supports_synthesize_streaming=True, **ABOUT)
HANDLE = HandleProgram("x", models=[], **ABOUT)
WAKE = WakeProgram("x", models=[WakeModel("hey_jarvis", languages=[], phrase="hey jarvis", **ABOUT)], **ABOUT)
START = AudioStart(22_050, 2, 1)
CHUNK = AudioChunk(22_050, 2, 1, bytes(4_410))
SOUND = (START, CHUNK, AudioStop())
Said = Sequence[Eventable | Event]
Answers = dict[str, Said]
RIGHT: Answers = {
    "describe": [Info(asr=[ASR], tts=[TTS], handle=[HANDLE], wake=[WAKE])],
    "audio-stop": [Transcript("hello")],
    "synthesize": SOUND,
    "synthesize-stop": [*SOUND, SynthesizeStopped()],
    "transcript": [Handled("hello")],
    "detect": [Detection("hey_jarvis")],
}

HEARS = "an utterance is answered by its transcript"
ENDS = "it ends an utterance itself"
GOES_ON = "sound that goes on for seconds"
SPEAKS = "a text is spoken, in one format"
ONCE = "text that comes in pieces"
GONE = "a voice that is gone"
UNDERSTANDS = "a text is answered by handled"
TELLS = "info has what Home Assistant reads"
DETECTS = "the wake word that is asked for"


def outcome(
    law: str, answers: Answers, release: str = LATEST, ends: str = "", most: int = 64, repeats: bool = False
) -> Outcome:
    """What a check finds against a server that says the same to each event of a type, and closes behind `ends`.

    One that `repeats` takes the `synthesize` in a stream for a request of its own.
    """
    (check,) = [check for check in SERVICES if law in check.law]

    async def attend(connection: Connection) -> None:
        in_stream = False
        async for event in connection:
            in_stream |= event.type == "synthesize-start"
            if in_stream and event.type == "synthesize" and not repeats:
                continue
            for said in answers.get(event.type, ()):
                await connection.send(said)
            if event.type == ends:
                return

    async def play() -> Outcome:
        async with serve(LOOPBACK, 0, attend, most=most) as [port]:
            return await judge(check, Home(LOOPBACK, port, RELEASES[release], patience_s=60.0))

    return run(play())


def info(**programs: object) -> Event:
    """Info with some programs in the place of the right ones."""
    right = RIGHT["describe"][0]
    assert isinstance(right, Info)
    return Event("info", right.event().data | programs)


def without(program: dict[str, object], key: str) -> dict[str, object]:
    """A program's data without one of its fields."""
    return {name: value for name, value in program.items() if name != key}


ALL = [check.law for check in SERVICES]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("law", [law for law in ALL if not law.startswith(("quiet", "it ends", "describe is"))])
def test_a_server_that_does_as_it_should_passes(law: str, release: str) -> None:
    assert outcome(law, RIGHT, release).verdict in (Verdict.OK, Verdict.NOT_APPLICABLE)


@pytest.mark.parametrize("law", ALL)
def test_a_server_that_says_nothing_fails(law: str) -> None:
    done = outcome(law, {}, "2026.11" if "on for seconds" not in law else "2026.6")
    assert done.verdict is Verdict.FAILED


SATELLITE = Satellite("x", **ABOUT).to_dict()
SHORT = AudioChunk(22_050, 2, 1, b"\0\0\0")
OTHER = AudioChunk(16_000, 2, 1, bytes(3_200))
WRONG: list[tuple[str, Answers, str]] = [
    (TELLS, {"describe": [info(satellite=SATELLITE)]}, "info has a satellite"),
    (TELLS, {"describe": [info(asr=[without(ASR.to_dict(), "attribution")])]}, "cannot read this info"),
    (TELLS, {"describe": [Info()]}, "nothing in info is installed"),
    ("what is installed", {"describe": [info(asr=[replace(ASR, models=[]).to_dict()])]}, "have no language"),
    (
        "what is installed",
        {"describe": [info(asr=[replace(ASR, installed=False).to_dict(), ASR.to_dict()])]},
        "first of asr is not installed",
    ),
    (HEARS, {"audio-stop": [Event("transcript", {"words": "hello"})]}, "cannot read this transcript"),
    (HEARS, {"audio-stop": [Error("too much", "x")]}, "it told the error 'too much'"),
    (ENDS, {"describe": [info(asr=[replace(ASR, requires_external_vad=False).to_dict()])]}, "finds the end itself"),
    (SPEAKS, {"synthesize-stop": [START, AudioStop(), SynthesizeStopped()]}, "it sent no sound"),
    (SPEAKS, {"synthesize-stop": SOUND}, "SynthesizeStopped within 60 s"),
    (SPEAKS, {"synthesize-stop": [CHUNK, *SOUND, SynthesizeStopped()]}, "before its audio-start"),
    (
        SPEAKS,
        {"synthesize-stop": [START, CHUNK, OTHER, SynthesizeStopped()]},
        "went from (22050, 2, 1) to (16000, 2, 1)",
    ),
    (SPEAKS, {"synthesize-stop": [START, SHORT, SynthesizeStopped()]}, "no whole number of samples"),
    (ONCE, {"synthesize-stop": [*SOUND, *SOUND, SynthesizeStopped()]}, "2.00 times as long"),
    (UNDERSTANDS, {"transcript": [Event("handled", {"text": 1})]}, "the text of handled is none"),
    (UNDERSTANDS, {"transcript": [Event("intent", {"text": "x"})]}, "cannot read this intent"),
    (DETECTS, {"detect": [Detection("alexa")]}, "it detected 'alexa'"),
    ("quiet is no wake word", {}, "detected a wake word in a quiet room"),
]


@pytest.mark.parametrize(("law", "wrong", "seen"), WRONG, ids=[seen for _, _, seen in WRONG])
def test_what_a_server_does_wrong_is_found_and_said(law: str, wrong: Answers, seen: str) -> None:
    done = outcome(law, RIGHT | wrong)
    assert done.verdict is Verdict.FAILED
    assert seen in done.why


def test_a_server_that_speaks_the_repeated_text_too_is_found() -> None:
    done = outcome(ONCE, RIGHT, repeats=True)
    assert done.verdict is Verdict.FAILED
    assert "2.00 times" in done.why


def test_an_early_transcript_is_read_late_by_older_releases_and_a_close_behind_it_costs_it() -> None:
    early: Answers = RIGHT | {"audio-start": [Transcript("hello")], "audio-stop": []}
    assert outcome(GOES_ON, early, "2026.6").verdict is Verdict.OK
    assert outcome(GOES_ON, early, "2026.6", ends="audio-start").verdict is Verdict.FAILED
    assert outcome(HEARS, early, "2026.11", ends="audio-start").verdict is Verdict.OK


@pytest.mark.parametrize(
    ("release", "ends", "right"), [("2026.11", "", True), ("2026.6", "", False), ("2026.6", "synthesize", True)]
)
def test_before_2026_9_an_error_alone_is_no_answer(release: str, ends: str, right: bool) -> None:
    server: Answers = RIGHT | {"synthesize": [Error("no such voice")], "synthesize-stop": [Error("no such voice")]}
    done = outcome(GONE, server, release, ends and "synthesize-stop")
    assert done.verdict is (Verdict.OK if right else Verdict.FAILED)


def test_a_server_for_one_connection_cannot_be_asked_while_it_hears() -> None:
    assert outcome("describe is answered while it hears", RIGHT).verdict is Verdict.OK
    assert outcome("describe is answered while it hears", RIGHT, most=1).verdict is Verdict.FAILED


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("law", [check.law for check in SERVICES if check not in described.CHECKS])
def test_what_is_not_offered_is_not_asked_for(law: str, release: str) -> None:
    assert outcome(law, {"describe": [Info()]}, release).verdict is Verdict.NOT_APPLICABLE


def test_a_wake_word_of_which_there_is_no_recording_is_not_asked_for() -> None:
    other = WakeProgram("x", models=[WakeModel("alexa", languages=[], phrase="alexa", **ABOUT)], **ABOUT)
    assert outcome(DETECTS, {"describe": [Info(wake=[other])]}).verdict is Verdict.NOT_ASKED


def test_nobody_there_is_a_failure_and_no_crash() -> None:
    done = run(judge(SERVICES[0], Home(LOOPBACK, free_port(), RELEASES[LATEST])))
    assert done.verdict is Verdict.FAILED
    assert "cannot connect" in done.why


@pytest.mark.parametrize("release", RELEASES)
def test_events_are_those_of_the_releases_library(release: str) -> None:
    version = RELEASES[release].wyoming
    decoder = Decoder()
    [event] = decoder.feed(written(Transcript("hello").event(), version))
    assert Transcript.from_event(event).text == "hello"
    assert decoder.version == tuple(map(int, version.split(".")[:2]))

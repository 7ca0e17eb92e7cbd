"""Laws of a whole turn, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event

from config.hub import HubSettings
from config.loading import build, one, read
from hub.engines import Engines
from hub.home.home import Action
from hub.llm.conversation import Conversations
from hub.llm.responder import Apology, Asks, Piece, Request
from hub.llm.speculation import Outcome, Speculation
from hub.load.need import SOME_DAY, Need
from hub.means import Turn
from hub.room import Room
from hub.speaking import CLAUSES_AHEAD
from hub.stages import ahead
from hub.stt.activity import Voice
from hub.stt.ending.endpoint import GRACE_S
from hub.stt.recognizer import RecognizerError, Voiced, Words
from hub.stt.utterance import Judge
from hub.timeline import Timeline
from hub.tts.tiers import Tiers
from hub.tts.voice import VoiceError
from hub.turn import NOT_HEARD, take_turn
from hub.watch import Seen, Watch
from tests.fakes import (
    CHARACTERS_PER_S,
    VOICE_FORMAT,
    FakeListener,
    FakeRecognizer,
    FakeResponder,
    FakeVoice,
    Steps,
    always_the_end,
    words_of,
)
from tests.settings import HUB_TOML
from tests.virtual_time import run
from wire import hark
from wire.connection import Sendable
from wire.pcm import SPEECH

FRAME_S = 0.02
SPEECH_S = 1.0
REPLY = (
    "The kitchen light has been turned on for you, as you asked. "
    "It will stay on until the last person has left the room. "
    "If you want it to be less bright you only have to say so. "
    "Good night."
)
TOKENS = [f"{word} " for word in REPLY.split()]
assert len(TOKENS) == 40


def settings(speculate: str = "never") -> HubSettings:
    fixed = one("endpoint.mode", "fixed", "test")
    return build(HubSettings, [read(HUB_TOML), fixed, one("llm.speculate", speculate, "test")])


@dataclass
class Satellite:
    """Speaks for a second, then is silent; takes what it is sent and plays it at once, or never."""

    steps: Steps = field(default_factory=Steps)
    plays: bool = True
    sent: list[tuple[float, Event]] = field(default_factory=list)
    room: Room = field(init=False)
    played_s: float = 0.0

    def __post_init__(self) -> None:
        self.room = Room("boot:1", "kitchen", "Kitchen", self.send)

    async def send(self, event: Event | Sendable) -> None:
        plain = event if isinstance(event, Event) else event.event()
        await self.steps.wait(0)
        self.sent.append((asyncio.get_running_loop().time(), plain))
        if AudioChunk.is_type(plain.type) and self.plays:
            self.played_s += VOICE_FORMAT.seconds(len(plain.payload or b""))
            self.room.progress.report(self.played_s)

    async def speak(self, pause_at: float | None = None, resumes_at: float | None = None) -> None:
        """Sends 20 ms frames in real time, without end.

        With `pause_at` the person hesitates there for 0.3 s; with `resumes_at` they go on then, for half a second.
        """
        edges = {0.1: Voice.STARTED, SPEECH_S + 0.06: Voice.STOPPED}
        if pause_at is not None:
            edges |= {pause_at + 0.06: Voice.STOPPED, pause_at + 0.3: Voice.STARTED}
        if resumes_at is not None:
            edges |= {resumes_at: Voice.STARTED, resumes_at + 0.5: Voice.STOPPED}
        for number in range(10_000):
            await asyncio.sleep(FRAME_S)
            for at, edge in edges.items():
                if number == round(at / FRAME_S):
                    self.room.heard(edge)
            self.room.heard(SPEECH.silence(FRAME_S))

    def times(self, kind: type[AudioStart] | type[AudioChunk] | type[AudioStop] | type[Transcript]) -> list[float]:
        return [at for at, event in self.sent if kind.is_type(event.type)]


@dataclass
class Scene:
    """A turn with scripted engines."""

    recognizer: FakeRecognizer = field(default_factory=lambda: FakeRecognizer("turn on the light"))
    responder: FakeResponder = field(default_factory=lambda: FakeResponder(TOKENS))
    voice: FakeVoice = field(default_factory=FakeVoice)
    satellite: Satellite = field(default_factory=Satellite)
    speculates: str = "never"
    speculation: Speculation = field(default_factory=Speculation)
    sooner: Speculation = field(default_factory=Speculation)
    judge: Judge = always_the_end
    seen: list[dict[str, object]] = field(default_factory=list)
    timeline: Timeline = field(init=False)

    def share(self, steps: Steps) -> None:
        for part in (self.recognizer, self.responder, self.voice, self.satellite):
            part.steps = steps

    def turn(self, see: Watch | None = None) -> Turn:
        engines = Engines(
            self.recognizer,
            None,
            self.judge,
            self.responder,
            Tiers({"scripted": self.voice}),
            speculation=self.speculation,
            sooner=self.sooner,
        )
        self.timeline = Timeline("boot:1", "kitchen", engines.names(), asyncio.get_running_loop().time)
        return Turn(
            engines, settings(self.speculates), self.timeline, see or (lambda seen: self.seen.append(dict(seen)))
        )

    async def play(
        self, pause_at: float | None = None, see: Watch | None = None, resumes_at: float | None = None
    ) -> None:
        speaking = asyncio.create_task(self.satellite.speak(pause_at, resumes_at))
        try:
            await take_turn(self.satellite.room, self.turn(see))
        finally:
            speaking.cancel()
            await asyncio.wait([speaking])


def test_the_last_token_is_read_before_the_first_sentence_has_been_spoken() -> None:
    scene = Scene()
    run(scene.play())
    first_clause, _ = scene.voice.spoken[0]
    heard_until = scene.satellite.times(AudioStart)[0] + len(first_clause) / CHARACTERS_PER_S
    assert len(first_clause) < len(REPLY) / 3  # a clause of the first sentence, so less time than the law gives
    assert scene.responder.last_token_at < heard_until
    assert " ".join(text for text, _ in scene.voice.spoken) == REPLY


def test_speech_starts_with_the_first_clause_while_the_model_still_talks() -> None:
    scene = Scene()
    run(scene.play())
    assert scene.satellite.times(AudioStart)[0] < scene.responder.last_token_at
    assert scene.timeline.marks["first_audio_made"] < scene.responder.last_token_at


def test_at_most_two_clauses_wait_for_the_voice() -> None:
    async def scenario() -> int:
        made = 0

        async def clauses() -> AsyncGenerator[str, None]:
            nonlocal made
            for number in range(100):
                made += 1
                yield str(number)

        async with ahead(clauses(), CLAUSES_AHEAD) as waiting:
            taken = await anext(waiting)
            await asyncio.sleep(10)
            assert taken == "0"
            return made

    # One was taken, two wait, and one more is in its stage's hand.
    assert run(scenario()) == 1 + 2 + 1


def test_in_a_turn_a_slow_voice_holds_the_clauses_back() -> None:
    story = [f"This is sentence number {number} of a long story. " for number in range(30)]
    scene = Scene(responder=FakeResponder(story, token_s=0.001), voice=FakeVoice(rtf=0.9))

    most = 0

    def see(seen: Seen) -> None:
        nonlocal most
        if seen["event"] == "reply":
            scene.seen.append(dict(seen))
            most = max(most, len(scene.seen) - len(scene.voice.spoken))

    run(scene.play(see=see))
    assert len(scene.voice.spoken) > 20
    assert most == 1 + CLAUSES_AHEAD + 1  # one is spoken, two wait, one is in its stage's hand


def test_the_final_decode_runs_while_the_endpoint_waits() -> None:
    scene = Scene(recognizer=FakeRecognizer("turn on the light", final_s=0.3))
    run(scene.play())
    marks = scene.timeline.marks
    wait_s = settings().endpoint.wait_ms / 1000
    pause_at = marks["final"] - 0.3
    assert abs(marks["endpoint"] - (pause_at + wait_s)) <= 2 * FRAME_S
    assert scene.timeline.marks["first_token"] - marks["endpoint"] < FRAME_S + scene.responder.token_s


def test_a_slow_decode_delays_the_reply_by_itself_alone() -> None:
    scene = Scene(recognizer=FakeRecognizer("turn on the light", final_s=2.0))
    run(scene.play())
    assert scene.timeline.marks["first_token"] - scene.timeline.marks["final"] < FRAME_S + scene.responder.token_s


def test_a_pause_inside_the_question_does_not_end_it() -> None:
    scene = Scene()
    run(scene.play(pause_at=0.5))
    utterance = scene.recognizer.latest
    assert utterance is not None
    assert len(utterance.finals) == 2
    assert SPEECH.seconds(utterance.finals[-1]) >= SPEECH_S
    assert len(scene.responder.asked) == 1


ENDS_S = SPEECH_S + 0.06 + settings().endpoint.wait_ms / 1000  # where a plain question ends


def test_speech_that_resumes_before_the_reply_has_begun_takes_the_question_back() -> None:
    scene = Scene(responder=FakeResponder(TOKENS, token_s=0.5))
    run(scene.play(resumes_at=ENDS_S + 0.3))
    assert len(scene.responder.asked) == 2
    assert scene.responder.open == 0
    [transcript] = scene.satellite.times(Transcript)
    assert transcript > ENDS_S + 0.3 + 0.5
    assert " ".join(text for text, _ in scene.voice.spoken) == REPLY  # once
    assert scene.recognizer.latest is not None
    assert SPEECH.seconds(scene.recognizer.latest.finals[-1]) >= ENDS_S + 0.3 + 0.5 - 1e-6


def test_a_reply_that_has_begun_stands_whatever_is_said() -> None:
    scene = Scene()
    run(scene.play(resumes_at=ENDS_S + 0.6))
    assert scene.satellite.times(AudioStart)[0] < ENDS_S + 0.6
    assert len(scene.responder.asked) == 1
    assert " ".join(text for text, _ in scene.voice.spoken) == REPLY


def test_an_action_makes_the_words_certain_before_it_is_done() -> None:
    done: list[float] = []

    class Doing(FakeResponder):
        async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
            self.asked.append(request)
            await request.commit()
            done.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.5)
            yield "Done."

    scene = Scene(responder=Doing([]))
    run(scene.play(resumes_at=ENDS_S + 0.3))
    assert len(scene.responder.asked) == len(done) == 1
    assert scene.satellite.times(Transcript)[0] <= done[0]


def test_the_transcript_comes_when_the_grace_is_over_though_the_model_still_thinks() -> None:
    scene = Scene(responder=FakeResponder(TOKENS, token_s=3.0))
    run(scene.play())
    assert abs(scene.satellite.times(Transcript)[0] - (ENDS_S + GRACE_S)) <= 2 * FRAME_S
    assert (
        scene.satellite.times(AudioStart)[0] > scene.satellite.times(Transcript)[0] + 0.5
    )  # to say that it takes long


def test_cancelling_at_each_await_leaves_nothing() -> None:
    steps = Steps()
    whole = Scene()
    whole.share(steps)
    run(whole.play())
    assert steps.count > 150

    for stop in range(steps.count):
        scene = Scene()

        async def scenario(scene: Scene = scene, stop: int = stop) -> None:
            task = asyncio.create_task(scene.play())
            scene.share(Steps(stop, task.cancel))
            await asyncio.wait([task])
            assert task.cancelled()
            sent = len(scene.satellite.sent)
            await asyncio.sleep(10)
            assert len(scene.satellite.sent) == sent

        run(scenario())  # fails if a task is left
        assert (scene.recognizer.open, scene.responder.open, scene.voice.open) == (0, 0, 0)


def test_what_the_home_confirmed_is_shown_and_not_spoken() -> None:
    action = Action("light.turn_on", "light.kitchen_light")
    scene = Scene(responder=FakeResponder([action, "Turned on the light"]))
    run(scene.play())
    assert [text for text, _ in scene.voice.spoken] == ["Turned on the light"]
    assert [seen["service"] for seen in scene.seen if seen["event"] == "action"] == ["light.turn_on"]


def test_an_apology_is_spoken_as_any_text() -> None:
    class Sorry(FakeResponder):
        async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
            yield Apology("Sorry.")

    scene = Scene(responder=Sorry([]))
    run(scene.play())
    assert [text for text, _ in scene.voice.spoken] == ["Sorry."]


def test_what_is_written_for_eyes_is_said_in_words_and_remembered_as_written() -> None:
    written = ["It is **21.5 °C** in ", "the [kitchen](http://a.b). ", "😀\n", "👍"]
    scene = Scene(responder=FakeResponder(written))
    run(scene.play())
    said = " ".join(text for text, _ in scene.voice.spoken)
    assert said == "It is twenty one point five degrees Celsius in the kitchen."
    shown = "".join(str(seen["text"]) for seen in scene.seen if seen["event"] == "reply")
    assert "".join(shown.split()) == "".join("".join(written).split())
    assert scene.satellite.room.spoken.text == "It is **21.5 °C** in the [kitchen](http://a.b)."


def test_nobody_speaking_ends_the_turn_without_a_word() -> None:
    async def scenario() -> Scene:
        scene = Scene()
        for _ in range(400):
            scene.satellite.room.heard(SPEECH.silence(FRAME_S))
        await take_turn(scene.satellite.room, scene.turn())
        return scene

    scene = run(scenario())
    assert scene.satellite.sent == []
    assert scene.responder.asked == []


def test_ears_that_fail_are_said_in_words() -> None:
    class Deaf(FakeRecognizer):
        @asynccontextmanager
        async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
            raise RecognizerError("the decoder died; it is started anew")
            yield

    scene = Scene(recognizer=Deaf(""))
    run(scene.play())
    assert scene.responder.asked == []
    assert "Sorry" in scene.voice.spoken[0][0]


def test_a_voice_that_fails_is_said_to_the_satellite() -> None:
    class Mute(FakeVoice):
        async def speak(self, text: str, need: Need = SOME_DAY) -> AsyncGenerator[bytes, None]:
            raise VoiceError("no voice")
            yield b""

    scene = Scene(voice=Mute())
    run(scene.play())
    assert any(Error.is_type(event.type) for _, event in scene.satellite.sent)


def test_speech_waits_for_the_satellites_credits() -> None:
    scene = Scene(voice=FakeVoice(rtf=0.01), satellite=Satellite(plays=False))
    ahead_s = settings().pacing.ahead_s

    async def scenario() -> float:
        task = asyncio.create_task(scene.play())
        await asyncio.sleep(4.0)
        sent_s = sum(VOICE_FORMAT.seconds(len(event.payload or b"")) for _, event in scene.satellite.sent)
        task.cancel()
        await asyncio.wait([task])
        return sent_s

    sent_s = run(scenario())
    assert 0 < sent_s <= ahead_s + 0.1 + 1e-6


# Begun early


def test_a_reply_is_begun_at_the_pause_and_heard_when_the_turn_is_over() -> None:
    plain, early = Scene(), Scene(speculates="pause")
    for scene in (plain, early):
        run(scene.play())
    lead_s = plain.satellite.times(AudioStart)[0] - early.satellite.times(AudioStart)[0]
    assert lead_s > 0.15  # what the model took to its first clause, and the voice to its first sound
    assert early.satellite.times(AudioStart)[0] >= early.timeline.marks["endpoint"]
    assert len(early.responder.asked) == 1
    assert " ".join(text for text, _ in early.voice.spoken) == REPLY
    assert early.speculation.counts == {Outcome.HIT: 1}
    assert early.speculation.lead_s > 0.2


def test_what_a_reply_shows_is_shown_once_it_is_certain() -> None:
    scene = Scene(speculates="pause")
    run(scene.play())
    shown = [str(seen["event"]) for seen in scene.seen]
    assert "reply" not in shown[: shown.index("question")]
    assert shown.count("reply") == len(scene.voice.spoken)


def test_a_reply_that_was_begun_in_a_pause_is_dropped_when_speech_resumes() -> None:
    scene = Scene(speculates="pause")
    run(scene.play(pause_at=0.5))
    assert len(scene.responder.asked) == 2
    assert scene.responder.open == 0
    assert scene.speculation.counts == {Outcome.RESUMED: 1, Outcome.HIT: 1}
    assert " ".join(text for text, _ in scene.voice.spoken).endswith(REPLY)
    assert len(scene.satellite.times(AudioStart)) == 1


def test_a_reply_is_begun_before_the_pause_where_the_settings_want_it_and_two_passes_agree() -> None:
    begun_at = {}
    for when in ("pause", "partial"):
        scene = Scene(Changing("", 0.2, texts=("turn it on",), early=("turn it on",)), speculates=when)
        run(scene.play())
        begun_at[when] = scene.responder.begun_at
        assert len(scene.responder.asked) == 1
        counts = [scene.sooner.counts, scene.speculation.counts]
        assert counts == ([{Outcome.HIT: 1}, {}] if when == "partial" else [{}, {Outcome.HIT: 1}])
    assert begun_at["partial"] < SPEECH_S < begun_at["pause"]


def test_words_that_sound_unfinished_begin_no_reply_before_the_pause() -> None:
    async def never_the_end(words: str) -> float:
        return 0.5

    scene = Scene(Changing("", 0.2, texts=("turn it on",), early=("turn it on",)), speculates="partial")
    scene.judge = never_the_end
    run(scene.play())
    assert (scene.sooner.counts, scene.speculation.counts) == ({}, {Outcome.HIT: 1})


def test_what_was_begun_before_the_pause_is_dropped_for_other_words() -> None:
    scene = Scene(
        Changing("", 0.2, texts=("set it to fifty",), early=("set it to fifteen",)), Doing([]), speculates="partial"
    )
    run(scene.play())
    assert isinstance(scene.responder, Doing)
    assert scene.responder.done == ["set it to fifty"]
    assert scene.sooner.counts == {Outcome.CHANGED: 1}


@dataclass
class Doing(FakeResponder):
    """Notes what was done, and for which words, as soon as it may."""

    done: list[str] = field(default_factory=list)

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        self.asked.append(request)
        await self.steps.wait(0.01)
        await request.commit()
        self.done.append(request.text)
        yield f"Done: {request.text}."


@dataclass
class Changing(FakeRecognizer):
    """Hears other words with each final, and with each partial."""

    texts: Sequence[str] = ()
    early: Sequence[str] = ("turn",)
    finals: int = 0

    @asynccontextmanager
    async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
        outer = self

        class Listener(FakeListener):
            async def partial(self, voiced: Voiced) -> Words:
                self.partials += 1
                text = outer.early[min(self.partials // 2, len(outer.early) - 1)]  # each is heard twice
                self.words = text.split()
                await self.steps.wait(0.05)
                return words_of(self.words)

            async def final(self, voiced: Voiced) -> Words:
                self.words = outer.texts[min(outer.finals, len(outer.texts) - 1)].split()
                outer.finals += 1
                return await super().final(voiced)

        self.latest = Listener([], self.final_s, self.steps)
        yield self.latest


SENTENCES = ("set it to fifteen", "set it to fifty", "unlock the door", "do not unlock the door", "turn on the light")


@settings_of(max_examples=1000, deadline=None)
@given(
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5),
    st.none() | st.floats(0.2, 0.7),
    st.none() | st.floats(0.05, 0.9),
    st.floats(0.01, 0.6),
    st.sampled_from(("pause", "partial")),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8),
)
def test_nothing_is_done_but_for_the_words_that_the_satellite_is_told(
    texts: list[str],
    pause_at: float | None,
    resumes_after: float | None,
    final_s: float,
    speculates: str,
    early: list[str],
) -> None:
    """A thousand random turns: resumed speech, changed words, numbers and negations that come late."""
    scene = Scene(Changing("", final_s, texts=texts, early=early), Doing([]), speculates=speculates)
    resumes_at = None if resumes_after is None else SPEECH_S + 0.06 + resumes_after
    run(scene.play(pause_at, resumes_at=resumes_at))
    [transcript] = [event for _, event in scene.satellite.sent if Transcript.is_type(event.type)]
    assert isinstance(scene.responder, Doing)
    assert scene.responder.done == [transcript.data["text"]]
    assert [text for text, _ in scene.voice.spoken][-1] == f"Done: {transcript.data['text']}."


@dataclass
class Drafting(FakeResponder):
    """Begins the turn in the conversation, as every responder does that has one."""

    conversations: Conversations = field(default_factory=lambda: Conversations(lambda: 0.0))

    async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
        self.conversations.draft(request.satellite, request.text)
        async with aclosing(super().respond(request)) as pieces:
            async for piece in pieces:
                yield piece


def remembered(scene: Scene, pause_at: float | None = None, ends_after_s: float = 60.0) -> list[str]:
    """What the conversation has of a turn that is ended after so long, if it has not ended by itself."""
    assert isinstance(scene.responder, Drafting)
    conversations = scene.responder.conversations

    async def scenario() -> None:
        turn = scene.turn()
        turn = replace(turn, engines=replace(turn.engines, conversations=conversations))
        speaking = asyncio.create_task(scene.satellite.speak(pause_at))
        with suppress(TimeoutError):
            await asyncio.wait_for(take_turn(scene.satellite.room, turn), ends_after_s)
        speaking.cancel()
        await asyncio.wait([speaking])

    run(scenario())
    return [message.text for message in conversations.messages("kitchen")]


def test_the_conversation_remembers_what_was_heard_of_a_reply() -> None:
    assert remembered(Scene(responder=Drafting(TOKENS))) == ["turn on the light", REPLY]


def test_of_a_reply_that_was_interrupted_the_words_that_were_heard_are_remembered() -> None:
    words, heard = remembered(Scene(responder=Drafting(TOKENS)), ends_after_s=ENDS_S + 1.0)
    assert words == "turn on the light"
    assert 0 < len(heard) < len(REPLY)
    assert REPLY.startswith(heard)


def test_words_that_were_taken_back_are_not_remembered_as_those_of_a_turn_that_was_not_heard() -> None:
    """The apology used to be taken for the reply to them."""

    class Failing(FakeRecognizer):
        @asynccontextmanager
        async def listen(self, language: str | None = None) -> AsyncIterator[FakeListener]:
            class Listener(FakeListener):
                async def final(self, voiced: Voiced) -> Words:
                    if self.finals:
                        raise RecognizerError("the decoder died; it is started anew")
                    return await super().final(voiced)

            yield Listener(self.text.split(), self.final_s, self.steps)

    scene = Scene(Failing("turn on the light", 0.1), Drafting(TOKENS), speculates="pause")
    assert remembered(scene, pause_at=0.5) == []
    assert len(scene.responder.asked) == 1
    assert NOT_HEARD in " ".join(text for text, _ in scene.voice.spoken)


def test_a_reply_that_asks_opens_the_microphone_before_it_ends() -> None:
    class Asking(FakeResponder):
        async def respond(self, request: Request) -> AsyncGenerator[Piece, None]:
            yield "Shall I unlock the front door?"
            yield Asks()

    scene = Scene(responder=Asking([]))
    run(scene.play())
    kinds = [hark.parse(event) or event.type for _, event in scene.satellite.sent]
    assert kinds.index(hark.Listen("boot:1")) < kinds.index("audio-stop")
    assert [one["turn"] for one in scene.seen if one["event"] == "asks"] == ["boot:1"]

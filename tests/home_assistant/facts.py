"""What Home Assistant does when a satellite does this or that: WYOMING's claims, settled with a scripted satellite.

Each returns what was seen in one line and raises AssertionError where it is not what Hark relies on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioStart, AudioStop
from wyoming.error import Error
from wyoming.ping import Ping
from wyoming.pipeline import PipelineStage
from wyoming.satellite import PauseSatellite
from wyoming.snd import Played
from wyoming.tts import Synthesize
from wyoming.wake import Detection

from tests.home_assistant.house import House
from tests.home_assistant.scripted import WORD, ScriptedSatellite, Talk
from wire.pcm import SPEECH

SCRIPTED = "assist_satellite.scripted"
SCRIPTED_MUTE = "switch.scripted_mute"
SCRIPTED_ASSISTANT = "select.scripted_assistant"
RUN_S = 25.0  # for a whole run; Home Assistant's own VAD gives up after 15
WAITED_S = 6.0  # its own timers of earlier replies have gone off by then
LOST_S = 3.0
WAKE_APART_S = 2.2  # within two seconds the same wake word counts as one


class Scene:
    """A house and the scripted satellite in it."""

    def __init__(self, house: House, satellite: ScriptedSatellite, speech: bytes) -> None:
        self.house = house
        self.satellite = satellite
        self.speech = speech + SPEECH.silence(1.5)

    async def talk(self) -> Talk:
        """The connection; a new one where the last fact left something behind."""
        talk = await self.satellite.led()
        if talk.closed or self.house.home.state(SCRIPTED) != "idle":
            await _end_sending(talk)
            talk = await self.satellite.led(after=talk)
        await self.house.home.until(SCRIPTED, "idle")
        return talk

    async def renew(self, talk: Talk) -> None:
        """Has Home Assistant connect anew, so that the next fact finds everything as it should be."""
        await _end_sending(talk)
        await self.satellite.led(after=talk)

    async def ask(self, talk: Talk) -> None:
        """A run from its request to its reply's last sound."""
        await talk.run()
        await talk.speak(self.speech)
        assert await talk.comes(Transcript, RUN_S), "no transcript came"
        assert await talk.comes(AudioStop, RUN_S), "no reply came"


async def run_during_playback(scene: Scene) -> str:
    """2.3-H: a new run while the reply of the last one, whose run has ended, still plays."""
    talk = await scene.talk()
    await scene.ask(talk)
    mark = len(talk.received)
    await scene.ask(talk)  # no `played` in between
    await talk.send(Played())
    return f"is served like any other: {_arrows(talk.types_since(mark))}"


async def run_during_run(scene: Scene) -> str:
    """2.3-H: a new run while the last one still listens."""
    return await _second_run(scene, _nothing)


async def run_during_run_after_stop(scene: Scene) -> str:
    """2.3-H: the same with audio-stop right before the new run."""
    return await _second_run(scene, _stop)


async def run_after_reply_began(scene: Scene) -> str:
    """2.3-H: audio-stop ends the old run; the new one waits until its reply (or its error) has come."""
    return await _second_run(scene, _stop_and_wait)


async def third_run(scene: Scene) -> str:
    """2.3-H: whether it hears again after a run was lost that way."""
    talk = await scene.talk()
    mark = len(talk.received)
    await talk.run()
    await talk.speak(scene.speech[: SPEECH.bytes(0.6)])
    await talk.run()
    await asyncio.sleep(LOST_S)
    await talk.run()
    await talk.speak(scene.speech)
    heard = await talk.comes(Transcript, RUN_S)
    seen = _arrows(talk.types_since(mark))
    if heard:
        await talk.comes(AudioStop, RUN_S)
        await talk.send(Played())
        return f"the third run, {LOST_S:.0f} s later, is heard: {seen}"
    await scene.renew(talk)
    return f"the third run, {LOST_S:.0f} s later, is NOT heard either: {seen}"


async def close(scene: Scene) -> str:
    """2.3-H: a run is abandoned by closing the connection."""
    return await _abandon(scene, _close)


async def close_half(scene: Scene) -> str:
    """2.3-H: a run is abandoned by ending what is sent (FIN), while what comes is still taken."""
    return await _abandon(scene, _end_sending)


async def _abandon(scene: Scene, leave: Callable[[Talk], Awaitable[None]]) -> str:
    talk = await scene.talk()
    await talk.run()
    await talk.speak(scene.speech[: SPEECH.bytes(0.6)])
    asked = asyncio.get_running_loop().time()
    await leave(talk)
    again = await scene.satellite.led(after=talk)
    back_s = again.opened - asked
    await scene.ask(again)
    await again.send(Played())
    return f"back after {back_s:.1f} s, and the next run is answered"


async def _close(talk: Talk) -> None:
    await talk.connection.close()


async def _end_sending(talk: Talk) -> None:
    talk.answers_pings = False
    talk.connection._writer.write_eof()


async def _second_run(scene: Scene, between: Callable[[Talk], Awaitable[None]]) -> str:
    talk = await scene.talk()
    mark = len(talk.received)
    await talk.run()
    await talk.speak(scene.speech[: SPEECH.bytes(1.2)])
    await between(talk)
    await talk.run()
    await talk.speak(scene.speech)
    transcript = await talk.comes(Transcript, RUN_S)
    seen = _arrows(talk.types_since(mark))
    state = scene.house.home.state(SCRIPTED)
    if transcript is None:  # leave it as it was found
        await scene.renew(talk)
        return f"NO transcript within {RUN_S:.0f} s ({seen}; the entity is {state})"
    await talk.comes(AudioStop, RUN_S)
    await talk.send(Played())
    return f"a transcript comes: {seen}"


async def _nothing(talk: Talk) -> None:
    pass


async def _stop(talk: Talk) -> None:
    await talk.send(AudioStop())


async def _stop_and_wait(talk: Talk) -> None:
    errors, replies = len(talk.all(Error)), len(talk.all(AudioStart))
    await talk.send(AudioStop())
    async with asyncio.timeout(RUN_S):
        await talk.until(lambda: len(talk.all(Error)) > errors or len(talk.all(AudioStart)) > replies)
    await talk.comes(Transcript, 0.1)  # the old run's


async def audio_after_detection(scene: Scene) -> str:
    """2.3-A: sound after a detection starts a run by itself (2026.7 on)."""
    talk = await scene.talk()
    await talk.send(Detection(name=WORD))
    await talk.speak(scene.speech)
    assert await talk.comes(Transcript, RUN_S), "no transcript came"
    await talk.comes(AudioStop, RUN_S)
    await talk.send(Played())
    return "a transcript and a reply come without run-pipeline"


async def duplicate_wake(scene: Scene) -> str:
    """2.3-A: the same wake word again within two seconds."""
    talk = await scene.talk()
    await asyncio.sleep(WAKE_APART_S)
    await talk.send(Detection(name=WORD))
    await talk.run()
    await talk.speak(scene.speech[: SPEECH.bytes(0.5)])
    await talk.send(Detection(name=WORD))
    await talk.run()
    error = await talk.comes(Error, 5.0)
    await scene.house.home.until(SCRIPTED, "idle")
    assert error is not None, "no error came"
    return f"error {error.data['code']}, also from the same satellite"


async def stream_dries_up(scene: Scene) -> str:
    """2.3-A: a satellite that stops sending without audio-stop."""
    talk = await scene.talk()
    await talk.run()
    await talk.speak(scene.speech[: SPEECH.bytes(1.0)])
    began = asyncio.get_running_loop().time()
    if await talk.comes(Error, RUN_S) is None:
        return f"the run is still active after {RUN_S:.0f} s: Home Assistant itself counts sound, not time"
    return f"speech-to-text gives up after {asyncio.get_running_loop().time() - began:.0f} s; Home Assistant never does"


async def intent_stage(scene: Scene) -> str:
    """2.3: run-pipeline that starts at `intent`."""
    talk = await scene.talk()
    began = asyncio.get_running_loop().time()
    await talk.run(PipelineStage.INTENT)
    again = await scene.satellite.led(after=talk)
    return f"closes the connection after {talk.ended - began:.1f} s and is back {again.opened - began:.1f} s after it"


async def no_pong(scene: Scene) -> str:
    """2.3: pings that go unanswered."""
    talk = await scene.talk()
    await talk.next(Ping)
    talk.answers_pings = False
    await talk.next(Ping)
    asked = asyncio.get_running_loop().time()
    again = await scene.satellite.led(after=talk)
    gone, back = talk.ended - asked, again.opened - asked
    return (
        f"without a pong the old connection ends {gone:.1f} s after the ping, and the new one comes after {back:.1f} s"
    )


async def no_played(scene: Scene) -> str:
    """2.3-A: a reply that is never reported as played."""
    await asyncio.sleep(WAITED_S)
    talk = await scene.talk()
    await talk.run()
    await talk.speak(scene.speech[: -SPEECH.bytes(1.0)])
    await talk.send(AudioStop())
    assert await talk.comes(Transcript, RUN_S), "no transcript came"
    stop = await talk.comes(AudioStop, RUN_S)
    assert stop, "no reply came"
    sent = asyncio.get_running_loop().time()
    idle = await scene.house.home.until(SCRIPTED, "idle")
    return f"idle {idle - sent:.1f} s after audio-stop of {stop.data['timestamp'] / 1000:.1f} s of sound"


async def nothing_said(scene: Scene) -> str:
    """2.3-F: a run in which nobody speaks."""
    talk = await scene.talk()
    await talk.run()
    await talk.speak(SPEECH.silence(0.1))
    await talk.send(AudioStop())
    error = await talk.comes(Error, RUN_S)
    assert error is not None, "no error came"
    return f"error {error.data['code']}: {error.data['text']}"


async def announcement_during_run(scene: Scene) -> str:
    """2.3-D: an announcement while the person speaks."""
    talk = await scene.talk()
    mark = len(talk.received)
    await talk.run()
    speaking = asyncio.create_task(talk.speak(scene.speech + SPEECH.silence(2.0)))
    assert await talk.comes(Transcribe, 5.0)
    said = {"message": "dinner is ready", "preannounce": False}
    announcing = asyncio.create_task(scene.house.home.act("assist_satellite.announce", SCRIPTED, **said))
    assert await talk.comes(AudioStart, 10.0), "no announcement came"
    assert await talk.comes(AudioStop, 10.0)
    await talk.send(Played())
    await announcing
    await speaking
    await asyncio.sleep(1.0)
    return f"the run ends unsaid: {_arrows(talk.types_since(mark))}; the entity is {scene.house.home.state(SCRIPTED)}"


async def quick_mute(scene: Scene) -> str:
    """2.3-5: mute on and off before Home Assistant's loop has turned."""
    talk = await scene.talk()
    await talk.next(Ping)  # answered at once; nothing for two seconds now
    await asyncio.sleep(0.3)
    mark = len(talk.received)
    await scene.house.home.act("switch.turn_on", SCRIPTED_MUTE)
    await asyncio.sleep(0.3)
    await scene.house.home.act("switch.turn_off", SCRIPTED_MUTE)
    assert await talk.comes(PauseSatellite, 5.0)
    await asyncio.sleep(6.5)
    pings = sum(Ping.is_type(event.type) for _, event in talk.received[mark:])
    if talk.closed:
        return "the connection is closed and opened anew"
    return f"pause-satellite and NO run-satellite after it on the same connection; {pings} pings in 6.5 s go on"


async def follow_up(scene: Scene) -> str:
    """2.3-G: a second run without a detection."""
    talk = await scene.talk()
    await scene.ask(talk)
    await talk.send(Played())
    await scene.ask(talk)
    await talk.send(Played())
    ids = [event["data"]["conversation_id"] for event in await scene.house.started_runs()]
    return f"keeps the conversation's id: {ids[-1] == ids[-2]}"


async def synthesize_before_sound(scene: Scene) -> str:
    """2.3-A: what comes first, the reply's text or its sound."""
    talk = await scene.talk()
    mark = len(talk.received)
    await scene.ask(talk)
    await talk.send(Played())
    kinds = [event.type for _, event in talk.received[mark:] if event.type in ("synthesize", "audio-start")]
    formats = {str(event.data["rate"]) for event in talk.all(AudioStart)}
    assert Synthesize.is_type(kinds[0])
    return f"{' then '.join(kinds)}, at {'/'.join(formats)} Hz"


def _arrows(types: list[str]) -> str:
    return " > ".join(types)


FACTS: tuple[Callable[[Scene], Awaitable[str]], ...] = (
    synthesize_before_sound,
    run_during_playback,
    no_played,
    nothing_said,
    follow_up,
    audio_after_detection,
    duplicate_wake,
    announcement_during_run,
    run_after_reply_began,
    run_during_run_after_stop,
    run_during_run,
    third_run,
    stream_dries_up,
    close,
    close_half,
    quick_mute,
    intent_stage,
    no_pong,
)

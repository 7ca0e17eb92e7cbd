"""Turns that the wake word begins."""

from __future__ import annotations

import asyncio

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk
from wyoming.error import Error
from wyoming.wake import Detection

from tests.conformance.check import Check
from tests.conformance.controller import Controller, Failed, streams_always
from tests.conformance.stage import (
    APART_S,
    LATE_S,
    SLACK_S,
    WAKE_S,
    NotApplicable,
    Stage,
    end_run,
    expect,
    heard,
    lives,
    say,
)

ORDER = ("detection", "run-pipeline", "audio-chunk")
AFTER_S = 1.0  # for chunks that are on their way when the words are understood
GAP_S = 6.0  # in a streamed reply, while the model calls a tool: beyond 5 s others have wedged
EARLY_S = 0.4
FORGOTTEN_S = 6.0  # for words that it may keep for a new connection to be given up
RETURN_S = 3.0  # for Home Assistant to be back after a connection has ended
AGAIN_S = 4.0  # for the wake word to be heard again, where it is


async def begins_in_order(stage: Stage) -> None:
    async with stage.led() as controller:
        mark = await stage.wake(controller)
        chunk = AudioChunk.from_event(controller.all("audio-chunk", mark)[0][1])
        expect(chunk.audio, "the first chunk is empty")
        if streams_always(controller.received):
            raise NotApplicable("it leaves the wake word to Home Assistant")
        came = [event.type for _, event in controller.received if event.type in ORDER]
        expect(list(dict.fromkeys(came)) == list(ORDER), f"it sent {' and then '.join(dict.fromkeys(came))}")


async def asks_for_a_whole_turn(stage: Stage) -> None:
    async with stage.led() as controller:
        mark = await stage.wake(controller)
        if streams_always(controller.received):
            raise NotApplicable("it leaves the wake word to Home Assistant")
        run = controller.all("run-pipeline", mark)[0][1].data
        expect((run["start_stage"], run["end_stage"]) == ("asr", "tts"), f"asks from {run['start_stage']}")


async def names_its_wake_word(stage: Stage) -> None:
    async with stage.led() as controller:
        _, info = controller.all("info")[0]
        mark = await stage.wake(controller)
        if streams_always(controller.received):
            raise NotApplicable("it leaves the wake word to Home Assistant")
        detections = controller.all("detection", mark)
        expect(detections, "no detection came: duplicates go unseen")
        name = Detection.from_event(detections[0][1]).name
        models = [model for program in info.data.get("wake") or [] for model in program["models"]]
        expect(name in [model["name"] for model in models], f"{name!r} is no wake model in info: duplicates go unseen")


async def falls_silent_at_the_transcript(stage: Stage) -> None:
    async with stage.led() as controller:
        await stage.question(controller)
        if streams_always(controller.received):
            raise NotApplicable("it streams always")
        await asyncio.sleep(AFTER_S)
        mark = controller.mark()
        await asyncio.sleep(AFTER_S)
        late = len(controller.all("audio-chunk", mark))
        expect(not late, f"{late} chunks came more than {AFTER_S:g} s after the transcript")


async def plays_the_reply(stage: Stage) -> None:
    async with stage.led() as controller:
        mark = await stage.question(controller)
        await say(controller)
        began = asyncio.get_running_loop().time()
        await controller.sound(1.5)
        at, _ = await controller.comes("played", 1.5 + SLACK_S, mark)
        expect(at - began >= 1.5 - EARLY_S, f"played after {at - began:.1f} s of 1.5 s of sound")


async def takes_turn_after_turn(stage: Stage) -> None:
    async with stage.led() as controller:
        await stage.turn(controller, 0.5)
        await asyncio.sleep(APART_S)
        await stage.turn(controller, 0.5)


async def plays_sound_before_its_text(stage: Stage) -> None:
    async with stage.led() as controller:
        mark = await stage.question(controller)
        await controller.sound(1.0, end=False)
        await asyncio.sleep(GAP_S)
        expect(not controller.all("played", mark), "played was reported although audio-stop had not come")
        await say(controller)
        await controller.sound(1.0, begin=False)
        await controller.comes("played", 1.0 + SLACK_S, mark)


async def bears_an_error(stage: Stage) -> None:
    await _after(stage, "stt-no-text-recognized", "No text recognized")


async def bears_a_duplicate(stage: Stage) -> None:
    await _after(stage, "duplicate_wake_up_detected", "Duplicate wake-up detected for hey jarvis")


async def _after(stage: Stage, code: str, text: str) -> None:
    async with stage.led() as controller:
        await stage.wake(controller)
        mark = controller.mark()
        await controller.send(Error(text=text, code=code).event())
        if streams_always(controller.received):
            await _runs_again(stage, controller, mark)
        await asyncio.sleep(APART_S)
        await stage.turn(controller, 0.5)


async def _runs_again(stage: Stage, controller: Controller, mark: int) -> None:
    if not stage.release.restarts_after_error:
        await controller.comes("run-pipeline", LATE_S, mark)


async def is_announced_to_while_listening(stage: Stage) -> None:
    async with stage.led() as controller:
        mark = await stage.wake(controller)
        await controller.sound(1.0)  # Home Assistant has ended the run without a word
        await heard(controller, 1.0, mark)
        await asyncio.sleep(APART_S)
        await stage.turn(controller, 0.5)


async def gives_up_a_silent_end(stage: Stage) -> None:
    async with stage.led() as controller:
        await stage.question(controller)  # a reply without a word: Home Assistant says nothing any more
        if await _hears_again(stage, controller):
            return
    await asyncio.sleep(RETURN_S)
    async with stage.led() as controller:
        await asyncio.sleep(APART_S)
        await _afresh(stage, controller)


async def _hears_again(stage: Stage, controller: Controller) -> bool:
    """Whether a wake word is heard; False where the satellite closes the connection to begin anew."""
    clock = asyncio.get_running_loop().time
    until = clock() + stage.recovers_s
    while clock() < until:
        mark = controller.mark()
        await stage.speak()
        if await controller.may_come("audio-chunk", AGAIN_S, mark):
            return True
        if controller.closed:
            return False
    raise Failed(f"it hears no wake word for {stage.recovers_s:g} s after a turn that ended without a reply")


async def never_runs_twice(stage: Stage) -> None:
    async with stage.led() as controller:
        await stage.wake(controller)
        if streams_always(controller.received):
            raise NotApplicable("it streams always")
        mark = controller.mark()
        await controller.send(Transcript(text="what time is it").event())
        await asyncio.sleep(APART_S)
        await stage.speak()
        asked = await controller.may_come("run-pipeline", AGAIN_S, mark)
        expect(not asked, "it asked for a run while one was active: Home Assistant hears nothing from then on")
    await asyncio.sleep(FORGOTTEN_S)


async def ends_what_it_gives_up(stage: Stage) -> None:
    async with stage.led() as controller:
        mark = await stage.wake(controller)
        clock = asyncio.get_running_loop().time
        until = clock() + stage.recovers_s
        while not controller.closed and clock() - controller.all("audio-chunk", mark)[-1][0] < AFTER_S:
            if clock() > until:
                raise NotApplicable(f"it streams for more than {stage.recovers_s:g} s")
            await asyncio.sleep(AFTER_S)
        expect(
            controller.closed or controller.all("audio-stop", mark),
            "it stopped sending without audio-stop: Home Assistant's run stays active for ever",
        )


async def is_led_after_a_lost_turn(stage: Stage) -> None:
    async with stage.raw() as controller:
        await controller.lead()
        await stage.wake(controller)
    await asyncio.sleep(RETURN_S)
    async with stage.led() as controller:
        await asyncio.sleep(APART_S)
        await _afresh(stage, controller)


async def interrupts_a_reply(stage: Stage) -> None:
    async with stage.led() as controller:
        await stage.question(controller)
        await say(controller)
        await controller.sound(12.0)
        mark = controller.mark()
        await stage.speak()
        if not await controller.may_come("run-pipeline", AGAIN_S, mark):  # sound may still be the last question's
            raise NotApplicable("it hears no wake word while it speaks; Home Assistant does not ask for it")
        await controller.send(Transcript(text="stop").event())
        await say(controller)
        await controller.sound(1.0)
        await heard(controller, 1.0, controller.mark())
        expect(len(controller.all("run-pipeline", mark)) == 1, "it asked for more than one run")
        await lives(controller)


async def is_silent_while_muted(stage: Stage) -> None:
    async with stage.led() as controller:
        await controller.mute()
        mark = controller.mark()
        await stage.speak()
        await asyncio.sleep(AGAIN_S)
        sent = {event.type for _, event in controller.received[mark:]} & {"run-pipeline", "audio-chunk", "detection"}
        expect(not sent, f"muted by Home Assistant, it sent {' and '.join(sorted(sent))}")
    async with stage.led() as controller:
        await asyncio.sleep(AGAIN_S)  # some microphones hear only now what was said meanwhile
        await _afresh(stage, controller)


async def _afresh(stage: Stage, controller: Controller) -> None:
    """A turn after whatever the satellite has carried over from before."""
    if controller.all("run-pipeline") and not streams_always(controller.received):
        await end_run(controller)
        await asyncio.sleep(APART_S)
    await stage.turn(controller, 0.5)


async def is_heard_when_unmuted_at_once(stage: Stage) -> None:
    async with stage.led() as controller:
        await controller.mute()  # and unmuted before Home Assistant's loop turned: it goes on as if nothing had been
        controller.muted = False
        for _ in range(3):
            mark = controller.mark()
            await asyncio.sleep(2.0)
            await controller.ping()
            await controller.comes("pong", 3.0, mark)
        mark = controller.mark()
        await stage.speak()
        await controller.comes("audio-chunk", WAKE_S, mark)


_2026_11 = "was not seen to be deaf then"

CHECKS = (
    Check("detection, then run-pipeline, then sound", "2.3-A", begins_in_order),
    Check("the run goes from asr to tts", "2.3-A", asks_for_a_whole_turn),
    Check("the detection's name is that of a wake model in info", "2.3-A", names_its_wake_word),
    Check("no sound is sent after the transcript", "2.3-A", falls_silent_at_the_transcript),
    Check("the reply is played and, when it was heard, reported", "2.3-A", plays_the_reply),
    Check("one turn follows the other", "2.3-A", takes_turn_after_turn),
    Check(
        "sound that comes before its text, with a gap of six seconds, is one reply",
        "2.3-C",
        plays_sound_before_its_text,
        lambda release: release.streams,
        "does not stream",
    ),
    Check("after an error the wake word is heard again", "2.3-F", bears_an_error),
    Check("after a duplicate wake-up the wake word is heard again", "2.3-A", bears_a_duplicate),
    Check(
        "an announcement in the middle of a question is played, and the wake word heard again",
        "2.3-D",
        is_announced_to_while_listening,
        lambda release: release.announces,
        "does not announce",
    ),
    Check("a turn that ends without a reply is given up", "2.3-A", gives_up_a_silent_end),
    Check(
        "no run is asked for while one is active",
        "2.3-H",
        never_runs_twice,
        lambda release: release.closes,
        _2026_11,
    ),
    Check("a stream that it ends by itself ends with audio-stop", "2.3-H", ends_what_it_gives_up),
    Check("a turn lost with its connection leaves a satellite that can be led", "2.3-4", is_led_after_a_lost_turn),
    Check("the wake word during a reply begins a turn", "2.3-H", interrupts_a_reply),
    Check("muted by Home Assistant, it sends nothing; unmuted, it does", "2.3-5", is_silent_while_muted),
    Check(
        "unmuted within one ping, without a new run-satellite, it hears the wake word",
        "2.3-5",
        is_heard_when_unmuted_at_once,
    ),
)

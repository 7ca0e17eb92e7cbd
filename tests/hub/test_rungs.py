"""Laws of what a turn leaves out at each rung of the ladder, on virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.llm.responder import Request
from hub.load.ladder import Rung
from hub.load.need import Stage, Tier
from hub.means import Turn
from hub.tts.tiers import BEST, LOADED
from hub.watch import Watch
from tests.fakes import FakeResponder
from tests.hub.loaded import Loaded
from tests.hub.test_turn import REPLY, TOKENS
from tests.virtual_time import run


def played(rung: Rung, **parts: object) -> Loaded:
    """A whole turn at that rung, with a pause inside the question."""
    scene = Loaded(speculates="pause", rung=rung, **parts)  # type: ignore[arg-type]
    run(scene.play())
    spoken = " ".join(text for text, _ in [*scene.voice.spoken, *scene.small.spoken])
    assert spoken == REPLY  # whatever is left out, nothing of the reply is
    return scene


def test_with_time_for_everything_words_and_sound_are_made_before_they_are_certain() -> None:
    scene = played(Rung.FULL)
    certain = scene.timeline.marks["endpoint"]
    assert scene.responder.begun_at < certain
    assert scene.voice.asked[0][0] < certain


def test_first_no_sound_is_made_for_words_that_are_not_certain() -> None:
    scene = played(Rung.NO_SPECULATIVE_SPEECH)
    certain = scene.timeline.marks["endpoint"]
    assert scene.responder.begun_at < certain
    assert all(at >= certain for at, _, _ in scene.voice.asked)


def test_then_no_reply_is_begun_early() -> None:
    scene = played(Rung.NO_SPECULATION)
    assert scene.responder.begun_at >= scene.timeline.marks["endpoint"]
    assert scene.speculation.counts == {}


def test_then_there_are_half_as_many_partial_transcripts_and_then_none() -> None:
    partials = {}
    for rung in (Rung.NO_SPECULATION, Rung.SLOW_PARTIALS, Rung.NO_PARTIALS):
        scene = played(rung)
        assert scene.recognizer.latest is not None
        partials[rung] = scene.recognizer.latest.partials
    assert partials[Rung.NO_SPECULATION] >= 6
    assert abs(partials[Rung.SLOW_PARTIALS] - partials[Rung.NO_SPECULATION] / 2) <= 1
    assert partials[Rung.NO_PARTIALS] == 0


@pytest.mark.parametrize(("rung", "tier", "why"), [(Rung.SMALL_STT, "best", BEST), (Rung.SMALL_VOICE, "small", LOADED)])
def test_then_the_smaller_voice_speaks_and_who_watches_is_told_why(rung: Rung, tier: str, why: str) -> None:
    scene = played(rung)
    [told] = [seen for seen in scene.seen if seen["event"] == "voice"]
    assert (told["tier"], told["why"]) == (tier, why)
    assert [bool(scene.voice.asked), bool(scene.small.asked)] == [tier == "best", tier == "small"]


@pytest.mark.parametrize("rung", Rung)
def test_the_rung_of_each_turn_is_shown(rung: Rung) -> None:
    told = [(seen["rung"], seen["name"]) for seen in played(rung).seen if seen["event"] == "rung"]
    assert told == [(int(rung), rung.name.lower())]


@pytest.mark.parametrize(("rung", "foreseen"), [(Rung.FULL, True), (Rung.NO_SPECULATIVE_SPEECH, False)])
def test_nor_is_sound_made_ready_for_words_that_somebody_may_be_saying(rung: Rung, foreseen: bool) -> None:
    """Used to be: the one rung that spares the voices left their likeliest waste."""
    foretold: list[Request] = []

    class Telling(Loaded):
        def turn(self, see: Watch | None = None) -> Turn:
            turn = super().turn(see)
            return replace(turn, engines=replace(turn.engines, saying=foretold.append))

    run(Telling(rung=rung).play())
    assert bool(foretold) == foreseen


@pytest.mark.parametrize("rung", [Rung.SMALL_VOICE, Rung.SHORT_REPLY])
def test_a_reply_without_the_model_teaches_nothing_about_the_model(rung: Rung) -> None:
    """The hub's own short replies used to pass for a fast model, so that the ladder went up too soon."""
    scene = Loaded(rung=rung, responder=FakeResponder(TOKENS, token_s=0.3))
    run(scene.play())
    assert (scene.load.step(Stage.LLM, Tier.FULL).seconds > 0) == (rung is Rung.SMALL_VOICE)


def test_a_slow_model_costs_nobody_the_better_voice() -> None:
    """Its voice was given no time at all once the budget was spent by then, however idle the hub."""
    scene = Loaded(responder=FakeResponder(TOKENS, token_s=1.0))
    run(scene.play())
    assert scene.timeline.marks["first_clause"] > scene.timeline.marks["raw_pause"] + 2.0
    assert scene.small.asked == []

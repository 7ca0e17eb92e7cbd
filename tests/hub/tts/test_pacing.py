"""Laws of pacing, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from hub.tts.pacing import PATIENCE_S, Progress, pace
from tests.virtual_time import run
from wire.pcm import SPEECH

AHEAD_S = 2.0
PIECE_S = 0.1


@dataclass
class Speech:
    """Sound that is made at once; notes how much of it has been sent and what has been reported."""

    seconds: float
    progress: Progress = field(default_factory=Progress)
    reported_s: float = 0.0
    sent: list[float] = field(default_factory=list)
    """When each piece was sent."""

    @property
    def sent_s(self) -> float:
        return len(self.sent) * PIECE_S

    def report(self, played_s: float) -> None:
        self.reported_s = max(self.reported_s, played_s)
        self.progress.report(played_s)

    async def made(self) -> AsyncGenerator[bytes, None]:
        for _ in range(round(self.seconds / PIECE_S)):
            yield SPEECH.silence(PIECE_S)

    async def send(self) -> None:
        async with (
            aclosing(self.made()) as made,
            aclosing(pace(made, SPEECH, self.progress, AHEAD_S)) as paced,
        ):
            async for _ in paced:
                self.sent.append(asyncio.get_running_loop().time())

    async def send_during(self, scene: Coroutine[object, object, None]) -> None:
        """Sends for as long as the scene goes on."""
        sending = asyncio.create_task(self.send())
        try:
            await scene
        finally:
            sending.cancel()
            await asyncio.wait([sending])


@given(st.lists(st.tuples(st.floats(0, PATIENCE_S), st.floats(0, 3)), max_size=20))
def test_sound_is_never_more_than_a_piece_further_ahead_of_the_reports_than_set(
    reports: list[tuple[float, float]],
) -> None:
    speech = Speech(30.0)

    async def scene() -> None:
        for wait_s, played_s in reports:
            await asyncio.sleep(wait_s)
            assert speech.sent_s <= speech.reported_s + AHEAD_S + PIECE_S + 1e-6
            speech.report(min(speech.reported_s + played_s, speech.sent_s))
        await asyncio.sleep(0.01)
        assert speech.sent_s <= speech.reported_s + AHEAD_S + PIECE_S + 1e-6

    run(speech.send_during(scene()))


def test_a_report_lets_as_much_through_as_was_played() -> None:
    speech = Speech(30.0)

    async def scene() -> None:
        await asyncio.sleep(0.01)
        before_s = speech.sent_s
        speech.report(1.0)
        await asyncio.sleep(0.01)
        assert abs(speech.sent_s - before_s - 1.0) <= PIECE_S + 1e-6

    run(speech.send_during(scene()))


def test_without_reports_it_goes_on_after_a_while_as_if_all_had_been_played() -> None:
    speech = Speech(3 * AHEAD_S)
    run(speech.send())
    waits = [later - earlier for earlier, later in zip(speech.sent, speech.sent[1:], strict=False) if later > earlier]
    assert len(waits) == 2  # used to send a single piece after each wait
    assert all(AHEAD_S + PATIENCE_S <= wait <= AHEAD_S + PATIENCE_S + 2 * PIECE_S for wait in waits)


def test_an_old_report_changes_nothing() -> None:
    async def scene(speech: Speech, late: bool) -> None:
        await asyncio.sleep(0.1)
        speech.report(1.0)
        await asyncio.sleep(2.0)
        if late:
            speech.report(0.5)
        await asyncio.sleep(10.0)

    plain, disturbed = Speech(30.0), Speech(30.0)
    run(plain.send_during(scene(plain, late=False)))
    run(disturbed.send_during(scene(disturbed, late=True)))
    assert disturbed.sent == plain.sent


def test_a_satellite_that_reports_is_waited_for_however_slowly_it_plays() -> None:
    speech = Speech(30.0)

    async def scene() -> None:
        for _ in range(100):
            await asyncio.sleep(0.2)
            speech.report(0.3)
        assert speech.sent_s <= 0.3 + AHEAD_S + PIECE_S + 1e-6

    run(speech.send_during(scene()))


def test_a_reply_shorter_than_the_lead_is_sent_at_once() -> None:
    speech = Speech(AHEAD_S)
    run(speech.send())
    assert len(speech.sent) == round(AHEAD_S / PIECE_S)
    assert set(speech.sent) == {0.0}

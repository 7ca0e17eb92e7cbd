"""Laws of the fence."""

from __future__ import annotations

from satellite.turns.fence import Fence
from wire.pcm import SPEECH


def test_a_hubs_fence_opens_with_the_flush_of_its_own_turn() -> None:
    fence = Fence()
    fence.cancel("boot:1", by_hub=True)
    fence.flush("boot:0")
    fence.drops(None)
    assert fence.closed
    fence.flush("boot:1")
    assert not fence.closed


def test_a_plain_controllers_fence_opens_with_its_audio_stop() -> None:
    fence = Fence()
    fence.drops(SPEECH)
    fence.cancel("boot:1", by_hub=False)
    assert fence.closed
    fence.drops(None)
    assert not fence.closed


def test_there_is_no_fence_where_no_sound_was_on_its_way() -> None:
    fence = Fence()
    fence.cancel("boot:1", by_hub=False)
    assert not fence.closed


def test_a_fence_that_the_controller_opens_is_open_whatever_closed_it() -> None:
    fence = Fence()
    fence.drops(SPEECH)
    fence.cancel("boot:1", by_hub=False)
    fence.open()
    assert not fence.drops(b"")

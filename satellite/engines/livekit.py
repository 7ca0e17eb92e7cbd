"""Echo cancellation by WebRTC's AEC3 (package livekit: its AudioProcessingModule, without any network).

The library brings a runtime whose four threads sleep (2 wake-ups a second) and 17 MB (PSS), so it is imported only
where it is wanted. It needs no hint of the delay: it finds an echo that comes 2 to 400 ms after its reference, within
about a second of speech.
"""

from __future__ import annotations

import atexit
import time
from typing import TYPE_CHECKING

from satellite.sound.echo import EchoError
from wire.pcm import SPEECH

if TYPE_CHECKING:
    from livekit import rtc

LAST_WORDS_S = 0.1
"""For the library's threads at the end: one that still calls Python when that is gone panics, and says so at length."""


class LiveKitBlocks:
    """See satellite.sound.echo.BlockCanceller. Raises EchoError where the package is not installed."""

    def __init__(self) -> None:
        atexit.register(time.sleep, LAST_WORDS_S)  # after livekit's own handler, which is registered later
        try:
            from livekit import rtc
        except ImportError as error:
            raise EchoError(
                f"echo.engine livekit cannot start: {error}; run: pip install 'hark[aec]', or set it to none"
            ) from None
        self._frame = rtc.AudioFrame
        self._module = rtc.AudioProcessingModule(echo_cancellation=True)

    def cancel(self, microphone: bytes, reference: bytes) -> bytes:
        """See satellite.sound.echo.BlockCanceller."""
        captured = self._block(microphone)
        try:
            self._module.process_reverse_stream(self._block(reference))
            self._module.process_stream(captured)
        except RuntimeError as error:
            raise EchoError(f"livekit cannot cancel the echo ({error}); reinstall the package livekit") from None
        return bytes(captured.data)

    def _block(self, pcm: bytes) -> rtc.AudioFrame:
        return self._frame(bytearray(pcm), SPEECH.rate, SPEECH.channels, len(pcm) // SPEECH.frame_bytes)

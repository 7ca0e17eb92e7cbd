"""Has the sound of likely replies ready: while somebody speaks, after something was done, and when nothing else is.

Strategy: one task that makes one reply at a time, the likeliest first: to the words that somebody is just saying, then
to what is said next after an action, then to what a home hears at any time. Only sound is made ready: what is true is
worked out when it is said, and nothing is done or heard before.

Rules: but for what somebody is just saying, it works only while the engines have nothing else to do. What fails is
left: somebody else will say so, and no hub ends because of what nobody asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator

from hub.foresight.likely import after, anytime
from hub.home.home import Action, Home
from hub.llm.responder import Request
from hub.tts.voice import VoiceError
from wire.sayings import Sayings

REST_S = 0.05  # between two replies made for any time: a pool of workers is never taken for long
BUSY_S = 0.5  # before it is looked again whether the engines have time
CHANGED_S = 60.0  # between two looks whether the home has other names
MOST_NEXT = 16  # replies to what may be said after actions; a scene may be fifty
MOST_PHRASES = 2000  # for any time: a home of 500 things has about a thousand

_log = logging.getLogger(__name__)

Expect = Callable[[Request], Awaitable[str]]
"""The reply to words if all goes well, "" where nobody can tell; without any effect."""
Prepare = Callable[[str, bool], Awaitable[None]]
"""Makes the sound of a text ready; the second says that it may be kept on disk. Raises VoiceError."""


class Foresight:
    """For all satellites; `phrases` are said at any time, whatever the home."""

    def __init__(
        self,
        expect: Expect,
        prepare: Prepare,
        home: Home,
        language: str,
        busy: Callable[[], bool],
        phrases: tuple[str, ...] = (),
    ) -> None:
        self._expect, self._prepare, self._home, self._language = expect, prepare, home, language
        self._busy = busy
        self._phrases = phrases
        self._saying: dict[str, Request] = {}  # by satellite, the latest words
        self._next: deque[Request] = deque(maxlen=MOST_NEXT)
        self._wake = asyncio.Event()
        self._sayings = Sayings(_log)

    def saying(self, request: Request) -> None:
        """Somebody is saying these words, and may be done with them."""
        self._saying[request.satellite] = request
        self._wake.set()

    def did(self, action: Action, request: Request) -> None:
        """This was done for a request."""
        for words in after(action, self._home.things, self._language):
            self._next.append(Request(words, request.satellite, request.area))
        self._wake.set()

    async def run(self) -> None:
        """Works until it is cancelled."""
        anytime, names = self._anytime(), self._names()
        while True:
            if self._saying:
                await self._reply_to(self._saying.pop(next(iter(self._saying))), no_secret=False)
            elif self._busy():
                await self._rest(BUSY_S)
            elif self._next:
                await self._reply_to(self._next.popleft(), no_secret=False)
            elif (phrase := next(anytime, None)) is not None:
                await phrase
                await self._rest(REST_S)
            else:
                await self._rest(CHANGED_S)
                if names != (names := self._names()):
                    anytime = self._anytime()

    def _anytime(self) -> Iterator[Awaitable[None]]:
        for phrase in self._phrases:
            yield self._left_if_failing(self._prepare(phrase, True))
        for number, words in enumerate(anytime(self._home.areas, self._home.things, self._language)):
            if number < MOST_PHRASES:
                yield self._reply_to(Request(words, ""), no_secret=True)

    def _names(self) -> object:
        return tuple(self._home.areas), tuple((thing.name, thing.domain) for thing in self._home.things)

    async def _reply_to(self, request: Request, no_secret: bool) -> None:
        await self._left_if_failing(self._replied(request, no_secret))

    async def _replied(self, request: Request, no_secret: bool) -> None:
        await self._prepare(await self._expect(request), no_secret)

    async def _left_if_failing(self, work: Awaitable[None]) -> None:
        try:
            await work
        except VoiceError as error:
            _log.debug("a likely reply could not be made ready: %s", error)
        except Exception as error:  # its message may hold words
            _log.debug("a likely reply could not be made ready", exc_info=True)
            what = type(error).__name__
            self._sayings.warn(
                what, f"a likely reply could not be made ready ({what}), which is a bug; see hark-hub -v"
            )

    async def _rest(self, seconds: float) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

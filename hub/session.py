"""The hub's side of one satellite, from hello to goodbye: reads what it sends, runs its turns, keeps its clock.

One task reads, the turn is another, so a barge-in is seen while a reply is being made. A turn belongs to the
session's task group: when the satellite goes, so does its turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from wyoming.audio import AudioChunk, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.satellite import RunSatellite
from wyoming.vad import VoiceStarted, VoiceStopped

from hub.closing import RESTARTS, TOO_MANY
from hub.llm.responder import Request
from hub.means import Turn
from hub.room import Room
from hub.service import Service
from hub.speaking import apology, speak
from hub.stages import latest
from hub.stt.activity import Voice
from hub.timeline import Timeline
from hub.traces import Traces
from hub.turn import remember, take_turn
from hub.whom import Whom
from wire import hark
from wire.audio import sound
from wire.clock import ClockOffset
from wire.connection import Connection
from wire.errors import MalformedEvent, WireError
from wire.pcm import SPEECH

_log = logging.getLogger(__name__)

PING_S = 1.0  # a satellite takes a hub of three silent seconds for gone
SILENCE_S = 3.0  # and so does the hub with a satellite, which answers each ping
CLOCK_S = 10.0  # between two looks at the satellite's clock
FIRST_LOOKS = 8  # in quick succession, so that the first turn's times are right
LONGEST_LABEL = 1000  # characters of a satellite's name or area; more is no name, and every turn would keep it


class Session:
    """One connected satellite."""

    def __init__(self, connection: Connection, whom: Whom, service: Service) -> None:
        self._connection = connection
        self._whom = whom
        self._service = service
        self._name = whom.address()
        self._area: str | None = None
        self._capabilities: tuple[str, ...] = ()  # of the satellite
        self._met = asyncio.Event()  # its name is known
        self._proven = asyncio.Event()  # and it is who it should be
        if not whom.proves:
            self._proven.set()
        self._room: Room | None = None
        self._task: asyncio.Task[None] | None = None
        self._offset = ClockOffset()
        self._traces = Traces(service)
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._failure: WireError | None = None  # the first, which ended the connection

    async def run(self) -> None:
        """Leads the satellite until its connection ends; raises WireError where that is not clean."""
        self._connection.idle_s = SILENCE_S
        for greeting in (self._service.hello, RunSatellite(), Describe()):
            await self._connection.send(greeting)
        try:
            async with asyncio.TaskGroup() as group:
                endless = self._ping, self._look_at_clock, self._tell_timers
                beats = [group.create_task(self._connected(beat)) for beat in endless]
                try:
                    await self._connected(partial(self._read, group))
                finally:
                    self._service.arbiter.leaves(self)
                for beat in beats:
                    beat.cancel()
                await self._stop_turn()
        finally:
            self._traces.close()
        if self._failure is not None:
            raise self._failure

    async def _connected(self, work: Callable[[], Awaitable[None]]) -> None:
        """Does what needs the connection; whoever finds it broken ends it for all.

        Nothing of this is raised inside the task group: one that fails while it is cancelled swallows the cancellation,
        up to Python 3.12, and the hub would never stop.
        """
        try:
            await work()
        except WireError as error:
            self._failure = self._failure or error
            self._connection.abort()

    async def _read(self, group: asyncio.TaskGroup) -> None:
        async for event in self._connection:
            await self._handle(event, group)

    async def _handle(self, event: Event, group: asyncio.TaskGroup) -> None:
        if AudioChunk.is_type(event.type):
            self._heard(sound(event, SPEECH))
        elif VoiceStarted.is_type(event.type):
            self._heard(Voice.STARTED)
        elif VoiceStopped.is_type(event.type):
            self._heard(Voice.STOPPED)
        elif AudioStop.is_type(event.type):
            self._heard(None)
        elif Ping.is_type(event.type):
            await self._connection.send(Pong(text=Ping.from_event(event).text))
        elif Info.is_type(event.type):
            self._meet(event)
        elif (said := hark.parse(event)) is not None:
            await self._handle_hark(said, group)
        else:
            self._connection.passed_over(event)

    async def _handle_hark(self, said: hark.HarkEvent, group: asyncio.TaskGroup) -> None:
        match said:
            case hark.Turn(phase="wake") if self._proven.is_set():
                await self._stop_turn()
                self._begin_turn(said, group)
            case hark.Cancel():
                await self._cancelled(said)
            case hark.Playback():
                self._played(said)
            case hark.Clock(t1=float() as t1, t2=float() as t2):
                self._offset.feed(said.t0, t1, t2, self._clock())
            case hark.Trace():
                self._traces.traced(said, self._offset)
            case hark.Standby():
                self._prove(said.identity)
                _log.warning("%s is led by another hub; standing by", self._name)
            case hark.Hello():
                self._prove(said.identity)
                _log.info("leading %s", said.name)
                self._capabilities = said.capabilities
                self._service.arbiter.joins(self)

    def _prove(self, identity: str | None) -> None:
        """By TLS one that may be anybody is nobody whom its certificate does not name."""
        certificate = self._connection.certificate
        known = certificate is None or self._whom.proves or identity in certificate.names
        self._whom.meets(identity if known else None)
        self._proven.set()

    async def _cancelled(self, said: hark.Cancel) -> None:
        """Barge-in; whatever became of the turn, the satellite waits for the flush."""
        room = self._room
        if room is not None and said.turn == room.turn:
            await self._stop_turn()
            remember(room, self._service.engines, room.spoken.heard(said.played_ms / 1000))
        await self._connection.send(hark.Flush(said.turn))

    def _played(self, said: hark.Playback) -> None:
        if self._room is not None and said.turn == self._room.turn:
            self._room.progress.report(said.played_ms / 1000)

    def _meet(self, event: Event) -> None:
        try:
            satellite = Info.from_event(event).satellite
            if satellite is not None:
                self._name, self._area = _label(satellite.name), _label(satellite.area or "") or None
                self._met.set()
        except (KeyError, TypeError, ValueError, AttributeError):
            raise MalformedEvent("the satellite's info cannot be read; check its version") from None

    def _heard(self, piece: bytes | Voice | None) -> None:
        if self._room is not None:
            self._room.heard(piece)

    # Turns

    def _begin_turn(self, said: hark.Turn, group: asyncio.TaskGroup) -> None:
        service = self._service
        if service.closing.begun:
            return
        timeline = Timeline(said.turn, self._name, service.engines.names(), self._clock)
        timeline.mark("wake")
        area, controls = service.engines.area_of(self._name, self._area), "control" in self._capabilities
        self._room = Room(said.turn, self._name, area, self._connection.send, controls)
        turn = Turn(service.engines, service.settings, timeline, service.watch)
        self._task = group.create_task(self._connected(partial(self._take, said, self._room, turn)))
        service.closing.watch(self._task, partial(self._connected, partial(self._apologise, self._room, turn)))

    async def _take(self, wake: hark.Turn, room: Room, turn: Turn) -> None:
        """A turn and its end; a turn that fails is said to its satellite and costs nothing else."""
        if not await self._answers(wake):
            return
        self._traces.expect(turn.timeline)
        try:
            place = turn.engines.load.admission.admit()
            if place is None:
                await self._refuse(room, turn)
            else:
                with place:
                    room.hold = place.hold
                    async with latest() as warming:  # what the answer needs opens while the person still speaks
                        await warming.replace(turn.engines.warm())
                        await take_turn(room, turn)
        except WireError:
            raise
        except Exception:
            _log.exception("turn %s failed, which is a bug", room.turn)
            await room.send(Error(text="the turn failed; the hub's log says why", code="turn-failed"))
        await room.send(hark.Turn(room.turn, "end"))

    async def _answers(self, wake: hark.Turn) -> bool:
        """Whether this is the satellite that answers, once that is known; the satellite is told."""
        arbiter = self._service.arbiter
        judged, heard = arbiter.judges(wake), None if wake.at is None else self._offset.to_local(wake.at)
        answers = not judged or await arbiter.lets_answer(self, wake, heard)
        claim = {"name": wake.name or "", "score": wake.score or 0.0, "level": wake.level, "heard_s": heard}
        self._show(wake.turn, "awake" if answers else "elsewhere", **claim)
        if not answers:
            self._room = None
        if judged and "arbitration" in self._capabilities:
            await self._connection.send(hark.Turn(wake.turn, "granted" if answers else "elsewhere"))
        elif not answers:
            await self._connection.send(hark.Turn(wake.turn, "end"))
        return answers

    async def _refuse(self, room: Room, turn: Turn) -> None:
        """There is no memory for one more turn."""
        self._show(room.turn, "failed", text="refused: too many turns are under way; see load in the settings")
        room.certain.set()
        await speak(room, turn, apology(TOO_MANY), Request("", room.satellite))

    async def _apologise(self, room: Room, turn: Turn) -> None:
        """The hub stops before the turn is over: of a reply nothing more comes, and for none there is a sentence."""
        await self._stop_turn()
        answered = room.playout.sent_s > room.spoken.lead_s
        if room.playout.begun:
            await room.send(AudioStop())
        if not answered:
            room.certain.set()
            await speak(room, turn, apology(RESTARTS), Request("", room.satellite))
        await room.send(hark.Turn(room.turn, "end"))

    async def _stop_turn(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
        self._room = None

    def _show(self, turn: str, event: str, **fields: object) -> None:
        self._service.watch({"event": event, "satellite": self._name, "turn": turn, **fields})

    # What keeps the connection alive and the clocks together

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_S)
            await self._connection.send(Ping())

    async def _tell_timers(self) -> None:
        await self._met.wait()
        await self._proven.wait()
        await self._service.timers.tell(self._name, self._connection.send)

    async def _look_at_clock(self) -> None:
        for _ in range(FIRST_LOOKS):
            await self._connection.send(hark.Clock(self._clock()))
            await asyncio.sleep(CLOCK_S / 100)
        while True:
            await asyncio.sleep(CLOCK_S)
            await self._connection.send(hark.Clock(self._clock()))


def _label(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_LABEL:
        raise ValueError("no name")
    return value

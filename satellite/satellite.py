"""The satellite itself: builds its parts, tells each what happens in the others, and is what buttons and lights see.

Here is what holds in any phase of a turn: mute, volume, timers, who is connected. Turns are in turns.py.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from dataclasses import dataclass, field

from wyoming.event import Event as WyomingEvent

from config.satellite import SatelliteSettings
from config.state_file import place
from satellite.controllers.controller import Controller
from satellite.controllers.doors import doors
from satellite.controllers.info import describe
from satellite.controllers.link import Link
from satellite.hearing.ears import Ears, Woken
from satellite.hearing.vad import Edge, VoiceActivity
from satellite.hearing.wake import STOP, Detection, WakeWords
from satellite.kept import FILE, Keeper, Kept, KeptTimer
from satellite.mute import Mute
from satellite.panel.actions import Status
from satellite.panel.control import Control, places
from satellite.playing.chimes import Sound
from satellite.playing.loudness import Loudness
from satellite.playing.mixer import Mixer
from satellite.sound.echo import CleanMicrophone, EchoCanceller
from satellite.sound.health import Trouble
from satellite.sound.microphone import Frame, Microphone
from satellite.sound.music import Ducking, Music, NoMusic
from satellite.sound.speaker import Speaker
from satellite.timers.alarm import Alarm
from satellite.turns.outgoing import BUTTON
from satellite.turns.phases import Event, Phase
from satellite.turns.turns import Turns
from satellite.vitals import Vitals
from wire import hark
from wire.discovery import Advertiser
from wire.pcm import SILENCE_DBFS
from wire.systemd import Systemd
from wire.tls.credentials import Credentials

_log = logging.getLogger(__name__)

TICK_S = 0.1  # between two looks at the clock, in a turn or while it rings
IDLE_TICK_S = 0.5  # and otherwise: a timer may ring so much late, and each look costs
PRESSED = Woken(Detection(BUTTON, 1.0), SILENCE_DBFS)


@dataclass(frozen=True, slots=True)
class Engines:
    """What main picked; None for what the settings do without."""

    microphone: Microphone
    speaker: Speaker
    vad: VoiceActivity
    wake: WakeWords
    stop: WakeWords | None = None
    """Scores the word "stop"."""
    echo: EchoCanceller | None = None
    music: Music = field(default_factory=NoMusic)
    advertiser: Advertiser | None = None
    credentials: Credentials | None = None


class Satellite:
    """One satellite, from the opening of its port to the end of the process."""

    def __init__(self, settings: SatelliteSettings, engines: Engines) -> None:
        self._settings = settings
        self._clock = asyncio.get_running_loop().time
        self._mute = Mute()
        self._muted = False
        self._woken_at = 0.0
        self._loudness = Loudness()
        self._keeper = Keeper(place(settings.state.file, FILE, os.environ))
        self._alarm = Alarm(settings.timers.ring_s, self._clock, self._keep)
        self._credentials = engines.credentials
        hello = _hello(settings, engines.advertiser)
        self._link = Link(describe(settings), settings.controllers, hello, self, settings.tls.on)
        heard = CleanMicrophone(engines.microphone, engines.echo) if engines.echo else engines.microphone
        ears = (heard, engines.vad, engines.wake, self._heard, self._woken, self._trouble, engines.stop)
        self._ears = Ears(settings, *ears)
        self._echo = engines.echo
        self._mixer = Mixer(engines.speaker, settings, self._sounded)
        self._turns = Turns(settings, self._link, self._ears, self._mixer, self._changed, self._obey)
        self._ducking = Ducking(engines.music)
        self._advertiser = engines.advertiser
        self._systemd = Systemd()
        self._vitals = Vitals(settings.microphone.silent_s, self._systemd.ready, self._clock())
        self._control = Control(next(iter(places(settings.control.socket, os.environ)), None), self)

    @property
    def phase(self) -> Phase:
        """Where it stands in a turn."""
        return self._turns.phase

    async def run(self) -> None:
        """Serves, listens and plays, without end; raises CannotListen where the port cannot be had."""
        opening = doors(self._settings, self._credentials, self._link)
        async with opening as ports, asyncio.TaskGroup() as group:
            self._restore(self._keeper.load())
            for part in (self._keeper, self._ears, self._mixer, self._ducking, self._control):
                group.create_task(part.run())
            group.create_task(self._tick())
            group.create_task(self._systemd.keep_alive(lambda: self._vitals.alive(self._clock())))
            if self._advertiser is not None:
                group.create_task(self._advertiser.run(ports.plain, ports.tls))
            if self._credentials is not None:
                group.create_task(self._credentials.watch())

    # What is heard

    def _heard(self, frame: Frame, edge: Edge | None) -> None:
        self._vitals.heard(frame.at)
        self._turns.heard(frame, edge)
        if edge is Edge.STARTED and self._echo is not None:
            self._turns.spoken_over()

    def _woken(self, woken: Woken) -> None:
        if woken.detection.name == STOP:
            self.stop()
        else:
            self._alarm.stop()
            self._wake(woken)

    def _wake(self, woken: Woken) -> None:
        self._woken_at = round(time.time(), 1)
        self._turns.wake(woken)

    def _sounded(self, pcm: bytes, at: float) -> None:
        if self._echo is not None:
            self._echo.played(pcm, self._settings.playback.rate, at)

    def _trouble(self, trouble: Trouble) -> None:
        if trouble is Trouble.WELL:
            _log.info("the microphone works again")
        else:
            self._vitals.excuse()
            self._mixer.play(Sound.MICROPHONE_TROUBLE)

    # What the controllers do: see satellite.controllers.link.Led

    @property
    def busy(self) -> bool:
        """Whether a turn is under way."""
        return self.phase is not Phase.IDLE

    def received(self, controller: Controller, event: WyomingEvent) -> None:
        """See satellite.controllers.link.Led."""
        if not self._alarm.received(controller.owner, event):
            self._turns.received(controller, event)

    def paused(self, controller: Controller, on: bool) -> None:
        """See satellite.controllers.link.Led."""
        if on:
            self._mute.pause(controller.owner, self._clock())
            self._turns.happens(Event.PAUSED if controller is self._link.leader else Event.MUTED)
        else:
            self._mute.resume(controller.owner)
        self._look_at_mute()

    def gone(self, controller: Controller) -> None:
        """See satellite.controllers.link.Led."""
        if controller.paused:
            self._mute.gone(controller.owner, self._clock())
            self._look_at_mute()
        self._turns.gone(controller)

    def led(self, lost: bool) -> None:
        """See satellite.controllers.link.Led."""
        self._turns.led(lost)
        self._changed()

    # What a person does: see satellite.panel.actions.Controlled

    def status(self) -> Status:
        """See satellite.panel.actions.Controlled."""
        leader = str(self._link.leader or "")
        volume, ringing = self._loudness.heard, self._alarm.ringing
        return Status(self.phase.value, self._muted, volume, ringing, leader, self._turns.turn, self._woken_at)

    def listen(self) -> None:
        """See satellite.panel.actions.Controlled."""
        self._alarm.stop()
        if self._muted:
            self._mixer.play(Sound.MUTED)
        else:
            self._wake(PRESSED)

    def stop(self) -> None:
        """See satellite.panel.actions.Controlled."""
        self._alarm.stop()
        self._turns.happens(Event.STOP)

    def mute(self, on: bool) -> None:
        """See satellite.panel.actions.Controlled."""
        self._mute.switch = on
        self._mixer.play(Sound.MUTED if on else Sound.UNMUTED)
        if on:
            self._turns.happens(Event.MUTED)
        self._look_at_mute()
        self._keep()

    def set_volume(self, percent: int) -> None:
        """See satellite.panel.actions.Controlled."""
        self._obey("volume_set", percent)

    def _obey(self, action: str, level: float | None) -> None:
        """Does one of hark.ACTIONS."""
        if action == "stop":
            self.stop()
        else:
            self._loudness.change(action, level)
            self._mixer.volume = self._loudness.heard / 100
            self._keep()

    # What is kept, and what follows from it

    def _restore(self, kept: Kept) -> None:
        self._mute.switch = kept.muted
        self._loudness = Loudness(kept.volume, kept.silent)
        self._mixer.volume = self._loudness.heard / 100
        timers, ringing = ([timer.timer() for timer in timers] for timers in (kept.timers, kept.ringing))
        self._alarm.restore(timers, ringing, kept.over)
        self._look_at_mute()
        self._changed()

    def _keep(self) -> None:
        *kept, over = self._alarm.kept()
        timers, ringing = (tuple(map(KeptTimer.of, timers)) for timers in kept)
        loudness = self._loudness
        self._keeper.keep(Kept(self._mute.switch, loudness.percent, loudness.muted, timers, ringing, tuple(over)))
        self._changed()

    def _look_at_mute(self) -> None:
        muted = self._mute.muted(self._clock())
        if muted is self._muted:
            return
        self._muted = muted
        if muted:
            self._vitals.excuse()
            self._ears.close()
        else:
            self._vitals.expect(self._clock())
            self._ears.open()
        self._changed()

    def _changed(self) -> None:
        """Something that others follow has changed."""
        ringing, phase = self._alarm.ringing, self.phase
        self._mixer.ring(ringing and phase not in (Phase.LISTENING, Phase.THINKING))
        speaks = phase is Phase.SPEAKING and self._echo is not None  # its own voice would stop it otherwise
        self._ears.listen_for_stop(ringing or speaks)
        self._ducking.want(ringing or phase is not Phase.IDLE)
        self._systemd.status(f"{phase.value}, led by {self._link.leader or 'nobody'}")
        self._control.changed()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S if self.busy or self._alarm.ringing else IDLE_TICK_S)
            self._turns.tick()
            self._alarm.tick()
            self._look_at_mute()


def _hello(settings: SatelliteSettings, advertiser: Advertiser | None) -> hark.Hello:
    wanted = [one for one in hark.CAPABILITIES if one != "listen" or settings.wake.follow_up]
    return hark.Hello(settings.name, tuple(wanted), advertiser.name if advertiser else None)

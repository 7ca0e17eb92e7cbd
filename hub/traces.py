"""The turns of one satellite that are over, until it has told its own times of them.

Rule: what it does not tell in time is kept without; no turn is kept twice, and none is lost.
"""

from __future__ import annotations

from hub.service import Service
from hub.timeline import Timeline
from hub.waterfall import over_budget, waterfall
from wire import hark
from wire.clock import ClockOffset

UNTRACED = 4  # turns whose satellite has not sent its times yet; older ones are kept without


class Traces:
    """Of one session."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._timelines: dict[str, Timeline] = {}

    def expect(self, timeline: Timeline) -> None:
        """A turn has begun; its satellite will tell its times."""
        self._timelines[timeline.turn] = timeline
        while len(self._timelines) > UNTRACED:
            self._service.store.keep(self._timelines.pop(next(iter(self._timelines))))

    def traced(self, trace: hark.Trace, offset: ClockOffset) -> None:
        """The satellite has told its times; `offset` is that of its clock."""
        timeline = self._timelines.pop(trace.turn, None)
        if timeline is None:
            return
        for mark, at in trace.marks.items():
            local = offset.to_local(at)
            if local is not None:
                timeline.marks[mark] = local
        self._service.store.keep(timeline)
        self._show(timeline)

    def close(self) -> None:
        """The satellite is gone."""
        for timeline in self._timelines.values():
            self._service.store.keep(timeline)
        self._timelines.clear()

    def _show(self, timeline: Timeline) -> None:
        budgets, engines, stages = self._service.settings.budgets, self._service.engines, timeline.stages_ms()
        self._service.watch(
            {
                "event": "times",
                "satellite": timeline.satellite,
                "turn": timeline.turn,
                "marks_ms": timeline.since_speech_ms(),
                "stages_ms": stages,
                "over_budget": [name for name, over in over_budget(stages, budgets).items() if over],
                "overhead_ms": timeline.overhead_ms(),
                "engines": dict(timeline.engines),
                "speculation": engines.speculation.report(),
                "sooner": engines.sooner.report(),
                "sounds": engines.sounds.report(),
                "load": engines.load.report(),
                "waterfall": waterfall(timeline, budgets),
            }
        )

"""The documentation's picture is the table's."""

from __future__ import annotations

from docs.draw_phases import PAGE, diagram, page
from satellite.turns.phases import TABLE


def test_the_picture_is_drawn_from_the_table_as_it_is() -> None:
    assert PAGE.read_text() == page(), "the table has changed: run script/draw"


def test_every_change_of_phase_is_in_the_picture() -> None:
    drawn = diagram()
    for (phase, event), (after, _) in TABLE.items():
        assert after is phase or f"{phase.value} --> {after.value}: {event.value}" in drawn

"""Laws of the home's names as hotwords."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from hub.home.home import Action, Area, Floor, Thing
from hub.stt.whisper.hotwords import LIMIT, Hotwords, hotwords, names

NAMES = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), max_size=80)


@dataclass
class House:
    """A home that can be renamed."""

    areas: list[Area] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    floors: list[Floor] = field(default_factory=list)
    stale: str = ""

    async def act(self, action: Action) -> None:
        """Nobody acts here."""


def lamp(name: str, *aliases: str, state: str = "off") -> Thing:
    return Thing(f"light.{name}", name, "light", state, aliases=aliases)


def test_every_name_and_alias_comes_once_areas_first() -> None:
    things = [lamp("Aurora"), lamp("Sun", "Aurora", "Loft")]
    house = House([Area("Attic", ("Loft",))], things, [Floor("Upstairs", ("Top",))])
    assert names(house) == ("Upstairs", "Top", "Attic", "Loft", "Aurora", "Sun")


@given(NAMES)
def test_they_are_whole_names_in_order_and_never_more_than_fit(spoken: list[str]) -> None:
    text = hotwords(spoken, len)
    held = [", ".join(spoken[:count]) for count in range(len(spoken) + 1)]
    assert text in held
    assert len(text) <= LIMIT


def test_all_names_of_a_small_home_are_there() -> None:
    assert hotwords(["Kitchen", "Bed Light"], len) == "Kitchen, Bed Light"


def test_a_home_without_names_has_no_hotwords() -> None:
    words = Hotwords(House(), len)
    words.refresh()
    assert words.text == ""


def test_they_follow_a_name_that_changes_and_are_not_counted_again_for_a_state() -> None:
    counted = list[str]()
    house = House(things=[lamp("Aurora")])
    words = Hotwords(house, lambda text: counted.append(text) or 1)  # type: ignore[func-returns-value]
    words.refresh()
    house.things = [lamp("Aurora", state="on")]
    words.refresh()
    assert (words.text, len(counted)) == ("Aurora", 1)
    house.things = [lamp("Borealis")]
    words.refresh()
    assert words.text == "Borealis"

"""The tools that a language model is offered, and what a call of one means for the home. Pure.

Strategy: a tool is an intent by Home Assistant's name, its arguments are the intent's slots. A call becomes a Match
and goes through hub.llm.handlers like a sentence, so a model can do what a sentence can and nothing else.

Rules: what a call says is checked twice, as JSON of the tool's type and against the home; what is wrong is a ToolError
that tells the model what to mend. A tool is offered where the home has a thing for it. What changes without a named
place lies where the person is, as with a sentence; all of the home is meant only where a call says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from hub.home.home import Thing
from hub.llm import arguments
from hub.llm.handlers import plan
from hub.llm.match import Refusal
from hub.llm.model import Tool, ToolCall
from hub.llm.plain import plain
from hub.llm.plan import Plan
from hub.llm.targets import Context
from hub.timers.actions import DOMAIN as TIMER

SATELLITE = "satellite"
LONGEST_ARGUMENTS = 2000  # characters of JSON; a call has some 60
LONGEST_ERROR = 300  # characters


class ToolError(Exception):
    """A call that cannot be done; tells the model why, in words for it and not for a person."""


@dataclass(frozen=True, slots=True)
class Ability:
    """One intent as a tool, and the domain that a home needs for it, None where any has it.

    TIMER is the hub's, SATELLITE of one that does what it is asked.
    """

    description: str
    arguments: type[arguments.Arguments]
    domain: str | None = None


ABILITIES: Mapping[str, Ability] = {
    "HassGetState": Ability("Tells how things stand now. Use it before any answer about them.", arguments.Stand),
    "HassGetWeather": Ability("Tells the weather now.", arguments.Arguments, "weather"),
    "HassGetCurrentTime": Ability("Tells the time of day.", arguments.Arguments),
    "HassGetCurrentDate": Ability("Tells the date and the day of the week.", arguments.Arguments),
    "HassTurnOn": Ability(
        "Turns on lights, switches, fans, climate, media players; opens covers; locks locks; starts scenes, scripts.",
        arguments.Switch,
    ),
    "HassTurnOff": Ability(
        "Turns off lights, switches, fans, climate, media players; closes covers; unlocks locks.", arguments.Switch
    ),
    "HassLightSet": Ability("Sets brightness, color or white of lights.", arguments.Shine, "light"),
    "HassSetPosition": Ability("Opens covers by a percentage.", arguments.Position, "cover"),
    "HassFanSetSpeed": Ability("Sets the speed of fans.", arguments.Speed, "fan"),
    "HassClimateSetTemperature": Ability("Sets a thermostat.", arguments.Temperature, "climate"),
    "HassMediaPause": Ability("Pauses what plays.", arguments.Here, "media_player"),
    "HassMediaUnpause": Ability("Goes on playing.", arguments.Here, "media_player"),
    "HassMediaNext": Ability("Skips to the next piece.", arguments.Here, "media_player"),
    "HassMediaPrevious": Ability("Goes back to the previous piece.", arguments.Here, "media_player"),
    "HassMediaPlayerMute": Ability("Mutes media players.", arguments.Here, "media_player"),
    "HassMediaPlayerUnmute": Ability("Ends the muting of media players.", arguments.Here, "media_player"),
    "HassSetVolume": Ability("Sets the volume of media players.", arguments.Volume, "media_player"),
    "HassSetVolumeRelative": Ability("Makes media players louder or softer.", arguments.VolumeStep, "media_player"),
    "HassListAddItem": Ability("Adds an item to a to-do or shopping list.", arguments.Item, "todo"),
    "HassListCompleteItem": Ability("Checks an item of a list off.", arguments.Item, "todo"),
    "HassListRemoveItem": Ability("Takes an item off a list.", arguments.Item, "todo"),
    "HassStartTimer": Ability("Starts a timer, which rings in this room.", arguments.Length, TIMER),
    "HassTimerStatus": Ability("Tells the timers and how long they have left.", arguments.WhichTimer, TIMER),
    "HassCancelTimer": Ability("Cancels one timer.", arguments.WhichTimer, TIMER),
    "HassCancelAllTimers": Ability("Cancels every timer.", arguments.Arguments, TIMER),
    "HassPauseTimer": Ability("Pauses one timer.", arguments.WhichTimer, TIMER),
    "HassUnpauseTimer": Ability("Lets a paused timer go on.", arguments.WhichTimer, TIMER),
    "HassIncreaseTimer": Ability("Adds time to a timer.", arguments.Length, TIMER),
    "HassDecreaseTimer": Ability("Takes time off a timer.", arguments.Length, TIMER),
    "HarkControl": Ability(
        "Changes how loud you are yourself where no media player is named; mute silences you, your next words too.",
        arguments.SatelliteVolume,
        SATELLITE,
    ),
}
"""What a model can do, in the order in which it is told of it."""


def tools(things: Iterable[Thing], timers: bool, controls: bool = True, floors: bool = False) -> tuple[Tool, ...]:
    """The tools of a home with these things, with the hub's timers or without, for a satellite that obeys or not.

    The same for the same domains. They take a floor where the home has any.
    """
    own = {None, TIMER if timers else None, SATELLITE if controls else None}
    domains = {thing.domain for thing in things} - {TIMER, SATELLITE} | own
    return tuple(_TOOLS[name, floors] for name, ability in ABILITIES.items() if ability.domain in domains)


def wanted(call: ToolCall, context: Context) -> Plan:
    """What a call asks for in a home of plain names (hub.llm.plain); raises ToolError."""
    ability = ABILITIES.get(call.name)
    if ability is None:
        raise ToolError("there is no such tool")
    if len(call.arguments) > LONGEST_ARGUMENTS:
        raise ToolError("the arguments are too long")
    try:
        given = msgspec.json.decode(call.arguments or "{}", type=ability.arguments)
        return plan(given.match(call.name, context.area), context)
    except msgspec.ValidationError as error:
        raise ToolError(plain(f"wrong arguments: {error}", LONGEST_ERROR)) from None
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise ToolError("the arguments are not JSON") from None
    except Refusal as refusal:
        told = ", ".join(f"{name} {value!r}" for name, value in refusal.values.items())
        raise ToolError(plain(f"{refusal.key.replace('_', ' ')}: {told}", LONGEST_ERROR)) from None


def _tool(name: str, ability: Ability, floors: bool) -> Tool:
    (schema,) = msgspec.json.schema_components([ability.arguments], ref_template="{name}")[1].values()
    if not floors:
        schema["properties"].pop("floor", None)
    kept = {key: value for key, value in schema.items() if key not in ("title", "description")}
    return Tool(name, ability.description, kept)


_TOOLS: Mapping[tuple[str, bool], Tool] = {
    (name, floors): _tool(name, ability, floors) for name, ability in ABILITIES.items() for floors in (False, True)
}

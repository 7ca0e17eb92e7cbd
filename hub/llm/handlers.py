"""What is done for each intent, as a table. Pure: from what was understood and the home as it stands to a Plan.

A plan's actions are carried out elsewhere; its things and slots are what the reply speaks of. What cannot be done is a
Refusal. Intents that the table lacks are understood, and refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.home.home import Action
from hub.llm import climate, media, satellite, timers
from hub.llm.match import Match, Refusal
from hub.llm.plan import Handler, Plan, asked, for_each
from hub.llm.targets import Context, named, supporting, targets, the_only


def plan(match: Match, context: Context) -> Plan:
    """What a sentence asks for; raises Refusal."""
    return HANDLERS.get(match.intent, _unsupported)(match, context)


# On and off, open and closed.

_ON = {"lock": "lock", "cover": "open_cover", "valve": "open_valve", "button": "press", "input_button": "press"}
_OFF = {"lock": "unlock", "cover": "close_cover", "valve": "close_valve"}


def _turn(special: Mapping[str, str], usual: str) -> Handler:
    def handle(match: Match, context: Context) -> Plan:
        met = targets(match, context)
        actions = (Action(f"{one.domain}.{special.get(one.domain, usual)}", one.entity_id) for one in met)
        return Plan(tuple(actions), met)

    return handle


def _position(match: Match, context: Context) -> Plan:
    met = supporting(targets(match, context, "cover"), ["position"])  # a valve too, where one is named
    data = {"position": round(match.number("position"))}
    return Plan(tuple(Action(f"{one.domain}.set_{one.domain}_position", one.entity_id, data) for one in met), met)


# Lights and fans.


_SHINE = {"brightness": "brightness_pct", "color": "color_name", "temperature": "color_temp_kelvin"}
_FEATURES = {"brightness": "brightness", "color": "color", "temperature": "color_temp"}


def _light(match: Match, context: Context) -> Plan:
    wanted = {slot: match.slots[slot] for slot in _SHINE if slot in match.slots}
    data = {_SHINE[slot]: value if slot == "color" else round(match.number(slot)) for slot, value in wanted.items()}
    able = supporting(targets(match, context, "light"), [_FEATURES[slot] for slot in wanted])
    return for_each(able, "light.turn_on", data)


def _fan(match: Match, context: Context) -> Plan:
    met = supporting(targets(match, context, "fan"), ["percentage"])
    return for_each(met, "fan.turn_on", {"percentage": round(match.number("percentage"))})


# Questions.


def _weather(match: Match, context: Context) -> Plan:
    return asked(targets(match, context, "weather")[0])


def _state(match: Match, context: Context) -> Plan:
    met = targets(match, context)
    wanted = match.text("state")
    matched = tuple(thing for thing in met if wanted is None or thing.state == wanted)
    return Plan(matched=matched, unmatched=tuple(thing for thing in met if thing not in matched))


def _time(_: Match, context: Context) -> Plan:
    return Plan(slots={"time": context.now.time()})


def _date(_: Match, context: Context) -> Plan:
    return Plan(slots={"date": context.now.date()})


# Lists.


def _list(service: str, **data: object) -> Handler:
    def handle(match: Match, context: Context) -> Plan:
        return for_each(targets(match, context, "todo"), service, {"item": match.text("item"), **data})

    return handle


def _shopping(service: str, **data: object) -> Handler:
    """For "the list" without a name: the one called shopping list, or the home's only one."""

    def handle(match: Match, context: Context) -> Plan:
        lists = targets(match, context, "todo")
        called = [one for one in lists if named(one, "shopping list")]
        return for_each([the_only(called or lists)], service, {"item": match.text("item"), **data})

    return handle


# What is answered with words alone.


def _nothing(_match: Match, _context: Context) -> Plan:
    return Plan()


def _unsupported(_match: Match, _context: Context) -> Plan:
    raise Refusal("feature_not_supported")


HANDLERS: Mapping[str, Handler] = {
    "HassTurnOn": _turn(_ON, "turn_on"),
    "HassTurnOff": _turn(_OFF, "turn_off"),
    "HassSetPosition": _position,
    "HassLightSet": _light,
    "HassFanSetSpeed": _fan,
    "HassClimateSetTemperature": climate.set_temperature,
    "HassClimateGetTemperature": climate.temperature,
    "HassGetWeather": _weather,
    "HassGetState": _state,
    "HassGetCurrentTime": _time,
    "HassGetCurrentDate": _date,
    "HassMediaPause": media.while_playing("media_player.media_pause"),
    "HassMediaNext": media.while_playing("media_player.media_next_track"),
    "HassMediaPrevious": media.while_playing("media_player.media_previous_track"),
    "HassMediaUnpause": media.resume,
    "HassMediaPlayerMute": media.mute(True),
    "HassMediaPlayerUnmute": media.mute(False),
    "HassSetVolume": media.volume,
    "HassSetVolumeRelative": media.volume_step,
    "HassListAddItem": _list("todo.add_item"),
    "HassListCompleteItem": _list("todo.update_item", status="completed"),
    "HassListRemoveItem": _list("todo.remove_item"),
    "HassShoppingListAddItem": _shopping("todo.add_item"),
    "HassShoppingListCompleteItem": _shopping("todo.update_item", status="completed"),
    "HassNevermind": _nothing,
    "HassRespond": _nothing,
    "HassStartTimer": timers.start,
    "HassCancelTimer": timers.cancel,
    "HassCancelAllTimers": timers.cancel_all,
    "HassIncreaseTimer": timers.increase,
    "HassDecreaseTimer": timers.decrease,
    "HassPauseTimer": timers.pause,
    "HassUnpauseTimer": timers.resume,
    "HassTimerStatus": timers.status,
    "HarkVolumeUp": satellite.control("volume_up"),
    "HarkVolumeDown": satellite.control("volume_down"),
    "HarkSetVolume": satellite.control("volume_set"),
    "HarkMute": satellite.control("mute"),
    "HarkUnmute": satellite.control("unmute"),
    "HarkStop": satellite.control("stop"),
    "HarkRepeat": satellite.repeat,
}
"""Home Assistant's intents that a home of ours can answer, and Hark's own, each with what it asks for."""

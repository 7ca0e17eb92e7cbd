"""What is done for the intents about media players: which player is meant depends on which one plays."""

from __future__ import annotations

from hub.home.home import Action, Thing
from hub.llm.match import Match
from hub.llm.plan import Handler, Plan, for_each
from hub.llm.targets import Context, standing, targets


def while_playing(service: str) -> Handler:
    """Does what only a player that plays can do."""
    return lambda match, context: for_each(standing(targets(match, context, "media_player"), "playing"), service)


def resume(match: Match, context: Context) -> Plan:
    """Goes on where something was paused, else begins."""
    met = targets(match, context, "media_player")
    paused = [player for player in met if player.state == "paused"]
    return for_each(paused or met, "media_player.media_play")


def mute(muted: bool) -> Handler:
    """Silences players, or ends that."""

    def handle(match: Match, context: Context) -> Plan:
        return for_each(targets(match, context, "media_player"), "media_player.volume_mute", {"is_volume_muted": muted})

    return handle


def volume(match: Match, context: Context) -> Plan:
    """Sets players to a volume in percent."""
    level = match.number("volume_level") / 100
    return for_each(targets(match, context, "media_player"), "media_player.volume_set", {"volume_level": level})


def volume_step(match: Match, context: Context) -> Plan:
    """Makes players louder or softer, by a step of their own or so many percent; of several, those that play."""
    met = targets(match, context, "media_player")
    if len(met) > 1:
        met = standing(met, "playing")
    step = match.text("volume_step")
    if step in ("up", "down"):
        return for_each(met, f"media_player.volume_{step}")
    return Plan(tuple(_at_volume(player, match.number("volume_step") / 100) for player in met), met)


def _at_volume(player: Thing, by: float) -> Action:
    held = player.attributes.get("volume_level")
    level = (held if isinstance(held, float | int) else 0.0) + by
    return Action("media_player.volume_set", player.entity_id, {"volume_level": min(1.0, max(0.0, round(level, 2)))})

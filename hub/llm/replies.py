"""The words of a reply: Home Assistant's own templates, and some of Hark's, rendered by Jinja in its sandbox.

Only the templates of hub/sentences.py are ever compiled. Names, states and what a person said reach
them as values, so whatever characters these have, nothing in them is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jinja2 import Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hub.home.home import Thing
from hub.llm.language import Language
from hub.llm.match import Match, Refusal
from hub.llm.plan import Plan


class Replies:
    """The replies of one language."""

    def __init__(self, language: Language) -> None:
        environment = ImmutableSandboxedEnvironment(finalize=_spoken)
        self._replies: Mapping[tuple[str, str], Template] = {
            (intent, response): environment.from_string(template)
            for intent, responses in language.replies.items()
            for response, template in responses.items()
        }
        self._errors = {key: environment.from_string(template) for key, template in language.errors.items()}

    def answer(self, match: Match, plan: Plan) -> str:
        """The reply once the plan was carried out; "" where the language has nothing to say."""
        template = self._replies.get((match.intent, match.response))
        if template is None:
            return ""
        things = [_state(thing) for thing in (*plan.matched, *plan.unmatched)]
        attributes = {thing.entity_id: thing.attributes for thing in (*plan.matched, *plan.unmatched)}
        return _one_line(
            template.render(
                slots={**match.slots, **match.said, **plan.slots},
                state=things[0] if things else None,
                query={"matched": things[: len(plan.matched)], "unmatched": things[len(plan.matched) :]},
                state_attr=lambda entity_id, name: attributes.get(entity_id, {}).get(name),
            )
        )

    def refuse(self, refusal: Refusal) -> str:
        """The sentence for what cannot be done."""
        return _one_line(_once(self._errors[refusal.key].render(refusal.values), refusal.values.values()))


def _state(thing: Thing) -> Mapping[str, object]:
    """A thing as the templates know it, by Home Assistant's names."""
    unit = thing.attributes.get("unit_of_measurement")
    return {
        "entity_id": thing.entity_id,
        "name": thing.name,
        "domain": thing.domain,
        "state": thing.state,
        "state_with_unit": thing.state if unit is None else f"{thing.state} {unit}",
        "attributes": thing.attributes,
    }


def _spoken(value: object) -> object:
    """What a template prints for a value: nothing for None, and no ".0" that nobody would say."""
    if value is None:
        return ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _once(text: str, values: Iterable[str]) -> str:
    """The text without a word that only repeats how a value ends: nobody says "the first floor floor"."""
    for value in values:
        *_, last = value.split() or [""]
        text = text.replace(f"{value} {last.casefold()}", value) if last else text
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())

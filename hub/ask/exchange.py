"""A question and what came back, with the time of each part. Pure.

Times are milliseconds since the question. The marks are the turn's: the first clause is there when the chunker has cut
it, since that is when a voice could begin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from hub.home.home import Action
from hub.llm.responder import Apology, Control, Piece, said
from hub.tts.chunker import Chunker

INTENTS = "intents"  # as llm.engines has it


@dataclass(slots=True)
class Exchange:
    """One question with its reply; `by` names the engines that answered, `failures` says which could not and why."""

    question: str
    text: str = ""
    actions: list[tuple[float, Action]] = field(default_factory=list)
    marks: dict[str, float] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    answered: bool = False
    """Whether the reply came to its own end; what the home refused, or nobody understood, is answered as well."""
    _apology: bool = False
    _chunker: Chunker = field(default_factory=Chunker)

    def take(self, piece: Piece, at_ms: float) -> None:
        """The next piece of the reply."""
        if isinstance(piece, Control):
            piece = piece.shown()
        if isinstance(piece, Action):
            self.actions.append((at_ms, piece))
        elif text := said(piece):
            self.text += text
            self._apology |= isinstance(piece, Apology)
            self.marks.setdefault("first_token", at_ms)
            self._clauses(self._chunker.push(text), at_ms)

    def end(self, at_ms: float, by: Iterable[str], failures: Iterable[str]) -> None:
        """The reply is whole; `by` names the models that gave any of it, without one the intents answered."""
        self._clauses(self._chunker.finish(), at_ms)
        self.marks["end"] = at_ms
        self.failures = tuple(failures)
        self.answered = not self._apology
        self.by = tuple(by) or ((INTENTS,) if self.answered else ())

    @property
    def failure(self) -> str:
        """Why it was not answered, as a sentence."""
        return "; ".join(self.failures) or "every model is at its limit or too slow; wait, or set another engine"

    def _clauses(self, chunks: list[str], at_ms: float) -> None:
        if chunks:
            self.marks.setdefault("first_clause", at_ms)


def document(name: str, exchanges: Iterable[Exchange]) -> dict[str, object]:
    """For --json; `name` is that of the whole responder."""
    return {"responder": name, "questions": [_question(one) for one in exchanges]}


def _question(one: Exchange) -> dict[str, object]:
    return {
        "question": one.question,
        "reply": one.text,
        "actions": [{"at_ms": round(at_ms, 1), **asdict(action)} for at_ms, action in one.actions],
        "marks_ms": {mark: round(at_ms, 1) for mark, at_ms in one.marks.items()},
        "answered": one.answered,
        "by": one.by,
        "failures": one.failures,
    }

"""How `hark-hub transcribe` shows what it heard: lines for a person, a document for a program; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hub.stt.recognizer import Word, Words
from hub.transcribe.transcription import Heard


@dataclass(frozen=True, slots=True)
class Transcript:
    """One recording: its length, the time that hearing it took, and its utterances' words."""

    path: str
    seconds: float
    took_s: float
    utterances: Sequence[Words]
    partials: Sequence[Heard]

    @property
    def text(self) -> str:
        """All words."""
        return " ".join(words.text for words in self.utterances if words.text)

    @property
    def language(self) -> str | None:
        """Of the first utterance that tells."""
        return next((words.language for words in self.utterances if words.language), None)

    @property
    def rtf(self) -> float:
        """Real-time factor: seconds of work for each second of sound, partials and all."""
        return self.took_s / self.seconds


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that could not be heard."""

    path: str
    reason: str


def partial_line(path: str, heard: Heard) -> str:
    """Words as they stood at a time: those before the bar stay, those behind it may change."""
    return f"{path}  {heard.at_s:.2f} s  {' | '.join(heard.texts).strip()}"


def lines(transcript: Transcript, width: int) -> Iterator[str]:
    """The recording and its words, then where each begins, in seconds; each utterance on lines of its own."""
    said = f"“{transcript.text}”" if transcript.text else "(no words)"
    yield f"{transcript.path}  {transcript.seconds:.2f} s  {said}  (real-time factor {transcript.rtf:.2f})"
    for words in transcript.utterances:
        yield from _wrapped((f"{word.start_s:.2f} {word.text}" for word in words.all), width)


def document(engine: str, outcomes: Iterable[Transcript | Failure]) -> dict[str, object]:
    """For --json."""
    return {"engine": engine, "files": [_file(outcome) for outcome in outcomes]}


def _file(outcome: Transcript | Failure) -> dict[str, object]:
    if isinstance(outcome, Failure):
        return {"path": outcome.path, "error": outcome.reason}
    return {
        "path": outcome.path,
        "seconds": round(outcome.seconds, 3),
        "rtf": round(outcome.rtf, 3),
        "language": outcome.language,
        "text": outcome.text,
        "words": [_word(word) for words in outcome.utterances for word in words.all],
        "partials": [_partial(heard) for heard in outcome.partials],
    }


def _word(word: Word) -> dict[str, object]:
    return {
        "text": word.text,
        "start": round(word.start_s, 3),
        "end": round(word.end_s, 3),
        "probability": round(word.probability, 3),
    }


def _partial(heard: Heard) -> dict[str, object]:
    committed, tail = heard.texts
    return {"at": round(heard.at_s, 3), "committed": committed, "tail": tail}


def _wrapped(items: Iterable[str], width: int) -> Iterator[str]:
    line = ""
    for item in items:
        if line and len(line) + 2 + len(item) > width:
            yield line
            line = ""
        line += f"  {item}"
    if line:
        yield line

"""The recordings to listen to, and the mixes made of them; what is missing is said, and what needs it left out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.ears.mixes import GAP_S, Clip, Mix, cut, in_a_row, over, recordings, spread
from bench.wake_clips import room

SEED = 20  # of the fixed mix
SPEECH_GAP_S = 0.1  # between two sentences: speech all the time, which a gate lets through whole


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is listened to: seconds of the fixed mix and words in it, trials and the seconds of each."""

    mix_s: float = 120.0
    wakes: int = 20
    others: int = 6
    trials: int = 40
    trial_s: float = 60.0


QUICK = Amounts(mix_s=30.0, wakes=4, others=2, trials=4, trial_s=20.0)


@dataclass(slots=True)
class Material:
    """Recordings by what they are for; `said` holds a sentence for each kind that is not there."""

    noise: Clip | None = None
    wakes: list[Clip] = field(default_factory=list)
    negatives: list[Clip] = field(default_factory=list)
    sentences: list[Clip] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def mix(self, amounts: Amounts) -> list[Mix]:
        """The fixed mix: wake words, other words and sentences, over the noise of a kitchen."""
        if self.noise is None or not self.wakes:
            return []
        other = [*spread(self.negatives, amounts.others // 2), *spread(self.sentences, amounts.others // 2)]
        clips = [*spread(self.wakes, amounts.wakes), *other]
        return [over(self.noise.sound, "mix", amounts.mix_s, clips, SEED)]

    def trials(self, amounts: Amounts) -> list[Mix]:
        """Each recording of the wake word by itself, each over another stretch of the noise."""
        if self.noise is None:
            return []
        clips = spread(self.wakes, amounts.trials)
        return [
            over(self.noise.sound, clip.name, amounts.trial_s, [clip], seed) for seed, clip in enumerate(clips, SEED)
        ]

    def other_words(self) -> list[Mix]:
        """Words that must not wake anything, one after another in a quiet room."""
        return [in_a_row("negatives", self.negatives, GAP_S)] if self.negatives else []

    def speech(self, amounts: Amounts) -> list[Mix]:
        """Sentences without a break."""
        if not self.sentences:
            return []
        return [cut(in_a_row("speech", self.sentences, SPEECH_GAP_S), amounts.mix_s)]


def quiet(seconds: float) -> Mix:
    """A room in which nothing happens."""
    return Mix("quiet", room(seconds))


def load(audio: Path, word: str) -> Material:
    """What there is below a folder laid out as ../shared/audio is."""
    found = Material()
    found.noise = next(iter(_read(audio / "noise", found.said, only="kitchen.*")), None)
    found.wakes = [replace(clip, wakes=True) for clip in _read(audio / "wake" / word, found.said)]
    found.negatives = _read(audio / "negatives", found.said)
    found.sentences = [*_read(audio / "commands", found.said), *_read(audio / "speech", found.said)]
    return found


def _read(folder: Path, said: list[str], only: str = "*") -> list[Clip]:
    try:
        clips = recordings(folder, only)
    except ValueError as error:
        said.append(f"left out: {folder}: {error}")
        return []
    if not clips:
        said.append(f"left out: there are no recordings in {folder}; name another place with --audio")
    return clips

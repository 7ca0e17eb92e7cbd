"""Laws of the gate: nothing that is said is missed, and what the engine knows is what it would know without it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from satellite.hearing.gate import Gate, noise_like
from wire.pcm import level_dbfs

STEP = 4  # bytes; a step tells its number
voices = st.lists(st.booleans(), max_size=120)
counts = st.integers(0, 6)


def step(number: int) -> bytes:
    return number.to_bytes(STEP, "big")


def passed(gate: Gate, voiced: list[bool]) -> list[tuple[list[int], int]]:
    """The numbers of the steps that pass each time (of those that were made up, none), and how many are context."""
    found = []
    for number, voice in enumerate(voiced, 1):
        if one := gate.step(step(number), voice):
            pieces = [one.sound[at : at + STEP] for at in range(0, len(one.sound), STEP)]
            found.append(([int.from_bytes(piece, "big") for piece in pieces], one.known))
    return found


def scored(gate: Gate, voiced: list[bool]) -> list[int]:
    """The steps whose scores count."""
    return [number for numbers, known in passed(gate, voiced) for number in numbers[known:]]


@given(voices, counts, counts, counts)
def test_all_from_before_the_first_voice_to_after_the_last_is_scored_once_in_order(
    voiced: list[bool], context: int, late: int, after: int
) -> None:
    heard = scored(Gate(context, late, after), voiced)
    assert heard == sorted(set(heard))
    for number, voice in enumerate(voiced, 1):
        if voice:
            assert set(range(max(1, number - late), min(len(voiced), number + after) + 1)) <= set(heard)


@given(voices, counts, counts, counts)
def test_what_is_scored_follows_on_as_much_sound_in_one_piece_as_the_engine_looks_back(
    voiced: list[bool], context: int, late: int, after: int
) -> None:
    stream: list[int] = []
    for numbers, known in passed(Gate(context, late, after), voiced):
        stream += numbers[:known]
        for number in numbers[known:]:
            assert len(stream) >= context
            real = min(context, number - 1)  # before the first step there was no sound
            assert stream[len(stream) - real :] == list(range(number - real, number))
            stream.append(number)


@given(voices, counts, counts, counts)
def test_no_step_is_heard_twice(voiced: list[bool], context: int, late: int, after: int) -> None:
    heard = [number for numbers, _ in passed(Gate(context, late, after), voiced) for number in numbers]
    real = [number for number in heard if 0 < number <= len(voiced)]
    assert len(real) == len(set(real))


def test_nothing_passes_while_nobody_speaks() -> None:
    assert passed(Gate(3, 1, 2), [False] * 50) == []


def test_a_short_silence_is_heard_whole_without_context() -> None:
    gate = Gate(3, 1, after=0)
    assert passed(gate, [True, False, False, True])[1:] == [([2, 3, 4], 0)]


def test_what_was_said_before_muting_is_forgotten() -> None:
    gate = Gate(3, 1, 2)
    gate.step(step(1), False)
    gate.forget()
    [(numbers, known)] = passed(gate, [True])
    assert (numbers[-1], known) == (1, 4)
    assert len(numbers) == 5


@given(st.integers(100, 20_000), st.integers(0, 5000))
def test_noise_is_as_loud_as_what_it_stands_for(sample: int, size: int) -> None:
    sound = sample.to_bytes(2, "little") * 100
    made = noise_like(sound, size // 2 * 2)
    assert len(made) == size // 2 * 2
    assert size < 2000 or abs(level_dbfs(made) - level_dbfs(sound)) < 2.0

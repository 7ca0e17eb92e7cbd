"""How fast a reply is cut and put into words, and how soon a clause is out behind its last character.

    python -m bench.chunking [--megabytes 0.2] [--json FILE]

Texts of one size, ordinary and hostile, go through the chunker whole and in tokens of four characters; MB are of UTF-8,
seconds those of one core. `words` is what hub/tts/speakable takes for a chunk, in ms (median), `worst` the slowest.
`out` is the time from the moment at which the last character of a first clause is handed to the stage until its reader
has the clause, through the queues between them, as in a turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from statistics import median

from hub.stages import ahead
from hub.tts.chunker import Chunker, clauses
from hub.tts.speakable.speakable import speakable

TOKEN = 4  # characters, as language models have them on average
CLAUSES = 300  # that are timed
MOST_WORDED = 200  # chunks that are put into words
REPLY = "It is **21.5 °C** in the [kitchen](http://a.b/c), and 40 % of 3 kWh are left. It will stay so until 7:05 pm! "
TEXTS: Mapping[str, str] = {
    "prose": "The kitchen light has been turned on for you, as you asked. It will stay on until you leave. ",
    "markdown": REPLY,
    "one word": "x",
    "full stops": ".",
    "marks": "!?.,;:",
    "marks and spaces": "! ",
    "closers": ")",
    "abbreviations": "e.g. ",
    "numbers": "21 ",
    "no spaces": "好的。",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser("bench/chunking.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=float, default=0.2, metavar="N", help="of each text (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    options = parser.parse_args(argv)
    found = {name: figures(text, round(options.megabytes * 1e6)) for name, text in TEXTS.items()}
    out = asyncio.run(outs())
    for name, of in found.items():
        print(name.ljust(18), *(f"{figure}: {value:g}".ljust(26) for figure, value in of.items()))
    print(f"out: {median(out):.3f} ms (median of {len(out)}), worst {max(out):.3f} ms")
    if options.json:
        options.json.write_text(json.dumps({"texts": found, "out_ms": out}, indent=2) + "\n")
    return 0


def figures(text: str, size: int) -> dict[str, float]:
    """MB/s of the chunker, whole and in tokens, and the ms of a chunk in words."""
    text *= size // len(text.encode()) + 1
    chunks, whole_s = cut([text])
    _, tokens_s = cut([text[start : start + TOKEN] for start in range(0, len(text), TOKEN)])
    worded = [worded_ms(chunk) for chunk in chunks[:MOST_WORDED]]
    return {
        "whole MB/s": round(size / whole_s / 1e6, 2),
        "tokens MB/s": round(size / tokens_s / 1e6, 2),
        "words ms": round(median(worded), 2),
        "worst ms": round(max(worded), 2),
    }


def cut(pieces: Sequence[str]) -> tuple[list[str], float]:
    """The chunks of a text, and the seconds that they took."""
    chunker, began = Chunker(), time.thread_time()
    chunks = [chunk for piece in pieces for chunk in chunker.push(piece)] + chunker.finish()
    return chunks, time.thread_time() - began


def worded_ms(chunk: str) -> float:
    """What putting a chunk into words takes."""
    began = time.thread_time()
    speakable(chunk, "en")
    return (time.thread_time() - began) * 1000


async def outs() -> list[float]:
    """Milliseconds from the last character of a first clause to the clause."""
    return [await out() for _ in range(CLAUSES)]


async def out() -> float:
    """One of them."""
    handed = 0.0

    async def tokens() -> AsyncGenerator[str, None]:
        nonlocal handed
        for token in ("The", " kitchen", " light", " is", " on", ",", " as", " you"):
            await asyncio.sleep(0)
            if token == ",":
                handed = time.perf_counter()
            yield token

    async with ahead(tokens(), 256) as text, ahead(clauses(text), 2) as chunks:
        await anext(chunks)
        return (time.perf_counter() - handed) * 1000


if __name__ == "__main__":
    raise SystemExit(main())

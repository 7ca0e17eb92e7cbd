"""Laws of what reaches a voice, and how replies of language models are said."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.tts.chunker import Chunker
from hub.tts.cutting.holding import LONGEST
from hub.tts.speakable.speakable import MOST_CHARACTERS, speakable

WRITTEN = [
    *[
        "21.5 °C",
        "$3.50",
        "7:05",
        "3-5",
        "2026-11-21",
        "11/21",
        "Nov 21",
        "e.g.",
        "Dr.",
        "U.S.",
        "St.",
        "5 km/h",
        "10 m²",
    ],
    *[
        "[a](http://b.c)",
        "](x)",
        "**",
        "__",
        "`",
        "~~",
        "# ",
        "- ",
        "1. ",
        "| ",
        "<b>",
        "&amp;",
        "&lt;b&gt;",
        "https://a.b/c",
    ],
    *[
        "a@b.com",
        "😀",
        "👍🏽",
        "\u200b",
        "\ud800",
        "\x01",
        "\u0301",
        "½",
        "²",
        "٣",
        "①",
        "Ⅷ",
        "…",
        "—",
        "–",
        "’",
        "“",
        "...",
        "\\*",
    ],
    *[
        "word",
        "Größe",
        "न",
        "ि",
        "好。",
        "it's",
        "and",
        "no",
        "PM",
        "am",
        "1,000",
        "+49 170 1234567",
        "v2.0.1",
        "1/2",
        "1st",
        "90s",
    ],
    *" .,!?;:'-&+=/#@%$€£<>()[]{}*_~|^\\\"\n\t0123456789",
]
TEXTS = st.lists(st.sampled_from(WRITTEN) | st.text(max_size=4)).map("".join)
PLAIN = frozenset(" .,!?;:'-")


def say(text: str) -> str:
    return speakable(text, "en")


@settings(max_examples=500)
@given(TEXTS)
def test_nothing_unspeakable_reaches_an_english_voice(text: str) -> None:
    for letter in say(text):
        assert letter in PLAIN or unicodedata.category(letter)[0] in "LM", (letter, say(text))


@settings(max_examples=500)
@given(TEXTS, st.sampled_from(["en", "de", "zh"]))
def test_what_is_speakable_stays_as_it_is(text: str, language: str) -> None:
    said = speakable(text, language)
    assert speakable(said, language) == said


@given(TEXTS, st.sampled_from(["en", "de"]))
@example("1" * LONGEST, "en")
@example("&" * LONGEST, "en")
def test_a_text_is_short_enough_for_a_voice_and_says_something_or_is_none(text: str, language: str) -> None:
    said = speakable(text * 10, language)
    assert len(said) <= MOST_CHARACTERS
    assert said == said.strip()
    assert said == "" or any(map(str.isalnum, said))


@given(st.lists(st.from_regex(r"[a-z]{2,9}", fullmatch=True).filter(lambda word: word not in ("ca", "vs")), min_size=1))
def test_plain_words_stay_as_they_are(words: list[str]) -> None:
    text = f"{' '.join(words)}, {words[0]}."
    assert say(text) == text


REPLIES = {
    "It's **21.5 °C** in the [kitchen](http://192.168.1.6:8123/lovelace)!": (
        "It's twenty one point five degrees Celsius in the kitchen!"
    ),
    "The current time is 7:05.": "The current time is seven oh five.",
    "Sunset is at 19:30, dinner at 7 pm, lunch at 12:00.": (
        "Sunset is at nineteen thirty, dinner at seven PM, lunch at twelve o'clock."
    ),
    "It opens at 7:00 a.m. and closes at 11:15 p.m.": "It opens at seven AM and closes at eleven fifteen PM.",
    "Today is 2026-11-21.": "Today is November twenty first, twenty twenty six.",
    "Your bin is out on 11/21, then on Dec 3rd.": "Your bin is out on November twenty first, then on December third.",
    "It was 5 July 1985.": "It was July fifth, nineteen eighty five.",
    "Tickets are $3.50, €20 or £5.": "Tickets are three dollars and fifty cents, twenty euros or five pounds.",
    "It costs $1, or 0.30 €/kWh, or $1.5 million.": (
        "It costs one dollar, or thirty cents per kilowatt hour, or one point five million dollars."
    ),
    "Wait 3-5 minutes at 10–12 °C.": "Wait three to five minutes at ten to twelve degrees Celsius.",
    "Outside it is -5 °C, wind 5 km/h, 1013 hPa.": (
        "Outside it is minus five degrees Celsius, wind five kilometers per hour, one thousand thirteen hectopascals."
    ),
    "The battery is at 40 % (3 kWh).": "The battery is at forty percent, three kilowatt hours.",
    "The bedroom has 20 m² and 1 lx.": "The bedroom has twenty square meters and one lux.",
    "About 1,000,000 people, 1,234.5 of them on the 2nd floor.": (
        "About one million people, one thousand two hundred thirty four point five of them on the second floor."
    ),
    "Add 1/2 cup, then 1½ cups, ¾ full.": "Add one half cup, then one and a half cups, three quarters full.",
    "Call 555-1234 or +49 170 1234567.": (
        "Call five five five, one two three four or plus four nine, one seven zero, one two three four five six seven."
    ),
    "You run v2.0.1 at 192.168.1.6.": (
        "You run version two point zero point one at "
        "one hundred ninety two dot one hundred sixty eight dot one dot six."
    ),
    "Dr. Smith, e.g., lives near St. Mary, approx. 3 km away.": (
        "Doctor Smith, for example, lives near Saint Mary, approximately three kilometers away."
    ),
    "It is on Main St. Then turn left.": "It is on Main Street. Then turn left.",
    "Milk, eggs, etc. are in the U.S. kitchen.": "Milk, eggs, et cetera are in the US kitchen.",
    "Tom & Jerry: 2 + 2 = 4, #1!": "Tom and Jerry: two plus two equals four, number one!",
    "Write to me@example.com or see https://www.example.com/a/b?c=d.": (
        "Write to me at example dot com or see example dot com."
    ),
    "## Weather\n- **Sun**, mostly\n- 7-9 °C": "Weather, Sun, mostly, seven to nine degrees Celsius",
    "| Room | °C |\n|---|---:|\n| Hall | 19 |": "Room, degrees Celsius, Hall, nineteen,",
    "1. Milk": "one, Milk",
    "Rated 8/10 or 4.5/5; set to 2700K, 2 tsp.": (
        "Rated eight out of ten or four point five out of five; "
        "set to two thousand seven hundred kelvin, two teaspoons."
    ),
    "It passes at 19:42:10, -3 to 5 °C, ≈ $3.72 (+2.3%).": (
        "It passes at nineteen forty two and ten seconds, minus three to five degrees Celsius, "
        "about three dollars and seventy two cents, plus two point three percent."
    ),
    "Done! 😀👍🏽 Anything else? :)": "Done! Anything else?",
    "Use `light.turn_on` <b>now</b> &amp; then.": "Use light dot turn on now and then.",
    "Well... maybe — it “depends” (a bit)…": "Well, maybe, it depends, a bit.",
    "In the 1990s, in 2005 and since 1066.": "In the nineteen nineties, in two thousand five and since ten sixty six.",
    "CO2 is at 800 ppm, a 24-hour high.": "CO two is at eight hundred parts per million, a twenty four hour high.",
    "It is the kids’ room, isn’t it?": "It is the kids room, isn't it?",
    "** is on, and ](http://x.y) it is.": "is on, and it is.",
    'He said ‘no’; she said "yes".': "He said no; she said yes.",
}


@pytest.mark.parametrize(("written", "said"), REPLIES.items())
def test_a_reply_is_said_as_people_say_it(written: str, said: str) -> None:
    assert say(written) == said


@pytest.mark.parametrize(
    "text", ["", " ", "😀", "**", "...", "---", "|---|---|", "```python", "\u200b", "\x01", ":)", "<br>"]
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_has_no_words_says_nothing(text: str, language: str) -> None:
    assert speakable(text, language) == ""


def test_in_a_language_that_is_not_known_the_engine_reads_the_numbers() -> None:
    assert speakable("Es sind **21,5 °C** 😀 in der [Küche](http://x.y)!", "de") == "Es sind 21,5 °C in der Küche!"
    assert speakable("Das kostet 3,50 €.", "de-AT") == "Das kostet 3,50 €."
    assert speakable("现在是**七点**。", "zh") == "现在是七点。"
    assert speakable("It is 7:05.", "en_GB") == "It is seven oh five."


@pytest.mark.parametrize("written", [text for text in REPLIES if "\n" not in text and "[" not in text])
def test_the_chunker_leaves_whole_what_is_said_as_one(written: str) -> None:
    chunker = Chunker()
    chunks = [
        chunk for letter in f"Well, here you are now: {written}" for chunk in chunker.push(letter)
    ] + chunker.finish()
    parts = " ".join(say(chunk) for chunk in chunks)
    assert bare(parts) == bare(f"Well, here you are now: {REPLIES[written]}")


def bare(text: str) -> str:
    """Its words; those of marks do not count, since a cut is a pause as well."""
    return " ".join("".join(letter if letter.isalpha() or letter in "'-" else " " for letter in text).split())

"""Laws of commands: a first word may choose one; all else runs the program as it always did."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.command_line import command, parser

COMMANDS = ("check", "doctor", "record")


@pytest.mark.parametrize(
    ("argv", "chosen"),
    [
        ([], ("", [])),
        (["--port", "0"], ("", ["--port", "0"])),
        (["--name", "doctor"], ("", ["--name", "doctor"])),
        (["doctor"], ("doctor", [])),
        (["doctor", "--json"], ("doctor", ["--json"])),
        (["record", "record"], ("record", ["record"])),
        (["cook"], ("", ["cook"])),
    ],
)
def test_only_a_first_word_that_is_a_command_chooses_it(argv: list[str], chosen: tuple[str, list[str]]) -> None:
    assert command(COMMANDS, argv) == chosen


def test_a_command_has_the_options_of_settings_and_no_check() -> None:
    made = parser("satellite", "about", {}, command="doctor")
    assert made.prog == "hark-satellite doctor"
    assert made.parse_args(["--set", "a.b=1"]).check is False
    assert parser("satellite", "about", {}).parse_args(["--check"]).check is True


def test_the_satellite_tells_its_commands_in_its_help() -> None:
    ran = subprocess.run([sys.executable, "-m", "satellite", "--help"], capture_output=True, text=True, check=True)
    for name in COMMANDS:
        assert f"hark-satellite {name}" in ran.stdout

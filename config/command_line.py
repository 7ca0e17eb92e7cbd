"""The command line that both programs share; each adds its short options as a table of setting keys."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Generic, NoReturn, TypeVar

import msgspec

from config.loading import Layer, SettingsError, assignment, build, one, read
from wire.logs import log_to_stderr

S = TypeVar("S", bound=msgspec.Struct)

HERE = Path(__file__).parent
BAD_SETTINGS = 2
"""Exit code for settings that cannot be used, as argparse has it for options that cannot."""


@dataclass(frozen=True, slots=True)
class Short:
    """A short option: the setting that it stands for, and its help.

    With `many` it may be repeated, and the setting is a list.
    """

    key: str
    help: str
    metavar: str
    many: bool = False
    type: type[str] | type[int] = str


@dataclass(frozen=True, slots=True)
class Started(Generic[S]):
    """What the command line asked for: settings, and the program's own further options."""

    settings: S
    check: bool
    options: argparse.Namespace


def command(commands: Iterable[str], argv: Sequence[str] | None) -> tuple[str, list[str]]:
    """The command that a command line begins with, "" for none (which runs the program), and what follows it."""
    given = list(sys.argv[1:] if argv is None else argv)
    return (given[0], given[1:]) if given[:1] and given[0] in commands else ("", given)


def parser(
    program: str, description: str, shorts: Mapping[str, Short], *, command: str = "", epilog: str = ""
) -> argparse.ArgumentParser:
    """The options of both programs, or of a command of theirs, and the given short ones."""
    made = argparse.ArgumentParser(
        f"hark-{program} {command}".rstrip(),
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--config", metavar="FILE", type=Path, help="settings that differ from the defaults, a TOML file")
    made.add_argument("--profile", metavar="NAME", help=f"a set of engines: {', '.join(profiles(program))}")
    made.add_argument(
        "--set", metavar="PART.KEY=VALUE", action="append", default=[], help="one setting; may be repeated"
    )
    for option, short in shorts.items():
        action = "append" if short.many else "store"
        text = f"{short.help} (sets {short.key})"
        made.add_argument(option, metavar=short.metavar, action=action, type=short.type, help=text)
    made.set_defaults(check=False)
    if not command:
        made.add_argument("--check", action="store_true", help="validate the settings, say what they are, and exit")
    made.add_argument("-v", "--verbose", action="store_true", help="log more")
    made.add_argument("--version", action="version", version=f"hark {version('hark')}")
    return made


def start(
    program: str, kind: type[S], made: argparse.ArgumentParser, shorts: Mapping[str, Short], argv: Sequence[str] | None
) -> Started[S]:
    """Parses the command line and builds the settings; ends the program with exit code 2 where they are wrong."""
    options = made.parse_args(argv)
    log_to_stderr(options.verbose)
    try:
        return Started(build(kind, _layers(program, options, shorts)), options.check, options)
    except SettingsError as error:
        refuse(program, error)


def refuse(program: str, error: Exception) -> NoReturn:
    """Says in one sentence why the program cannot start, and exits."""
    print(f"hark-{program}: {error}", file=sys.stderr)
    sys.exit(BAD_SETTINGS)


def profiles(program: str) -> list[str]:
    """The names of the profiles that ship for a program."""
    return sorted(path.stem for path in (HERE / "profiles" / program).glob("*.toml"))


def _layers(program: str, options: argparse.Namespace, shorts: Mapping[str, Short]) -> list[Layer]:
    layers = [read(HERE / f"{program}.toml")]
    if options.profile is not None:
        if options.profile not in profiles(program):
            known = ", ".join(profiles(program))
            raise SettingsError(f"--profile {options.profile}: there is no such profile; expected one of {known}")
        layers.append(read(HERE / "profiles" / program / f"{options.profile}.toml"))
    if options.config is not None:
        layers.append(read(options.config))
    layers += [assignment(text) for text in options.set]
    for option, short in shorts.items():
        value = getattr(options, option.lstrip("-").replace("-", "_"))
        if value is not None:
            layers.append(one(short.key, value, option))
    return layers

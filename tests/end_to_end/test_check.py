"""`hark-hub check` and `hark-satellite check` against a real satellite, and against what is none."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from bench.house import program
from tests.attacks.house import Encrypted
from tests.peers import free_port
from tests.wire_pairs import LOOPBACK

pytestmark = pytest.mark.end_to_end


async def check(address: str, *options: str) -> tuple[int | None, str, str]:
    return await asked("hub", address, *options)


async def asked(program: str, *options: str) -> tuple[int | None, str, str]:
    command = (sys.executable, "-m", program, "check", *options)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    said, wrong = await process.communicate()
    return process.returncode, said.decode(), wrong.decode()


def satellite(folder: Path, port: int, speaker: Path) -> tuple[str, ...]:
    heard = folder / "heard"
    heard.mkdir()
    own = ("--set", "control.socket=", "--set", "state.file=")
    return ("--name", "Kitchen", "--port", str(port), "--mic", f"wav:{heard}", "--speaker", f"wav:{speaker}", *own)


def test_a_satellite_that_is_well_says_who_it_is_and_is_heard(tmp_path: Path) -> None:
    async def run() -> tuple[int | None, str, str]:
        port, said = free_port(), tmp_path / "said"
        said.mkdir()
        async with program("satellite", *satellite(tmp_path, port, said)) as kitchen:
            await kitchen.says("listens on ")
            return await check(f"{LOOPBACK}:{port}")

    code, said, _ = asyncio.run(run())
    assert code == 0
    assert "Kitchen" in said
    assert "has played" in said
    assert list((tmp_path / "said").glob("*.wav"))


def test_a_satellite_without_a_hub_is_asked_on_its_own_machine(tmp_path: Path) -> None:
    async def run() -> tuple[int | None, str, str]:
        port, said = free_port(), tmp_path / "said"
        said.mkdir()
        async with program("satellite", *satellite(tmp_path, port, said)) as kitchen:
            await kitchen.says("listens on ")
            return await asked("satellite", "--port", str(port))

    code, told, wrong = asyncio.run(run())
    assert (code, wrong) == (0, "")
    assert "Kitchen at 127.0.0.1" in told
    assert "has played" in told
    assert list((tmp_path / "said").glob("*.wav"))


def test_where_no_satellite_listens_its_own_check_fails_in_one_sentence() -> None:
    code, told, wrong = asyncio.run(asked("satellite", "--port", str(free_port())))
    assert (code, told, wrong.count("\n")) == (1, "", 1)
    assert "Connection refused; check the address" in wrong


def test_with_certificates_it_asks_by_tls_and_the_named_satellite_alone(tmp_path: Path) -> None:
    fleet = Encrypted(tmp_path)

    async def run() -> list[tuple[int | None, str, str]]:
        said = tmp_path / "said"
        said.mkdir()
        async with program("satellite", *satellite(tmp_path, free_port(), said), *fleet.on_satellite()) as kitchen:
            port = (await kitchen.says(r"port (\d+) for hubs"))[1]
            there = f"{LOOPBACK}:{port}"
            return [await check(f"{name}@{there}", *fleet.on_hub()) for name in ("hark-test", "hark-other")]

    (code, told, _), (refused, nothing, wrong) = asyncio.run(run())
    assert (code, refused, nothing) == (0, 1, "")
    assert "by TLS" in told
    assert "has played" in told
    assert "where hark-other is wanted" in wrong


def test_where_nobody_listens_it_says_what_to_do() -> None:
    code, said, wrong = asyncio.run(check(f"{LOOPBACK}:{free_port()}"))
    assert (code, said) == (1, "")
    assert "check the address" in wrong

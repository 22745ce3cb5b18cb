"""Where the shipped files and the binaries under test are."""
import functools
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PROGRAMS = {"wampgated": os.environ["WAMPGATED"], "wampgatectl": os.environ["WAMPGATECTL"]}


def run(program: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAMS[program], *arguments], capture_output=True, text=True, timeout=60)


@functools.cache
def usage(program: str, *command: str) -> str:
    """What --help prints of a command; empty if there is no such command."""
    said = run(program, *command, "--help")
    return said.stdout if said.returncode == 0 else ""

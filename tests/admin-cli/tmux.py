"""A terminal that tests type into and look at: tmux with a server of its own."""
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from live import wait


class Terminal:
    """Runs `shell` until the end of the with block; `environment` is added to this process's."""

    def __init__(self, shell: str = "sh", columns: int = 160, rows: int = 45, **environment: str):
        self.folder = tempfile.TemporaryDirectory(prefix="wampgate-tmux-")
        self.socket = Path(self.folder.name) / "socket"
        self.command = shell
        self.size = ["-x", str(columns), "-y", str(rows)]
        self.environment = {key: value for key, value in os.environ.items() if key not in ("TMUX", "NO_COLOR")}
        self.environment |= {"LC_ALL": "C.UTF-8", "PS1": "> ", "HOME": self.folder.name} | environment
        self.count = 0

    def tmux(self, *arguments: str) -> str:
        return subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", *arguments], check=True, text=True,
                              capture_output=True, timeout=60, env=self.environment).stdout

    def __enter__(self):
        self.tmux("new-session", "-d", *self.size, self.command)
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, timeout=60)
        self.folder.cleanup()

    def screen(self, colours: bool = False) -> str:
        return self.tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", "--", text)

    def press(self, key: str) -> None:
        self.tmux("send-keys", key)

    def await_text(self, text: str) -> str:
        try:
            return wait(lambda: seen if text in (seen := self.screen()) else "", text)
        except AssertionError:
            raise AssertionError(f"{text!r} is not in\n{self.screen()}") from None

    def run(self, *words: str, colours: bool = False) -> str:
        """What a command shows; it has ended."""
        self.count += 1
        self.tmux("clear-history")
        self.type(f"clear; {shlex.join(words)}; echo ended-$?-{self.count}")
        self.press("Enter")
        wait(lambda: any(line.startswith("ended-") and line.rstrip().endswith(f"-{self.count}")
                         for line in self.screen().splitlines()), f"the end of {words}\n{self.screen()}")
        return self.screen(colours)

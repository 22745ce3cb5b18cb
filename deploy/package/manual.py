#!/usr/bin/env python3
"""Writes a manual page from what a program's --help says, so that the two cannot differ.

manual.py PROGRAM SECTION VERSION > PAGE

The commands of the page are those of the help, and of the help of each command.
"""
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

FILES = {
    "wampgated": [
        ("/etc/wampgate/config.json", "The node file of the packaged service; wampgate(5)."),
        ("/var/lib/wampgate", "Its node directory. The folder .wampgate in it holds the revisions."),
        ("/run/wampgate/wampgate.sock", "Where wampgatectl(1) reaches the packaged service."),
        ("/etc/default/wampgate", "WAMPGATED_OPTIONS=, more options of wampgated run for the packaged service."),
    ],
    "wampgatectl": [
        ("/run/wampgate/wampgate.sock", "Where the packaged service listens for it."),
        ("~/.config/wampgate/contexts.yaml", "Names for nodes; written by wampgatectl context, for its owner only."),
    ],
}
SUMMARY = {
    "wampgated": "edge node for WAMP: runs a node, checks its file",
    "wampgatectl": "administer a running wampgate node",
}
SEE_ALSO = {"wampgated": "wampgatectl(1), wampgate(5), systemctl(1)", "wampgatectl": "wampgated(8), wampgate(5)"}

COLUMN = 30  # where CLI11 begins the text of an entry


@dataclass
class Help:
    """The parts of the text that CLI11 prints."""
    about: list[str] = field(default_factory=list)
    usage: str = ""
    sections: dict[str, list[list[str]]] = field(default_factory=dict)  # title -> [term, text]
    footer: list[str] = field(default_factory=list)

    def commands(self) -> list[str]:
        return [term for title, items in self.sections.items() if title not in ("Options", "Positionals")
                for term, _ in items if re.fullmatch(r"[a-z][a-z-]*", term)]


def read_help(program: str, command: list[str]) -> Help:
    text = subprocess.run([program, *command, "--help"], check=True, capture_output=True, text=True,
                          env={"NO_COLOR": "1"}).stdout
    parsed = Help()
    items = None
    for line in text.splitlines():
        if line.startswith("Usage: "):
            parsed.usage = line.removeprefix("Usage: ")
        elif re.fullmatch(r"[A-Z][A-Za-z ]*:", line) and parsed.usage:
            items = parsed.sections.setdefault(line[:-1], [])
        elif items is not None and re.match(r"  \S", line):
            if len(line) > COLUMN and line[COLUMN - 1] == " ":
                items.append([line[:COLUMN].strip(), line[COLUMN:].strip()])
            else:
                term, _, rest = line.strip().partition("  ")
                items.append([term, rest.strip()])
        elif items and line.startswith("   "):
            items[-1][1] = f"{items[-1][1]} {line.strip()}".strip()
        elif parsed.usage:
            items = None
            parsed.footer.append(line)
        else:
            parsed.about.append(line)
    return parsed


def escape(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def paragraphs(lines: list[str]) -> list[str]:
    out = []
    for block in "\n".join(lines).strip().split("\n\n"):
        if block.strip():
            out += [".PP", *("\n.br\n".join(escape(line.strip()) for line in block.strip().splitlines())).split("\n")]
    return out


def listed(items: list[list[str]]) -> list[str]:
    out = []
    for term, text in items:
        out += [".TP", f".B {escape(term)}", escape(text) or "\\&"]
    return out


def options(parsed: Help) -> list[str]:
    return listed([item for title in ("Positionals", "Options") for item in parsed.sections.get(title, [])
                   if not item[0].startswith("-h,")])


def describe(program: str, command: list[str]) -> list[str]:
    """The command and, after it, the commands below it."""
    parsed = read_help(program, command)
    out = [f".SS {escape(' '.join(command))}", *paragraphs(parsed.about),
           *paragraphs([parsed.usage]), *options(parsed), *paragraphs(parsed.footer)]
    for name in parsed.commands():
        out += describe(program, [*command, name])
    return out


def page(program: str, section: str, version: str) -> str:
    name = Path(program).name
    top = read_help(program, [])
    out = [f'.TH {name.upper()} {section} "" "wampgate {version}"', ".SH NAME",
           f"{name} \\- {escape(SUMMARY[name])}",
           ".SH SYNOPSIS", escape(top.usage), ".SH DESCRIPTION", *paragraphs(top.about), *paragraphs(top.footer),
           *([".SH OPTIONS", *options(top)] if options(top) else []), ".SH COMMANDS"]
    for command in top.commands():
        out += describe(program, [command])
    out += [".SH FILES", *listed([list(item) for item in FILES[name]]), ".SH SEE ALSO", escape(SEE_ALSO[name])]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.stdout.write(page(*sys.argv[1:]))

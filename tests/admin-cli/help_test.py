"""Every command explains itself, and its example is one."""
import re
import shlex
import tempfile
import unittest

from node import CTL, ctl
from shipped import usage


def commands(command: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command, found by asking the program itself about each first word of an indented line."""
    found = []
    for word in re.findall(r"(?m)^  ([a-z][a-z-]*)(?: |$)", usage("wampgatectl", *command)):
        below = (*command, word)
        if usage("wampgatectl", *below) not in ("", usage("wampgatectl", *command)):
            found += [below, *commands(below)]
    return found


def examples(text: str) -> list[str]:
    """The command lines after "Example:"."""
    _, _, after = text.partition("Example: ")
    lines = [line.strip() for line in ("Example: " + after).splitlines()]
    return [line.removeprefix("Example: ") for line in lines if "wampgatectl" in line and after]


def words(example: str) -> list[str]:
    """The arguments of the first wampgatectl of a line, without what a shell or a sentence has after them."""
    line = re.split(", where |, with ", example[example.index("wampgatectl"):])[0]
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found = list(lexer)
    end = next((i for i, word in enumerate(found) if set(word) <= set("();<>|&")), len(found))
    return found[1:end]


class Help(unittest.TestCase):
    def test_every_command_has_an_example_of_itself(self):
        everything = [(), *commands()]
        self.assertGreater(len(everything), 40)
        for command in everything:
            with self.subTest(command=command):
                text = usage("wampgatectl", *command)
                self.assertIn(" ".join(("wampgatectl", *command)), " ".join(examples(text)) or text[:0])

    def test_examples_are_commands_that_are_understood(self):
        with tempfile.TemporaryDirectory() as folder:
            for command in [(), *commands()]:
                for example in examples(usage("wampgatectl", *command)):
                    with self.subTest(example=example):
                        said = ctl(*words(example), cwd=folder, XDG_CONFIG_HOME=folder, EDITOR="true")
                        self.assertNotIn("Run with --help", said.stderr)
                        self.assertNotRegex(said.stderr, "expected (WORKER|unix)")

    def test_options_say_in_words_what_they_take(self):
        for command in [(), *commands()]:
            for line in usage("wampgatectl", *command).splitlines():
                with self.subTest(command=command, line=line):
                    self.assertNotRegex(line, r" (UINT|INT|FLOAT)\b|:(POSITIVE|\{)|\}=")


if __name__ == "__main__":
    unittest.main()

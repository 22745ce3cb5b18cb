#!/usr/bin/env python3
"""Seeds faults into the codec, one at a time, and shows that each turns a case red. By hand; not part of the suite.

mutate.py BUILD [NAME...]     BUILD: a built tree (build/dev) with compile_commands.json; NAME: only these

Of each fault the sources it touches are compiled again, with the flags of BUILD, and linked into an echo server and an echo
client of their own; BUILD and the sources stay as they are. Exit code 1 if a fault survives.
"""
import json
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# Name, file of src/, what is there, what stands there instead.
MUTANTS = [
    ("masking key is not turned for a phase", "websocket/mask.cpp", "8 * (phase & 3)", "8 * (phase & 1)"),
    ("masking of the last octets", "websocket/mask.cpp", "wide >> (8 * (at & 3))", "wide >> (8 * (at & 1))"),
    ("the masking key is always the same", "websocket/mask.cpp", "return pool.Next();", "static const auto key = pool.Next(); return key;"),
    ("125 in the form of two octets is taken", "websocket/frame_header.hpp", "header.length < 126) result", "header.length < 125) result"),
    ("65535 in the form of eight octets is taken", "websocket/frame_header.hpp", "header.length < 65536) result", "header.length < 65535) result"),
    ("the length of eight octets is sent from 65537 on", "websocket/frame_header.hpp", "} else if (header.length < 65536) {", "} else if (header.length <= 65536) {"),
    ("126 is sent in the short form", "websocket/frame_header.hpp", "if (header.length < 126) {\n    out[1]", "if (header.length < 127) {\n    out[1]"),
    ("control frames may be one octet longer", "websocket/frame_rules.cpp", "header.length > 125", "header.length > 126"),
    ("control frames may be fragmented", "websocket/frame_rules.cpp", "if (!header.fin) return", "if (false) return"),
    ("reserved control opcodes are taken", "websocket/frame_rules.cpp", "header.opcode > Opcode::kPong", "header.opcode > Opcode(14)"),
    ("reserved data opcodes are taken", "websocket/frame_rules.cpp", "header.opcode > Opcode::kBinary", "header.opcode > Opcode(6)"),
    ("a continuation may begin a message", "websocket/frame_rules.cpp", "is_continuation && !context.inside_message", "false && !context.inside_message"),
    ("a message may begin inside another", "websocket/frame_rules.cpp", "!is_continuation && context.inside_message", "false && context.inside_message"),
    ("RSV1 is taken on continuations", "websocket/frame_rules.cpp", "is_continuation && header.rsv != 0", "false && header.rsv != 0"),
    ("RSV1 is taken on control frames", "websocket/frame_rules.cpp", "if (header.rsv != 0) return ProtocolError(\"received compressed", "if (false) return ProtocolError(\"received compressed"),
    ("RSV2 is taken beside RSV1", "websocket/frame_rules.cpp", "header.rsv == FrameHeader::kRsv1", "(header.rsv & FrameHeader::kRsv1) != 0"),
    ("a server takes unmasked frames", "websocket/frame_rules.cpp", "if (options.require_masked && !header.masked)", "if (false)"),
    ("a client takes masked frames", "websocket/frame_rules.cpp", "if (options.refuse_masked && header.masked)", "if (false)"),
    ("a client does not mask", "websocket/encoder.cpp", "header.masked = options_->mask;", "header.masked = false;"),
    ("text goes back as binary", "websocket/encoder.cpp", "kind == MessageKind::kText ? Opcode::kText", "kind == MessageKind::kText ? Opcode::kBinary"),
    ("a cut text in one frame is taken", "websocket/decoder.cpp", "  if (!AcceptTextEnd()) return Fail(CutText(), sink);\n  const std::string_view payload(in.at, there);", "  const std::string_view payload(in.at, there);"),
    ("a cut text in fragments is taken", "websocket/decoder.cpp", "  if (!last) return Step::kGoOn;\n  if (!AcceptTextEnd()) return Fail(CutText(), sink);", "  if (!last) return Step::kGoOn;"),
    ("a cut compressed text is taken", "websocket/decoder.cpp", "  if (!AcceptTextEnd()) return Fail(CutText(), sink);\n  return DeliverAssembled(sink);\n}\n\nDecoder::Step Decoder::DeliverAssembled", "  return DeliverAssembled(sink);\n}\n\nDecoder::Step Decoder::DeliverAssembled"),
    ("bad text is found at the end of the frame only", "websocket/decoder.cpp", "  if (!AcceptText({in.at + scanned_, fresh})) return Fail(BadText(), sink);\n  scanned_", "  if (there < remaining_ && there < kKeepInInput) return Step::kNeedMore;\n  if (!AcceptText({in.at + scanned_, fresh})) return Fail(BadText(), sink);\n  scanned_"),
    ("bad text is called a protocol error", "websocket/decoder.cpp", "return {kInvalidPayload,\n          fmt::format(\"encountered", "return {kProtocolError,\n          fmt::format(\"encountered"),
    ("a limit counts frames, not messages", "websocket/frame_rules.cpp", "context.message_octets + header.length", "header.length"),
    ("a message of just the limit is refused", "websocket/frame_rules.cpp", "message > limit", "message >= limit"),
    ("the end of a compressed message is not removed", "websocket/deflate.cpp", "out.Truncate(out.size() - kFlushTail.size());", ""),
    ("an empty compressed message has no octet", "websocket/deflate.cpp", "out.Append('\\0');", ""),
    ("context is kept where none may be", "websocket/deflate.cpp", "if (parameters_.deflate_no_context_takeover) context_.reset();", ""),
    ("the compressor's window is always the largest", "websocket/deflate.cpp", "TakeDeflateContext(parameters_.deflate_window_bits,", "TakeDeflateContext(15,"),
    ("the inflater's window is always the smallest", "websocket/deflate.cpp", "std::max(9, parameters_.inflate_window_bits)", "9"),
    ("a final block ends the stream", "websocket/deflate.cpp", "inflateResetKeep(&context);", "return Result::kBroken;"),
    ("what ends inside of a block is taken", "websocket/deflate.cpp", "return at_block_end ? Result::kOk : Result::kBroken;", "return Result::kOk;"),
    ("Close may say 1004 to 1006", "websocket/close_code.hpp", "code <= 1003", "code <= 1006"),
    ("Close may not say 4999", "websocket/close_code.hpp", "code <= 4999", "code <= 4998"),
    ("the reason of a Close may be anything", "websocket/close_code.cpp", "if (!IsUtf8(payload.substr(2)))", "if (false)"),
    ("Close is not answered", "websocket/message_connection.cpp", "SendClose(kNormalClosure, \"\");", ""),
    ("a pong has no payload", "websocket/message_connection.cpp", "encoder_.WriteControl(Opcode::kPong, ping,", "encoder_.WriteControl(Opcode::kPong, {},"),
    ("a client takes any Sec-WebSocket-Accept", "websocket/server_answer.cpp", "if (Joined(head, \"sec-websocket-accept\") != AcceptKey(key))", "if (false)"),
    ("a client takes any subprotocol", "websocket/server_answer.cpp", "if (chosen.empty() ||", "if (true ||"),
    ("windows of 16 are taken", "websocket/extension_offer.cpp", "text[1] <= '5'", "text[1] <= '6'"),
    ("server_no_context_takeover is granted and forgotten", "websocket/extension_offer.cpp", "options.no_context_takeover.value_or(false) || offer.server_no_context_takeover;", "options.no_context_takeover.value_or(false);"),
]


PROGRAMS = ("tests/conformance/conformance_echo_server", "tests/conformance/conformance_echo_client")


class Build:
    """What BUILD knows about compiling and linking."""

    def __init__(self, folder):
        self.folder = folder
        listed = json.loads((folder / "compile_commands.json").read_text())
        self.commands = {entry["file"]: shlex.split(entry["command"]) for entry in listed}

    def compile(self, source, copy, overlay, output):
        command = list(self.commands[str(source)])
        command[command.index("-o") + 1] = str(output)
        command[command.index("-c") + 1] = str(copy)
        for flag in ("-MF", "-MT"):
            if flag in command:
                command[command.index(flag) + 1] = str(output) + ".d"
        at = next(i for i, word in enumerate(command) if word.startswith("-") and i > 0)
        command[at:at] = [f"-I{overlay}"]
        subprocess.run(command, cwd=self.folder, check=True)

    def link(self, program, objects, output):
        listed = subprocess.run(["ninja", "-t", "commands", "-s", program], cwd=self.folder, check=True, capture_output=True, text=True)
        words = shlex.split(listed.stdout.strip().splitlines()[-1].replace("&&", " ").strip(": "))
        words = [word for word in words if word != ":"]
        words[words.index("-o") + 1] = str(output)
        first_library = next(i for i, word in enumerate(words) if word.endswith(".a"))
        words[first_library:first_library] = [str(path) for path in objects]  # before the library that has them, too
        subprocess.run(words, cwd=self.folder, check=True)


def sources_of(path):
    """What is compiled because `path` has changed: itself, or what of the codec includes it directly."""
    if path.suffix == ".cpp":
        return [path]
    line = f'#include "{path.relative_to(ROOT / "src")}"'
    own = list(path.parent.glob("*.cpp"))
    headers = [header for header in path.parent.glob("*.hpp") if line in header.read_text()]
    lines = [line] + [f'#include "{header.relative_to(ROOT / "src")}"' for header in headers]
    return [source for source in own if any(each in source.read_text() for each in lines)]


class Broken(Exception):
    """The cases say nothing of the codec."""


def first_red(server, client):
    """The first case that fails, in the server's cases, then the client's."""
    for command in ([sys.executable, HERE / "against.py", "--first", server], [sys.executable, HERE / "run_client.py", "--first", client]):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600)
        for line in done.stdout.splitlines():
            if line.startswith("FAILED"):
                return ("server " if "against" in str(command[1]) else "client ") + line[7:]
        if done.returncode:
            raise Broken(f"{command[1]} ended with {done.returncode} and no failed case: "
                         f"{(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return None


def judge(build, name, file, old, new):
    path = ROOT / "src" / file
    text = path.read_text()
    if text.count(old) != 1:
        return f"STALE     {name}: what it changes is there {text.count(old)} times", False
    with tempfile.TemporaryDirectory(prefix="wampgate-mutant-") as folder:
        overlay = pathlib.Path(folder)
        shutil.copytree(path.parent, overlay / "src" / path.parent.name)
        (overlay / "src" / file).write_text(text.replace(old, new))
        objects = []
        for source in sources_of(path):
            objects.append(overlay / (source.stem + ".o"))
            build.compile(source, overlay / "src" / source.relative_to(ROOT / "src"), overlay / "src", objects[-1])
        programs = [overlay / "server", overlay / "client"]
        for program, output in zip(PROGRAMS, programs):
            build.link(program, objects, output)
        try:
            red = first_red(*programs)
        except Broken as broken:
            return f"BROKEN    {name}: {broken}", False
    return (f"caught    {name}: {red}", True) if red else (f"SURVIVED  {name}", False)


def main():
    build = Build(pathlib.Path(sys.argv[1]).resolve())
    chosen = [mutant for mutant in MUTANTS if not sys.argv[2:] or mutant[0] in sys.argv[2:]]
    if red := first_red(*(build.folder / program for program in PROGRAMS)):
        sys.exit(f"red without a fault: {red}")
    verdicts = []
    for mutant in chosen:
        line, caught = judge(build, *mutant)
        verdicts.append(caught)
        print(line, flush=True)
    print(f"{sum(verdicts)} of {len(verdicts)} caught")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())

"""What a case is, and what the echoing peer is expected to do."""
import struct

import frames
from frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Ended, Silent, close_payload

ALL = {}  # number → Case


def key(number):
    """In the order of the classes."""
    return [int(part) for part in number.split(".")]


def chosen(role, only=""):
    """The cases for a peer that is a "server" or a "client", in their order; `only`: those whose number begins so."""
    return [ALL[number] for number in sorted(ALL, key=key)
            if number.startswith(only) and ALL[number].options.get("role", role) == role]


def known_differences(path):
    """Number → the sentence that decides, of a file with one case per line."""
    found = {}
    for line in open(path, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            number, reason = line.strip().split(None, 1)
            found[number] = reason
    return found


class Verdicts:
    """Counts what became of the cases; those that are known to fail must."""

    def __init__(self, known, patience=20.0):
        self.patience, self.known, self.failures, self.surprises, self.run = patience, known, 0, 0, 0

    def judge(self, case, run):
        """Runs it; whether it passed. What is known to fail need not be waited for long."""
        frames.PATIENCE = 2.0 if case.number in self.known else self.patience
        try:
            run()
        except (Failed, AssertionError, Ended, Silent, OSError) as failure:
            self._failed(case, failure)
            return False
        self._passed(case)
        return True

    def _failed(self, case, failure):
        self.run += 1
        if case.number not in self.known:
            self.failures += 1
            print(f"FAILED {case}\n       {failure}", flush=True)

    def _passed(self, case):
        self.run += 1
        if case.number in self.known:
            self.surprises += 1
            print(f"PASSED though known to differ: {case}", flush=True)

    def code(self):
        print(f"{self.run} cases, {self.failures} failed, {len(self.known)} known to differ, {self.surprises} of them passed")
        return 1 if self.failures or self.surprises or not self.run else 0


class Failed(AssertionError):
    pass


class Case:
    def __init__(self, number, section, title, run, options):
        self.number, self.section, self.title, self.run, self.options = number, section, title, run, options

    def __repr__(self):
        return f"{self.number} (RFC {self.section}): {self.title}"


def case(number, section, title, **options):
    """Registers a function of a Dialogue as case `number`; `section` decides it. Options: `offer` to a server; `role` of the
    peer, where it is not for both; `open`, what a client is told to offer, and `answer`, the extension it is granted; `early`, a function from whether we mask
    to what comes in one write with our part of the handshake; `chop`, the pieces of that write; `raw`, it begins before the
    handshake; `ours`, only our own client can do it; `tunnel` false: not for a proxy in between."""
    def register(run):
        if number in ALL:
            raise ValueError(f"case {number} is there twice")
        ALL[number] = Case(number, section, title, run, options)
        return run
    return register


class Dialogue:
    """One connection to a peer that echoes messages, and what it must answer. `another` gives one more."""

    def __init__(self, connection, another=None):
        self.connection, self.another = connection, another
        self.frame = connection.frame
        self.send = connection.send

    # What the peer says.

    def next(self):
        try:
            got = self.connection.receive()
        except Silent:
            raise Failed("nothing came in time") from None
        except Ended as end:
            raise Failed(str(end)) from None
        if got.masked == self.connection.client:
            raise Failed(f"{got}: {'masked' if got.masked else 'not masked'} (RFC 6455 5.1)")
        if got.opcode >= 8 and (len(got.payload) > 125 or not got.fin):
            raise Failed(f"{got}: a control frame that is long or fragmented (RFC 6455 5.5)")
        return got

    def message(self, inflate=None):
        """The next message, whatever its fragments; control frames in between are a failure."""
        first = self.next()
        if first.opcode not in (TEXT, BINARY):
            raise Failed(f"expected a message, got {first}")
        payload, last = first.payload, first
        while not last.fin:
            last = self.next()
            if last.opcode != CONTINUATION or last.rsv:
                raise Failed(f"expected a continuation, got {last}")
            payload += last.payload
        if first.rsv & 4 and inflate:
            payload = inflate(payload)
        elif first.rsv:
            raise Failed(f"reserved bits in {first} (RFC 6455 5.2)")
        return first.opcode, payload

    def expect(self, opcode, payload):
        got = self.message()
        if got != (opcode, payload):
            raise Failed(f"expected {(opcode, payload[:60])}, got {(got[0], got[1][:60])}")

    def expect_pong(self, payload):
        got = self.next()
        if (got.opcode, got.payload) != (PONG, payload):
            raise Failed(f"expected a pong of {payload[:40]!r}, got {got}")

    # How it ends.

    def expect_failure(self, *codes):
        """The peer fails the connection with Close of one of `codes`, answers nothing else, and ends it (7.1.7)."""
        got = self.next()
        if got.opcode != CLOSE:
            raise Failed(f"expected Close {codes}, got {got}")
        code = struct.unpack("!H", got.payload[:2])[0] if got.payload else None
        if code not in codes:
            raise Failed(f"expected Close {codes}, got {code} {got.payload[2:]!r}")
        got.payload[2:].decode("utf-8")
        self.frame(CLOSE, got.payload[:2])  # so that it need not wait for ours
        if not self.connection.client:
            self.connection.end()  # the server's part (7.1.1)
        self.expect_end()

    def expect_end(self):
        """Nothing more comes, and the connection ends."""
        try:
            more = self.connection.receive()
        except Ended:
            return
        except Silent:
            raise Failed("the connection was not ended") from None
        raise Failed(f"after Close came {more} (RFC 6455 5.5.1)")

    def close(self, payload=close_payload(1000)):
        """Our Close; the peer answers with Close and, if it is the server, ends the connection. It "typically echos the
        status code it received" (RFC 6455 5.5.1): 1000 is as good, and what Autobahn answers."""
        self.frame(CLOSE, payload)
        got = self.next()
        if got.opcode != CLOSE or got.payload[:2] not in (payload[:2], close_payload(1000)):
            raise Failed(f"expected Close {payload[:2]!r} or 1000, got {got}")
        if self.connection.client:
            self.expect_end()

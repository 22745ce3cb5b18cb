"""Options that show after the handshake (spec 2.2.5, 2.2.8-2.2.17)."""
import struct
import time

from frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close_payload, encode
from frames import Silent
from option_cases import A_WHILE, SOON, ends, expect_close, expect_echo, expect_frame, option

BAD_TEXT = b"ok \xce\xba\xed\xa0\x80"  # a surrogate (RFC 3629 3)


@option("close_handshake_timeout", 1000)
def run(client):
    """a Close of ours that is not answered for a second is a reset"""
    connection = client.open()
    connection.frame(3)
    expect_close(connection, 1002)
    started = time.monotonic()
    assert ends(connection.sock) == "reset"
    assert time.monotonic() - started > 0.7


@option("close_handshake_timeout", 0)
def run(client):
    """a Close of ours may wait for its answer"""
    connection = client.open()
    connection.frame(3)
    expect_close(connection, 1002)
    assert ends(connection.sock, A_WHILE) is None
    connection.frame(CLOSE, close_payload(1002))
    assert ends(connection.sock) == "fin"


@option("validate_utf8", True)
def run(client):
    """text that is not UTF-8 is 1007, at the octet"""
    connection = client.open()
    connection.frame(TEXT, BAD_TEXT)
    frame = expect_frame(connection, CLOSE)
    assert frame.payload[:2] == struct.pack("!H", 1007) and b"invalid UTF-8" in frame.payload, frame


@option("validate_utf8", False)
def run(client):
    """text comes back whatever it is; reasons of Close are checked all the same"""
    connection = client.open()
    expect_echo(connection, BAD_TEXT)
    connection.frame(CLOSE, close_payload(1000, BAD_TEXT))
    assert expect_frame(connection, CLOSE).payload[:2] in (struct.pack("!H", 1002), struct.pack("!H", 1007))


@option("mask_server_frames", True)
def run(client):
    """our frames are masked"""
    assert expect_echo(client.open()).masked


@option("mask_server_frames", False)
def run(client):
    """our frames are not masked"""
    assert not expect_echo(client.open()).masked


@option("require_masked_client_frames", True)
def run(client):
    """an unmasked frame is 1002"""
    connection = client.open()
    connection.send(encode(TEXT, b"bare", masked=False))
    expect_close(connection, 1002)


@option("require_masked_client_frames", False)
def run(client):
    """unmasked frames are as good as masked ones"""
    connection = client.open()
    connection.send(encode(TEXT, b"bare", masked=False))
    expect_frame(connection, TEXT, b"bare")
    expect_echo(connection)


@option("apply_mask", True, mask_server_frames=True)
def run(client):
    """masks are applied, both ways"""
    expect_echo(client.open())


@option("apply_mask", False, mask_server_frames=True)
def run(client):
    """masks are sent and skipped, and the payload is as it is"""
    connection = client.open()
    connection.send(encode(BINARY, b"as it is", key=b"\0\0\0\0")[:2] + b"\x11\x22\x33\x44" + b"as it is")
    connection._need(2 + 4 + 8, time.monotonic() + SOON)
    assert bytes(connection.buffer[:2]) == b"\x82\x88" and bytes(connection.buffer[6:]) == b"as it is", connection.buffer


@option("max_frame_size", 1)
def run(client):
    """a data frame of two octets is 1009 when its header is seen; control frames are not meant"""
    connection = client.open()
    expect_echo(connection, b"a")
    connection.frame(PING, b"longer")
    expect_frame(connection, PONG, b"longer")
    connection.send(encode(TEXT, b"ab")[:6])
    expect_close(connection, 1009, b"received WebSocket frame size 2 exceeds payload limit of 1 octets")


for size in (0, 67108864):
    @option("max_frame_size", size)
    def run(client):
        """a frame of 1 MiB is taken"""
        expect_echo(client.open(), b"x" * (1 << 20))


@option("max_message_size", 1)
def run(client):
    """a message of two octets is 1009, also in two frames"""
    connection = client.open()
    expect_echo(connection, b"a")
    connection.send(encode(TEXT, b"a", fin=False) + encode(CONTINUATION, b"b"))
    expect_close(connection, 1009, b"received WebSocket message size 2 exceeds payload limit of 1 octets")


for size in (0, 67108864):
    @option("max_message_size", size)
    def run(client):
        """a message of 1 MiB in two frames is taken"""
        connection = client.open()
        half = b"x" * (1 << 19)
        connection.send(encode(TEXT, half, fin=False) + encode(CONTINUATION, half))
        expect_frame(connection, TEXT, half + half)


def pieces(connection, payload):
    connection.frame(TEXT, payload)
    sizes = []
    while True:
        frame = connection.receive()
        assert frame.opcode == (CONTINUATION if sizes else TEXT), frame
        sizes.append(len(frame.payload))
        if frame.fin:
            return sizes


@option("auto_fragment_size", 0)
def run(client):
    """one frame, however long"""
    assert pieces(client.open(), b"x" * 200030) == [200030]


@option("auto_fragment_size", 1)
def run(client):
    """frames of one octet"""
    assert pieces(client.open(), b"four") == [1, 1, 1, 1]


@option("auto_fragment_size", 65536)
def run(client):
    """frames of that size and the rest; no empty one at the end of a multiple"""
    connection = client.open()
    assert pieces(connection, b"x" * 200030) == [65536, 65536, 65536, 3422]
    assert pieces(connection, b"x" * 131072) == [65536, 65536]


@option("auto_fragment_size", 67108864)
def run(client):
    """nothing here is that long"""
    assert pieces(client.open(), b"x" * 70000) == [70000]


@option("fail_by_drop", True)
def run(client):
    """a violation is a reset, without a Close"""
    connection = client.open()
    connection.frame(3)
    try:
        frame = connection.receive()
    except Exception as ended:
        assert getattr(ended, "reset", False), ended
    else:
        raise AssertionError(f"expected a reset, found {frame}")


@option("fail_by_drop", False)
def run(client):
    """a violation is a Close that says why"""
    connection = client.open()
    connection.frame(3)
    expect_close(connection, 1002)


for echoes, code, reason in ((True, 3456, b"because"), (False, 1000, b"")):
    @option("echo_close_codereason", echoes)
    def run(client, code=code, reason=reason):
        """a Close is answered with its code and reason, or with 1000"""
        connection = client.open()
        connection.frame(CLOSE, close_payload(3456, b"because"))
        expect_close(connection, code, reason)
        assert ends(connection.sock) == "fin"


@option("auto_ping_interval", 0)
def run(client):
    """no pings"""
    try:
        frame = client.open().receive(A_WHILE)
    except Silent:
        return
    raise AssertionError(f"expected nothing, found {frame}")


@option("auto_ping_interval", 1000)
def run(client):
    """a ping a second after the handshake, and the next a second after its pong"""
    connection = client.open()
    for number in (1, 2):
        started = time.monotonic()
        ping = expect_frame(connection, PING, patience=SOON)
        assert time.monotonic() - started > 0.7
        assert struct.unpack("!I", ping.payload[8:12])[0] == number, ping
        connection.frame(PONG, ping.payload)


for size in (12, 125):
    @option("auto_ping_size", size, auto_ping_interval=1000)
    def run(client, size=size):
        """octets of a ping"""
        assert len(expect_frame(client.open(), PING, patience=SOON).payload) == size


@option("auto_ping_timeout", 1000, auto_ping_interval=1000)
def run(client):
    """a ping that is not answered for a second is a reset"""
    connection = client.open()
    expect_frame(connection, PING, patience=SOON)
    assert ends(connection.sock) == "reset"


@option("auto_ping_timeout", 0, auto_ping_interval=1000)
def run(client):
    """a ping may wait for its answer"""
    connection = client.open()
    expect_frame(connection, PING, patience=SOON)
    assert ends(connection.sock, A_WHILE) is None


def chatter(client):
    """Messages instead of pongs, for three times the timeout: whether the connection is still there."""
    connection = client.open()
    expect_frame(connection, PING, patience=SOON)
    until = time.monotonic() + 3.5
    while time.monotonic() < until:
        connection.frame(BINARY, b"still here")
        if ends(connection.sock, 0.3):
            return False
    return True


@option("auto_ping_restart_on_any_traffic", True, auto_ping_interval=1000, auto_ping_timeout=1000)
def run(client):
    """data counts as a pong"""
    assert chatter(client)


@option("auto_ping_restart_on_any_traffic", False, auto_ping_interval=1000, auto_ping_timeout=1000)
def run(client):
    """data does not count as a pong"""
    assert not chatter(client)

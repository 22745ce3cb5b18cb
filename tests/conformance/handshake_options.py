"""Options that show in the opening handshake (spec 2.2.1-2.2.7, 2.2.18, 2.2.19, 2.3)."""
import time

from option_cases import A_WHILE, deflate, ends, expect_echo, option

WAMP = "Sec-WebSocket-Protocol: wamp.2.json"


def origin(client, text):
    return client.upgrade(fields=[f"Origin: {text}"])


def denied(answer, text):
    assert answer.line == f"HTTP/1.1 400 WebSocket connection denied: origin '{text}' not allowed", answer.line


@option("allowed_origins", ["*"])
def run(client):
    """every origin, and none"""
    assert origin(client, "https://anywhere.example.com").status == 101
    assert client.upgrade().status == 101


@option("allowed_origins", ["https://example.com", "http://*.example.org:8080", "http://literal.dot"])
def run(client):
    """patterns match with and without the default port; '*' is anything, '.' is a dot"""
    for allowed in "https://example.com", "https://example.com:443", "http://a.b.example.org:8080", "http://literal.dot:80":
        assert origin(client, allowed).status == 101, allowed
    for other in "http://example.com", "https://example.com:444", "http://a.example.org", "http://literalxdot":
        denied(origin(client, other), other)
    assert client.upgrade().status == 101


@option("allowed_origins", [])
def run(client):
    """denies all but null and none"""
    denied(origin(client, "https://example.com"), "https://example.com")
    assert origin(client, "null").status == 101
    assert client.upgrade().status == 101


@option("allow_null_origin", True)
def run(client):
    """null and file: may connect"""
    assert origin(client, "null").status == 101
    assert origin(client, "file:///tmp/page.html").status == 101


@option("allow_null_origin", False)
def run(client):
    """null and file: are denied"""
    denied(origin(client, "null"), "null")
    denied(origin(client, "file:///tmp/page.html"), "file:///tmp/page.html")
    assert origin(client, "https://example.com").status == 101


for port in (1, 65535):
    @option("external_port", port)
    def run(client, port=port):
        """a port in Host must be this one; without a port all is well"""
        assert client.upgrade(host=f"example.com:{port}").status == 101
        assert client.upgrade(host="example.com").status == 101
        answer = client.upgrade(host="example.com:8080")
        assert answer.line == ('HTTP/1.1 400 port 8080 in HTTP Host header "example.com:8080" does not match server '
                               f"listening port {port}"), answer.line


def versions(client, accepted, supported):
    for version in (13, 8, 7):
        answer = client.upgrade(version)
        if version in accepted:
            assert answer.status == 101, answer.line
        else:
            assert answer.line == (f"HTTP/1.1 400 WebSocket version {version} not supported (supported versions: "
                                   f"{supported})"), answer.line
            assert answer.fields["sec-websocket-version"] == supported


@option("enable_hybi10", True)
def run(client):
    """version 8 is spoken"""
    versions(client, (13, 8), "13,8")


@option("enable_hybi10", False)
def run(client):
    """version 8 is refused, with the version that is spoken"""
    versions(client, (13,), "13")


@option("enable_rfc6455", True)
def run(client):
    """version 13 is spoken"""
    versions(client, (13, 8), "13,8")


@option("enable_rfc6455", False)
def run(client):
    """version 13 is refused, with the version that is spoken"""
    versions(client, (8,), "8")


@option("open_handshake_timeout", 1000)
def run(client):
    """half a handshake is reset after a second, without a word"""
    sock = client.connect()
    sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    started = time.monotonic()
    assert ends(sock) == "reset"
    assert time.monotonic() - started > 0.7


@option("open_handshake_timeout", 0)
def run(client):
    """half a handshake may wait"""
    sock = client.connect()
    sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    assert ends(sock, A_WHILE) is None


@option("enable_webstatus", True)
def run(client):
    """a plain request gets a page that names nothing"""
    answer = client.request("GET / HTTP/1.1", "Host: x")
    assert answer.line.startswith("HTTP/1.1 200"), answer.line
    assert answer.fields["content-type"] == "text/html; charset=UTF-8"


@option("enable_webstatus", False)
def run(client):
    """a plain request is told to upgrade"""
    answer = client.request("GET / HTTP/1.1", "Host: x")
    assert answer.line == "HTTP/1.1 426 HTTP Upgrade header missing", answer.line


@option("require_websocket_subprotocol", True, transport="websocket")
def run(client):
    """a client without a WAMP subprotocol is refused"""
    for fields in [], ["Sec-WebSocket-Protocol: chat"]:
        answer = client.upgrade(fields=fields)
        assert answer.line.startswith("HTTP/1.1 400 This server only speaks WebSocket subprotocols "), answer.line
        assert "wamp.2.json" in answer.line, answer.line
    assert client.upgrade(fields=[WAMP]).fields["sec-websocket-protocol"] == "wamp.2.json"


@option("require_websocket_subprotocol", False, transport="websocket")
def run(client):
    """a client without one is taken, and no subprotocol is answered"""
    for fields in [], ["Sec-WebSocket-Protocol: chat"]:
        answer = client.upgrade(fields=fields)
        assert answer.status == 101, answer.line
        assert "sec-websocket-protocol" not in answer.fields
    assert client.upgrade(fields=[WAMP]).fields["sec-websocket-protocol"] == "wamp.2.json"


@option("show_server_version", True, transport="websocket")
def run(client):
    """Server has a version"""
    assert client.upgrade(fields=[WAMP]).fields["server"].startswith("wampgate/")
    assert client.request("GET / HTTP/1.1", "Host: x").fields["server"].startswith("wampgate/")


@option("show_server_version", False, transport="websocket")
def run(client):
    """Server has none"""
    assert client.upgrade(fields=[WAMP]).fields["server"] == "wampgate"
    assert client.request("GET / HTTP/1.1", "Host: x").fields["server"] == "wampgate"


@option("show_server_version", False)
def run(client):
    """a testee shows it all the same (spec 1.8)"""
    assert client.upgrade().fields["server"].startswith("wampgate/")


@option("compression", {})
def run(client):
    """no extension is negotiated"""
    assert "sec-websocket-extensions" not in client.upgrade(
        fields=["Sec-WebSocket-Extensions: permessage-deflate"]).fields


def negotiated(client, offer="permessage-deflate; client_max_window_bits"):
    answer = client.upgrade(fields=[f"Sec-WebSocket-Extensions: {offer}"]).fields.get("sec-websocket-extensions")
    return set() if answer is None else {part.strip() for part in answer.split(";")}


@deflate("request_no_context_takeover", True)
def run(client):
    """asks the client to reset its compressor"""
    assert "client_no_context_takeover" in negotiated(client)


@deflate("request_no_context_takeover", False)
def run(client):
    """asks for nothing"""
    assert negotiated(client) == {"permessage-deflate"}


for bits in (9, 15):
    @deflate("request_max_window_bits", bits)
    def run(client, bits=bits):
        """asks the client for this window; one that cannot be asked is spoken to uncompressed"""
        assert f"client_max_window_bits={bits}" in negotiated(client)
        assert negotiated(client, "permessage-deflate") == set()


@deflate("request_max_window_bits", 8)
def run(client):
    """is 9, which is what zlib can do"""
    assert "client_max_window_bits=9" in negotiated(client)


@deflate("request_max_window_bits", 0)
def run(client):
    """asks for nothing"""
    assert negotiated(client) == {"permessage-deflate"}


def twice(client):
    """How long the same text is the first and the second time, compressed by us."""
    connection = client.open(extensions="permessage-deflate")
    sizes = []
    for _ in range(2):
        connection.frame(1, b"the same words in every message")
        sizes.append(len(connection.receive().payload))
    return sizes


@deflate("no_context_takeover", True)
def run(client):
    """our compressor is reset: what was said before does not help"""
    first, second = twice(client)
    assert first == second, (first, second)


@deflate("no_context_takeover", False)
def run(client):
    """our compressor is not reset, unless the client asks"""
    first, second = twice(client)
    assert first > second, (first, second)
    assert "server_no_context_takeover" not in negotiated(client)
    assert "server_no_context_takeover" in negotiated(client, "permessage-deflate; server_no_context_takeover")


for bits, answered in ((8, 9), (9, 9), (15, 15)):
    @deflate("max_window_bits", bits)
    def run(client, answered=answered):
        """our window, as a client is answered that limits it"""
        assert f"server_max_window_bits={answered}" in negotiated(client, "permessage-deflate; server_max_window_bits=15")


def compressed_size(client):
    """Of the same words by our compressor; the echo is inflated by the client."""
    import zlib
    words = b"".join(b"%d and %x, " % (number * number, number * 7919) for number in range(4000))
    connection = client.open(extensions="permessage-deflate")
    deflater = zlib.compressobj(wbits=-15)
    payload = deflater.compress(words) + deflater.flush(zlib.Z_SYNC_FLUSH)
    connection.frame(2, payload[:-4], rsv=4)
    frame = connection.receive()
    assert zlib.decompressobj(wbits=-15).decompress(frame.payload + b"\0\0\xff\xff") == words
    return len(frame.payload)


SIZES = {}
for level in (1, 9):
    @deflate("memory_level", level)
    def run(client, level=level):
        """less memory compresses worse, and is understood all the same"""
        SIZES[level] = compressed_size(client)
        assert len(SIZES) < 2 or SIZES[1] > SIZES[9], SIZES
        expect_echo(client.open())

"""The RawSocket transport (spec 3.6) of a real node, both of its sides: every length, every serializer, every reserved bit,
every error of the handshake, and every kind of frame."""
import socket
import struct
import threading
import unittest

import frames
import octets
import peers
from edge import LOOPBACK, port_of
from node import ManagedNode

SIZES = {length: 1 << (9 + length) for length in range(16)}
HELLO = [1, "realm-00", {"roles": {"caller": {}}}]


def setUpModule():
    """A transport and a backend of each length."""
    global node, ports, routers
    routers = {f"realm-{length:02}": peers.Router("raw", "json") for length in SIZES}
    backends = [{"realm": realm, "transport": {**router.transport(), "options": {"max_message_size": size}}}
                for (realm, router), size in zip(routers.items(), SIZES.values())]
    transports = [{"type": "rawsocket", "id": f"raw_{length}", "endpoint": LOOPBACK, "options": {"max_message_size": size}}
                  for length, size in SIZES.items()]
    transports += [{"type": "rawsocket", "id": f"only_{serializer}", "endpoint": LOOPBACK, "serializers": [serializer]}
                   for serializer in octets.SERIALIZERS]
    transports += [{"type": "rawsocket", "id": "rounded", "endpoint": LOOPBACK, "options": {"max_message_size": 1025}}]
    node = unittest.enterModuleContext(ManagedNode({"version": 2, "workers": [
        {"type": "proxy", "id": "edge", "backends": backends, "transports": transports}]}))
    ports = {transport["id"]: port_of(node, f"edge/{transport['id']}") for transport in transports}


class Socket(unittest.TestCase):
    longMessage = True

    def connect(self, transport="raw_15"):
        sock = socket.create_connection(("127.0.0.1", ports[transport]), frames.PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(frames.PATIENCE)
        self.addCleanup(sock.close)
        return sock

    def all_until_end(self, sock):
        got = b""
        try:
            while part := sock.recv(65536):
                got += part
        except ConnectionError:
            return got + b" and a reset"
        return got

    def joined(self, realm="realm-15", transport="raw_15", length=15, welcome=True):
        """A client and its router, which both speak JSON."""
        sock = self.connect(transport)
        sock.sendall(bytes([0x7f, length << 4 | 1, 0, 0]))
        answer = bytearray()
        peers.receive_exactly(sock, answer, 4)
        client = peers.RawPeer(sock, "json")
        client.send(octets.encode("json", [1, realm, {"roles": {"caller": {}}}]))
        router_sock, _ = routers[realm].listener.accept()
        self.addCleanup(router_sock.close)
        hello = bytearray()
        peers.receive_exactly(router_sock, hello, 4)
        router_sock.sendall(bytes([0x7f, 0xf1, 0, 0]))
        router = peers.RawPeer(router_sock, "json", hello[4:])
        router.receive()
        if welcome:
            router.send(b'[2,1,{"roles":{}}]')
            client.receive()
        return client, router


class Server(Socket):
    def test_answers_with_the_length_it_was_configured_with_and_the_clients_serializer(self):
        for length in SIZES:
            for serializer, number in peers.IDS.items():
                for theirs in (0, 15):
                    sock = self.connect(f"raw_{length}")
                    sock.sendall(bytes([0x7f, theirs << 4 | number, 0, 0]))
                    self.assertEqual(sock.recv(16), bytes([0x7f, length << 4 | number, 0, 0]), (length, serializer, theirs))

    def test_takes_every_length_of_the_client(self):
        for length in range(16):
            sock = self.connect()
            sock.sendall(bytes([0x7f, length << 4 | 3, 0, 0]))
            self.assertEqual(sock.recv(16), b"\x7f\xf3\0\0", length)

    def test_rounds_its_length_up(self):
        sock = self.connect("rounded")
        sock.sendall(b"\x7f\xf1\0\0")
        self.assertEqual(sock.recv(16), b"\x7f\x21\0\0")

    def test_refuses_every_serializer_that_there_is_not(self):
        for number in (0, *range(4, 16)):
            for length in (0, 15):
                sock = self.connect()
                sock.sendall(bytes([0x7f, length << 4 | number, 0, 0]))
                self.assertEqual(self.all_until_end(sock), b"\x7f\x10\0\0", number)

    def test_refuses_serializers_that_are_not_enabled(self):
        for enabled in octets.SERIALIZERS:
            for serializer, number in peers.IDS.items():
                sock = self.connect(f"only_{enabled}")
                sock.sendall(bytes([0x7f, 0xf0 | number, 0, 0]))
                wanted = bytes([0x7f, 0xf0 | number, 0, 0]) if serializer == enabled else b"\x7f\x10\0\0"
                peers.receive_exactly(sock, answer := bytearray(), 4)
                self.assertEqual(bytes(answer), wanted, (enabled, serializer))

    def test_refuses_every_reserved_bit(self):
        for bit in range(16):
            sock = self.connect()
            sock.sendall(b"\x7f\xf1" + struct.pack(">H", 1 << bit))
            self.assertEqual(self.all_until_end(sock), b"\x7f\x30\0\0", bit)

    def test_tells_a_client_that_uses_both_a_reserved_bit_and_a_wrong_serializer_of_the_bit(self):
        sock = self.connect()
        sock.sendall(b"\x7f\xff\xff\xff")
        self.assertEqual(self.all_until_end(sock), b"\x7f\x30\0\0")

    def test_answers_nothing_to_any_other_first_octet(self):
        for first in range(256):
            if first == 0x7f:
                continue
            sock = self.connect()
            sock.sendall(bytes([first]))
            self.assertIn(self.all_until_end(sock), (b"", b" and a reset"), first)

    def test_takes_the_handshake_octet_by_octet(self):
        sock = self.connect()
        for octet in b"\x7f\xf2\0":
            sock.sendall(bytes([octet]))
        sock.setblocking(False)
        with self.assertRaises(BlockingIOError):
            sock.recv(1)
        sock.settimeout(frames.PATIENCE)
        sock.sendall(b"\0")
        self.assertEqual(sock.recv(16), b"\x7f\xf2\0\0")

    def test_takes_messages_that_come_with_the_handshake(self):
        sock = self.connect()
        hello = octets.encode("json", [1, "nowhere", {"roles": {"caller": {}}}])
        sock.sendall(b"\x7f\xf1\0\0" + struct.pack(">I", len(hello)) + hello)
        got = self.all_until_end(sock)
        self.assertTrue(got.startswith(b"\x7f\xf1\0\0"), got)
        self.assertIn(b'"wamp.error.no_such_realm"]', got)


class Frames(Socket):
    def test_of_pings_are_answered_with_their_payload(self):
        client, router = self.joined()
        for payload in (b"", b"x", bytes(range(256)) * 100):
            client.sock.sendall(struct.pack(">I", 1 << 24 | len(payload)) + payload)
            peers.receive_exactly(client.sock, client.buffer, 4 + len(payload))
            self.assertEqual(bytes(client.buffer), struct.pack(">I", 2 << 24 | len(payload)) + payload)
            client.buffer.clear()
        router.sock.sendall(struct.pack(">I", 1 << 24 | 2) + b"hi")
        peers.receive_exactly(router.sock, router.buffer, 6)
        self.assertEqual(bytes(router.buffer), struct.pack(">I", 2 << 24 | 2) + b"hi")

    def test_of_pongs_that_nobody_asked_for_are_ignored(self):
        client, router = self.joined()
        client.sock.sendall(struct.pack(">I", 2 << 24 | 3) + b"abc")
        client.send(b'[48,1,{},"a.b"]')
        self.assertEqual(router.receive(), b'[48,1,{},"a.b"]')

    def test_with_other_types_or_reserved_bits_end_the_connection(self):
        for first in (3, 4, 5, 6, 7, 0x10, 0x20, 0x40, 0x80, 0xff):
            with self.subTest(first=first):
                client, router = self.joined()
                client.sock.sendall(bytes([first, 0, 0, 5]) + b"[6,1]")
                self.assertIn(self.all_until_end(client.sock), (b"", b" and a reset"))
                self.assertEqual(router.receive(), b'[6,{},"wamp.close.normal"]')

    def test_of_length_zero_end_the_connection(self):
        client, router = self.joined()
        client.sock.sendall(b"\0\0\0\0")
        self.assertIn(self.all_until_end(client.sock), (b"", b" and a reset"))
        self.assertEqual(router.receive(), b'[6,{},"wamp.close.normal"]')

    def test_in_any_segmentation_are_the_same(self):
        client, router = self.joined()
        call = b'[48,1,{},"a.b",["text"]]'
        for octet in struct.pack(">I", len(call)) + call:
            client.sock.sendall(bytes([octet]))
        self.assertEqual(router.receive(), call)


def call_of(size):
    head = b'[48,1,{},"a.b",["'
    return head + b"x" * (size - len(head) - 3) + b'"]]'


class Limits(Socket):
    def test_of_the_server_are_what_it_has_answered(self):
        for length, size in SIZES.items():
            with self.subTest(size=size):
                client, router = self.joined(transport=f"raw_{length}")
                longest = call_of(size)
                # The bit above the type stands for 2^24.
                head, beyond = (struct.pack(">I", size), struct.pack(">I", size + 1)) if size < 1 << 24 else (
                    b"\x08\0\0\0", b"\x08\0\0\1")
                sender = threading.Thread(target=client.sock.sendall, args=(head + longest,))
                sender.start()
                peers.receive_exactly(router.sock, router.buffer, 4 + size)
                sender.join()
                self.assertEqual(bytes(router.buffer), head + longest)
                router.buffer.clear()
                client.sock.sendall(beyond)
                self.assertIn(self.all_until_end(client.sock), (b"", b" and a reset"))
                self.assertEqual(router.receive(), b'[6,{},"wamp.close.normal"]')

    def test_of_the_client_are_kept_by_the_node_which_tells_the_caller(self):
        for length in range(0, 12):
            with self.subTest(length=length):
                client, router = self.joined(length=length)
                fits = b'[50,1,{},["' + b"x" * (SIZES[length] - 14) + b'"]]'
                self.assertEqual(len(fits), SIZES[length])
                router.send(fits)
                self.assertEqual(client.receive(), fits)
                client.send(b'[48,2,{},"a.b"]')
                router.receive()
                router.send(b'[50,2,{},["' + b"x" * (SIZES[length] - 13) + b'"]]')
                text = f"RESULT was not delivered: {SIZES[length] + 1} octets are more than the {SIZES[length]} that the other side takes"
                self.assertEqual(client.receive().decode(), f'[8,48,2,{{}},"wamp.error.payload_size_exceeded",["{text}"]]')


class Client(Socket):
    """The node towards a router."""

    def answered(self, answer, realm="realm-15", chop=None):
        """(what the node began with, the node's next octets, the ABORT that a client gets if the router answers so)."""
        client_sock = self.connect()
        client_sock.sendall(b"\x7f\xf1\0\0")
        peers.receive_exactly(client_sock, bytearray(), 4)
        client = peers.RawPeer(client_sock, "json")
        client.send(octets.encode("json", [1, realm, {"roles": {"caller": {}}}]))
        sock, _ = routers[realm].listener.accept()
        self.addCleanup(sock.close)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peers.receive_exactly(sock, began := bytearray(), 4)
        for at in range(0, len(answer), chop or len(answer)):
            sock.sendall(answer[at:at + (chop or len(answer))])
        return bytes(began), sock, client

    def test_begins_with_the_length_and_the_serializer_that_it_was_configured_with(self):
        for length in SIZES:
            began, _, _ = self.answered(b"\x7f\xf1\0\0", f"realm-{length:02}")
            self.assertEqual(began, bytes([0x7f, length << 4 | 1, 0, 0]))

    def test_says_hello_once_it_was_answered_however_the_answer_comes(self):
        for length in range(16):
            _, sock, _ = self.answered(bytes([0x7f, length << 4 | 1, 0, 0]), chop=1 if length % 2 else None)
            router = peers.RawPeer(sock, "json")
            self.assertEqual(router.receive(), b'[1,"realm-15",{"roles":{"caller":{}}}]')

    def test_tells_what_the_router_has_answered(self):
        errors = {1: "the serializer is not supported", 2: "the maximum message length is not acceptable",
                  3: "reserved bits were used", 4: "the maximum number of connections is reached"}
        answers = [(bytes([0x7f, code << 4, 0, 0]), "the backend refused the RawSocket handshake: " +
                    errors.get(code, f"error {code}")) for code in range(16)]
        answers += [(bytes([0x7f, 0xf0 | number, 0, 0]),
                     f"the backend answered with RawSocket serializer {number}, we asked for 1 (json)") for number in range(2, 16)]
        answers += [(b"\x7f\xf1" + struct.pack(">H", 1 << bit), "the backend used reserved bits in its RawSocket handshake")
                    for bit in range(16)]
        answers += [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "the backend does not speak RawSocket: it answered 0x48")]
        for answer, text in answers:
            with self.subTest(answer=answer):
                _, sock, client = self.answered(answer)
                sock.close()
                abort = client.receive()
                self.assertTrue(abort.endswith(b'"wamp.error.unavailable"]'), abort)
                self.assertIn(text.encode(), abort)

    def test_closes_a_router_that_sends_more_than_it_takes(self):
        for length in (0, 5):
            client, router = self.joined(realm=f"realm-{length:02}")
            router.sock.sendall(struct.pack(">I", SIZES[length] + 1))
            self.assertIn(self.all_until_end(router.sock), (b"", b" and a reset"))
            self.assertIn(b"wamp.close.system_shutdown", client.receive())


if __name__ == "__main__":
    unittest.main()

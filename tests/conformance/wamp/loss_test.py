"""Peers that end in the middle of what they say, over both transports, small and large, in order and by a reset."""
import socket
import struct
import unittest

import frames
import octets
import peers
from edge import KINDS, Edge, realm_of

ROLES = {"roles": {"caller": {}}}
GONE = [6, {"message": "the backend is gone"}, "wamp.close.system_shutdown"]


def setUpModule():
    global edge
    edge = unittest.enterModuleContext(Edge())


def end(peer, how):
    sock = peer.sock if isinstance(peer, peers.RawPeer) else peer.connection.sock
    if how == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def send_part(peer, message, size):
    """The first `size` octets of a message of `peer`, framed."""
    if isinstance(peer, peers.RawPeer):
        peer.sock.sendall((struct.pack(">I", len(message)) + message)[:size])
    else:
        peer.connection.send(frames.encode(peer.opcode, message, masked=peer.connection.client)[:size])


class Loss(unittest.TestCase):
    longMessage = True

    def joined(self, client_kind, kind):
        client = edge.client(*client_kind)
        self.addCleanup(client.drop)
        client.send(octets.encode(client.serializer, [1, realm_of(*kind), ROLES]))
        router = edge.routers[realm_of(*kind)].accept()
        router.receive()
        router.send(octets.encode(router.serializer, [2, 1, ROLES]))
        client.receive()
        return client, router

    def each(self, run):
        for client_kind in (("web", "json"), ("raw", "json"), ("web", "cbor")):
            for kind in (("raw", "json"), ("web", "json"), ("web", "msgpack")):
                for how in ("end", "reset"):
                    with self.subTest(f"client {client_kind}, router {kind}, {how}"):
                        run(client_kind, kind, how)

    def test_of_the_router_inside_of_a_message_is_told_to_the_client(self):
        def run(client_kind, kind, how):
            for size in (1, 3, 20, 5000):
                client, router = self.joined(client_kind, kind)
                send_part(router, octets.encode(router.serializer, [50, 1, {}, ["x" * 10000]]), size)
                end(router, how)
                self.assertEqual(client.receive(), octets.encode(client.serializer, GONE), size)
                client.send(octets.encode(client.serializer, [6, {}, "wamp.close.goodbye_and_out"]))
                self.assertEqual(client.expect_end()[0], None if client_kind[0] == "raw" else 1012)
        self.each(run)

    def test_of_the_router_inside_of_a_message_that_is_passed_on_part_by_part_ends_the_client_there(self):
        def run(client_kind, kind, how):
            if client_kind[1] != kind[1]:
                return
            client, router = self.joined(client_kind, kind)
            message = octets.encode(router.serializer, [50, 1, {}, ["x" * 1000000]])
            send_part(router, message, 500000)
            end(router, how)
            with self.assertRaises(frames.Ended):  # a whole message there would be one that nobody has sent
                client.receive()
        self.each(run)

    def test_of_the_client_inside_of_a_message_is_goodbye_for_the_router(self):
        def run(client_kind, kind, how):
            for size in (1, 3, 20, 5000):
                client, router = self.joined(client_kind, kind)
                send_part(client, octets.encode(client.serializer, [48, 1, {}, "a.b", ["x" * 10000]]), size)
                end(client, how)
                self.assertEqual(router.receive(), octets.encode(router.serializer, [6, {}, "wamp.close.normal"]), size)
                router.drop()
        self.each(run)

    def test_of_the_client_inside_of_a_message_that_is_passed_on_part_by_part_ends_the_router_there(self):
        def run(client_kind, kind, how):
            if client_kind[1] != kind[1]:
                return
            client, router = self.joined(client_kind, kind)
            send_part(client, octets.encode(client.serializer, [48, 1, {}, "a.b", ["x" * 1000000]]), 500000)
            end(client, how)
            with self.assertRaises(frames.Ended):
                router.receive()
            router.drop()
        self.each(run)

    def test_of_half_a_connection_still_gets_what_was_asked_for_before_or_nothing_and_ends(self):
        for kind in KINDS:
            with self.subTest(kind):
                client, router = self.joined(kind, kind)
                client.send(octets.encode(client.serializer, [48, 1, {}, "a.b"]))
                sock = client.sock if kind[0] == "raw" else client.connection.sock
                sock.shutdown(socket.SHUT_WR)
                self.assertEqual(router.receive(), octets.encode(router.serializer, [48, 1, {}, "a.b"]))
                self.assertEqual(router.receive(), octets.encode(router.serializer, [6, {}, "wamp.close.normal"]))
                router.drop()
                with self.assertRaises(frames.Ended):
                    client.receive()


if __name__ == "__main__":
    unittest.main()

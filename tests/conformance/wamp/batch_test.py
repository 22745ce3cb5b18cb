"""The batched subprotocols (spec 3.3): how batches are split, what is no batch, and what becomes of it."""
import unittest

import frames
import octets
import peers
from edge import Edge, realm_of

CALL = [48, 7, {}, "com.example.a", ["text"]]


def setUpModule():
    global edge
    edge = unittest.enterModuleContext(Edge())


class Batches(unittest.TestCase):
    def joined(self, serializer):
        realm = realm_of("raw", "json")
        client = edge.client("web", serializer, batched=True)
        self.addCleanup(client.drop)
        client.send(octets.encode(serializer, [1, realm, {"roles": {"caller": {}}}]))
        router = edge.routers[realm].accept()
        self.addCleanup(router.drop)
        router.receive()
        router.send(octets.encode("json", [2, 1, {"roles": {}}]))
        self.assertEqual(client.receive(), octets.batch(serializer, [octets.encode(serializer, [2, 1, {"roles": {}}])]))
        return client, router

    def test_come_to_the_router_one_by_one_in_their_order(self):
        for serializer in octets.SERIALIZERS:
            with self.subTest(serializer):
                client, router = self.joined(serializer)
                calls = [[48, number, {}, "com.example.a", ["x" * number]] for number in range(1, 200)]
                client.send(*(octets.encode(serializer, call) for call in calls))
                for call in calls:
                    self.assertEqual(router.receive(), octets.encode("json", call))

    def test_may_be_delimited_as_the_wamp_specification_says(self):
        client, router = self.joined("json")
        call = octets.encode("json", CALL)
        client.connection.frame(frames.TEXT, call + b"\x1e" + call + b"\x18" + call + b"\x1e")
        self.assertEqual(router.receive(3), call * 3)

    def test_are_sent_with_every_message_complete(self):
        for serializer in octets.SERIALIZERS:
            with self.subTest(serializer):
                client, router = self.joined(serializer)
                results = [[50, number, {}, ["x" * number]] for number in range(1, 300)]
                router.send(*(octets.encode("json", result) for result in results))
                wanted = octets.batch(serializer, [octets.encode(serializer, result) for result in results])
                self.assertEqual(client.receive(len(results)), wanted)

    def broken(self, serializer):
        """(what is wrong, payload, what the node says)."""
        call = octets.encode(serializer, CALL)
        good = octets.batch(serializer, [call])
        yield "nothing", b"", "batch is empty"
        if serializer == "json":
            yield "no delimiter", call, "batch does not end with a delimiter: its last message is cut off"
            yield "a cut end", good + call[:5], "batch does not end with a delimiter: its last message is cut off"
            yield "only a delimiter", b"\x18", "batch holds an empty message"
            yield "an empty message", good + b"\x18", "batch holds an empty message"
            yield "an empty message in front", b"\x1e" + good, "batch holds an empty message"
        else:
            for size in (1, 2, 3):
                yield f"{size} octets of a length", good + b"\0" * size, "batch ends inside the length of a message"
            yield "a length of zero", good + b"\0\0\0\0", "batch holds an empty message"
            yield "a cut message", good + good[:-1], "batch ends inside a message"
            yield "an absurd length", good + b"\xff\xff\xff\xff" + call, "batch ends inside a message"
            yield "a length alone", good[:4], "batch ends inside a message"

    def test_that_are_broken_end_the_session_and_nothing_of_them_is_passed_on(self):
        for serializer in octets.SERIALIZERS:
            for name, payload, text in self.broken(serializer):
                with self.subTest(f"{serializer}: {name}"):
                    client, router = self.joined(serializer)
                    client.connection.frame(client.opcode, payload)
                    abort = octets.encode(serializer, [3, {"message": text}, "wamp.error.protocol_violation"])
                    self.assertEqual(client.receive(), octets.batch(serializer, [abort]))
                    self.assertEqual(client.expect_end(), (1002, f"WAMP Protocol Error ({text})"))
                    self.assertEqual(router.receive()[:3], b"[6,", "the router hears GOODBYE and no CALL")

    def test_with_a_malformed_message_pass_on_those_before_it_and_none_behind(self):
        for serializer in octets.SERIALIZERS:
            with self.subTest(serializer):
                client, router = self.joined(serializer)
                call = octets.encode(serializer, CALL)
                client.send(call, octets.encode(serializer, [99]), call)
                self.assertEqual(router.receive(), octets.encode("json", CALL))
                self.assertEqual(router.receive()[:3], b"[6,")
                text = "invalid WAMP message type 99"
                abort = octets.encode(serializer, [3, {"message": text}, "wamp.error.protocol_violation"])
                self.assertEqual(client.receive(), octets.batch(serializer, [abort]))
                self.assertEqual(client.expect_end(), (1002, f"WAMP Protocol Error ({text})"))

    def test_of_the_other_kind_of_message_end_the_session(self):
        for serializer, text in (("json", "binary message where the serializer asks for text"),
                                 ("cbor", "text message where the serializer asks for binary")):
            with self.subTest(serializer):
                client, _ = self.joined(serializer)
                other = frames.BINARY if client.opcode == frames.TEXT else frames.TEXT
                client.connection.frame(other, b"[48,1,{},\"a.b\"]\x18")
                abort = octets.encode(serializer, [3, {"message": text}, "wamp.error.protocol_violation"])
                self.assertEqual(client.receive(), octets.batch(serializer, [abort]))
                self.assertEqual(client.expect_end(), (1002, f"WAMP Protocol Error ({text})"))


if __name__ == "__main__":
    unittest.main()

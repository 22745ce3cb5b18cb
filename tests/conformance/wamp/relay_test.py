"""Every message type, every serializer, both transports on both sides, both directions, through the relay of a real node:
what goes in and what comes out are octets that others have written (golden.json)."""
import unittest

import octets
import peers
from edge import KINDS, Edge, realm_of

CLIENTS = [(kind, serializer, False) for kind, serializer in KINDS]
CLIENTS += [("web", serializer, True) for serializer in octets.SERIALIZERS]


def setUpModule():
    global edge
    edge = unittest.enterModuleContext(Edge())


class Relay(unittest.TestCase):
    longMessage = True

    def in_each_session(self, run):
        """With a client and a router of every pair of transport and serializer, joined by golden HELLO and WELCOME."""
        for kind, serializer, batched in CLIENTS:
            for router_kind, router_serializer in KINDS:
                name = f"{kind} {serializer}{' batched' if batched else ''} to {router_kind} {router_serializer}"
                with self.subTest(name):
                    client = edge.client(kind, serializer, batched)
                    try:
                        router = self.join(client, router_kind, router_serializer)
                        run(client, router)
                        router.drop()
                    finally:
                        client.drop()

    def hello(self, serializer, realm):
        default, wanted = "realm-of-raw-json", realm
        self.assertEqual(len(default), len(wanted))
        return peers.golden("HELLO").forms[serializer].replace(default.encode(), wanted.encode())

    def join(self, client, kind, serializer):
        realm = realm_of(kind, serializer)
        client.send(self.hello(client.serializer, realm))
        router = edge.routers[realm].accept()
        self.assertEqual(router.receive(), self.hello(serializer, realm), "HELLO")
        self.pass_one(router, client, peers.golden("CHALLENGE"))
        self.pass_one(client, router, peers.golden("AUTHENTICATE"))
        self.pass_one(router, client, peers.golden("WELCOME"))
        return router

    def expected(self, receiver, messages):
        if getattr(receiver, "batched", False):
            return octets.batch(receiver.serializer, messages)
        return b"".join(messages)

    def pass_one(self, sender, receiver, message):
        sender.send(message.forms[sender.serializer])
        self.assertEqual(receiver.receive(), self.expected(receiver, [message.forms[receiver.serializer]]), message.name)

    def pass_all(self, sender, receiver, who):
        """All at once, then each received: batches are batches, and order is kept."""
        messages = [message for message in peers.GOLDEN if message.goes(who, sender.serializer, receiver.serializer)]
        small = [message for message in messages if len(message.forms["json"]) < 5000]
        self.assertGreater(len(small), 20)
        sender.send(*(message.forms[sender.serializer] for message in small))
        if getattr(receiver, "batched", False):
            wanted = self.expected(receiver, [message.forms[receiver.serializer] for message in small])
            self.assertEqual(receiver.receive(len(small)), wanted)
        else:
            for message in small:
                self.assertEqual(receiver.receive(), message.forms[receiver.serializer], message.name)
        for message in messages:
            if message not in small:
                self.pass_one(sender, receiver, message)

    def test_passes_every_message_both_ways_to_the_golden_octets(self):
        def run(client, router):
            self.pass_all(client, router, "client")
            self.pass_all(router, client, "router")
        self.in_each_session(run)

    def test_passes_goodbye_and_its_answer(self):
        def run(client, router):
            self.pass_one(client, router, peers.golden("GOODBYE"))
            self.pass_one(router, client, peers.golden("GOODBYE"))
            self.assertIn(client.expect_end()[0], (None, 1000))
        self.in_each_session(run)

    def test_passes_goodbye_of_the_router(self):
        def run(client, router):
            self.pass_one(router, client, peers.golden("GOODBYE"))
            self.pass_one(client, router, peers.golden("GOODBYE"))
            self.assertIn(client.expect_end()[0], (None, 1000))
        self.in_each_session(run)

    def test_passes_abort_of_the_router_in_answer_to_hello(self):
        for kind, serializer, batched in CLIENTS:
            for router_kind, router_serializer in KINDS:
                with self.subTest(f"{kind} {serializer} {batched} to {router_kind} {router_serializer}"):
                    realm = realm_of(router_kind, router_serializer)
                    client = edge.client(kind, serializer, batched)
                    client.send(self.hello(serializer, realm))
                    router = edge.routers[realm].accept()
                    self.assertEqual(router.receive(), self.hello(router_serializer, realm))
                    self.pass_one(router, client, peers.golden("ABORT"))
                    self.assertEqual(client.expect_end(),
                                     (None, "") if kind == "raw" else (1008, "The realm does not exist."))
                    router.drop()
                    client.drop()

    def test_golden_octets_hold_every_message_type(self):
        held = {int(message.forms["json"].split(b",")[0].strip(b" [\n")) for message in peers.GOLDEN}
        self.assertEqual(held, {1, 2, 3, 4, 5, 6, 8, 16, 17, 32, 33, 34, 35, 36, 48, 49, 50, 64, 65, 66, 67, 68, 69, 70, 337})


if __name__ == "__main__":
    unittest.main()

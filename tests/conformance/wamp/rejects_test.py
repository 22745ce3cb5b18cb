"""What is refused of the messages that a node ends itself (spec 3.5), with the exact ABORT and Close: before and after
WELCOME, by a proxy that authenticates, by one that does not, and by the embedded router; in every serializer, over both
transports."""
import unittest

import frames
import octets
import peers
from edge import LOOPBACK, port_of
from node import ManagedNode, document

VIOLATION = "wamp.error.protocol_violation"
INVALID_URI = "wamp.error.invalid_uri"
ROLES = {"roles": {"caller": {}}}
CLIENTS = [(kind, serializer) for kind in ("web", "raw") for serializer in octets.SERIALIZERS]
ROUTER_ONLY = {17: "PUBLISHED", 33: "SUBSCRIBED", 35: "UNSUBSCRIBED", 36: "EVENT", 50: "RESULT", 65: "REGISTERED",
               67: "UNREGISTERED", 68: "INVOCATION", 69: "INTERRUPT"}
REQUESTS = {8: "ERROR", 16: "PUBLISH", 32: "SUBSCRIBE", 34: "UNSUBSCRIBE", 48: "CALL", 49: "CANCEL", 64: "REGISTER",
            66: "UNREGISTER", 70: "YIELD", 337: "EVENT_RECEIVED"}


def setUpModule():
    global ports
    made = document()
    core, edge = made["workers"]
    anonymous = edge["transports"][0]["paths"]["ws"]["auth"]
    core["transports"] += [
        {"type": "websocket", "id": "direct", "endpoint": LOOPBACK, "auth": anonymous},
        {"type": "rawsocket", "id": "directraw", "endpoint": LOOPBACK, "auth": anonymous}]
    edge["transports"].append({"type": "rawsocket", "id": "raw", "endpoint": LOOPBACK, "auth": anonymous})
    transparent = {"type": "proxy", "id": "open",
                   "backends": [{"realm": "realm1", "transport": {"type": "rawsocket", "serializer": "cbor",
                                                                  "endpoint": {"type": "unix", "path": "plain.sock"}}}],
                   "transports": [{"type": "web", "id": "web", "endpoint": LOOPBACK, "paths": {"ws": {"type": "websocket"}}},
                                  {"type": "rawsocket", "id": "raw", "endpoint": LOOPBACK}]}
    core["transports"].append({"type": "rawsocket", "id": "plain", "endpoint": {"type": "unix", "path": "plain.sock"},
                               "auth": anonymous})
    made["workers"].append(transparent)
    node = unittest.enterModuleContext(ManagedNode(made))
    ports = {"authenticating": {"web": port_of(node, "edge/web"), "raw": port_of(node, "edge/raw")},
             "transparent": {"web": port_of(node, "open/web"), "raw": port_of(node, "open/raw")},
             "router": {"web": port_of(node, "core/direct"), "raw": port_of(node, "core/directraw")}}


NO_MESSAGES = [({}, "WAMP message is not a list"), ("text", "WAMP message is not a list"), (7, "WAMP message is not a list"),
               (None, "WAMP message is not a list"), (True, "WAMP message is not a list"),
               ([], "missing message type in WAMP message")]
NO_MESSAGES += [([what], "WAMP message type is not an integer") for what in ("1", True, None, 1.5, -1, [1], {})]
NO_MESSAGES += [([code], f"invalid WAMP message type {code}") for code in (0, 7, 9, 15, 18, 99, 255, 256, 336, 65535, 65536)]

# HELLO as all three refuse it, and the proxies before they look further.
BAD_HELLO_DETAILS = [
    ([1, "realm1", {}], "missing mandatory roles attribute in options in HELLO"),
    ([1, "realm1", {"roles": []}], "'roles' in 'details' in HELLO is not a dictionary"),
    ([1, "realm1", {"roles": None}], "'roles' in 'details' in HELLO is not a dictionary"),
    ([1, "realm1", {"roles": {}}], "empty 'roles' in 'details' in HELLO"),
    ([1, "realm1", {"roles": {"broker": {}}}], "invalid role 'broker' in 'roles' in 'details' in HELLO"),
    ([1, "realm1", {"roles": {"dealer": {}}}], "invalid role 'dealer' in 'roles' in 'details' in HELLO"),
    ([1, "realm1", {"roles": {"caller": 1}}], "role 'caller' in HELLO is not a dictionary"),
    ([1, "realm1", {"roles": {"callee": {"features": []}}}], "'features' of role 'callee' in HELLO is not a dictionary"),
    ([1, "realm1", {**ROLES, "authmethods": "anonymous"}], "'authmethods' in HELLO is not a list of strings"),
    ([1, "realm1", {**ROLES, "authmethods": ["anonymous", 1]}], "'authmethods' in HELLO is not a list of strings"),
    ([1, "realm1", {**ROLES, "authid": 7}], "'authid' in HELLO is not a string"),
    ([1, "realm1", {**ROLES, "authrole": {}}], "'authrole' in HELLO is not a string"),
    ([1, "realm1", {**ROLES, "authextra": [1]}], "'authextra' in HELLO is not a dictionary"),
]
BAD_HELLO_SHAPE = [
    ([1], "HELLO has 1 elements instead of 3"), ([1, "realm1"], "HELLO has 2 elements instead of 3"),
    ([1, "realm1", ROLES, {}], "HELLO has 4 elements instead of 3"), ([1, 7, ROLES], "realm in HELLO is not a string"),
    ([1, [], ROLES], "realm in HELLO is not a string"), ([1, "realm1", []], "details in HELLO are not a dictionary"),
    ([1, "realm1", None], "details in HELLO are not a dictionary"), ([1, "realm1", "x"], "details in HELLO are not a dictionary"),
]
BAD_REALMS = ["bad realm", "a..b", "a#b", "a.", ".a", "tab\there", "line\nbreak"]


class Rejects(unittest.TestCase):
    longMessage = True

    def client(self, mode, kind, serializer):
        port = ports[mode][kind]
        client = peers.raw_client(port, serializer) if kind == "raw" else peers.web_client(
            port, serializer, path="/" if mode == "router" else "/ws")
        self.addCleanup(client.drop)
        return client

    def joined(self, mode, kind, serializer):
        client = self.client(mode, kind, serializer)
        client.send(octets.encode(serializer, [1, "realm1", ROLES]))
        welcome = client.receive()
        self.assertEqual(welcome[:2] if serializer == "cbor" else welcome[:3].replace(b"\x93", b"[")[:2],
                         {"json": b"[2", "msgpack": b"[\x02", "cbor": b"\x83\x02"}[serializer], welcome)
        return client

    def expect_abort(self, client, text, uri=VIOLATION, code=1002):
        self.assertEqual(client.receive(), octets.encode(client.serializer, [3, {"message": text}, uri]))
        reason = f"WAMP Protocol Error ({text})" if code == 1002 else text
        self.assertEqual(client.expect_end(), (None, "") if isinstance(client, peers.RawPeer) else (code, reason[:123]))

    def each(self, mode, rows, connect):
        for kind, serializer in CLIENTS:
            for message, *expected in rows:
                with self.subTest(f"{mode}, {kind} {serializer}: {message}"):
                    client = connect(mode, kind, serializer)
                    client.send(octets.encode(serializer, message))
                    self.expect_abort(client, *expected)
                    client.drop()


class BeforeHello(Rejects):
    def test_refuses_what_is_no_message(self):
        for mode in ports:
            self.each(mode, NO_MESSAGES, self.client)

    def test_refuses_every_other_message(self):
        others = {2: "WELCOME", 4: "CHALLENGE", 5: "AUTHENTICATE", 6: "GOODBYE", **ROUTER_ONLY, **REQUESTS}
        for mode in ("authenticating", "transparent"):
            self.each(mode, [([code, {}, "a.b"], f"{name} received while waiting for HELLO") for code, name in others.items()],
                      self.client)
        rows = [([code, {}, "a.b"], f"{name} in state wait_hello") for code, name in {5: "AUTHENTICATE", 6: "GOODBYE", **REQUESTS}.items()]
        rows += [([code, {}, "a.b"], f"a client may not send {name}")
                 for code, name in {2: "WELCOME", 4: "CHALLENGE", **ROUTER_ONLY}.items()]
        self.each("router", rows, self.client)

    def test_ends_without_a_word_after_abort(self):
        for mode in ports:
            for kind, serializer in CLIENTS:
                with self.subTest(f"{mode}, {kind} {serializer}"):
                    client = self.client(mode, kind, serializer)
                    client.send(octets.encode(serializer, [3, {}, "wamp.error.canceled"]))
                    self.assertEqual(client.expect_end(), (None, "") if kind == "raw" else (1000, ""))

    def test_refuses_a_hello_of_another_shape(self):
        for mode in ("authenticating", "transparent"):
            self.each(mode, BAD_HELLO_SHAPE, self.client)
        self.each("router", [(message, "HELLO is not [1, Realm|uri, Details|dict]") for message, _ in BAD_HELLO_SHAPE], self.client)

    def test_refuses_details_that_say_too_little_or_nonsense(self):
        for mode in ("authenticating", "router"):
            self.each(mode, BAD_HELLO_DETAILS, self.client)

    def test_refuses_realms_that_are_no_uris(self):
        self.each("authenticating", [([1, realm, ROLES], f'realm "{realm}" in HELLO is not a URI', INVALID_URI) for realm in BAD_REALMS],
                  self.client)
        self.each("router", [([1, realm, ROLES], f'"{realm}" is not a valid realm', INVALID_URI, 1008) for realm in BAD_REALMS],
                  self.client)

    def test_refuses_realms_that_there_are_not(self):
        unknown = "wamp.error.no_such_realm"
        self.each("authenticating", [([1, "other", ROLES], 'no realm "other" exists on this router', unknown, 1008),
                                     ([1, None, ROLES], "no realm assigned", unknown, 1008)], self.client)
        self.each("transparent", [([1, "other", ROLES], "No backend for realm 'other' (and no default backend)", unknown, 1008),
                                  ([1, None, ROLES], "No backend for realm '' (and no default backend)", unknown, 1008)], self.client)
        self.each("router", [([1, "other", ROLES], 'no realm "other" exists on this router', unknown, 1008)], self.client)

    def test_refuses_the_wrong_kind_of_websocket_message(self):
        for mode in ports:
            for serializer in octets.SERIALIZERS:
                client = self.client(mode, "web", serializer)
                other = frames.BINARY if client.opcode == frames.TEXT else frames.TEXT
                client.connection.frame(other, b'[1,"realm1",{"roles":{"caller":{}}}]')
                self.expect_abort(client, "text message where the serializer asks for binary" if other == frames.TEXT
                                  else "binary message where the serializer asks for text")


class Open(Rejects):
    def test_refuses_what_is_no_message(self):
        for mode in ports:
            self.each(mode, NO_MESSAGES, self.joined)

    def test_refuses_session_messages_out_of_place_and_what_only_routers_send(self):
        for mode in ("authenticating", "transparent"):
            rows = [([1, "realm1", ROLES], "HELLO received while the session is open"),
                    ([5, "", {}], "AUTHENTICATE received while the session is open")]
            rows += [([code, 1, 2, {}], f"{name} from a client") for code, name in {2: "WELCOME", 4: "CHALLENGE", **ROUTER_ONLY}.items()]
            self.each(mode, rows, self.joined)
        rows = [([1, "realm1", ROLES], "HELLO in state open"), ([5, "", {}], "AUTHENTICATE in state open")]
        rows += [([code, 1, 2, {}], f"a client may not send {name}") for code, name in {2: "WELCOME", 4: "CHALLENGE", **ROUTER_ONLY}.items()]
        self.each("router", rows, self.joined)

    def test_refuses_a_malformed_goodbye(self):
        rows = [([6], "malformed ABORT or GOODBYE"), ([6, {}], "malformed ABORT or GOODBYE"),
                ([6, [], "wamp.close.normal"], "malformed ABORT or GOODBYE"), ([6, {}, 7], "malformed ABORT or GOODBYE"),
                ([6, {}, "wamp.close.normal", 1], "invalid GOODBYE message: 4 elements instead of 3")]
        for mode in ("authenticating", "transparent"):
            self.each(mode, rows, self.joined)
        self.each("router", [(message, "GOODBYE is not [6, Details|dict, Reason|uri]") for message, _ in rows], self.joined)


class RequestsOfTheRouter(Rejects):
    def test_have_the_length_that_the_specification_says(self):
        lengths = {8: ("ERROR", 5, 7), 16: ("PUBLISH", 4, 6), 32: ("SUBSCRIBE", 4, 4), 34: ("UNSUBSCRIBE", 3, 4), 48: ("CALL", 4, 6),
                   49: ("CANCEL", 3, 3), 64: ("REGISTER", 4, 4), 66: ("UNREGISTER", 3, 4), 70: ("YIELD", 3, 5)}
        rows = []
        for code, (name, low, high) in lengths.items():
            wanted = f"{low}" if low == high else f"{low} to {high}"
            for size in {1, low - 1, high + 1}:
                rows.append(([code] + [1] * (size - 1), f"invalid {name} message: {size} elements instead of {wanted}"))
        self.each("router", rows, self.joined)

    def test_have_ids_from_0_to_2_to_the_53(self):
        rows = []
        for bad in (-1, 1.5, "1", None, True, [], 2**53 + 1):
            for message, place, name in (([16, bad, {}, "a.b"], 2, "PUBLISH"), ([32, bad, {}, "a.b"], 2, "SUBSCRIBE"),
                                         ([34, bad, 1], 2, "UNSUBSCRIBE"), ([34, 1, bad], 3, "UNSUBSCRIBE"),
                                         ([48, bad, {}, "a.b"], 2, "CALL"), ([49, bad, {}], 2, "CANCEL"),
                                         ([64, bad, {}, "a.b"], 2, "REGISTER"), ([66, bad, 1], 2, "UNREGISTER"),
                                         ([66, 1, bad], 3, "UNREGISTER"), ([70, bad, {}], 2, "YIELD"),
                                         ([8, 68, bad, {}, "a.b"], 3, "ERROR")):
                rows.append((message, f"element {place} of {name} is not an id (an integer from 0 to 2^53)"))
        self.each("router", rows, self.joined)

    def test_have_dictionaries_for_options_and_strings_for_uris(self):
        rows = []
        for message, name in (([16, 1, None, "a.b"], "PUBLISH"), ([32, 1, None, "a.b"], "SUBSCRIBE"), ([48, 1, None, "a.b"], "CALL"),
                              ([49, 1, None], "CANCEL"), ([64, 1, None, "a.b"], "REGISTER"), ([70, 1, None], "YIELD"),
                              ([8, 68, 1, None, "a.b"], "ERROR")):
            at = message.index(None)
            rows += [(message[:at] + [bad] + message[at + 1:], f"the options of {name} are not a dictionary") for bad in ([], "x", 1, None)]
        for head, name in (([16, 1, {}], "PUBLISH"), ([32, 1, {}], "SUBSCRIBE"), ([48, 1, {}], "CALL"), ([64, 1, {}], "REGISTER"),
                           ([8, 68, 1, {}], "ERROR")):
            rows += [(head + [bad], f"element {len(head) + 1} of {name} is not a string") for bad in (1, None, {}, ["a"])]
        self.each("router", rows, self.joined)

    def test_say_what_they_mean(self):
        self.each("router", [([49, 1, {"mode": "gently"}], "mode of CANCEL is neither skip nor kill nor killnowait"),
                             ([8, 48, 1, {}, "a.b"], "a client may send ERROR for INVOCATION only"),
                             ([8, 68, 1, {}, "not a uri"], '"not a uri" in ERROR is not a valid URI'),
                             ([337, 1], "this router does not take EVENT_RECEIVED")], self.joined)

    def test_with_uris_that_are_none_are_answered_with_an_error(self):
        for kind, serializer in CLIENTS:
            client = self.joined("router", kind, serializer)
            for code in (32, 48, 64):
                for uri in ("a b", "a#b", "a..b", "a."):
                    client.send(octets.encode(serializer, [code, 9, {}, uri]))
                    text = f'"{uri}" is not a valid URI'
                    self.assertEqual(client.receive(), octets.encode(serializer, [8, code, 9, {}, INVALID_URI, [text]]))


if __name__ == "__main__":
    unittest.main()

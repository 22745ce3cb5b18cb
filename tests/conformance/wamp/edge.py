"""A real node between the clients and the routers of these tests."""
import json

from live import wait
from node import ManagedNode

import octets
import peers

LOOPBACK = {"type": "tcp", "interface": "127.0.0.1", "port": 0}
KINDS = [(kind, serializer) for kind in ("raw", "web") for serializer in octets.SERIALIZERS]


def realm_of(kind, serializer):
    """Names of one length, so that HELLO is as long for all of them."""
    return f"realm-of-{kind}-{serializer[:4]}"


class Edge:
    """A node with two transports, `web` with /ws and `raw`. Transparent: the realm names the router, and nothing of HELLO
    and WELCOME is touched."""

    def __init__(self):
        self.routers = {realm_of(*kind): peers.Router(*kind) for kind in KINDS}
        transports = [{"type": "web", "id": "web", "endpoint": LOOPBACK, "paths": {"ws": {"type": "websocket"}}},
                      {"type": "rawsocket", "id": "raw", "endpoint": LOOPBACK}]
        backends = [{"realm": realm, "transport": router.transport()} for realm, router in self.routers.items()]
        self.node = ManagedNode({"version": 2, "workers": [
            {"type": "proxy", "id": "edge", "backends": backends, "transports": transports}]})

    def __enter__(self):
        self.node.__enter__()
        try:
            self.ports = {name: port_of(self.node, f"edge/{name}") for name in ("web", "raw")}
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.node.__exit__()
        for router in self.routers.values():
            router.close()

    def client(self, kind, serializer, batched=False):
        if kind == "raw":
            return peers.raw_client(self.ports["raw"], serializer)
        return peers.web_client(self.ports["web"], serializer, batched=batched)


def port_of(node, transport):
    def listening():
        said = node.ctl("transport", "get", transport, "-o", "json")
        if said.returncode != 0:
            return 0
        return int(json.loads(said.stdout).get("address", ":0").rsplit(":", 1)[1])
    return wait(listening, f"{transport} listens")

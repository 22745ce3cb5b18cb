"""A node with a `websocket-reverseproxy` between the cases and what they test."""
import contextlib
import json
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / folder) for folder in ("deploy", "admin-cli")]

from live import wait  # noqa: E402
from node import ManagedNode  # noqa: E402


@contextlib.contextmanager
def tunnel_to(port):
    """The port of a node whose paths /plain and /deflate lead to the WebSocket server at `port`; /deflate offers it
    compression. Both take compression from clients, and close where they could as well drop."""
    def path(options):
        return {"type": "websocket-reverseproxy", "options": {"compression": {"deflate": {}}},
                "backend": {"type": "websocket", "url": f"ws://127.0.0.1:{port}/", "options": {"fail_by_drop": False, **options},
                            "endpoint": {"type": "tcp", "host": "127.0.0.1", "port": port}}}

    web = {"type": "web", "id": "web", "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0},
           "paths": {"plain": path({}), "deflate": path({"compression": {"deflate": {}}})}}
    with ManagedNode({"version": 2, "workers": [{"type": "proxy", "id": "edge", "transports": [web]}]}) as node:
        def listening():
            said = node.ctl("transport", "get", "edge/web", "-o", "json")
            return said.returncode == 0 and int(json.loads(said.stdout).get("address", ":0").rsplit(":", 1)[1])
        yield wait(listening, "the node listens")

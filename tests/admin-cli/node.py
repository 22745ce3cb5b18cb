"""The node that these tests look at, and wampgatectl."""
import json
import os
import subprocess

from live import Node
from shipped import PROGRAMS

CTL = PROGRAMS["wampgatectl"]


def document(**more) -> dict:
    """A router for realm1, and before it the proxy worker "edge"."""
    anonymous = {"anonymous": {"type": "static"}}
    everything = {"uri": "", "match": "prefix", "allow": {"call": True, "register": True, "publish": True,
                                                          "subscribe": True}}
    router = {"type": "router", "id": "core",
              "realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": [everything]}]}],
              "transports": [{"type": "rawsocket", "id": "proxies", "endpoint": {"type": "unix", "path": "router.sock"},
                              "auth": {"anonymous-proxy": {"type": "static"}}}]}
    edge = {"type": "proxy", "id": "edge",
            "connections": {"core": {"transport": {"type": "rawsocket", "url": "rs://localhost", "serializer": "json",
                                                   "endpoint": {"type": "unix", "path": "router.sock"}}}},
            "routes": {"realm1": {"anonymous": "core"}},
            "transports": [{"type": "web", "id": "web",
                            "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": 0},
                            "paths": {"ws": {"type": "websocket", "auth": anonymous},
                                      "value": {"type": "json", "value": 41}}}]}
    return {"version": 2, "workers": [router, edge], **more}


def environment(**more: str) -> dict:
    """Without what a person's shell has set."""
    kept = {key: value for key, value in os.environ.items()
            if key not in ("NO_COLOR", "WAMPGATE_ADDRESS", "XDG_CONFIG_HOME", "HOME")}
    return kept | {"LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": "/nonexistent"} | more


def ctl(*arguments: str, cwd=None, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run([CTL, *arguments], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
                          cwd=cwd, env=environment(**more))


class ManagedNode(Node):
    def ctl(self, *arguments: str, **more: str) -> subprocess.CompletedProcess:
        return ctl("--node-dir", str(self.path), *arguments, **more)

    def port(self) -> int:
        listed = self.ctl("transport", "get", "edge/web", "-o", "json").stdout
        return int(json.loads(listed)["address"].rsplit(":", 1)[1])

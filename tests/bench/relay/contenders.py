"""Those that are compared: a byte-copying forwarder, nginx and haproxy as WebSocket tunnels, and wampgate. Each listens in plain
and (but for the forwarder) with TLS 1.3, and passes what it gets to one stub router behind a Unix socket."""
import json
import os
import pathlib
import subprocess
from dataclasses import dataclass

from processes import LOAD_CORE, RELAY_CORE, Failure, children_of, connects, free_port, pin, until

DESCRIPTORS = 20000


@dataclass
class Relay:
    """A running contender: where it listens and which process does the work."""
    name: str
    pid: int
    port: int
    tls_port: int = 0

    def url(self, tls=False):
        return f"wss://127.0.0.1:{self.tls_port}" if tls else f"ws://127.0.0.1:{self.port}"


@dataclass
class Certificate:
    key: pathlib.Path
    certificate: pathlib.Path
    both: pathlib.Path


def make_certificate(directory):
    """A self-signed P-256 certificate for 127.0.0.1."""
    made = Certificate(directory / "key.pem", directory / "certificate.pem", directory / "both.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                    "-subj", "/CN=127.0.0.1", "-keyout", made.key, "-out", made.certificate], check=True, capture_output=True)
    made.both.write_bytes(made.certificate.read_bytes() + made.key.read_bytes())
    return made


class Contenders:
    """Starts them in `processes`, as they are asked for."""

    def __init__(self, root, processes):
        self.root, self.processes, self.directory = root, processes, processes.directory
        self.tools = root / "build/bench"
        self.certificate = make_certificate(self.directory)
        self.stub = self.directory / "stub.sock"
        processes.start([self.tools / "wampstub", "--listen", f"unix:{self.stub}"], LOAD_CORE)
        until("the stub router listens", self.stub.exists)

    def forwarder(self):
        port = free_port()
        process = self.processes.start([self.tools / "splicefwd", port, f"unix:{self.stub}"], RELAY_CORE)
        until("the forwarder listens", lambda: connects(port))
        return Relay("forwarder", process.pid, port)

    def nginx(self):
        relay = Relay("nginx", 0, free_port(), free_port())
        home = self.directory / "nginx"
        home.mkdir()
        (home / "nginx.conf").write_text(f"""
{"user root;" if os.geteuid() == 0 else ""}
daemon off;
worker_processes 1;
worker_rlimit_nofile {DESCRIPTORS};
pid {home}/pid;
error_log {home}/error.log error;
events {{ worker_connections {DESCRIPTORS}; }}
http {{
  access_log off;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  ssl_certificate {self.certificate.certificate};
  ssl_certificate_key {self.certificate.key};
  ssl_protocols TLSv1.3;
  server {{
    listen 127.0.0.1:{relay.port} backlog=4096;
    listen 127.0.0.1:{relay.tls_port} ssl backlog=4096;
    location / {{
      proxy_pass http://unix:{self.stub}:;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
    }}
  }}
}}
""")
        master = self.processes.start([self.peer("nginx"), "-p", home, "-c", home / "nginx.conf", "-e", home / "error.log"],
                                      RELAY_CORE, env=self.peer_environment())
        until("nginx listens", lambda: connects(relay.port) and connects(relay.tls_port))
        relay.pid = children_of(master.pid)[0]
        return relay

    def haproxy(self):
        relay = Relay("haproxy", 0, free_port(), free_port())
        path = self.directory / "haproxy.cfg"
        path.write_text(f"""
global
  nbthread 1
  maxconn {DESCRIPTORS // 2 - 100}
  tune.ssl.default-dh-param 2048
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode http
  timeout connect 10s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
frontend tunnels
  bind 127.0.0.1:{relay.port} backlog 4096
  bind 127.0.0.1:{relay.tls_port} ssl crt {self.certificate.both} backlog 4096
  default_backend router
backend router
  server stub unix@{self.stub}
""")
        process = self.processes.start([self.peer("haproxy"), "-q", "-db", "-f", path], RELAY_CORE, env=self.peer_environment())
        until("haproxy listens", lambda: connects(relay.port) and connects(relay.tls_port))
        relay.pid = process.pid
        return relay

    def wampgate(self, name="wampgate"):
        """Paths: /json, /msgpack, /cbor for a backend with that serializer; /deflate compresses towards the client."""
        relay = Relay(name, 0, free_port(), free_port())
        home = self.directory / name
        home.mkdir()
        backend = {"type": "rawsocket", "endpoint": {"type": "unix", "path": str(self.stub)}}

        def path(serializer, **options):
            return {"type": "websocket-proxy", "backends": [backend | {"serializer": serializer}], **options}
        paths = {serializer: path(serializer) for serializer in ("json", "msgpack", "cbor")}
        paths["deflate"] = path("json", options={"compression": {"deflate": {}}})

        def transport(identifier, port, **endpoint):
            return {"id": identifier, "type": "web", "paths": paths, "endpoint": {
                "type": "tcp", "interface": "127.0.0.1", "port": port, "backlog": 4096, **endpoint}}
        tls = {"key": str(self.certificate.key), "certificate": str(self.certificate.certificate)}
        config = {"version": 2, "workers": [{"id": "edge", "type": "proxy", "transports": [
            transport("plain", relay.port), transport("tls", relay.tls_port, tls=tls)]}]}
        (home / "config.json").write_text(json.dumps(config))
        self.processes.start([self.root / "build/release/server/wampgated", "run", "--config", home / "config.json",
                              "--log-level", "warning"], LOAD_CORE)
        relay.pid = until("the node serves", lambda: self._worker(home / "wampgate.sock"))
        pin(relay.pid, RELAY_CORE)
        return relay

    def _worker(self, socket):
        answer = subprocess.run([self.root / "build/release/admin-cli/wampgatectl", "--socket", socket, "worker", "get", "edge",
                                 "-o", "json"], capture_output=True, text=True)
        if answer.returncode:
            return None
        worker = json.loads(answer.stdout)
        return int(worker["processes"][0]["pid"]) if worker.get("state") == "STATE_RUNNING" else None

    def peer(self, name):
        program = self.root / ".deps/peers/usr/sbin" / name
        if not program.exists():
            raise Failure(f"{program} is not there: ./dev bench fetches it")
        return program

    def peer_environment(self):
        libraries = (self.root / ".deps/peers/usr/lib").glob("*-linux-gnu")
        return os.environ | {"LD_LIBRARY_PATH": ":".join(str(library) for library in libraries)}

#!/usr/bin/python3
"""Moves sessions from one router to another, in every worker of a node, without closing one before its time.

Adds the new backend and lets every process join through it; shifts the routes' new sessions to it in steps; drains the
old backend, whose sessions are left alone for --lame-duck seconds, or until they have ended; removes it. Run again, it
goes on where it was.

Needs python3-grpcio, python3-protobuf and protobuf-compiler, and of wampgate the .proto files only.
"""
import argparse
import json
import subprocess
import sys
import time
import urllib.parse
import uuid

import grpc
from google.protobuf import descriptor_pb2, json_format, message_factory

PROTOS = ("wampgate/v1/backend_service", "wampgate/v1/node_service", "wampgate/v1/route_service",
          "google/longrunning/operations")
MOST_WEIGHT = 1000


class Node:
    """Calls methods of the node's services by name, with requests given as keyword arguments, spelled as in JSON."""

    def __init__(self, address: str, proto: str):
        files = descriptor_pb2.FileDescriptorSet.FromString(subprocess.run(
            ["protoc", f"-I{proto}", "--include_imports", "--descriptor_set_out=/dev/stdout",
             *(f"{name}.proto" for name in PROTOS)], check=True, stdout=subprocess.PIPE).stdout)
        self.messages = message_factory.GetMessages(files.file)
        self.methods = {}
        for file in files.file:
            for service in file.service:
                for method in service.method:
                    self.methods[method.name] = (f"/{file.package}.{service.name}/{method.name}",
                                                 self.messages[method.input_type[1:]],
                                                 self.messages[method.output_type[1:]])
        self.channel = grpc.insecure_channel(address)

    def call(self, method: str, **fields):
        path, request, reply = self.methods[method]
        call = self.channel.unary_unary(path, request_serializer=request.SerializeToString,
                                        response_deserializer=reply.FromString)
        return call(json_format.ParseDict(fields, request()), timeout=60)

    def insist(self, method: str, **fields):
        """A call that may be made again."""
        for attempt in range(5):
            try:
                return self.call(method, **fields)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE or attempt == 4:
                    raise
                time.sleep(1)

    def change(self, method: str, **fields):
        """A change: the node does nothing twice for one request_id."""
        options = {"request_id": str(uuid.uuid4()), "message": "orchestrate.py", **fields.pop("options", {})}
        return self.insist(method, options=options, **fields)

    def pages(self, method: str, field: str, **fields):
        token = ""
        while True:
            page = self.call(method, page_token=token, **fields)
            yield from getattr(page, field)
            if not (token := page.next_page_token):
                return


def say(text: str) -> None:
    print(text, flush=True)


def worker_of(name: str) -> str:
    return "/".join(name.split("/")[:2])


def backends(node: Node, name: str) -> list:
    """The backends of this id, one per worker that has it."""
    return [backend for backend in node.pages("ListBackends", "backends", parent="workers/-")
            if backend.name.endswith(f"/backends/{name}")]


def routes(node: Node, backend: str) -> list:
    """The routes that name this backend."""
    return [route for route in node.pages("ListRoutes", "routes", parent="workers/-")
            if backend in route.route.connections or backend in route.route.targets]


def add(node: Node, parent: str, new: str, connection: str) -> None:
    try:
        node.change("CreateBackend", parent=parent, backend_id=new, text={"json": connection})
        say(f"{parent}: {new} added")
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.ALREADY_EXISTS:
            raise
        say(f"{parent}: {new} is there already")


def probe(node: Node, route, new: str) -> bool:
    """Whether every process of the route's worker can join through the new backend as the route's sessions will."""
    name = f"{worker_of(route.name)}/backends/{urllib.parse.quote(new, safe='')}"
    good = True
    for found in node.insist("ProbeBackend", name=name, realm=route.realm, role=route.role).probes:
        outcome = found.DESCRIPTOR.fields_by_name["outcome"].enum_type.values_by_number[found.outcome].name
        words = ": ".join(part for part in (outcome, found.reason, found.message) if part)
        say(f"{found.process}: {route.realm} as {route.role} through {new}: {words}")
        good = good and outcome in ("JOINED", "CHALLENGED")  # a router that asks who calls is there, too
    return good


def targets_of(route, old: str, new: str) -> dict:
    """Backend -> weight and backup. What the new one has got already, in a run before, counts as the old one's."""
    targets = {name: {"weight": 1, "backup": False} for name in route.connections}
    for name, target in route.targets.items():
        targets[name] = {"weight": target.weight if target.HasField("weight") else 1, "backup": target.backup}
    targets[old]["weight"] += targets.pop(new, {"weight": 0})["weight"]
    return targets


def update(node: Node, before, route: dict) -> None:
    """Writes the route, unless somebody else has since this program last read or wrote it (ABORTED: run it again)."""
    before.etag = node.change("UpdateRoute", name=before.name, etag=before.etag, route=route).route.etag


def shift(node: Node, before, old: str, new: str, percent: int) -> None:
    """So much of what the old backend got of a route's new sessions goes to the new one. `before`: as it was at first."""
    targets = targets_of(before.route, old, new)
    was = targets[old]
    heaviest = max(target["weight"] for target in targets.values())
    for target in targets.values():
        if heaviest <= MOST_WEIGHT:
            target["weight"] *= MOST_WEIGHT // max(heaviest, 1)
        elif target["weight"]:  # both have had much: as near as can be
            target["weight"] = max(1, target["weight"] * MOST_WEIGHT // heaviest)
    share = was["weight"] * percent // 100
    targets[new] = {"weight": share, "backup": was["backup"]}
    targets[old] = {"weight": was["weight"] - share, "backup": was["backup"]}
    update(node, before, {"targets": targets})
    say(f"{before.name}: {percent} % of the new sessions of {old} go to {new}")


def settle(node: Node, before, old: str, new: str) -> None:
    """The new backend stands in the route where the old one stood."""
    if before.route.connections:
        names = [new if name == old else name for name in before.route.connections if name != new]
        after = {"connections": names}
    else:
        targets = targets_of(before.route, old, new)
        targets[new] = targets.pop(old)
        after = {"targets": targets}
    update(node, before, after)
    say(f"{before.name}: {new} in place of {old}")


def await_drained(node: Node, operation, name: str) -> None:
    progress = node.messages["wampgate.v1.DrainProgress"]
    left = None
    while not operation.done:
        now = progress.FromString(operation.metadata.value)
        if now.sessions_left != left and now.phase:
            left = now.sessions_left
            say(f"{name}: {now.phase}, {left} sessions left")
        operation = node.insist("WaitOperation", name=operation.name, timeout="5s")
    if operation.HasField("error"):
        sys.exit(f"{name}: {operation.error.message}")
    say(f"{name}: drained")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--address", default="unix:/run/wampgate/wampgate.sock", help="of the node")
    parser.add_argument("--proto", default="/usr/share/doc/wampgate/proto", help="folder of the .proto files")
    parser.add_argument("--old", required=True, help="id of the backend to replace")
    parser.add_argument("--new", required=True, help="id of the backend to add")
    parser.add_argument("--connection", required=True, type=argparse.FileType(),
                        help="JSON file: the new backend as a value of `connections`")
    parser.add_argument("--steps", default="10,50,100", help="percent of new sessions that go to the new backend")
    parser.add_argument("--pause", type=float, default=30, help="seconds after each step")
    parser.add_argument("--lame-duck", type=int, default=3600, help="seconds in which old sessions end by themselves")
    parser.add_argument("--rate", type=int, default=20, help="after that, sessions closed per second and process")
    options = parser.parse_args()
    connection = json.dumps(json.load(options.connection))
    node = Node(options.address, options.proto)

    found = backends(node, options.old)
    if not found:
        say(f"no worker has a backend {options.old}")
        return 1
    for backend in found:
        add(node, worker_of(backend.name), options.new, connection)
    moving = routes(node, options.old)
    if not all([probe(node, route, options.new) for route in moving]):
        say(f"{options.new} cannot be joined everywhere: nothing was moved")
        return 1
    for percent in map(int, options.steps.split(",")):
        for route in moving:
            shift(node, route, options.old, options.new, percent)
        time.sleep(options.pause)
    for route in moving:
        settle(node, route, options.old, options.new)
    drains = [(backend.name, node.insist("DrainBackend", name=backend.name, rate=options.rate,
                                         lame_duck=f"{options.lame_duck}s",
                                         deadline=f"{options.lame_duck + 3600}s")) for backend in found]
    for name, operation in drains:
        await_drained(node, operation, name)
    for backend in found:
        node.change("DeleteBackend", name=backend.name)
        say(f"{backend.name}: removed")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except grpc.RpcError as failed:
        sys.exit(f"{failed.code().name}: {failed.details()}")

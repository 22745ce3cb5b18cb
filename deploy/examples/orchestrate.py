#!/usr/bin/python3
"""Moves sessions from one router to another, in every worker of a node, without closing one before its time.

Adds the new backend, lets it take turns with the old one, then routes new sessions to the new one only, and removes the
old one. Its sessions go on until their clients end them; only then stop the old router.

Needs python3-grpcio, python3-protobuf and protobuf-compiler, and of wampgate the .proto files only.
"""
import argparse
import json
import subprocess
import sys
import time
import uuid

import grpc
from google.protobuf import descriptor_pb2, message_factory

PROTOS = ("backend_service", "route_service")


class Node:
    """Calls methods of the node's services by name, with requests given as keyword arguments."""

    def __init__(self, address: str, proto: str):
        files = descriptor_pb2.FileDescriptorSet.FromString(subprocess.run(
            ["protoc", f"-I{proto}", "--include_imports", "--descriptor_set_out=/dev/stdout",
             *(f"wampgate/v1/{name}.proto" for name in PROTOS)], check=True, stdout=subprocess.PIPE).stdout)
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
        return call(request(**fields), timeout=60)

    def change(self, method: str, **fields):
        """A change that may be sent again: the node does nothing twice for one request_id."""
        options = {"request_id": str(uuid.uuid4()), "message": "orchestrate.py", **fields.pop("options", {})}
        for attempt in range(5):
            try:
                return self.call(method, options=options, **fields)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE or attempt == 4:
                    raise
                time.sleep(1)

    def pages(self, method: str, field: str, **fields):
        token = ""
        while True:
            page = self.call(method, page_token=token, **fields)
            yield from getattr(page, field)
            if not (token := page.next_page_token):
                return


def say(text: str) -> None:
    print(text, flush=True)


def backends(node: Node, name: str) -> list:
    """The backends of this id, one per worker that has it."""
    return [backend for backend in node.pages("ListBackends", "backends", parent="workers/-")
            if backend.name.endswith(f"/backends/{name}")]


def add(node: Node, parent: str, new: str, connection: str) -> None:
    try:
        node.change("CreateBackend", parent=parent, backend_id=new, text={"json": connection})
        say(f"{parent}: {new} added")
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.ALREADY_EXISTS:
            raise
        say(f"{parent}: {new} is there already")


def route(node: Node, old: str, targets: list[str]) -> None:
    """Every route that names `old` names `targets` in its place from now on."""
    for found in list(node.pages("ListRoutes", "routes", parent="workers/-")):
        before = list(found.route.connections)
        if old not in before:
            continue
        others = [name for name in before if name != old and name not in targets]
        node.change("UpdateRoute", name=found.name, route={"connections": targets + others}, etag=found.etag)
        say(f"{found.name}: {', '.join(before)} -> {', '.join(targets + others)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--address", default="unix:/run/wampgate/wampgate.sock", help="of the node")
    parser.add_argument("--proto", default="/usr/share/doc/wampgate/proto", help="folder of the .proto files")
    parser.add_argument("--old", required=True, help="id of the backend to replace")
    parser.add_argument("--new", required=True, help="id of the backend to add")
    parser.add_argument("--connection", required=True, type=argparse.FileType(),
                        help="JSON file: the new backend as a value of `connections`")
    parser.add_argument("--pause", type=float, default=30, help="seconds in which both take turns")
    options = parser.parse_args()
    connection = json.dumps(json.load(options.connection))
    node = Node(options.address, options.proto)

    found = backends(node, options.old)
    if not found:
        say(f"no worker has a backend {options.old}")
        return 1
    for backend in found:
        add(node, backend.name.rpartition("/backends/")[0], options.new, connection)
    route(node, options.old, [options.old, options.new])
    time.sleep(options.pause)
    route(node, options.old, [options.new])
    for backend in found:
        node.change("DeleteBackend", name=backend.name, options={"removal": {"sessions": "KEEP"}})
        say(f"{backend.name}: removed; its sessions go on")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except grpc.RpcError as failed:
        sys.exit(f"{failed.code().name}: {failed.details()}")

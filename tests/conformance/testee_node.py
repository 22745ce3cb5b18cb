#!/usr/bin/env python3
"""testee_node.py WAMPGATED: a node with one websocket.testee transport. Prints its port; ends when its standard input does."""
import sys

from driver_node import Node, loopback

OPTIONS = {"max_message_size": 64 * 1024 * 1024, "compression": {"deflate": {}}}

with Node(sys.argv[1], [{"type": "websocket.testee", "id": "echo", "endpoint": loopback(), "options": OPTIONS}]) as node:
    print(node.ports["echo"], flush=True)
    sys.stdin.read()

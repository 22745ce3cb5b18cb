"""Autobahn|Python with Twisted through the node: the scenario of scenario.mjs, one transport and serializer per run.

Usage: autobahn_python_client.py ws|wsz|rs json|msgpack|cbor PORT URI_PREFIX
"""
import sys

from autobahn.twisted.component import Component, run
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallOptions, PublishOptions, RegisterOptions
from twisted.internet.defer import Deferred, DeferredList, inlineCallbacks
from twisted.internet import reactor

kind, serializer, port, prefix = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
DEADLINE = 60


def transport():
    endpoint = {"type": "tcp", "host": "127.0.0.1", "port": port}
    if kind == "rs":
        return {"type": "rawsocket", "url": f"rs://127.0.0.1:{port}", "endpoint": endpoint, "serializer": serializer}
    description = {"type": "websocket", "url": f"ws://127.0.0.1:{port}/{kind}", "endpoint": endpoint,
                   "serializers": [serializer]}
    if kind == "wsz":
        from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateResponse, \
            PerMessageDeflateResponseAccept

        def accept(response):
            assert isinstance(response, PerMessageDeflateResponse)
            return PerMessageDeflateResponseAccept(response)

        description["options"] = {"perMessageCompressionOffers": [PerMessageDeflateOffer()],
                                  "perMessageCompressionAccept": accept}
    return description


bob = Component(transports=[transport()], realm="realm1")
alice = Component(transports=[transport()], realm="realm1")
bob_ready = Deferred()
received = []
all_received = Deferred()


@bob.on_join
@inlineCallbacks
def bob_joined(session, _details):
    def on_event(number, text, **kwargs):
        received.append((number, text, kwargs))
        if len(received) == 100:
            all_received.callback(None)

    @inlineCallbacks
    def steps(count, details=None):
        for step in range(1, count + 1):
            yield details.progress(step)
        return "done"

    def fail():
        raise ApplicationError("com.example.error.no", "because", 7)

    yield session.subscribe(on_event, f"{prefix}.topic")
    yield session.register(lambda a, b: a + b, f"{prefix}.add")
    yield session.register(steps, f"{prefix}.steps", options=RegisterOptions(details_arg="details"))
    yield session.register(fail, f"{prefix}.fail")
    yield session.register(lambda value: value, f"{prefix}.echo")
    bob_ready.callback(session)


@inlineCallbacks
def scenario(session):
    if kind != "rs":
        extensions = session._transport.websocket_extensions_in_use
        assert bool(extensions) == (kind == "wsz"), extensions
    for number in range(100):
        yield session.publish(f"{prefix}.topic", number, "grüße", key=[1.5, None, True],
                              options=PublishOptions(acknowledge=True))
    yield all_received
    assert received == [(n, "grüße", {"key": [1.5, None, True]}) for n in range(100)], received[:3]

    answers = yield DeferredList([session.call(f"{prefix}.add", n, 1) for n in range(50)], fireOnOneErrback=True)
    assert [value for _, value in answers] == [n + 1 for n in range(50)]

    seen = []
    result = yield session.call(f"{prefix}.steps", 3, options=CallOptions(on_progress=seen.append))
    assert (seen, result) == ([1, 2, 3], "done"), (seen, result)

    try:
        yield session.call(f"{prefix}.fail")
        raise AssertionError("the failing procedure did not fail")
    except ApplicationError as error:
        assert error.error == "com.example.error.no" and list(error.args) == ["because", 7], error
    try:
        yield session.call(f"{prefix}.unknown")
        raise AssertionError("an unknown procedure answered")
    except ApplicationError as error:
        assert error.error == "wamp.error.no_such_procedure", error

    text = "ä0123456789" * 25000
    echoed = yield session.call(f"{prefix}.echo", text)
    assert echoed == text, "300 kB came back changed"
    octets = bytes(range(256)) * 40
    echoed = yield session.call(f"{prefix}.echo", octets)
    assert echoed == octets, "binary came back changed"


outcome = {"failure": "the scenario did not finish"}


@alice.on_join
@inlineCallbacks
def alice_joined(session, _details):
    try:
        bob_session = yield bob_ready
        yield scenario(session)
        yield bob_session.leave()
        yield session.leave()
        outcome["failure"] = None
    except BaseException as error:  # the verdict is the exit code
        outcome["failure"] = repr(error)
    reactor.callLater(0, lambda: reactor.running and reactor.stop())


reactor.callLater(DEADLINE, lambda: reactor.running and reactor.stop())
try:
    run([bob, alice], log_level="error")
except SystemExit:  # how run returns
    pass
# Twisted's log has taken sys.stdout and sys.stderr over.
if outcome["failure"]:
    sys.__stderr__.write(f"{kind} {serializer}: {outcome['failure']}\n")
    sys.exit(1)
sys.__stdout__.write(f"{kind} {serializer}: ok\n")

// AutobahnJS's serializers, by their names on the wire.
import autobahn from "autobahn";

delete globalThis.WebSocket;  // AutobahnJS takes the one of newer Node.js, where there is one

export const serializers = {
  json: () => new autobahn.serializer.JSONSerializer(),
  msgpack: () => new autobahn.serializer.MsgpackSerializer(),
  cbor: () => new autobahn.serializer.CBORSerializer(),
};

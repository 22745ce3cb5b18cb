#include "config/vocabulary.hpp"

#include <algorithm>

namespace wampgate::config {
namespace {

using enum Support;

constexpr std::string_view kCookie =
    "is not in this version of wampgate: there are no cookie stores and no cookie authentication; remove it";
constexpr std::string_view kDebug = "has no effect here; use the daemon's log level";
constexpr std::string_view kPython = "has no effect here: wampgate runs no Python";
constexpr std::string_view kManhole = "has no effect here: wampgate has no manhole; use wampgatectl";
constexpr std::string_view kRetry =
    "has no effect here: each client has its own connection to the router, and one that fails is tried "
    "elsewhere at once";
constexpr std::string_view kFlash = "has no effect here: no browser has Flash any more";
constexpr std::string_view kServerOnly =
    "has no effect here: it concerns WebSocket servers, and this is a client";
constexpr std::string_view kInCrossbar =
    "runs in Crossbar, beside wampgate, and not in wampgate's embedded router";
constexpr std::string_view kAuthMethod =
    "is not in this version of wampgate: use \"ticket\" or \"anonymous\", or let the router authenticate (a "
    "path of "
    "type \"websocket-proxy\", or worker-level `backends`)";

constexpr std::string_view kMqtt = "needs a router's insides: use an MQTT bridge at the router";
constexpr std::string_view kOneEndpoint =
    "does not belong here: the parts of a universal transport all listen on the transport's own endpoint";

constexpr VocabularyEntry kKeys[] = {
    {"Node", "$schema", kIgnored, ""},
    {"Controller", "options", kNoEffect,
     "has no effect here: wampgated keeps its own title, starts workers at the same time and restarts those "
     "that exit"},
    {"Controller", "manhole", kNoEffect, kManhole},
    {"Controller", "connections", kNoEffect, "has no effect here, as in Crossbar"},
    {"Controller", "keyring", kNoEffect, "has no effect here, as in Crossbar"},

    {"Worker", "manhole", kNoEffect, kManhole},
    {"WorkerOptions", "python", kNoEffect, kPython},
    {"WorkerOptions", "pythonpath", kNoEffect, kPython},
    {"WorkerOptions", "cpu_affinity", kNoEffect,
     "has no effect here: the kernel places the processes; limit them by systemd's CPUAffinity or a cgroup"},
    {"WorkerOptions", "reactor", kNoEffect, "has no effect here: wampgate always uses epoll"},
    {"WorkerOptions", "expose_controller", kNoEffect, "has no effect here: the node is controlled over gRPC"},
    {"WorkerOptions", "expose_shared", kNoEffect, "has no effect here: the node is controlled over gRPC"},
    {"WorkerOptions", "extra", kNoEffect,
     "has no effect here: there is no code of yours it could be handed to"},
    {"WorkerOptions", "traceback", kNoEffect, "has no effect here, as in Crossbar"},
    {"WorkerOptions", "shutdown", kNoEffect, "has no effect here: it concerns containers"},
    {"WorkerOptions", "restart", kNoEffect,
     "has no effect here: wampgated always restarts processes that die"},
    {"RouterWorker", "components", kNotSupported, kInCrossbar},
    {"RouterWorker", "connections", kNotSupported, kInCrossbar},

    {"WebTransport", "debug", kNoEffect, kDebug},
    {"WebOptions", "display_tracebacks", kNoEffect,
     "has no effect here: error pages never show the server's insides"},
    {"WebSocketTransport", "debug", kNoEffect, kDebug},
    {"WebSocketTransport", "debug_traffic", kNoEffect, kDebug},
    {"WebSocketTransport", "cookie", kNotSupported, kCookie},
    {"RawSocketTransport", "debug", kNoEffect, kDebug},
    {"WebSocketTesteeTransport", "debug", kNoEffect, kDebug},
    {"UniversalTransport", "mqtt", kNotSupported, kMqtt},
    {"RawSocketTransport", "type", kIgnored, ""},
    {"RawSocketTransport", "id", kIgnored, ""},
    {"RawSocketTransport", "endpoint", kNotSupported, kOneEndpoint},
    {"WebTransport", "type", kIgnored, ""},
    {"WebTransport", "id", kIgnored, ""},
    {"WebTransport", "endpoint", kNotSupported, kOneEndpoint},
    {"ListenTls", "dhparam", kNoEffect,
     "has no effect here: key exchange is by elliptic curves, which need no parameters"},

    {"WebSocketOptions", "enable_flash_policy", kNoEffect, kFlash},
    {"WebSocketOptions", "flash_policy", kNoEffect, kFlash},
    {"WebSocketOptions", "max_connections", kNotSupported,
     "is not an option of Crossbar either; use `limits.max_sessions` of the worker"},
    {"WebSocketClientOptions", "version", kNoEffect,
     "has no effect here: wampgate speaks WebSocket version 13"},
    {"WebSocketClientOptions", "accept_masked_server_frames", kNoEffect,
     "has no effect here: masked frames from a router are refused (RFC 6455 5.1)"},
    {"WebSocketClientOptions", "acceptMaskedServerFrames", kNoEffect,
     "has no effect here: masked frames from a router are refused (RFC 6455 5.1)"},
    {"WebSocketClientOptions", "server_connection_drop_timeout", kNoEffect,
     "has no effect here: `close_handshake_timeout` covers it"},
    {"WebSocketClientOptions", "serverConnectionDropTimeout", kNoEffect,
     "has no effect here: `close_handshake_timeout` covers it"},
    {"WebSocketClientOptions", "per_message_compression_offers", kNotSupported,
     "holds Python code; use `compression.deflate`"},
    {"WebSocketClientOptions", "perMessageCompressionOffers", kNotSupported,
     "holds Python code; use `compression.deflate`"},
    {"WebSocketClientOptions", "per_message_compression_accept", kNotSupported,
     "holds Python code; use `compression.deflate`"},
    {"WebSocketClientOptions", "perMessageCompressionAccept", kNotSupported,
     "holds Python code; use `compression.deflate`"},
    {"WebSocketClientOptions", "allowed_origins", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "allow_null_origin", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "external_port", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "enable_hybi10", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "enable_rfc6455", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "enable_webstatus", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "mask_server_frames", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "require_masked_client_frames", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "require_websocket_subprotocol", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "show_server_version", kNoEffect, kServerOnly},
    {"WebSocketClientOptions", "enable_flash_policy", kNoEffect, kFlash},
    {"WebSocketClientOptions", "flash_policy", kNoEffect, kFlash},

    {"ClientTransport", "id", kNoEffect, "has no effect here, as in Crossbar"},
    {"ClientTransport", "debug", kNoEffect, kDebug},
    {"ClientTransport", "max_retries", kNoEffect, kRetry},
    {"ClientTransport", "max_retry_delay", kNoEffect, kRetry},
    {"ClientTransport", "initial_retry_delay", kNoEffect, kRetry},
    {"ClientTransport", "retry_delay_growth", kNoEffect, kRetry},
    {"ClientTransport", "retry_delay_jitter", kNoEffect, kRetry},
    {"WebSocketClient", "proxy", kNotSupported,
     "is not in this version of wampgate: routers are reached directly"},
    {"WebSocketClient", "serializer", kNotSupported, "is only for type \"rawsocket\"; use `serializers`"},
    {"RawSocketClient", "serializers", kNotSupported, "is only for type \"websocket\"; use `serializer`"},
    {"RawSocketClient", "headers", kNotSupported, "is only for type \"websocket\""},
    {"RawSocketClient", "proxy", kNotSupported, "is only for type \"websocket\""},
    {"ConnectionAuth", "cryptosign-proxy", kNotSupported,
     "is not in this version of wampgate: use \"anonymous-proxy\" over a Unix socket"},

    {"Auth", "wampcra", kNotSupported, kAuthMethod},
    {"Auth", "tls", kNotSupported, kAuthMethod},
    {"Auth", "cookie", kNotSupported, kAuthMethod},
    {"Auth", "cryptosign", kNotSupported, kAuthMethod},
    {"Auth", "scram", kNotSupported, kAuthMethod},
    {"Auth", "cryptosign-proxy", kNotSupported, kAuthMethod},

    {"StaticPath", "package", kNotSupported,
     "names data of a Python package; copy the files and use `directory`"},
    {"StaticPath", "resource", kNotSupported,
     "names data of a Python package; copy the files and use `directory`"},
    {"StaticOptions", "allow_cross_origin", kNoEffect,
     "has no effect here: cross-origin headers are always sent"},
    {"WebSocketPath", "debug", kNoEffect, kDebug},
    {"WebSocketPath", "cookie", kNotSupported, kCookie},
    {"WebSocketProxyPath", "debug", kNoEffect, kDebug},
    {"WebSocketProxyPath", "cookie", kNotSupported, kCookie},
    {"WebSocketProxyPath", "auth", kNotSupported,
     "does not go with type \"websocket-proxy\", where the router authenticates; use type \"websocket\" with "
     "`connections` and `routes`"},

    {"Realm", "options", kNoEffect,
     "has no effect here: the embedded router has no meta API and checks URIs loosely"},
    {"Realm", "store", kNotSupported, kInCrossbar},
    {"Realm", "rlinks", kNotSupported, kInCrossbar},
    {"Role", "authorizer", kNotSupported,
     "calls a dynamic authorizer, which runs in Crossbar, beside wampgate; use `permissions`"},
    {"Permission", "cache", kNoEffect, "has no effect here: decisions are cached anyway"},
    {"Permission", "validate", kNotSupported,
     "checks payloads, which runs in Crossbar, beside wampgate; remove it"},
};

constexpr VocabularyEntry kTypes[] = {
    {"Worker", "container", kNotSupported,
     "workers run in Crossbar, beside wampgate: let the components connect to the node"},
    {"Worker", "guest", kNotSupported, "workers run in Crossbar or systemd, beside wampgate"},
    {"Worker", "websocket-testee", kNotSupported, "workers run in Crossbar, beside wampgate"},

    {"Transport", "mqtt", kNotSupported, kMqtt},
    {"Transport", "flashpolicy", kNotSupported,
     "serves Flash, which no browser has any more; remove the transport"},
    {"Transport", "stream.testee", kNotSupported, "is a debugging aid; socat does the same"},
    {"ListenEndpoint", "twisted", kNotSupported, "names a class of Twisted; use \"tcp\" or \"unix\""},
    {"ListenEndpoint", "onion", kNotSupported,
     "is not supported; let Tor's own onion service forward to a \"tcp\" endpoint on 127.0.0.1"},
    {"ConnectEndpoint", "twisted", kNotSupported, "names a class of Twisted; use \"tcp\" or \"unix\""},
    {"ConnectEndpoint", "tor", kNotSupported,
     "is not supported; run a Tor tunnel and connect to its local port by \"tcp\""},

    {"Path", "reverseproxy", kNotSupported,
     "is not in this version of wampgate: put nginx or HAProxy in front for it"},
    {"Path", "longpoll", kNotSupported, "is not in this version of wampgate: use type \"websocket\""},
    {"Path", "caller", kNotSupported,
     "is not in this version of wampgate: run the HTTP bridge in Crossbar, beside wampgate"},
    {"Path", "publisher", kNotSupported,
     "is not in this version of wampgate: run the HTTP bridge in Crossbar, beside wampgate"},
    {"Path", "webhook", kNotSupported,
     "is not in this version of wampgate: run the HTTP bridge in Crossbar, beside wampgate"},
    {"Path", "upload", kNotSupported,
     "was removed from Crossbar in 2018; use object storage or an application server"},
    {"Path", "cgi", kNotSupported, "is not supported: run the programs behind an HTTP server of their own"},
    {"Path", "wsgi", kNotSupported,
     "runs Python code: run it in a WSGI server, with nginx or HAProxy in front of both"},
    {"Path", "resource", kNotSupported, "runs Python code: run it in Crossbar, beside wampgate"},
    {"Path", "wap", kNotSupported,
     "is not in this version of wampgate: render pages in an application server"},
    {"Path", "catalog", kNotSupported,
     "is not supported: it documents FlatBuffers schemas; serve the pages by type \"static\""},
    {"Path", "pairme", kNotSupported,
     "is not supported: it belongs to Crossbar's edge edition; remove the path"},
    {"Path", "schemadoc", kNotSupported,
     "is not supported: it documents schemas; serve the pages by type \"static\""},

    {"AnonymousAuth", "dynamic", kNotSupported,
     "authenticators are not in this version of wampgate: use \"static\", or let the router authenticate"},
    {"AnonymousAuth", "function", kNotSupported,
     "authenticators are Python code: use \"static\", or let the router authenticate"},
    {"TicketAuth", "dynamic", kNotSupported,
     "authenticators are not in this version of wampgate: use \"static\", or let the router authenticate"},
    {"TicketAuth", "function", kNotSupported,
     "authenticators are Python code: use \"static\", or let the router authenticate"},
    {"AnonymousProxyAuth", "dynamic", kNotSupported, "is not possible here; use \"static\""},
    {"AnonymousProxyAuth", "function", kNotSupported, "is not possible here; use \"static\""},
};

constexpr VocabularyEntry kValues[] = {
    {"Serializer", "ubjson", kNotSupported,
     "is not supported: two incompatible encodings have that name; use \"cbor\""},
    {"Serializer", "flatbuffers", kNotSupported,
     "is not supported, and does not work in Crossbar either; use \"cbor\""},
};

const VocabularyEntry* Find(std::span<const VocabularyEntry> entries, std::string_view message,
                            std::string_view key) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const VocabularyEntry& entry) {
    return entry.message == message && entry.key == key;
  });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

const VocabularyEntry* FindVocabularyKey(std::string_view message, std::string_view key) {
  return Find(kKeys, message, key);
}
const VocabularyEntry* FindVocabularyType(std::string_view message, std::string_view type) {
  return Find(kTypes, message, type);
}
const VocabularyEntry* FindVocabularyValue(std::string_view enumeration, std::string_view value) {
  return Find(kValues, enumeration, value);
}

std::span<const VocabularyEntry> VocabularyKeys() {
  return kKeys;
}
std::span<const VocabularyEntry> VocabularyTypes() {
  return kTypes;
}
std::span<const VocabularyEntry> VocabularyValues() {
  return kValues;
}

}  // namespace wampgate::config

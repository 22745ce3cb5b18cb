#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

/// Node files for the integration tests. Every transport is on a free port of 127.0.0.1.
namespace wampgate::test {

using nlohmann::json;

inline json LoopbackEndpoint(int port = 0) {
  return {{"type", "tcp"}, {"interface", "127.0.0.1"}, {"port", port}};
}

/// A backend over RawSocket on the stub router's Unix socket in the node directory.
inline json StubBackend(const std::string& serializer = "json") {
  return {{"type", "rawsocket"},
          {"endpoint", {{"type", "unix"}, {"path", "router.sock"}}},
          {"url", "rs://localhost"},
          {"serializer", serializer}};
}

/// `web` with a transparent /ws and a static value at /value; with another `endpoint` where given.
inline json WebTransport(json endpoint = LoopbackEndpoint()) {
  return {{"type", "web"},
          {"id", "web"},
          {"endpoint", std::move(endpoint)},
          {"paths",
           {{"ws", {{"type", "websocket-proxy"}, {"backends", json::array({StubBackend()})}}},
            {"value", {{"type", "json"}, {"value", 41}}}}}};
}

/// A proxy worker in transparent mode for everything: `web` and `rawsocket`.
inline json TransparentWorker(const std::string& id = "edge") {
  return {{"type", "proxy"},
          {"id", id},
          {"backends", json::array({{{"transport", StubBackend()}}})},
          {"transports",
           json::array(
               {WebTransport(), {{"type", "rawsocket"}, {"id", "raw"}, {"endpoint", LoopbackEndpoint()}}})}};
}

inline std::string NodeText(const std::vector<json>& workers) {
  return json{{"version", 2}, {"workers", workers}}.dump(2);
}

}  // namespace wampgate::test

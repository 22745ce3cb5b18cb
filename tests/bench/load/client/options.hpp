// What the command line asks for. Set once by parse_args, read by everything else.
#pragma once

#include <sys/socket.h>

#include <utility>
#include <vector>

#include "client/basics.hpp"

namespace load {

enum class Ser { json, msgpack, cbor };
enum class Mode { rpc, echo, idle, connect };
enum class Body { str, kw, nested };

struct Options {
  string url;                                   // see usage()
  string path = "/ws";
  string realm = "realm1";
  string procedure = "com.example.echo";
  string label;
  Ser ser = Ser::json;
  Mode mode = Mode::rpc;
  Body body = Body::str;
  bool raw = false;                             // no WAMP at all
  bool deflate = false;                         // offer permessage-deflate
  bool verify = true;                           // look for the payload in some answers
  bool rst = false;                             // connect mode: close with RST
  u32 conns = 1, window = 1, open_parallel = 64;
  size_t size = 256;
  double seconds = 3, warmup = 0.5, rate = 0, open_timeout = 60;
  u64 count = 0;                                // stop after this many msgs (0: none)
  std::vector<std::pair<int, string>> pids;     // pid, label
};
inline Options opt;

// Where --url leads to, resolved.
struct Endpoint {
  bool ws = true, tls = false, unix_ = false;
  string host, port;
  sockaddr_storage addr{};
  socklen_t len = 0;
};
inline Endpoint ep;

// Fills opt and ep; shows the usage and exits with status 2 if it cannot.
void parse_args(int argc, char** argv);

}  // namespace load

#include "client/options.hpp"

#include <netdb.h>
#include <sys/un.h>

namespace load {
namespace {

[[noreturn]] void usage() {
  std::fprintf(stderr, R"(usage: wampload --url URL [options]
 URL   ws://host:port  wss://host:port  rs://host:port  rss://host:port
       ws+unix:/path   rs+unix:/path
  --path P            HTTP request target of the WebSocket upgrade   (/ws)
  --ser json|msgpack|cbor   subprotocol / RawSocket serializer       (json)
  --realm R           realm of the HELLO                             (realm1)
  --raw               no subprotocol, no WAMP (implied by --mode echo)
  --mode rpc|echo|idle|connect                                       (rpc)
  --procedure URI     procedure to call                              (com.example.echo)
  --conns N           connections (connect mode: concurrent attempts) (1)
  --window W          requests in flight per connection              (1)
  --size P            payload bytes (body str)                       (256)
  --body str|kw|nested   one string | small args + 5 kwargs | ~4 KiB nested (str)
  --rate R            open loop: R requests/s over all connections, latency is
                      counted from the scheduled send time           (closed loop)
  --seconds T --warmup T   measured time, unmeasured lead-in         (3, 0.5)
  --count N           stop after N messages even if time is left
  --deflate           offer permessage-deflate
  --no-verify         do not look for the payload in the answers
  --rst               connect mode: close with RST (spares local ports)
  --open-parallel N   connection attempts at a time                  (64)
  --pid PID[:label]   account this process as well (repeatable)
  --label S           copied into the report
)");
  std::exit(2);
}

void parse_url(string_view u) {
  auto starts = [&](string_view p) {
    if (u.substr(0, p.size()) != p) return false;
    u.remove_prefix(p.size());
    return true;
  };
  if (starts("ws+unix:")) ep.unix_ = true;
  else if (starts("rs+unix:")) ep.unix_ = true, ep.ws = false;
  else if (starts("ws://")) {}
  else if (starts("wss://")) ep.tls = true;
  else if (starts("rs://")) ep.ws = false;
  else if (starts("rss://")) ep.ws = false, ep.tls = true;
  else die("bad --url");
  if (ep.unix_) {
    auto* a = reinterpret_cast<sockaddr_un*>(&ep.addr);
    a->sun_family = AF_UNIX;
    if (u.size() >= sizeof a->sun_path) die("socket path too long");
    std::memcpy(a->sun_path, u.data(), u.size());
    ep.len = sizeof *a;
    ep.host = "localhost";
    return;
  }
  if (auto s = u.find('/'); s != u.npos) opt.path = string(u.substr(s)), u = u.substr(0, s);
  auto c = u.rfind(':');
  if (c == u.npos) die("--url needs a port");
  ep.host = string(u.substr(0, c)), ep.port = string(u.substr(c + 1));
  addrinfo hints{}, *ai = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(ep.host.c_str(), ep.port.c_str(), &hints, &ai) || !ai) die("cannot resolve " + ep.host);
  std::memcpy(&ep.addr, ai->ai_addr, ai->ai_addrlen);
  ep.len = ai->ai_addrlen;
  freeaddrinfo(ai);
}

}  // namespace

void parse_args(int argc, char** argv) {
  for (int i = 1; i < argc; i++) {
    string a = argv[i];
    auto val = [&]() -> string { if (++i >= argc) usage(); return argv[i]; };
    if (a == "--url") opt.url = val();
    else if (a == "--path") opt.path = val();
    else if (a == "--realm") opt.realm = val();
    else if (a == "--procedure") opt.procedure = val();
    else if (a == "--label") opt.label = val();
    else if (a == "--raw") opt.raw = true;
    else if (a == "--deflate") opt.deflate = true;
    else if (a == "--no-verify") opt.verify = false;
    else if (a == "--rst") opt.rst = true;
    else if (a == "--conns") opt.conns = u32(std::stoul(val()));
    else if (a == "--window") opt.window = u32(std::stoul(val()));
    else if (a == "--open-parallel") opt.open_parallel = u32(std::stoul(val()));
    else if (a == "--size") opt.size = std::stoull(val());
    else if (a == "--seconds") opt.seconds = std::stod(val());
    else if (a == "--warmup") opt.warmup = std::stod(val());
    else if (a == "--rate") opt.rate = std::stod(val());
    else if (a == "--count") opt.count = std::stoull(val());
    else if (a == "--ser") {
      string s = val();
      if (s == "json") opt.ser = Ser::json;
      else if (s == "msgpack") opt.ser = Ser::msgpack;
      else if (s == "cbor") opt.ser = Ser::cbor;
      else usage();
    } else if (a == "--mode") {
      string s = val();
      if (s == "rpc") opt.mode = Mode::rpc;
      else if (s == "echo") opt.mode = Mode::echo;
      else if (s == "idle") opt.mode = Mode::idle;
      else if (s == "connect") opt.mode = Mode::connect;
      else usage();
    } else if (a == "--body") {
      string s = val();
      if (s == "str") opt.body = Body::str;
      else if (s == "kw") opt.body = Body::kw;
      else if (s == "nested") opt.body = Body::nested;
      else usage();
    } else if (a == "--pid") {
      string s = val();
      auto c = s.find(':');
      opt.pids.emplace_back(std::stoi(s), c == s.npos ? "" : s.substr(c + 1));
    } else usage();
  }
  if (opt.url.empty() || !opt.conns || !opt.window) usage();
  parse_url(opt.url);
  if (opt.mode == Mode::echo) opt.raw = true;
  if (opt.raw && !ep.ws) die("--raw needs a WebSocket URL");
  if (opt.raw && opt.mode == Mode::rpc) opt.mode = Mode::echo;
}

}  // namespace load

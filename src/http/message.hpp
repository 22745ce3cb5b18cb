#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/stream.hpp"

namespace wampgate::http {

/// A parsed request. Header names are lower-case; repeated fields appear repeatedly, in order.
struct Request {
  std::string method;
  std::string target;                 ///< as received
  std::string path;                   ///< target without query, as received
  std::string query;                  ///< without '?'
  std::vector<std::string> segments;  ///< path split at '/', each percent-decoded; "/" has one empty segment
  std::size_t consumed = 0;           ///< segments already matched by path tables; the service's begin here
  int version = 11;                   ///< 10 or 11
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string peer;  ///< "tcp4:127.0.0.1:48040"
  bool is_secure = false;
  bool is_unix = false;
  bool wants_upgrade = false;  ///< has an Upgrade header
  bool at_level_root = false;  ///< the service is the "/" of its path table level

  /// The first field of that (lower-case) name, or empty.
  std::string_view Header(std::string_view name) const;
  std::size_t Count(std::string_view name) const;
  /// Segments left for the service.
  std::vector<std::string_view> Rest() const;
};

/// A response. Server, Date, Content-Length, Connection and the transport's own headers are added on sending.
struct Response {
  int status = 200;
  std::string reason;  ///< empty: the usual phrase
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// For bodies that do not fit memory: `length` octets delivered on demand, at most 256 KiB at a time, on
  /// the helper thread; an empty piece before the end breaks the connection off. In answers to HEAD it is
  /// never read and gives only the Content-Length.
  struct Source {
    std::uint64_t length = 0;
    std::function<std::string(std::uint64_t offset, std::size_t most)> read;
  };
  std::optional<Source> source;

  void Set(std::string_view name, std::string_view value) { headers.emplace_back(name, value); }
};

/// Answers one request, once, from the loop's thread; at any time after the request, also when its connection
/// has gone meanwhile (then it has no effect). One that is dropped without an answer answers 500. The last
/// reference must be given up on the loop's thread.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void Send(Response response) = 0;
  /// Takes the connection over: nothing was or will be sent by HTTP; octets behind the request are what the
  /// stream delivers first. Null if the connection is gone.
  virtual std::unique_ptr<net::Stream> TakeStream() = 0;
  /// Sends a complete response as it is, status line included, then closes the connection.
  virtual void SendVerbatim(std::string octets) = 0;
  virtual net::Loop& loop() = 0;
};

/// What is mounted on a path. One object serves all requests of its path on the loop's thread; immutable.
class Service {
 public:
  virtual ~Service() = default;
  virtual void Handle(Request request, std::shared_ptr<Responder> responder) = 0;
};

}  // namespace wampgate::http

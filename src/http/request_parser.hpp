#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/head_scanner.hpp"
#include "http/message.hpp"
#include "http/options.hpp"

namespace wampgate::http {

/// Why a request is not handled: the answer after which the connection is closed.
struct Refusal {
  int status = 400;
  std::string_view title = "Bad Request";
  std::string text;
};

/// Reads one HTTP/1.x request (RFC 9112), head and body, within the limits of the options. No I/O.
class RequestParser {
 public:
  enum class Progress : std::uint8_t { kHead, kBody, kComplete, kRefused };

  explicit RequestParser(const ServerOptions& options);
  ~RequestParser();

  /// Takes octets; returns how many were consumed. The rest must come again with more behind it. Call it
  /// again while it consumes something and is not complete or refused.
  std::size_t Feed(std::string_view octets);
  Progress progress() const { return progress_; }
  /// The head has asked for "100 Continue" and no octet of the body has been seen.
  bool wants_continue() const { return wants_continue_; }
  /// Once complete: whether the connection may be used for another request.
  bool keep_alive() const;

  const Refusal& refusal() const { return refusal_; }
  /// What is known of the request: all of it once complete, at least the head once in the body.
  Request& request() { return request_; }

 private:
  struct Engine;
  std::size_t FeedHead(std::string_view octets);
  std::size_t FeedBody(std::string_view octets);
  bool CanParseBody(std::string_view octets);
  bool CheckRequestLine(std::string_view line);
  void RefuseVersion(std::string_view head);
  void FinishHead(std::string_view head);
  void Refuse(int status, std::string_view title, std::string text);
  void RefuseMalformed(std::string_view detail);

  const ServerOptions& options_;  ///< outlives the parser
  HeadScanner scanner_;
  Request request_;
  Refusal refusal_;
  Progress progress_ = Progress::kHead;
  bool wants_continue_ = false;
  bool has_checked_line_ = false;
  std::unique_ptr<Engine> engine_;
};

}  // namespace wampgate::http

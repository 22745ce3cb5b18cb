// The one file of the program that knows Beast's HTTP parser.
#include "http/request_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

#include "http/head_check.hpp"
#include "http/token_list.hpp"

namespace wampgate::http {
namespace {

namespace beast = boost::beast;
using ErrorCode = beast::error_code;

std::string Lower(beast::string_view text) {
  std::string out(text.data(), text.size());
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

// Whether the request line has three parts and ends in "HTTP/d.d": then only the version is wrong.
bool NamesAVersion(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  if (line.size() < 9 || std::count(line.begin(), line.end(), ' ') != 2) return false;
  const std::string_view version = line.substr(line.size() - 9);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.substr(0, 6) == " HTTP/" && is_digit(version[6]) && version[7] == '.' &&
         is_digit(version[8]);
}

// What is left of a chunked body has at least "0\r\n\r\n"; Beast asserts that it is called with that much
// once it has seen the last chunk's size.
constexpr std::size_t kLeastChunked = 5;

enum class ChunkLine : std::uint8_t { kWhole, kUnfinished, kMalformed };

// Whether the line with a chunk's size is all there. Beast would look for the end of a quoted extension
// beyond it.
ChunkLine LookAtChunkLine(std::string_view octets) {
  const std::size_t end = octets.find("\r\n");
  if (end == std::string_view::npos) return ChunkLine::kUnfinished;
  bool in_quotes = false;
  for (std::size_t i = 0; i < end; ++i) {
    const auto octet = static_cast<unsigned char>(octets[i]);
    if ((octet < 0x20 && octet != '\t') || octet == 0x7f) return ChunkLine::kMalformed;
    if (octet == '"') in_quotes = !in_quotes;
    if (octet == '\\' && in_quotes) ++i;
  }
  return in_quotes ? ChunkLine::kMalformed : ChunkLine::kWhole;
}

std::size_t CountWords(std::string_view line) {
  std::size_t words = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != ' ' && (i == 0 || line[i - 1] == ' ')) ++words;
  }
  return words;
}

// A piece of what the peer sent, fit for a status line.
std::string Printable(std::string_view text) {
  constexpr std::size_t kMost = 200;
  std::string printable(text.substr(0, kMost));
  for (char& c : printable) {
    if (c < ' ' || c > '~') c = '?';
  }
  return printable;
}

constexpr std::size_t kBodyReserve = 64 * 1024;  // what a stated length gets before its octets have arrived

}  // namespace

struct RequestParser::Engine final : beast::http::basic_parser<true> {
  explicit Engine(Request& target) : request(target) {}

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       ErrorCode&) override {
    request.method.assign(method.data(), method.size());
    request.target.assign(target.data(), target.size());
    request.version = version;
  }
  void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     ErrorCode&) override {
    if (!has_head) request.headers.emplace_back(Lower(name), std::string(value.data(), value.size()));
  }
  void on_header_impl(ErrorCode&) override { has_head = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) override {
    if (length) request.body.reserve(std::min<std::uint64_t>(*length, kBodyReserve));
  }
  std::size_t on_body_impl(beast::string_view octets, ErrorCode&) override {
    request.body.append(octets.data(), octets.size());
    return octets.size();
  }
  void on_chunk_header_impl(std::uint64_t size, beast::string_view, ErrorCode&) override {
    chunk_left = size;
    has_chunk = true;
  }
  std::size_t on_chunk_body_impl(std::uint64_t left, beast::string_view octets, ErrorCode&) override {
    request.body.append(octets.data(), octets.size());
    chunk_left = left - octets.size();
    return octets.size();
  }
  void on_finish_impl(ErrorCode&) override {}

  Request& request;
  std::uint64_t chunk_left = 0;
  bool has_chunk = false;
  bool has_head = false;  ///< fields from now on are trailers, which are ignored
};

RequestParser::RequestParser(const ServerOptions& options)
    : options_(options), scanner_(options.max_header_fields), engine_(std::make_unique<Engine>(request_)) {
  engine_->eager(false);
  engine_->body_limit(options.max_body_size);
}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::Feed(std::string_view octets) {
  switch (progress_) {
    case Progress::kHead:
      return FeedHead(octets);
    case Progress::kBody:
      return FeedBody(octets);
    case Progress::kComplete:
    case Progress::kRefused:
      break;
  }
  return 0;
}

std::size_t RequestParser::FeedHead(std::string_view octets) {
  if (scanner_.size() == 0) {  // empty lines before a request (RFC 9112 2.2)
    const std::size_t blank = octets.substr(0, 2) == "\r\n" ? 2 : 0;
    if (blank != 0 || octets == "\r" || octets.empty()) return blank;
  }
  const HeadScanner::Result result = scanner_.Scan(octets.substr(0, options_.max_header_size));
  if (result == HeadScanner::Result::kMalformed) {
    RefuseMalformed("the head holds a control character, a bare line break or a folded line");
  } else if (!has_checked_line_ && scanner_.has_request_line() &&
             !CheckRequestLine(octets.substr(0, octets.find('\r')))) {
    return 0;
  } else if (result == HeadScanner::Result::kTooManyFields) {
    Refuse(431, "Request Header Fields Too Large", "The request has too many header fields.");
  } else if (result == HeadScanner::Result::kComplete) {
    FinishHead(octets.substr(0, scanner_.size()));
    return scanner_.size();
  } else if (octets.size() > options_.max_header_size) {
    Refuse(431, "Request Header Fields Too Large", "The head of the request is too long.");
  }
  return 0;
}

// As soon as the line is there: who speaks HTTP/0.9 sends nothing more. May refuse the request.
bool RequestParser::CheckRequestLine(std::string_view line) {
  has_checked_line_ = true;
  if (CountWords(line) == 3) return true;
  Refuse(400, "Bad Request", fmt::format("Bad HTTP request status line \"{}\"", Printable(line)));
  return false;
}

void RequestParser::RefuseVersion(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  Refuse(505, "HTTP Version Not Supported",
         options_.only_websocket
             ? fmt::format("Unsupported HTTP version \"{}\"", line.substr(line.rfind(' ') + 1))
             : "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
}

void RequestParser::FinishHead(std::string_view head) {
  ErrorCode error;
  engine_->header_limit(static_cast<std::uint32_t>(head.size() + 1));
  engine_->put({head.data(), head.size()}, error);
  if (error == beast::http::error::bad_version && NamesAVersion(head)) {
    return RefuseVersion(head);
  }
  const bool is_too_long = error == beast::http::error::body_limit;
  if (error && !is_too_long) return RefuseMalformed(error.message());
  if (std::optional<Refusal> refusal = CheckHead(request_, options_)) {
    refusal_ = *std::move(refusal);
    progress_ = Progress::kRefused;
    return;
  }
  if (is_too_long) return Refuse(413, "Content Too Large", "The body of the request is too long.");
  progress_ = engine_->is_done() ? Progress::kComplete : Progress::kBody;
  wants_continue_ = progress_ == Progress::kBody && request_.version >= 11 && request_.Count("expect") != 0;
}

std::size_t RequestParser::FeedBody(std::string_view octets) {
  if (octets.empty() || !CanParseBody(octets)) return 0;
  wants_continue_ = false;
  ErrorCode error;
  const std::size_t consumed = engine_->put({octets.data(), octets.size()}, error);
  if (error == beast::http::error::body_limit) {
    Refuse(413, "Content Too Large", "The body of the request is too long.");
  } else if (error && error != beast::http::error::need_more) {
    RefuseMalformed(error.message());
  } else if (engine_->is_done()) {
    progress_ = Progress::kComplete;
  } else if (consumed == 0 && octets.size() > options_.max_header_size) {
    RefuseMalformed("the trailer is too long");
  }
  return consumed;
}

// Whether there is enough of the next chunk for Beast; may refuse the request.
bool RequestParser::CanParseBody(std::string_view octets) {
  const bool is_chunked = request_.Count("transfer-encoding") != 0;
  if (!is_chunked || engine_->chunk_left > 0) return true;
  if (octets.size() < kLeastChunked) return false;
  const std::size_t line = engine_->has_chunk ? 2 : 0;  // the line break behind the chunk before
  switch (LookAtChunkLine(octets.substr(line))) {
    case ChunkLine::kWhole:
      return true;
    case ChunkLine::kMalformed:
      RefuseMalformed("bad chunk extension");
      return false;
    case ChunkLine::kUnfinished:
      break;
  }
  if (octets.size() > options_.max_header_size) RefuseMalformed("the size of a chunk takes too many octets");
  return false;
}

bool RequestParser::keep_alive() const {
  return progress_ == Progress::kComplete && engine_->keep_alive();
}

void RequestParser::Refuse(int status, std::string_view title, std::string text) {
  refusal_ = {status, title, std::move(text)};
  progress_ = Progress::kRefused;
}

void RequestParser::RefuseMalformed(std::string_view detail) {
  Refuse(400, "Bad Request",
         options_.only_websocket
             ? fmt::format("Error during parsing of HTTP status line / request headers : {}", detail)
             : fmt::format("The request is malformed: {}.", detail));
}

}  // namespace wampgate::http

// A request read at once and the same octets read in pieces must come to the same verdict.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "http/request_parser.hpp"

namespace {

using wampgate::http::RequestParser;
using wampgate::http::ServerOptions;

// As a stream does: what was not consumed comes again with `step` more octets behind it. Returns what was
// consumed.
std::size_t Feed(RequestParser& parser, std::string_view octets, std::size_t step) {
  std::size_t begin = 0;
  for (std::size_t end = 0; end < octets.size();) {
    end = std::min(octets.size(), end + step);
    while (begin < end && parser.progress() < RequestParser::Progress::kComplete) {
      const std::string copy(
          octets.substr(begin, end - begin));  // its own block: reading past its end is seen
      const std::size_t consumed = parser.Feed(copy);
      WAMPGATE_CHECK(consumed <= copy.size());
      begin += consumed;
      if (consumed == 0) break;
    }
  }
  return begin;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 16;
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  ServerOptions options;
  options.max_header_size = 1024;
  options.max_header_fields = 20;
  options.max_body_size = 1024;
  RequestParser whole(options);
  RequestParser pieces(options);
  const std::size_t whole_consumed = Feed(whole, octets, size);
  const std::size_t pieces_consumed = Feed(pieces, octets, step);
  WAMPGATE_CHECK(whole.progress() == pieces.progress());
  if (whole.progress() == RequestParser::Progress::kRefused) {
    WAMPGATE_CHECK(whole.refusal().status == pieces.refusal().status);
  }
  if (whole.progress() != RequestParser::Progress::kComplete) return 0;
  WAMPGATE_CHECK(whole_consumed == pieces_consumed);
  WAMPGATE_CHECK(whole.keep_alive() == pieces.keep_alive());
  WAMPGATE_CHECK(whole.request().headers == pieces.request().headers);
  WAMPGATE_CHECK(whole.request().segments == pieces.request().segments);
  WAMPGATE_CHECK(whole.request().body == pieces.request().body);
  WAMPGATE_CHECK(whole.request().body.size() <= options.max_body_size);
  for (const auto& [name, value] : whole.request().headers) {
    WAMPGATE_CHECK(!name.empty() && value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
  return 0;
}

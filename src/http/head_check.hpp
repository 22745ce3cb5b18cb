#pragma once

#include <optional>

#include "http/message.hpp"
#include "http/options.hpp"
#include "http/request_parser.hpp"

namespace wampgate::http {

/// The rules for a request head that go beyond its syntax: one valid Host, framing that every proxy on the
/// way reads the same (RFC 9112 6.3, request smuggling), a known expectation. Fills path, query and segments,
/// and puts the authority of an absolute target in the place of Host (RFC 9112 3.2.2).
std::optional<Refusal> CheckHead(Request& request, const ServerOptions& options);

}  // namespace wampgate::http

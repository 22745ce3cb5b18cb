#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>

#include "base/status.hpp"

/// Lists as the API gives them: filtered, sorted, one page at a time (AIP-132, AIP-158, AIP-160).
namespace wampgate::management {

struct ListingRequest {
  std::int32_t page_size = 0;  ///< 0: 100; at most 1000
  std::string page_token{};
  std::string filter{};
  std::string order_by{};  ///< followed by `name`
};
/// That of a request with these four fields.
template <typename Request>
ListingRequest ListingOf(const Request& request) {
  return {request.page_size(), request.page_token(), request.filter(), request.order_by()};
}

/// Keeps those elements of the repeated field `list` (messages with a field `name`, unique among them) of
/// `response` that the request asks for, in its order, and sets `next_page_token`. A page begins after the
/// place of the last element of the page before, whatever has come and gone in between. INVALID_ARGUMENT,
/// beginning with the field's name, for a page size below 0, a filter or order that cannot be read, and a
/// token of another request.
Status KeepPage(const ListingRequest& request, std::string_view list, google::protobuf::Message& response);

}  // namespace wampgate::management

#pragma once

#include <string>

#include "client.hpp"

namespace wampgate::ctl {

enum class Pages : unsigned char { kMore, kEnough };

/// Calls a list method for page after page. `call(context, request, &page)` makes a call; `take(page,
/// request)` gets each page and the request for the next, and says whether that is to be made if there is
/// one.
template <typename Page, typename Request, typename Call, typename Take>
grpc::Status ForEachPage(const Target& target, Request request, const Call& call, const Take& take) {
  while (true) {
    Page page;
    const auto context = NewContext(target);
    if (const auto status = call(context.get(), request, &page); !status.ok()) return status;
    request.set_page_token(page.next_page_token());
    if (take(page, request) == Pages::kEnough || request.page_token().empty()) return grpc::Status::OK;
  }
}

}  // namespace wampgate::ctl

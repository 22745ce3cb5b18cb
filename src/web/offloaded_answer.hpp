#pragma once

#include <functional>
#include <memory>

#include "http/message.hpp"
#include "http/offload.hpp"

namespace wampgate::web {

/// Answers GET and HEAD with what `work` makes of the request on the helper thread; other methods are
/// refused, and requests that find its queue full get 503. Loop's thread.
void AnswerOffLoop(http::Offload& offload, http::Request request, std::shared_ptr<http::Responder> responder,
                   std::function<http::Response(const http::Request&)> work);

}  // namespace wampgate::web

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "http/message.hpp"
#include "web/node_state.hpp"

namespace wampgate::web {

/// Makes the response of what the source has said; not OK: it failed, or was silent until the deadline.
using MakeNodeStateResponse = std::function<http::Response(const StatusOr<NodeState>&)>;

/// Asks the source and answers the request, at the deadline at the latest.
void AnswerWithNodeState(NodeStateSource& source, NodeStateSource::Wanted wanted,
                         std::shared_ptr<http::Responder> responder, std::chrono::milliseconds deadline,
                         MakeNodeStateResponse make);

/// A short text that no cache keeps.
http::Response PlainText(int status, std::string text);

}  // namespace wampgate::web

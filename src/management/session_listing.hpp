#pragma once

#include <wampgate/v1/session_service.pb.h>

#include <string>
#include <vector>

#include "base/status.hpp"
#include "supervisor/process_queries.hpp"
#include "supervisor/session_closing.hpp"

/// What SessionService reads out of its requests and puts together from the answers of processes; no gRPC.
namespace wampgate::management {

/// "workers/w" or "workers/-". INVALID_ARGUMENT.
StatusOr<supervisor::ProcessSelector> SelectorOf(const std::string& parent);
/// "workers/w/sessions/1234". INVALID_ARGUMENT.
StatusOr<supervisor::ProcessSelector> SelectorOfSession(const std::string& name);

/// The status of the question as a whole: an error of the caller's that a process found, RESOURCE_EXHAUSTED;
/// OK where processes merely do not serve.
Status Outcome(const StatusOr<std::vector<supervisor::ProcessAnswer>>& answers);
/// "workers/w/processes/0: the process is starting" of each that did not answer.
std::vector<std::string> Unreachable(const std::vector<supervisor::ProcessAnswer>& answers);

/// One page of the ends of all processes, newest first.
struct EndedPage {
  std::size_t size = 100;
  std::int64_t before = 0;  ///< Unix, nanoseconds; 0: all
  std::size_t skip = 0;     ///< of those that ended exactly then: given already
};
/// INVALID_ARGUMENT for a page size below 0 or a token that is none of ours.
StatusOr<EndedPage> ReadPage(const v1::ListEndedRequest& request);
/// What each process is asked for; a page needs no more of it.
internal::ListEndedSessions QueryFor(const EndedPage& page, const std::string& filter);
void FillPage(const EndedPage& page, std::vector<supervisor::ProcessAnswer> answers,
              v1::ListEndedResponse& response);

/// INVALID_ARGUMENT with what is wrong.
StatusOr<supervisor::SessionClosingOrder> ReadOrder(const v1::CloseSessionsRequest& request);

}  // namespace wampgate::management

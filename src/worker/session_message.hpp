#pragma once

#include <string>

#include "wamp/session_registry.hpp"
#include "wampgate/v1/session_service.pb.h"

/// Sessions as the API shows them. What clients and backends have said is cut and made valid UTF-8; control
/// characters stay, whoever prints it escapes them.
namespace wampgate::worker {

/// Resource names of where the sessions are.
struct ProcessNames {
  std::string worker;   ///< "workers/w"
  std::string process;  ///< "workers/w/processes/0"
};

/// Without rates. `session` is cleared first.
void FillSession(const wamp::Session& from, const ProcessNames& names, v1::Session& session);
/// Clears `ended` first.
void FillEnded(const wamp::Session& from, const wamp::SessionOutcome& end, const ProcessNames& names,
               v1::EndedSession& ended);
void FillRefused(const wamp::TransportDetails& from, const wamp::SessionOutcome& end,
                 const ProcessNames& names, v1::EndedSession& ended);
void FillTraced(const wamp::Session& from, const wamp::TracedMessage& message, const ProcessNames& names,
                v1::TracedMessage& traced);

}  // namespace wampgate::worker

#pragma once

#include "net/loop.hpp"
#include "proxy/backend_record.hpp"
#include "proxy/settings.hpp"
#include "wamp/session_registry.hpp"
#include "wampgate/internal/counters.pb.h"
#include "worker/loop_lag.hpp"

namespace wampgate::worker {

/// Where the counters of a process are; each is kept by whoever counts. Loop's thread only.
struct CounterSources {
  net::Loop& loop;
  const wamp::SessionRegistry& sessions;
  const proxy::RelayCounters& relay;
  const proxy::BackendRecords& backends;
  const LoopLag& lag;
};

/// What the process tells its supervisor of them.
void FillCounters(const CounterSources& sources, internal::Counters& counters);

}  // namespace wampgate::worker

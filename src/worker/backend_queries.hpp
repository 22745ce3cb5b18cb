#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "proxy/backend_probe.hpp"
#include "worker/proxy_endpoints.hpp"
#include "worker/queries.hpp"
#include "worker/session_message.hpp"

namespace wampgate::worker {

/// Answers what the supervisor asks about the backends and routes of this process, probes them, and has them
/// get sessions or not. Loop's thread only; outlives the Queries.
class BackendQueries {
 public:
  static constexpr std::size_t kMostProbes = 100;  ///< under way at once

  BackendQueries(ProxyEndpoints& endpoints, ProcessNames names)
      : endpoints_(endpoints), names_(std::move(names)) {}

  void Serve(Queries& queries);

 private:
  void List(const internal::ListBackends& query, const AnswerSlot& slot) const;
  void SetStates(const internal::SetBackendStates& order, const AnswerSlot& slot);
  void Probe(const internal::ProbeBackend& order, const AnswerSlot& slot);
  void Resolve(const internal::ResolveRoute& query, const AnswerSlot& slot) const;

  ProxyEndpoints& endpoints_;
  ProcessNames names_;
  std::map<std::uint64_t, std::unique_ptr<proxy::BackendProbe>> probes_;
  std::uint64_t last_probe_ = 0;
};

}  // namespace wampgate::worker

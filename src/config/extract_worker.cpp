#include <algorithm>

#include "config/resolve.hpp"
#include "config/resolve_auth.hpp"
#include "config/resolve_endpoint.hpp"
#include "config/resolve_router.hpp"
#include "config/resolve_worker.hpp"
#include "config/resources.hpp"

namespace wampgate::config {
namespace {

void ReplaceVariables(v1::ListenEndpoint& endpoint, const Context& context) {
  const net::ListenEndpoint resolved = ResolveListen(endpoint, {}, context);
  if (endpoint.has_unix_socket()) {
    endpoint.mutable_unix_socket()->set_path(std::get<net::UnixListen>(resolved).path);
  } else if (endpoint.has_tcp() && endpoint.tcp().port().has_variable()) {
    v1::Port& port = *endpoint.mutable_tcp()->mutable_port();
    port.clear_variable();
    port.set_number(std::get<net::TcpListen>(resolved).port);
  }
}

}  // namespace

std::optional<v1::Node> ExtractWorker(const v1::Node& document, const std::string& worker_id,
                                      const Environment& environment) {
  const std::vector<std::string> ids = WorkerIds(document);
  const auto found = std::find(ids.begin(), ids.end(), worker_id);
  if (found == ids.end()) return std::nullopt;
  Problems ignored;
  const Context context{environment, ignored};
  v1::Node extract;
  CopyWithoutResources(document, extract);
  extract.clear_management();  // the supervisor's alone
  v1::Worker& worker = *extract.add_workers();
  worker = document.workers(static_cast<int>(found - ids.begin()));
  worker.set_id(worker_id);
  if (worker.has_options()) worker.mutable_options()->clear_disabled();
  for (v1::Transport& transport : *worker.mutable_transports()) {
    if (transport.has_endpoint()) ReplaceVariables(*transport.mutable_endpoint(), context);
    ReplaceTicketVariables(transport, context);
  }
  if (worker.has_router()) {
    for (v1::Realm& realm : *worker.mutable_router()->mutable_realms())
      realm.set_name(RealmName(realm, {}, context));
  }
  return extract;
}

}  // namespace wampgate::config

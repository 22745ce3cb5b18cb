#include "config/resolve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/field_check.hpp"
#include "config/listen_conflict.hpp"
#include "config/node_key.hpp"
#include "config/resolve_management.hpp"
#include "config/resolve_worker.hpp"
#include "config/resource_name.hpp"

namespace wampgate::config {
namespace {

std::string NodeId(const v1::Node& document, const Context& context) {
  if (document.controller().has_id()) {
    const std::string& id = document.controller().id();
    if (!IsId(id)) {
      context.Error(Where().Key("controller").Key("id"),
                    fmt::format("expected an id (^[a-z][a-z0-9_]{{2,63}}$), found {}", Quote(id)));
    }
    return id;
  }
  std::string id = context.environment.hostname;
  std::transform(id.begin(), id.end(), id.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return id;
}

std::string NodePublicKey(const Context& context) {
  if (!context.environment.key_file) return {};
  auto key = PublicKeyOf(*context.environment.key_file);
  if (!key) {
    context.Warn(
        Where(),
        "key.pub in the node directory has no public-key-ed25519 of 64 hexadecimal digits: routers are "
        "told no public key of this node; repair the file or remove it");
  }
  return key.value_or(std::string());
}

void CheckWorkerId(const v1::Worker& worker, const std::string& id, std::set<std::string>& seen,
                   const Where& where, const Context& context) {
  if (worker.has_id() && !IsId(id)) {
    context.Error(where.Key("id"),
                  fmt::format("expected an id (^[a-z][a-z0-9_]{{2,63}}$), found {}", Quote(id)));
  }
  if (!seen.insert(id).second) {
    context.Error(worker.has_id() ? where.Key("id") : where,
                  fmt::format("the id {} is used twice", Quote(id)));
  }
}

/// One problem per path and message; the first stays.
void DropRepeated(Problems& problems) {
  std::set<std::pair<std::string, std::string>> seen;
  std::erase_if(problems,
                [&](const Problem& problem) { return !seen.emplace(problem.path, problem.message).second; });
}

}  // namespace

Resolution Resolve(const v1::Node& document, const Environment& environment) {
  Resolution resolution;
  const Context context{environment, resolution.problems};
  CheckFields(document, resolution.problems);
  Node node;
  node.id = NodeId(document, context);
  node.public_key = NodePublicKey(context);
  node.directory = environment.node_directory;
  if (document.limits().has_shutdown_grace()) {
    node.shutdown_grace = std::chrono::milliseconds(document.limits().shutdown_grace());
  }
  node.management = ResolveManagement(document.management(), Where().Key("management"), context);
  if (document.limits().has_orphan_timeout()) {
    node.orphan_timeout = std::chrono::milliseconds(document.limits().orphan_timeout());
  }
  if (document.management().has_auto_rollback()) node.auto_rollback = document.management().auto_rollback();
  const std::vector<std::string> ids = WorkerIds(document);
  std::set<std::string> seen;
  ListenConflicts conflicts(context);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const v1::Worker& worker = document.workers(static_cast<int>(i));
    const Where where = Where().Key("workers").Index(i);
    CheckWorkerId(worker, ids[i], seen, where, context);
    if (worker.type_case() == v1::Worker::TYPE_NOT_SET) continue;  // CheckFields has said so
    Worker resolved = ResolveWorker(worker, ids[i], where, context);
    if (!IsEnabled(worker, where.Key("options").Key("disabled"), context)) continue;
    conflicts.Add(resolved, where.Key("transports"));
    node.workers.push_back(std::move(resolved));
  }
  if (node.workers.empty() && !HasErrors(resolution.problems))
    context.Warn(Where().Key("workers"), "no workers: nothing is run");
  DropRepeated(resolution.problems);
  if (!HasErrors(resolution.problems)) resolution.node = std::move(node);
  return resolution;
}

}  // namespace wampgate::config

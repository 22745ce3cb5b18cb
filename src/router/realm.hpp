#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "router/broker.hpp"
#include "router/dealer.hpp"
#include "router/options.hpp"

namespace wampgate::router {

/// One routing namespace: its roles, its broker and its dealer. Shared by the router and the sessions in it,
/// so that it outlives its removal from the configuration until the last session has left. Loop's thread
/// only.
class Realm {
 public:
  explicit Realm(const RealmOptions& options) : name_(options.name) { SetRoles(options); }

  const std::string& name() const { return name_; }
  /// New requests of live sessions are judged by the new roles at once.
  void SetRoles(const RealmOptions& options);
  bool HasRole(const std::string& role) const { return roles_.contains(role); }
  /// Of a role that has been removed: nothing is allowed.
  const Permissions& PermissionsOf(const std::string& role) const;

  Broker& broker() { return broker_; }
  Dealer& dealer() { return dealer_; }
  void Leave(Member& member) {
    broker_.Leave(member);
    dealer_.Leave(member);
  }

 private:
  std::string name_;
  std::map<std::string, Permissions, std::less<>> roles_;
  Broker broker_;
  Dealer dealer_;
};

}  // namespace wampgate::router

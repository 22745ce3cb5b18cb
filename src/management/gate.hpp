#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/status.hpp"
#include "management/access_table.hpp"
#include "management/caller.hpp"
#include "management/peer_table.hpp"
#include "management/role_policy.hpp"

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// What is bounded, for all callers together.
struct GateLimits {
  std::size_t calls = 256;                  ///< that answer once, at a time
  std::size_t streams = 128;                ///< watches, traces and logs, at a time
  std::size_t document = 32 * 1024 * 1024;  ///< octets of a request of ConfigService
  std::size_t message = 4 * 1024 * 1024;    ///< of a request of any other service
};

enum class Shape : unsigned char { kUnary, kStream };

/// Decides about every call before its handler runs: who calls, whether that caller may, and whether there is
/// room. From any thread.
class Gate {
 public:
  explicit Gate(GateLimits limits = {});

  /// For calls that begin after it. Before the first one nobody has a role.
  void SetPolicy(std::shared_ptr<const RolePolicy> policy);
  PeerTable& peers() { return peers_; }

  /// UNAUTHENTICATED: the peer says nothing of who it is, or presents a token that is none.
  StatusOr<Caller> Identify(const grpc::ServerContextBase& context) const;

  /// PERMISSION_DENIED, saying who the caller is and how to get a role; UNIMPLEMENTED for a method that is
  /// not in the table.
  static Status CheckRole(const Caller& caller, std::string_view method);
  Status CheckSize(std::string_view method, std::size_t octets) const;
  /// RESOURCE_EXHAUSTED if there is no room; else Leave must follow.
  Status Enter(Shape shape);
  void Leave(Shape shape);

 private:
  StatusOr<Caller> IdentifyRemote(const grpc::ServerContextBase& context, const RolePolicy& policy) const;
  std::shared_ptr<const RolePolicy> policy() const;

  const GateLimits limits_;
  PeerTable peers_;
  mutable std::mutex mutex_;
  std::shared_ptr<const RolePolicy> policy_;
  std::atomic<std::size_t> calls_{0};
  std::atomic<std::size_t> streams_{0};
};

}  // namespace wampgate::management

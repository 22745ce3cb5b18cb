#include "management/gate.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "management/accounts.hpp"

namespace wampgate::management {
namespace {

constexpr std::string_view kConfigService = "wampgate.v1.ConfigService.";

std::string_view View(grpc::string_ref text) {
  return {text.data(), text.size()};
}

/// "ApplyConfig".
std::string_view LastPart(std::string_view method) {
  return method.substr(method.rfind('.') + 1);
}

std::string WithArticle(Role role) {
  const std::string_view name = ToString(role);
  return fmt::format("{} {}", name.find_first_of("aeiou") == 0 ? "an" : "a", name);
}

Caller LocalCaller(const LocalPeer& peer, const RolePolicy& policy) {
  Caller caller;
  const auto name = SystemAccounts().UserName(peer.uid);
  caller.identity = name ? fmt::format("uid:{} ({})", peer.uid, *name) : fmt::format("uid:{}", peer.uid);
  caller.origin = fmt::format("pid {}", peer.pid);
  caller.role = policy.OfUser(peer.uid, peer.groups);
  return caller;
}

/// Common name and subject alternative names of a client certificate that TLS has verified; the first is the
/// common name if it has one.
std::vector<std::string> CertificateNames(const grpc::ServerContextBase& context) {
  std::vector<std::string> names;
  const auto auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return names;
  for (const char* property : {"x509_common_name", "x509_subject_alternative_name"}) {
    for (const grpc::string_ref& value : auth->FindPropertyValues(property)) names.emplace_back(View(value));
  }
  return names;
}

/// The token of "authorization: Bearer …"; empty without one.
std::string_view BearerToken(const grpc::ServerContextBase& context) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return {};
  const std::string_view value = View(found->second);
  return value.starts_with(kScheme) ? value.substr(kScheme.size()) : std::string_view();
}

/// "ipv4:192.0.2.7:40123" → "192.0.2.7:40123".
std::string Address(const std::string& peer) {
  const auto colon = peer.find(':');
  return peer.starts_with("ipv") && colon != std::string::npos ? peer.substr(colon + 1) : peer;
}

Status Take(std::atomic<std::size_t>& count, std::size_t most, std::string_view what) {
  if (count.fetch_add(1) < most) return OkStatus();
  count.fetch_sub(1);
  return ResourceExhausted(fmt::format(
      "{} {} are under way already, more are not taken; try again when some have ended", most, what));
}

}  // namespace

Gate::Gate(GateLimits limits) : limits_(limits) {}

void Gate::SetPolicy(std::shared_ptr<const RolePolicy> policy) {
  const std::lock_guard lock(mutex_);
  policy_ = std::move(policy);
}

std::shared_ptr<const RolePolicy> Gate::policy() const {
  const std::lock_guard lock(mutex_);
  return policy_;
}

StatusOr<Caller> Gate::Identify(const grpc::ServerContextBase& context) const {
  const auto policy = this->policy();
  if (policy == nullptr) return Unavailable("the node is starting; try again in a moment");
  const std::string peer = context.peer();
  if (!peer.starts_with("fd:")) return IdentifyRemote(context, *policy);
  if (const auto local = peers_.Find(peer)) return LocalCaller(*local, *policy);
  return MakeStatus(StatusCode::kUnauthenticated,
                    "it is not known any more who is at the other end of this connection; connect again");
}

StatusOr<Caller> Gate::IdentifyRemote(const grpc::ServerContextBase& context,
                                      const RolePolicy& policy) const {
  const std::vector<std::string> names = CertificateNames(context);
  Caller caller{.identity = {}, .origin = Address(context.peer()), .role = policy.OfCertificate(names)};
  if (!names.empty()) caller.identity = "certificate " + names.front();
  if (const std::string_view token = BearerToken(context); !token.empty()) {
    const auto known = policy.OfToken(token);
    if (!known) {
      return MakeStatus(StatusCode::kUnauthenticated,
                        "the token is none that management.roles has; its hash there is that of the token "
                        "without a line break (printf %s TOKEN | sha256sum)");
    }
    if (known->role > caller.role || names.empty()) {
      caller.identity = "token " + known->name;
      caller.role = known->role;
    }
  }
  if (!caller.identity.empty()) return caller;
  return MakeStatus(
      StatusCode::kUnauthenticated,
      "who calls? Over TCP a client certificate or a token is needed (wampgatectl: --cert and --key, "
      "or --token-file)");
}

Status Gate::CheckRole(const Caller& caller, std::string_view method) {
  const MethodAccess* access = FindAccess(method);
  if (access == nullptr) {
    return MakeStatus(StatusCode::kUnimplemented, fmt::format("this node has no method {}", method));
  }
  if (caller.role >= access->role) return OkStatus();
  return MakeStatus(
      StatusCode::kPermissionDenied,
      caller.role == Role::kNone
          ? fmt::format(
                "{} has no role on this node; {} needs {}. management.roles in the configuration gives "
                "roles to users, groups, certificates and tokens; without it, members of the group {} "
                "are operators. root and the node's own user are always admin",
                caller.identity, LastPart(method), WithArticle(access->role), RolePolicy::kDefaultGroup)
          : fmt::format("{} is {}; {} needs {} (management.roles in the configuration)", caller.identity,
                        WithArticle(caller.role), LastPart(method), WithArticle(access->role)));
}

Status Gate::CheckSize(std::string_view method, std::size_t octets) const {
  const std::size_t most = method.starts_with(kConfigService) ? limits_.document : limits_.message;
  if (octets <= most) return OkStatus();
  return ResourceExhausted(
      fmt::format("the request has {} octets, {} takes at most {}", octets, LastPart(method), most));
}

Status Gate::Enter(Shape shape) {
  return shape == Shape::kUnary ? Take(calls_, limits_.calls, "calls")
                                : Take(streams_, limits_.streams, "streams");
}

void Gate::Leave(Shape shape) {
  (shape == Shape::kUnary ? calls_ : streams_).fetch_sub(1);
}

}  // namespace wampgate::management

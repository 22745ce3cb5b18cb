#include "management/caller_identity.hpp"

#include "management/call.hpp"

namespace wampgate::management {

std::string CallerIdentity(const grpc::ServerContextBase& context) {
  const Call* call = Call::Of(context);
  return call == nullptr ? context.peer() : call->caller().identity;
}

}  // namespace wampgate::management

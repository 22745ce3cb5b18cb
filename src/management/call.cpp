#include "management/call.hpp"

#include <grpc/grpc.h>
#include <wampgate/v1/change.pb.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/log.hpp"
#include "base/status.hpp"

namespace wampgate::management {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using grpc::experimental::InterceptionHookPoints;

constexpr std::size_t kLongestText = 200;  // octets of a caller's text in an audit line
constexpr std::string_view kReflection = "grpc.reflection.";

/// Calls by their context.
class Registry {
 public:
  void Add(const grpc::ServerContextBase& context, Call& call) {
    const std::lock_guard lock(mutex_);
    calls_[&context] = &call;
  }
  void Remove(const grpc::ServerContextBase& context) {
    const std::lock_guard lock(mutex_);
    calls_.erase(&context);
  }
  Call* Find(const grpc::ServerContextBase& context) {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(&context);
    return found == calls_.end() ? nullptr : found->second;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<const grpc::ServerContextBase*, Call*> calls_;
};

// A handler has nothing but its context to ask with, so that there is one registry for all servers.
Registry& Calls() {
  static Registry registry;
  return registry;
}

/// "/wampgate.v1.ConfigService/GetConfig" → "wampgate.v1.ConfigService.GetConfig".
std::string FullName(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  std::string name(path);
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

std::string Shortened(std::string text) {
  if (text.size() <= kLongestText) return text;
  text.resize(kLongestText);
  return text + "…";
}

/// The field, if the message has one of that name that is a single string.
std::string Text(const Message& message, const std::string& field_name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(field_name);
  const bool is_text =
      field != nullptr && !field->is_repeated() && field->type() == FieldDescriptor::TYPE_STRING;
  return is_text ? Shortened(message.GetReflection()->GetString(message, field)) : std::string();
}

const Message* Part(const Message& message, const std::string& field_name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(field_name);
  if (field == nullptr || field->is_repeated() || field->message_type() == nullptr) return nullptr;
  return message.GetReflection()->HasField(message, field)
             ? &message.GetReflection()->GetMessage(message, field)
             : nullptr;
}

/// What became of the configuration, if the answer says it.
const v1::ApplyResult* FindApplyResult(const Message& response) {
  if (const auto* result = dynamic_cast<const v1::ApplyResult*>(&response)) return result;
  const google::protobuf::Descriptor& type = *response.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const Message* part = Part(response, type.field(i)->name());
    if (const auto* result = dynamic_cast<const v1::ApplyResult*>(part)) return result;
  }
  return nullptr;
}

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Factory(Gate& gate) : gate_(gate) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override {
    return new Call(gate_, *info);
  }

 private:
  Gate& gate_;
};

}  // namespace

Call::Call(Gate& gate, grpc::experimental::ServerRpcInfo& info)
    : gate_(gate),
      context_(*info.server_context()),
      method_(FullName(info.method() == nullptr ? "" : info.method())),
      shape_(info.type() == grpc::experimental::ServerRpcInfo::Type::UNARY ? Shape::kUnary : Shape::kStream) {
  Calls().Add(context_, *this);
}

Call::~Call() {
  Calls().Remove(context_);
  if (IsChange() && !audited_ && !caller_.identity.empty()) Audit("no answer: the caller is gone", nullptr);
  if (entered_) gate_.Leave(shape_);
}

Call* Call::Of(const grpc::ServerContextBase& context) {
  return Calls().Find(context);
}

Status Call::Admit(std::size_t octets) {
  return verdict_ = Examine(octets);
}

Status Call::Examine(std::size_t octets) {
  WAMPGATE_ASSIGN_OR_RETURN(caller_, gate_.Identify(context_));
  WAMPGATE_RETURN_IF_ERROR(Gate::CheckRole(caller_, method_));
  WAMPGATE_RETURN_IF_ERROR(gate_.CheckSize(method_, octets));
  WAMPGATE_RETURN_IF_ERROR(gate_.Enter(shape_));
  entered_ = true;
  return OkStatus();
}

bool Call::IsChange() const {
  const MethodAccess* access = FindAccess(method_);
  return access != nullptr && access->purpose == Purpose::kChange;
}

void Call::Note(const Message& request) {
  if (!IsChange()) return;
  const Message* options = Part(request, "options");
  request_id_ = Text(request, "request_id");
  if (request_id_.empty() && options != nullptr) request_id_ = Text(*options, "request_id");
  object_ = Text(request, "name");
  for (const char* field : {"parent", "filter", "level"}) {
    if (object_.empty()) object_ = Text(request, field);
  }
  if (options == nullptr) return;
  const auto* change = dynamic_cast<const v1::ChangeOptions*>(options);
  if (change != nullptr && change->validate_only())
    object_ += object_.empty() ? "validate only" : " (validate only)";
}

void Call::Intercept(grpc::experimental::InterceptorBatchMethods* methods) {
  if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA) &&
      method_.starts_with(kReflection)) {
    // This service is gRPC's own: the call is ended before its handler reads anything.
    const StatusOr<Caller> caller = gate_.Identify(context_);
    if (!caller.ok() || caller->role < Role::kViewer) {
      grpc_call_cancel_with_status(context_.c_call(), GRPC_STATUS_PERMISSION_DENIED,
                                   "server reflection needs a viewer", nullptr);
    }
  }
  if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS) && IsChange()) {
    const grpc::Status status = methods->GetSendStatus();
    const void* response = status.ok() && shape_ == Shape::kUnary ? methods->GetSendMessage() : nullptr;
    Audit(status.ok() ? "ok"
                      : absl::StatusCodeToString(static_cast<StatusCode>(status.error_code())) + ": " +
                            Shortened(status.error_message()),
          static_cast<const Message*>(response));
  }
  methods->Proceed();
}

void Call::Audit(const std::string& result, const Message* response) {
  audited_ = true;
  const v1::ApplyResult* applied = response == nullptr ? nullptr : FindApplyResult(*response);
  const bool refused = !verdict_.ok();
  log::Write(refused ? log::Level::kWarning : log::Level::kInfo, "audit",
             refused ? "a change was refused" : "a change was asked for",
             {{"who", caller_.identity.empty() ? "unknown" : Shortened(caller_.identity)},
              {"role", ToString(caller_.role)},
              {"from", caller_.origin.empty() ? context_.peer() : caller_.origin},
              {"method", method_},
              {"object", object_},
              {"request_id", request_id_},
              {"revision_before",
               applied == nullptr ? std::string() : std::to_string(applied->plan().base_revision())},
              {"revision_after", applied == nullptr ? std::string() : std::to_string(applied->revision())},
              {"result", result}});
}

const Caller* CallerOf(const grpc::ServerContextBase& context) {
  const Call* call = Call::Of(context);
  return call == nullptr ? nullptr : &call->caller();
}

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCalls(Gate& gate) {
  return std::make_unique<Factory>(gate);
}

}  // namespace wampgate::management

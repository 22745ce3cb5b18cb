#include <wampgate/v1/backend_service.grpc.pb.h>

#include "management/object_service.hpp"
#include "management/services.hpp"

namespace wampgate::management {
namespace {

struct BackendNoun {
  using View = v1::BackendView;
  static constexpr auto kKind = config::ObjectName::Kind::kBackend;
  static constexpr const char* kList = "backends";
  static auto* Views(v1::ListBackendsResponse& response) { return response.mutable_backends(); }
  static View* ViewOf(v1::BackendResult& result) { return result.mutable_backend(); }
  static const google::protobuf::Message& ObjectOf(const View& view) {
    if (view.has_connection()) return view.connection();
    return view.worker_backend();
  }
  template <typename Request>
  static void Give(const Request& request, v1::ObjectChange& change) {
    if (request.has_text()) *change.mutable_text() = request.text();
    if (request.has_connection()) *change.mutable_connection() = request.connection();
    if (request.has_worker_backend()) *change.mutable_worker_backend() = request.worker_backend();
  }
};

class BackendService final : public v1::BackendService::CallbackService {
 public:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;

  explicit BackendService(supervisor::Supervisor& supervisor) : calls_(supervisor) {}

  Reactor* GetBackend(Context* context, const v1::GetBackendRequest* request,
                      v1::BackendView* view) override {
    return calls_.Get(context, request, view);
  }
  Reactor* ListBackends(Context* context, const v1::ListBackendsRequest* request,
                        v1::ListBackendsResponse* response) override {
    return calls_.List(context, request, response);
  }
  Reactor* CreateBackend(Context* context, const v1::CreateBackendRequest* request,
                         v1::BackendResult* result) override {
    const auto parent = ParseName("parent", request->parent(), config::ObjectName::Kind::kWorker);
    if (!parent.ok()) return calls_.Refuse(context, parent.status());
    if (request->backend_id().empty()) return calls_.Refuse(context, InvalidArgument("backend_id: required"));
    return calls_.Create(context, request, *parent, request->backend_id(), result);
  }
  Reactor* UpdateBackend(Context* context, const v1::UpdateBackendRequest* request,
                         v1::BackendResult* result) override {
    return calls_.Update(context, request, result);
  }
  Reactor* DeleteBackend(Context* context, const v1::DeleteBackendRequest* request,
                         v1::ApplyResult* result) override {
    return calls_.Delete(context, request, result);
  }

 private:
  ObjectCalls<BackendNoun> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeBackendService(supervisor::Supervisor& supervisor) {
  return std::make_unique<BackendService>(supervisor);
}

}  // namespace wampgate::management

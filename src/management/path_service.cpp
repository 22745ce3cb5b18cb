#include <wampgate/v1/path_service.grpc.pb.h>

#include "management/object_service.hpp"
#include "management/services.hpp"

namespace wampgate::management {
namespace {

struct PathNoun {
  using View = v1::PathView;
  static constexpr auto kKind = config::ObjectName::Kind::kPath;
  static constexpr const char* kList = "paths";
  static auto* Views(v1::ListPathsResponse& response) { return response.mutable_paths(); }
  static View* ViewOf(v1::PathResult& result) { return result.mutable_path(); }
  static const auto& ObjectOf(const View& view) { return view.path(); }
  template <typename Request>
  static void Give(const Request& request, v1::ObjectChange& change) {
    if (request.has_text()) {
      *change.mutable_text() = request.text();
    } else if (request.has_path()) {
      *change.mutable_path() = request.path();
    }
  }
};

class PathService final : public v1::PathService::CallbackService {
 public:
  using Reactor = grpc::ServerUnaryReactor;
  using Context = grpc::CallbackServerContext;

  explicit PathService(supervisor::Supervisor& supervisor) : calls_(supervisor) {}

  Reactor* GetPath(Context* context, const v1::GetPathRequest* request, v1::PathView* view) override {
    return calls_.Get(context, request, view);
  }
  Reactor* ListPaths(Context* context, const v1::ListPathsRequest* request,
                     v1::ListPathsResponse* response) override {
    return calls_.List(context, request, response);
  }
  Reactor* CreatePath(Context* context, const v1::CreatePathRequest* request,
                      v1::PathResult* result) override {
    const auto parent = ParseParent(request->parent(), PathNoun::kKind);
    if (!parent.ok()) return calls_.Refuse(context, parent.status());
    if (request->path_id().empty()) return calls_.Refuse(context, InvalidArgument("path_id: required"));
    return calls_.Create(context, request, *parent, request->path_id(), result);
  }
  Reactor* UpdatePath(Context* context, const v1::UpdatePathRequest* request,
                      v1::PathResult* result) override {
    return calls_.Update(context, request, result);
  }
  Reactor* DeletePath(Context* context, const v1::DeletePathRequest* request,
                      v1::ApplyResult* result) override {
    return calls_.Delete(context, request, result);
  }

 private:
  ObjectCalls<PathNoun> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakePathService(supervisor::Supervisor& supervisor) {
  return std::make_unique<PathService>(supervisor);
}

}  // namespace wampgate::management

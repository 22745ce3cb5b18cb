#include <fmt/format.h>
#include <google/longrunning/operations.grpc.pb.h>
#include <grpcpp/grpcpp.h>
#include <wampgate/v1/node_service.pb.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>

#include "management/call.hpp"
#include "management/grpc_status.hpp"
#include "management/services.hpp"
#include "supervisor/operations.hpp"

namespace wampgate::management {
namespace {

namespace longrunning = google::longrunning;
using supervisor::Operations;

// However long a caller is ready to wait: its connection may be gone without our knowing.
constexpr std::chrono::hours kLongestWait{1};
// So much before the call's deadline the answer goes out, so that it arrives.
constexpr std::chrono::milliseconds kAnswerTime{100};

struct Filter {
  std::optional<bool> done;
  bool Matches(const longrunning::Operation& operation) const { return !done || *done == operation.done(); }
};

StatusOr<Filter> ParseFilter(const std::string& text) {
  std::string packed;
  std::copy_if(text.begin(), text.end(), std::back_inserter(packed), [](char c) { return c != ' '; });
  if (packed.empty()) return Filter{};
  if (packed == "done=true" || packed == "done") return Filter{true};
  if (packed == "done=false" || packed == "NOTdone") return Filter{false};
  return InvalidArgument(fmt::format("filter: expected done = true or done = false, found \"{}\"", text));
}

StatusOr<std::size_t> ParseToken(const std::string& token) {
  std::size_t offset = 0;
  const char* const end = token.data() + token.size();
  if (token.empty()) return offset;
  if (std::from_chars(token.data(), end, offset).ptr == end) return offset;
  return InvalidArgument("page_token: it is none that this method gave");
}

std::chrono::milliseconds WaitTime(const longrunning::WaitOperationRequest& request,
                                   const grpc::CallbackServerContext& context) {
  using std::chrono::milliseconds;
  milliseconds wait = kLongestWait;
  if (request.has_timeout()) {
    const std::int64_t seconds = std::clamp<std::int64_t>(request.timeout().seconds(), 0, 3600);
    wait = std::min(wait, milliseconds(seconds * 1000 + request.timeout().nanos() / 1'000'000));
  }
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return wait;
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::system_clock::now());
  return std::max(milliseconds(0), std::min(wait, left - kAnswerTime));
}

class OperationsService final : public longrunning::Operations::CallbackService {
 public:
  explicit OperationsService(Operations& operations) : operations_(operations) {}

  grpc::ServerUnaryReactor* ListOperations(grpc::CallbackServerContext* context,
                                           const longrunning::ListOperationsRequest* request,
                                           longrunning::ListOperationsResponse* response) override {
    auto* reactor = context->DefaultReactor();
    const auto filter = ParseFilter(request->filter());
    const auto offset = ParseToken(request->page_token());
    if (!filter.ok() || !offset.ok()) {
      reactor->Finish(ToGrpc(filter.ok() ? offset.status() : filter.status()));
      return reactor;
    }
    const std::size_t most = request->page_size() <= 0 ? 100 : std::min(request->page_size(), 1000);
    operations_.List([=, filter = *filter, offset = *offset](std::vector<longrunning::Operation> all) {
      std::erase_if(all, [&](const auto& operation) { return !filter.Matches(operation); });
      const std::size_t begin = std::min(offset, all.size());
      const std::size_t end = std::min(all.size(), begin + most);
      for (std::size_t i = begin; i < end; ++i) response->add_operations()->Swap(&all[i]);
      if (end < all.size()) response->set_next_page_token(std::to_string(end));
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* GetOperation(grpc::CallbackServerContext* context,
                                         const longrunning::GetOperationRequest* request,
                                         longrunning::Operation* response) override {
    auto* reactor = context->DefaultReactor();
    operations_.Get(request->name(), Answer(reactor, response));
    return reactor;
  }

  grpc::ServerUnaryReactor* WaitOperation(grpc::CallbackServerContext* context,
                                          const longrunning::WaitOperationRequest* request,
                                          longrunning::Operation* response) override {
    auto* reactor = context->DefaultReactor();
    operations_.Wait(request->name(), WaitTime(*request, *context), Answer(reactor, response));
    return reactor;
  }

  grpc::ServerUnaryReactor* CancelOperation(grpc::CallbackServerContext* context,
                                            const longrunning::CancelOperationRequest* request,
                                            google::protobuf::Empty*) override {
    auto* reactor = context->DefaultReactor();
    const bool is_admin = CallerOf(*context)->role >= config::Role::kAdmin;
    operations_.Get(request->name(), [=, this, name = request->name()](
                                         const StatusOr<longrunning::Operation>& operation) {
      if (!operation.ok()) return reactor->Finish(ToGrpc(operation.status()));
      if (!is_admin && operation->metadata().Is<v1::UpgradeProgress>()) {
        return reactor->Finish({grpc::StatusCode::PERMISSION_DENIED,
                                "an upgrade is cancelled by an admin, as it is begun by one: the node would "
                                "be left with processes of two binaries"});
      }
      operations_.Cancel(name, [reactor](const Status& status) { reactor->Finish(ToGrpc(status)); });
    });
    return reactor;
  }

 private:
  static Operations::Done Answer(grpc::ServerUnaryReactor* reactor, longrunning::Operation* response) {
    return [reactor, response](StatusOr<longrunning::Operation> operation) {
      if (operation.ok()) *response = std::move(*operation);
      reactor->Finish(ToGrpc(operation.status()));
    };
  }

  Operations& operations_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeOperationsService(supervisor::Supervisor& supervisor) {
  return std::make_unique<OperationsService>(supervisor.operations());
}

}  // namespace wampgate::management

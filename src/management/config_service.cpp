#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <wampgate/v1/config_service.grpc.pb.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>
#include <optional>

#include "config/load.hpp"
#include "config/secrets.hpp"
#include "management/call.hpp"
#include "management/caller_identity.hpp"
#include "management/change_options.hpp"
#include "management/config_snapshot.hpp"
#include "management/config_watch.hpp"
#include "management/grpc_status.hpp"
#include "management/services.hpp"
#include "supervisor/apply_result.hpp"
#include "supervisor/plan.hpp"

namespace wampgate::management {
namespace {

using internal::Revision;
using supervisor::ApplyReply;
using supervisor::FileRule;

/// A document as the caller spelled it, read.
struct ReadResult {
  std::optional<v1::Node> document;
  config::Problems problems;
};

ReadResult Read(const v1::ConfigDocument& source, const config::Environment& environment) {
  switch (source.source_case()) {
    case v1::ConfigDocument::kNode: {
      auto resolution = config::Resolve(source.node(), environment);
      return {resolution.node ? std::optional(source.node()) : std::nullopt, std::move(resolution.problems)};
    }
    case v1::ConfigDocument::kJson: {
      auto loaded = config::LoadText(source.json(), config::Format::kJson, environment);
      return {std::move(loaded.document), std::move(loaded.problems)};
    }
    case v1::ConfigDocument::kYaml: {
      auto loaded = config::LoadText(source.yaml(), config::Format::kYaml, environment);
      return {std::move(loaded.document), std::move(loaded.problems)};
    }
    case v1::ConfigDocument::SOURCE_NOT_SET:
      break;
  }
  return {std::nullopt, {{.path = "document", .message = "expected node, json or yaml, found none of them"}}};
}

constexpr int kMostChanges = 200'000;

const Status kBadDocument = InvalidArgument("the document has errors; nothing was changed");

class ConfigService final : public v1::ConfigService::CallbackService {
 public:
  explicit ConfigService(supervisor::Supervisor& supervisor)
      : supervisor_(supervisor),
        environment_(config::Environment::OfThisProcess(supervisor.node_directory())) {}

  grpc::ServerUnaryReactor* GetConfig(grpc::CallbackServerContext* context,
                                      const v1::GetConfigRequest* request,
                                      v1::ConfigSnapshot* response) override {
    auto* reactor = context->DefaultReactor();
    const std::string& path = supervisor_.node_file();
    auto file = std::make_shared<config::Loaded>();
    if (!path.empty()) *file = config::LoadFile(path, environment_);
    supervisor_.GetRevision(
        [this, reactor, response, &path, file, format = request->format()](const Revision& revision) {
          Fill(revision, format, *response);
          *response->mutable_file() = FileState(path, *file, revision, environment_);
          reactor->Finish(grpc::Status::OK);
        });
    return reactor;
  }

  grpc::ServerUnaryReactor* PlanConfig(grpc::CallbackServerContext* context,
                                       const v1::PlanConfigRequest* request, v1::Plan* response) override {
    auto* reactor = context->DefaultReactor();
    const std::size_t limit = DetailsLimit(*context);
    if (!request->changes().empty()) {
      PlanChanges(*request, *response, reactor, limit);
      return reactor;
    }
    auto read = std::make_shared<ReadResult>(Read(request->document(), environment_));
    if (!read->document) {
      reactor->Finish(ToGrpc(kBadDocument, read->problems, limit));
      return reactor;
    }
    supervisor_.GetRevision([this, reactor, request, response, read, limit](const Revision& revision) {
      config::RestoreSecrets(revision.node(), *read->document, read->problems);
      if (config::HasErrors(read->problems)) {
        return reactor->Finish(ToGrpc(kBadDocument, read->problems, limit));
      }
      auto running = std::make_shared<Revision>(revision);
      supervisor_.ListWorkers([this, reactor, request, response, read, running](const auto& workers) {
        *response = supervisor::MakePlan(
            {running->node(), *read->document, environment_, ToDomain(request->removal())}, workers);
        response->set_base_revision(running->number());
        supervisor::AddWarnings(read->problems, *response);
        reactor->Finish(grpc::Status::OK);
      });
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* ApplyConfig(grpc::CallbackServerContext* context,
                                        const v1::ApplyConfigRequest* request,
                                        v1::ApplyResult* response) override {
    Change change = Begin(*context, *request, *response);
    if (!change.valid) return change.reactor;
    if (!request->changes().empty()) {
      if (const Status status = CheckChanges(*request); !status.ok()) {
        change.reactor->Finish(ToGrpc(status));
      } else {
        supervisor_.Apply(request->changes(), std::move(change.options), std::move(change.done));
      }
      return change.reactor;
    }
    ReadResult read = Read(request->document(), environment_);
    if (!read.document) {
      change.reactor->Finish(ToGrpc(kBadDocument, read.problems, DetailsLimit(*context)));
      return change.reactor;
    }
    supervisor_.Apply(*std::move(read.document), std::move(change.options), std::move(change.done));
    return change.reactor;
  }

  grpc::ServerUnaryReactor* RollbackConfig(grpc::CallbackServerContext* context,
                                           const v1::RollbackConfigRequest* request,
                                           v1::ApplyResult* response) override {
    Change change = Begin(*context, *request, *response);
    if (change.valid) {
      supervisor_.RollBack(request->revision(), std::move(change.options), std::move(change.done));
    }
    return change.reactor;
  }

  grpc::ServerUnaryReactor* ReloadFile(grpc::CallbackServerContext* context,
                                       const v1::ReloadFileRequest* request,
                                       v1::ApplyResult* response) override {
    Change change = Begin(*context, *request, *response);
    if (!change.valid) return change.reactor;
    change.options.file_rule = request->prefer() == v1::ReloadFileRequest::FILE     ? FileRule::kFile
                               : request->prefer() == v1::ReloadFileRequest::CONFIG ? FileRule::kConfig
                                                                                    : FileRule::kAsk;
    supervisor_.ReloadFile(std::move(change.options), std::move(change.done));
    return change.reactor;
  }

  grpc::ServerUnaryReactor* ConfirmConfig(grpc::CallbackServerContext* context,
                                          const v1::ConfirmConfigRequest* request,
                                          v1::ConfirmConfigResponse* /*response*/) override {
    auto* reactor = context->DefaultReactor();
    supervisor_.Confirm(request->revision(),
                        [reactor](const Status& status) { reactor->Finish(ToGrpc(status)); });
    return reactor;
  }

  grpc::ServerUnaryReactor* ListRevisions(grpc::CallbackServerContext* context,
                                          const v1::ListRevisionsRequest* request,
                                          v1::ListRevisionsResponse* response) override {
    auto* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(List(*request, *response)));
    return reactor;
  }

  grpc::ServerUnaryReactor* GetRevision(grpc::CallbackServerContext* context,
                                        const v1::GetRevisionRequest* request,
                                        v1::ConfigSnapshot* response) override {
    auto* reactor = context->DefaultReactor();
    const StatusOr<Revision> revision = supervisor_.LoadRevision(request->revision());
    if (revision.ok()) Fill(*revision, request->format(), *response);
    if (!supervisor_.Runs(request->revision())) response->clear_confirm_deadline();
    reactor->Finish(ToGrpc(revision.status()));
    return reactor;
  }

  grpc::ServerWriteReactor<v1::ConfigEvent>* WatchConfig(grpc::CallbackServerContext* /*context*/,
                                                         const v1::WatchConfigRequest* request) override {
    return management::WatchConfig(supervisor_, *request);
  }

 private:
  template <typename Request>
  static Status CheckChanges(const Request& request) {
    if (request.has_document())
      return InvalidArgument("changes: expected either a document or changes, found both");
    if (request.changes_size() <= kMostChanges) return OkStatus();
    return InvalidArgument(
        fmt::format("changes: expected at most {}, found {}", kMostChanges, request.changes_size()));
  }

  void PlanChanges(const v1::PlanConfigRequest& request, v1::Plan& response,
                   grpc::ServerUnaryReactor* reactor, std::size_t limit) {
    if (const Status status = CheckChanges(request); !status.ok()) return reactor->Finish(ToGrpc(status));
    supervisor::ApplyOptions options;
    options.mode = supervisor::ApplyMode::kValidateOnly;
    options.removal = ToDomain(request.removal());
    supervisor_.Apply(request.changes(), std::move(options),
                      [reactor, &response, limit](const ApplyReply& reply) {
                        response = reply.plan;
                        reactor->Finish(ToGrpc(reply.status, reply.problems, limit));
                      });
  }

  /// A request that changes the configuration, on its way to the supervisor.
  struct Change {
    grpc::ServerUnaryReactor* reactor;
    bool valid = false;  ///< if not, the reactor is finished
    supervisor::ApplyOptions options{};
    supervisor::ApplyDone done{};
  };

  template <typename Request>
  static Change Begin(grpc::CallbackServerContext& context, const Request& request,
                      v1::ApplyResult& response) {
    Change change{.reactor = context.DefaultReactor()};
    const config::Problems problems =
        ReadChangeOptions({request, request.options(), CallerIdentity(context)}, change.options);
    const Caller* caller = CallerOf(context);
    if (caller != nullptr && caller->role < config::Role::kAdmin) {
      change.options.management = supervisor::ManagementRule::kMustStay;
    }
    const std::size_t limit = DetailsLimit(context);
    change.valid = problems.empty();
    if (!change.valid) {
      change.reactor->Finish(
          ToGrpc(supervisor::ProblemStatus(StatusCode::kInvalidArgument, problems), problems, limit));
    }
    change.done = [reactor = change.reactor, &response, limit](const ApplyReply& reply) {
      response = supervisor::ToProto(reply);
      reactor->Finish(ToGrpc(reply.status, reply.problems, limit));
    };
    return change;
  }

  /// The page token is the number of the revision before the page.
  Status List(const v1::ListRevisionsRequest& request, v1::ListRevisionsResponse& response) const {
    constexpr std::size_t kMost = supervisor::RevisionStore::kKept;
    std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
    const std::string& token = request.page_token();
    if (!token.empty()) {
      const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), before);
      if (error != std::errc() || end != token.data() + token.size()) {
        return InvalidArgument("page_token: not one that ListRevisions has given");
      }
    }
    if (request.page_size() < 0) return InvalidArgument("page_size: expected 0 or more");
    const std::size_t size = request.page_size() == 0 ? kMost : static_cast<std::size_t>(request.page_size());
    WAMPGATE_ASSIGN_OR_RETURN(std::vector<std::uint64_t> numbers, supervisor_.ListRevisions());
    numbers.erase(std::lower_bound(numbers.begin(), numbers.end(), before), numbers.end());
    if (numbers.empty()) return OkStatus();
    const std::size_t older = numbers.size() - std::min(size, numbers.size());
    if (older > 0) response.set_next_page_token(std::to_string(numbers[older]));
    supervisor_.ForEachRevision(numbers[older], [&](const Revision& revision) {
      if (revision.number() > numbers.back()) return supervisor::RevisionStore::Go::kStop;
      v1::ConfigSnapshot& snapshot = *response.add_revisions();
      FillAbout(revision, snapshot);
      if (!supervisor_.Runs(revision.number())) snapshot.clear_confirm_deadline();
      return supervisor::RevisionStore::Go::kOn;
    });
    std::reverse(response.mutable_revisions()->begin(), response.mutable_revisions()->end());
    return OkStatus();
  }

  supervisor::Supervisor& supervisor_;
  const config::Environment environment_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeConfigService(supervisor::Supervisor& supervisor) {
  return std::make_unique<ConfigService>(supervisor);
}

}  // namespace wampgate::management

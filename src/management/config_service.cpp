#include <google/protobuf/util/time_util.h>
#include <grpcpp/grpcpp.h>
#include <wampgate/v1/config_service.grpc.pb.h>

#include <memory>
#include <optional>

#include "config/load.hpp"
#include "config/secrets.hpp"
#include "management/grpc_status.hpp"
#include "management/plan.hpp"
#include "management/services.hpp"

namespace wampgate::management {
namespace {

using internal::Revision;
using supervisor::ApplyOutcome;
using supervisor::ApplyReply;
using supervisor::ProcessOutcome;

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

void AddWarnings(const config::Problems& problems, v1::Plan& plan) {
  for (const auto& problem : problems) {
    if (problem.severity != config::Severity::kWarning) continue;
    auto& warning = *plan.add_warnings();
    warning.set_field(problem.path);
    warning.set_description(problem.message);
  }
}

v1::ProcessResult::Outcome ToProto(ProcessOutcome outcome) {
  switch (outcome) {
    case ProcessOutcome::kCommitted:
      return v1::ProcessResult::COMMITTED;
    case ProcessOutcome::kReplaced:
      return v1::ProcessResult::REPLACED;
    case ProcessOutcome::kNotRunning:
      return v1::ProcessResult::NOT_RUNNING;
    case ProcessOutcome::kStarted:
      return v1::ProcessResult::STARTED;
    case ProcessOutcome::kStopped:
      return v1::ProcessResult::STOPPED;
  }
  return v1::ProcessResult::OUTCOME_UNSPECIFIED;
}

v1::ApplyResult::Outcome ToProto(ApplyOutcome outcome) {
  switch (outcome) {
    case ApplyOutcome::kApplied:
      return v1::ApplyResult::APPLIED;
    case ApplyOutcome::kNoChange:
      return v1::ApplyResult::NO_CHANGE;
    case ApplyOutcome::kValidated:
      return v1::ApplyResult::VALIDATED;
    case ApplyOutcome::kFailed:
      break;
  }
  return v1::ApplyResult::OUTCOME_UNSPECIFIED;
}

void Fill(const ApplyReply& reply, v1::ApplyResult& result) {
  result.set_outcome(ToProto(reply.outcome));
  result.set_revision(reply.revision);
  AddWarnings(reply.problems, *result.mutable_plan());
  for (const auto& from : reply.processes) {
    auto& process = *result.add_processes();
    process.set_process(from.process);
    process.set_outcome(ToProto(from.outcome));
    process.set_detail(from.detail);
  }
}

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
    const auto format = request->format();
    supervisor_.GetRevision([reactor, response, format](const Revision& revision) {
      response->set_revision(revision.number());
      response->set_etag(config::Etag(revision.node()));
      v1::Node& node = *response->mutable_node();
      node = revision.node();
      config::HideSecrets(node);
      *response->mutable_create_time() =
          google::protobuf::util::TimeUtil::MillisecondsToTimestamp(revision.time_unix_milliseconds());
      response->set_origin(revision.origin());
      response->set_author(revision.author());
      response->set_message(revision.message());
      if (format == v1::GetConfigRequest::JSON) response->set_text(config::WriteJson(node));
      if (format == v1::GetConfigRequest::YAML) response->set_text(config::WriteYaml(node));
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* PlanConfig(grpc::CallbackServerContext* context,
                                       const v1::PlanConfigRequest* request, v1::Plan* response) override {
    auto* reactor = context->DefaultReactor();
    auto read = std::make_shared<ReadResult>(Read(request->document(), environment_));
    if (!read->document) {
      reactor->Finish(ToGrpc(kBadDocument, read->problems, DetailsLimit(*context)));
      return reactor;
    }
    AddWarnings(read->problems, *response);
    WithPlan(read, request->removal().sessions(), *response,
             [reactor, read, limit = DetailsLimit(*context)](const Status& status) {
               reactor->Finish(ToGrpc(status, read->problems, limit));
             });
    return reactor;
  }

  grpc::ServerUnaryReactor* ApplyConfig(grpc::CallbackServerContext* context,
                                        const v1::ApplyConfigRequest* request,
                                        v1::ApplyResult* response) override {
    auto* reactor = context->DefaultReactor();
    auto read = std::make_shared<ReadResult>(Read(request->document(), environment_));
    if (!read->document) {
      reactor->Finish(ToGrpc(kBadDocument, read->problems, DetailsLimit(*context)));
      return reactor;
    }
    supervisor::ApplyOptions options;
    const v1::ChangeOptions& asked = request->options();
    if (asked.validate_only()) options.mode = supervisor::ApplyMode::kValidateOnly;
    if (asked.removal().sessions() == v1::Removal::CLOSE) options.removal = supervisor::Removal::kClose;
    options.expected_revision = asked.expected_revision();
    options.author = asked.author();
    options.message = asked.message();
    WithPlan(read, asked.removal().sessions(), *response->mutable_plan(),
             [this, read, options, reactor, response, limit = DetailsLimit(*context)](const Status& status) {
               if (!status.ok()) return reactor->Finish(ToGrpc(status, read->problems, limit));
               supervisor_.Apply(*std::move(read->document), options,
                                 [read, reactor, response, limit](const ApplyReply& reply) {
                                   Fill(reply, *response);
                                   reactor->Finish(ToGrpc(reply.status, reply.problems, limit));
                                 });
             });
    return reactor;
  }

 private:
  /// Puts the running secrets back in where the document has their placeholders, fills in what the document
  /// would change, counted against the sessions there are now, and calls `next`.
  void WithPlan(const std::shared_ptr<ReadResult>& read, v1::Removal::Sessions removal,
                v1::Plan& plan, std::function<void(const Status&)> next) {
    supervisor_.GetRevision([this, read, removal, &plan, next = std::move(next)](const Revision& revision) {
      config::RestoreSecrets(revision.node(), *read->document, read->problems);
      if (config::HasErrors(read->problems)) return next(kBadDocument);
      auto running = std::make_shared<Revision>(revision);
      supervisor_.ListWorkers([this, read, running, removal, &plan, next](const auto& workers) {
        plan.set_base_revision(running->number());
        FillPlan({running->node(), *read->document, environment_, removal}, workers, plan);
        next(OkStatus());
      });
    });
  }

  supervisor::Supervisor& supervisor_;
  const config::Environment environment_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeConfigService(supervisor::Supervisor& supervisor) {
  return std::make_unique<ConfigService>(supervisor);
}

}  // namespace wampgate::management

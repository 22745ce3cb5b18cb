#include <grpcpp/grpcpp.h>
#include <wampgate/v1/certificate_service.grpc.pb.h>

#include <map>
#include <memory>
#include <vector>

#include "config/environment.hpp"
#include "config/named_files.hpp"
#include "config/node_delta.hpp"
#include "config/resource_name.hpp"
#include "management/certificate_file.hpp"
#include "management/grpc_status.hpp"
#include "management/listing.hpp"
#include "management/services.hpp"

namespace wampgate::management {
namespace {

/// Files and the keys that name them.
using Uses = std::map<std::string, std::vector<std::string>>;

Uses UsesIn(const v1::Node& node, const config::Environment& environment) {
  Uses uses;
  for (const config::NamedFile& file : config::NamedFiles(config::WithoutRoutes(node), environment).files) {
    if (file.HasCertificates()) uses[environment.Absolute(file.path)].push_back(file.Place());
  }
  return uses;
}

void Fill(const std::string& file, const std::vector<std::string>& used_by, v1::CertificateView& view) {
  if (const Status status = ReadCertificateFile(file, view); !status.ok()) {
    view.set_error(std::string(Message(status)));
  }
  view.set_name(config::ResourceName("", "certificates", file));
  view.set_file(file);
  for (const std::string& key : used_by) view.add_used_by(key);
}

/// The files are read on the supervisor's loop: they are few and small, and are read there when ports open.
class CertificateService final : public v1::CertificateService::CallbackService {
 public:
  explicit CertificateService(supervisor::Supervisor& supervisor)
      : supervisor_(supervisor),
        environment_(config::Environment::OfThisProcess(supervisor.node_directory())) {}

  grpc::ServerUnaryReactor* GetCertificate(grpc::CallbackServerContext* context,
                                           const v1::GetCertificateRequest* request,
                                           v1::CertificateView* response) override {
    auto* reactor = context->DefaultReactor();
    supervisor_.GetRevision([=, this](const internal::Revision& running) {
      for (const auto& [file, used_by] : UsesIn(running.node(), environment_)) {
        if (config::ResourceName("", "certificates", file) != request->name()) continue;
        Fill(file, used_by, *response);
        return reactor->Finish(grpc::Status::OK);
      }
      reactor->Finish(ToGrpc(NotFound("the configuration names no " + request->name())));
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* ListCertificates(grpc::CallbackServerContext* context,
                                             const v1::ListCertificatesRequest* request,
                                             v1::ListCertificatesResponse* response) override {
    auto* reactor = context->DefaultReactor();
    supervisor_.GetRevision([=, this](const internal::Revision& running) {
      for (const auto& [file, used_by] : UsesIn(running.node(), environment_)) {
        Fill(file, used_by, *response->add_certificates());
      }
      reactor->Finish(ToGrpc(KeepPage(ListingOf(*request), "certificates", *response)));
    });
    return reactor;
  }

 private:
  supervisor::Supervisor& supervisor_;
  const config::Environment environment_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCertificateService(supervisor::Supervisor& supervisor) {
  return std::make_unique<CertificateService>(supervisor);
}

}  // namespace wampgate::management

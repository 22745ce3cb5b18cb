#include "client.hpp"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "base/fd.hpp"
#include "printable.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

// All problems of a document come at once, in the metadata of the answer; without these two only 8 KiB of
// them.
constexpr int kMaxMetadata = 1024 * 1024;
constexpr const char* kDetailsLimit = "900000";
constexpr std::size_t kLongestProblem = 2000;  // characters

/// `said` has been printed already.
void PrintProblem(const std::string& field, const std::string& description, const std::string& said) {
  const std::string problem = (field.empty() ? "" : field + ": ") + description;
  if (problem != said) std::cerr << "  " << Shortened(problem, kLongestProblem) << "\n";
}

/// errno of a connection to the socket; 0 if somebody listens there.
int TryToConnect(const std::string& path) {
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int failed = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return failed == 0 || errno == EAGAIN ? 0 : errno;
}

std::string WhyNot(int error) {
  switch (error) {
    case ENOENT:
      return "the socket does not exist (is wampgated running? --node-dir, --socket or --address names "
             "another)";
    case ECONNREFUSED:
      return "nobody listens on the socket (wampgated is not running, or was killed)";
    case EACCES:
      return "permission denied (the node's user and group may use the socket)";
    default:
      return std::strerror(error);
  }
}

std::string WithoutWords(grpc::StatusCode code) {
  if (code == grpc::StatusCode::UNIMPLEMENTED) {
    return "the node does not know this call: it runs another version than this wampgatectl (wampgatectl "
           "--version)";
  }
  return "the node refused, without a reason (gRPC status " + std::to_string(code) + ")";
}

void PrintDetails(const grpc::Status& status) {
  google::rpc::Status full;
  if (!full.ParseFromString(status.error_details())) return;
  for (const auto& any : full.details()) {
    google::rpc::BadRequest request;
    google::rpc::PreconditionFailure precondition;
    if (any.UnpackTo(&request)) {
      for (const auto& violation : request.field_violations()) {
        PrintProblem(violation.field(), violation.description(), status.error_message());
      }
    } else if (any.UnpackTo(&precondition)) {
      for (const auto& violation : precondition.violations()) {
        PrintProblem(violation.subject(), violation.description(), status.error_message());
      }
    }
  }
}

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const Target& target) {
  std::error_code ignored;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 * 1024 * 1024);
  arguments.SetMaxSendMessageSize(64 * 1024 * 1024);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadata);
  if (!target.address.empty()) {
    const grpc::SslCredentialsOptions tls{
        .pem_root_certs = target.ca, .pem_private_key = target.key, .pem_cert_chain = target.certificate};
    return grpc::CreateCustomChannel(target.address, grpc::SslCredentials(tls), arguments);
  }
  const std::string path = std::filesystem::absolute(target.socket, ignored).string();
  return grpc::CreateCustomChannel("unix:" + path, grpc::InsecureChannelCredentials(), arguments);
}

std::unique_ptr<grpc::ClientContext> NewContext(const Target& target) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + target.timeout);
  context->AddMetadata("wampgate-details-limit", kDetailsLimit);
  if (!target.token.empty() && !target.address.empty()) {
    context->AddMetadata("authorization", "Bearer " + target.token);
  }
  return context;
}

std::unique_ptr<grpc::ClientContext> NewEndlessContext(const Target& target) {
  auto context = NewContext(target);
  context->set_deadline(std::chrono::system_clock::time_point::max());
  return context;
}

ExitCode Report(const grpc::Status& status, const Target& target) {
  if (status.ok()) return kOk;
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && target.address.empty()) {
    if (const int error = TryToConnect(target.socket); error != 0) {
      PrintError("no node at " + target.socket + ": " + WhyNot(error));
      return kError;
    }
  }
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED &&
      status.error_message() == "Deadline Exceeded") {
    PrintError("no answer within " + std::to_string(target.timeout.count()) +
               " s; the node may still do it (wampgatectl status tells; --timeout waits longer)");
    return kTimeout;
  }
  PrintError(status.error_message().empty() ? WithoutWords(status.error_code()) : status.error_message());
  PrintDetails(status);
  if (status.error_code() == grpc::StatusCode::PERMISSION_DENIED ||
      status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    return kNotAllowed;
  }
  if (status.error_code() == grpc::StatusCode::ABORTED) return kConflict;
  return status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ? kTimeout : kError;
}

}  // namespace wampgate::ctl

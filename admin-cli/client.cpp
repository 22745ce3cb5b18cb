#include "client.hpp"

#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

namespace wampgate::ctl {
namespace {

void PrintDetails(const grpc::Status& status) {
  google::rpc::Status full;
  if (!full.ParseFromString(status.error_details())) return;
  for (const auto& any : full.details()) {
    google::rpc::BadRequest request;
    google::rpc::PreconditionFailure precondition;
    if (any.UnpackTo(&request)) {
      for (const auto& violation : request.field_violations()) {
        std::cerr << "  " << violation.field() << ": " << violation.description() << "\n";
      }
    } else if (any.UnpackTo(&precondition)) {
      for (const auto& violation : precondition.violations()) {
        std::cerr << "  " << violation.subject() << ": " << violation.description() << "\n";
      }
    }
  }
}

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const Target& target) {
  std::error_code ignored;
  const std::string path = std::filesystem::absolute(target.socket, ignored).string();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 * 1024 * 1024);
  arguments.SetMaxSendMessageSize(64 * 1024 * 1024);
  return grpc::CreateCustomChannel("unix:" + path, grpc::InsecureChannelCredentials(), arguments);
}

std::unique_ptr<grpc::ClientContext> NewContext(const Target& target) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + target.timeout);
  return context;
}

ExitCode Report(const grpc::Status& status, const Target& target) {
  if (status.ok()) return kOk;
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && access(target.socket.c_str(), F_OK) != 0) {
    std::cerr << "wampgatectl: no node at " << target.socket
              << ": the socket does not exist (is wampgated running? --node-dir or --socket names another)\n";
    return kError;
  }
  std::cerr << "wampgatectl: " << status.error_message() << "\n";
  PrintDetails(status);
  if (status.error_code() == grpc::StatusCode::ABORTED) return kConflict;
  return status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ? kTimeout : kError;
}

}  // namespace wampgate::ctl

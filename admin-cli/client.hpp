#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

namespace wampgate::ctl {

/// What the process returns to its caller.
enum ExitCode : int {
  kOk = 0,
  kError = 1,
  kDifferent = 2,  ///< `diff` found changes
  kConflict = 3,   ///< another revision is running than the one expected
  kTimeout = 4,
  kNotAllowed = 5,  ///< the caller is not known, or its role does not suffice
};

/// How the node is reached, who calls, and how long an answer may take.
struct Target {
  std::string socket;                ///< of a Unix socket; else:
  std::string address;               ///< "HOST:PORT", with TLS
  std::string certificate, key, ca;  ///< PEM; ca empty: what the system trusts
  std::string token;
  std::chrono::seconds timeout{30};
};

/// A channel to the node. Nothing is sent before the first call.
std::shared_ptr<grpc::Channel> Connect(const Target& target);
/// A context with the target's deadline.
std::unique_ptr<grpc::ClientContext> NewContext(const Target& target);
/// The same for a stream, which lasts until it is interrupted.
std::unique_ptr<grpc::ClientContext> NewEndlessContext(const Target& target);

/// Prints what went wrong on stderr, every field violation of its details included, and says which exit code
/// fits.
ExitCode Report(const grpc::Status& status, const Target& target);

}  // namespace wampgate::ctl

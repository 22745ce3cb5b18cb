#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "config/management.hpp"
#include "management/tls_files.hpp"
#include "supervisor/file_contents.hpp"

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// What the certificates of the ports are wrong in, for the supervisor's plans.
std::vector<supervisor::BrokenFiles> CheckManagementFiles(const config::Node& node);

/// The TCP ports of the management API, each a gRPC server of its own with TLS. Loop's thread.
class RemoteListeners {
 public:
  /// `prepare` gives a builder its services and bounds.
  using Prepare = std::function<void(grpc::ServerBuilder&)>;
  explicit RemoteListeners(Prepare prepare) : prepare_(std::move(prepare)) {}
  ~RemoteListeners();

  /// Opens what is new, closes what is gone (calls that are under way have 2 s). A port that cannot be opened
  /// is told in the log, and tried again by Retry. The files of certificates are read again; ports that stay
  /// have what is in them after some 2 s, or keep what they had if it cannot be used.
  void Set(const std::vector<config::ManagementListener>& wanted);
  /// Of those that could not be opened.
  void Retry();
  void SetServing(bool serving);
  /// Of the certificates in use, by file: days until they expire. Reads the files.
  std::map<std::string, double> CertificateDays() const;

 private:
  struct Entry {
    config::ManagementListener options;
    std::unique_ptr<TlsFiles> files;       // what gRPC reads, and reads again
    std::unique_ptr<grpc::Server> server;  // empty: it could not be opened
  };
  void Open(Entry& entry) const;
  static void ReadAgain(const Entry& entry);

  Prepare prepare_;
  std::vector<Entry> entries_;
};

}  // namespace wampgate::management

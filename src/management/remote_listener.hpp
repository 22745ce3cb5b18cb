#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
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
  /// Waits for what is being closed.
  ~RemoteListeners();

  /// Opens what is new, closes what is gone: on threads of their own, since calls that are under way may wait
  /// for the loop; they have 2 s. What is new is opened by Retry once those are over (its port may be one of
  /// theirs). A port that cannot be opened
  /// is told in the log, and tried again by Retry. The files of certificates are read again; ports that stay
  /// have what is in them after some 2 s, or keep what they had if it cannot be used.
  void Set(const std::vector<config::ManagementListener>& wanted);
  /// Of those that are not open yet.
  void Retry();
  /// Whether a port that was being closed is closed now, so that Retry is worth it.
  bool Reap();
  /// The threads on which ports are being closed; to be joined where the loop goes on meanwhile.
  std::vector<std::thread> TakeEnding();
  void SetServing(bool serving);
  /// Of the certificates in use, by file: days until they expire. What was read of the files counts, not what
  /// is in them now.
  std::map<std::string, double> CertificateDays() const;

 private:
  struct Entry {
    config::ManagementListener options;
    std::unique_ptr<TlsFiles> files;       // what gRPC reads, and reads again
    std::unique_ptr<grpc::Server> server;  // empty: it could not be opened
  };
  /// A server on its way out.
  struct Ending {
    std::thread thread;
    std::shared_ptr<const std::atomic<bool>> over;
  };
  void Open(Entry& entry) const;
  void End(Entry& entry);
  static void ReadAgain(const Entry& entry);

  Prepare prepare_;
  std::vector<Entry> entries_;
  std::vector<Ending> ending_;
};

}  // namespace wampgate::management

#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/socket_client.hpp"
#include "worker/fake_parts.hpp"
#include "worker/fake_supervisor.hpp"
#include "worker/process.hpp"

namespace wampgate::worker {

/// A worker process and its supervisor on one loop. Revisions are named; Prepare's node directory carries the
/// name.
class ProcessTest : public ::testing::Test {
 protected:
  ProcessTest() {
    std::string pattern = ::testing::TempDir() + "wampgate-worker-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    supervisor_ = std::make_unique<FakeSupervisor>(loop_, directory_ + "/control.sock");
    ProcessOptions options;
    options.worker = "w";
    options.index = 3;
    options.generation = 7;
    options.build_id = "test";
    options.control.socket_path = supervisor_->path();
    process_ = std::make_unique<Process>(
        loop_, options, [this](const v1::Node&, const std::string& name) { return Resolve(name); });
  }
  ~ProcessTest() override {
    process_.reset();
    supervisor_.reset();
    std::filesystem::remove_all(directory_);
  }

  /// Makes the settings known under `name`; absent ones are refused.
  void Define(const std::string& name, config::Node node) { nodes_[name] = std::move(node); }

  std::string Prepare(std::uint64_t transaction, const std::string& name,
                      std::vector<std::pair<std::string, int>> sockets = {}) {
    internal::Frame frame;
    frame.mutable_prepare()->set_transaction(transaction);
    frame.mutable_prepare()->set_revision(transaction);
    frame.mutable_prepare()->set_node_directory(name);
    std::vector<UniqueFd> descriptors;
    for (const auto& [transport, descriptor] : sockets) {
      frame.mutable_prepare()->add_sockets()->set_transport("workers/w/transports/" + transport);
      descriptors.emplace_back(dup(descriptor));
    }
    supervisor_->Send(frame, std::move(descriptors));
    prepared_ = supervisor_->Await(internal::Frame::kPrepared).prepared();
    EXPECT_EQ(prepared_.transaction(), transaction);
    return prepared_.error();
  }
  /// Returns the revision the process says it has.
  std::uint64_t Commit(std::uint64_t transaction,
                       internal::Commit::Removal removal = internal::Commit::KEEP) {
    internal::Frame frame;
    frame.mutable_commit()->set_transaction(transaction);
    frame.mutable_commit()->set_removal(removal);
    supervisor_->Send(frame);
    const internal::Frame answer = supervisor_->Await(internal::Frame::kCommitted);
    EXPECT_EQ(answer.committed().transaction(), transaction);
    return answer.committed().revision();
  }
  /// Starts the process and brings it to revision 1 of `node` with one transport "a" on `listener_`.
  void StartWith(config::Node node) {
    process_->Start();
    supervisor_->Await(internal::Frame::kHello);
    Define("first", std::move(node));
    ASSERT_EQ(Prepare(1, "first", {{"a", listener_.get()}}), "");
    ASSERT_EQ(Commit(1), 1U);
  }
  std::string Get(test::SocketClient& client, const std::string& path) {
    client.Forget();
    client.Send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_TRUE(client.Receive(loop_, "\r\n\r\n"));
    return client.received();
  }
  std::string Get(const std::string& path) {
    test::SocketClient client(port());
    return Get(client, path);
  }
  int port() const { return test::PortOf(listener_.get()); }

  net::Loop loop_;
  std::string directory_;
  UniqueFd listener_ = test::ListenOnLoopback();
  std::unique_ptr<FakeSupervisor> supervisor_;
  std::unique_ptr<Process> process_;
  internal::Prepared prepared_;

 private:
  Resolution Resolve(const std::string& name) const {
    const auto found = nodes_.find(name);
    if (found == nodes_.end()) return {std::nullopt, "no such settings", "workers[0]." + name};
    return {found->second, "", ""};
  }
  std::map<std::string, config::Node> nodes_;  // defined before the helper thread reads them
};

}  // namespace wampgate::worker

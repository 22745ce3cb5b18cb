#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <optional>
#include <thread>

#include "support/node_process.hpp"

namespace wampgate::test {

// grpc.health.v1.HealthCheckResponse.ServingStatus
inline constexpr int kServing = 1;
inline constexpr int kNotServing = 2;

/// grpc.health.v1.Health.Check of the node as a whole, encoded by hand: no stubs of it are installed.
inline std::optional<int> Health(const NodeProcess& node) {
  grpc::GenericStub stub(
      grpc::CreateChannel("unix:" + node.directory() + "/wampgate.sock", grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  grpc::CompletionQueue queue;
  grpc::ByteBuffer answer;
  grpc::Status status;
  const auto call =
      stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::ByteBuffer(nullptr, 0), &queue);
  call->StartCall();
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice octets;
  if (!status.ok() || !answer.DumpToSingleSlice(&octets).ok() || octets.size() != 2) return std::nullopt;
  return octets.begin()[1];  // field 1, varint
}

inline bool HealthBecomes(const NodeProcess& node, int wanted) {
  for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;;) {
    if (Health(node) == wanted) return true;
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace wampgate::test

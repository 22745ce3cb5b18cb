#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

namespace wampgate::test {

/// A call of any method of any service.
struct GenericCall {
  std::string path;                           ///< "/wampgate.v1.NodeService/GetNode"
  std::string request = {};                   ///< octets of the message; none is an empty one
  std::string token = {};                     ///< shown as a bearer token, if not empty
  std::chrono::milliseconds patience{60000};  ///< a stream that lasts is given up then
};

/// How it ends. Answers are read and thrown away.
inline grpc::Status Make(const std::shared_ptr<grpc::Channel>& channel, const GenericCall& wanted) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + wanted.patience);
  if (!wanted.token.empty()) context.AddMetadata("authorization", "Bearer " + wanted.token);
  grpc::CompletionQueue queue;
  void* tag = nullptr;
  bool ok = false;
  auto call = stub.PrepareCall(&context, wanted.path, &queue);
  call->StartCall(nullptr);
  queue.Next(&tag, &ok);
  const grpc::Slice octets(wanted.request);
  call->WriteLast(grpc::ByteBuffer(&octets, 1), grpc::WriteOptions(), nullptr);
  queue.Next(&tag, &ok);
  for (ok = true; ok;) {
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    queue.Next(&tag, &ok);
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
  return status;
}

}  // namespace wampgate::test

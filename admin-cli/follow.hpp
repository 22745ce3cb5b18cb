#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>

#include "client.hpp"

namespace wampgate::ctl {

/// Reads a stream until it ends or has brought `most` messages (0: any number); `take` says of each whether
/// it counts.
template <typename Message, typename Take>
ExitCode Follow(grpc::ClientReader<Message>& reader, grpc::ClientContext& context, const Target& target,
                std::uint64_t most, Take take) {
  Message message;
  std::uint64_t seen = 0;
  while (reader.Read(&message)) {
    if (!take(message) || ++seen != most) continue;
    context.TryCancel();
    while (reader.Read(&message)) {
    }
    static_cast<void>(reader.Finish());
    return kOk;
  }
  return Report(reader.Finish(), target);
}

}  // namespace wampgate::ctl

#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "net/socket_pair.hpp"
#include "net/stream.hpp"
#include "support/recording_receiver.hpp"
#include "support/run_until.hpp"
#include "websocket/connection.hpp"
#include "websocket/frames.hpp"

namespace wampgate::websocket::test {

/// A connection of ours over a real socket whose other end the test holds.
class ConnectionTest : public ::testing::Test {
 protected:
  void Open(const std::optional<DeflateParameters>& deflate = std::nullopt,
            net::Transport transport = net::Transport::kUnix) {
    auto [mine, theirs] = net::MakeSocketPair(transport);
    peer = std::move(theirs);
    auto stream = std::make_unique<net::Stream>(loop, std::move(mine));
    channel = MakeConnection(std::move(stream), std::make_shared<ConnectionOptions>(options), deflate);
    channel->SetReceiver(&receiver);
  }

  void PeerSends(std::string_view octets) { net::Put(peer, octets); }
  [[nodiscard]] bool RunUntil(const std::function<bool()>& condition,
                              std::chrono::milliseconds limit = std::chrono::seconds(10)) {
    return wampgate::test::RunUntil(loop, condition, limit);
  }
  [[nodiscard]] bool RunUntilMessages(std::size_t count) {
    return RunUntil([&, count] { return receiver.messages.size() >= count; });
  }
  [[nodiscard]] bool RunUntilEnd() {
    return RunUntil([&] { return receiver.ends > 0; });
  }
  /// Runs until the peer has got `count` frames in all.
  [[nodiscard]] bool RunUntilFrames(std::size_t count) {
    return RunUntil([&, count] { return ReadFrames(), frames.size() >= count; });
  }
  void ReadFrames() {
    octets_from_us += net::Get(peer);
    for (Frame& frame : TakeFrames(octets_from_us)) frames.push_back(std::move(frame));
  }
  /// What recv says on the peer's side when nothing is left: 0 at FIN, -1 with errno otherwise.
  ssize_t PeerReceives() {
    char octet;
    return ::recv(peer.get(), &octet, 1, 0);
  }
  /// Reads to the end of what the peer gets; true if that is a reset.
  bool PeerWasReset() {
    char block[4096];
    ssize_t got = 0;
    while ((got = ::recv(peer.get(), block, sizeof block, 0)) > 0) {
    }
    return got < 0 && errno == ECONNRESET;
  }
  void PeerEnds() { peer.Reset(); }

  net::Loop loop;
  ConnectionOptions options;
  UniqueFd peer;
  wampgate::test::RecordingReceiver receiver;
  std::unique_ptr<MessageChannel> channel;
  std::string octets_from_us;
  std::vector<Frame> frames;
};

}  // namespace wampgate::websocket::test

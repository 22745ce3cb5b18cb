#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/channel.hpp"
#include "control/listener.hpp"
#include "control/socket.hpp"
#include "support/run_until.hpp"

namespace wampgate::worker {

/// The supervisor's end of the control channel, on the test's loop.
class FakeSupervisor final : private control::ChannelHandler {
 public:
  FakeSupervisor(net::Loop& loop, std::string path) : loop_(loop), path_(std::move(path)) { Listen(); }

  const std::string& path() const { return path_; }
  void Listen() {
    listener_ = std::make_unique<control::Listener>(loop_, *control::Listen(path_),
                                                    [this](UniqueFd socket) { Accept(std::move(socket)); });
    static_cast<void>(listener_->Start());
  }
  /// As if the supervisor had been killed.
  void Die() {
    listener_.reset();
    loop_.DeleteLater(std::move(channel_));
    frames.clear();
  }

  void Send(const internal::Frame& frame, std::vector<UniqueFd> descriptors = {}) {
    ASSERT_NE(channel_, nullptr);
    EXPECT_TRUE(channel_->Send(frame, std::move(descriptors)).ok());
  }

  /// Waits for the next frame of that kind and takes it out of `frames`; fails the test if none comes.
  internal::Frame Await(internal::Frame::KindCase kind) {
    internal::Frame found;
    const bool came = test::RunUntil(loop_, [&] {
      for (auto frame = frames.begin(); frame != frames.end(); ++frame) {
        if (frame->kind_case() != kind) continue;
        found = std::move(*frame);
        frames.erase(frame);
        return true;
      }
      return false;
    });
    EXPECT_TRUE(came) << "no frame of kind " << kind;
    return found;
  }

  bool connected() const { return channel_ != nullptr; }
  std::vector<internal::Frame> frames;  ///< received and not yet awaited
  std::vector<UniqueFd> received;       ///< descriptors of the last frame that had any

 private:
  void Accept(UniqueFd socket) {
    channel_ = std::make_unique<control::Channel>(loop_, std::move(socket),
                                                  static_cast<control::ChannelHandler&>(*this));
    static_cast<void>(channel_->Start());
  }
  void OnFrame(internal::Frame& frame, std::vector<UniqueFd>& passed) override {
    frames.push_back(frame);
    if (!passed.empty()) received = std::move(passed);
  }
  void OnChannelClosed(const Status&) override { loop_.DeleteLater(std::move(channel_)); }

  net::Loop& loop_;
  std::string path_;
  std::unique_ptr<control::Listener> listener_;
  std::unique_ptr<control::Channel> channel_;
};

}  // namespace wampgate::worker

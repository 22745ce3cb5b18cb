#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/message_channel.hpp"

namespace wampgate::test {

/// Records what a channel tells it; the hooks run after recording.
class RecordingReceiver final : public MessageReceiver {
 public:
  void OnMessage(MessageKind kind, std::string_view payload) override {
    messages.emplace_back(kind, payload);
    if (on_message) on_message(payload);
  }
  bool OnLargeMessage(MessageKind, std::size_t total, std::string_view head) override {
    large_total = total;
    large_head = std::string(head);
    return take_large;
  }
  void OnPart(std::string_view octets, bool last) override {
    large += octets;
    ++parts;
    if (last) large_done = true;
    if (on_part) on_part();
  }
  void OnDrained() override { ++drained; }
  void OnChannelEnd(const ChannelEnd& how) override {
    ++ends;
    end = how;
    if (on_end) on_end();
  }

  std::vector<std::pair<MessageKind, std::string>> messages;
  bool take_large = false;
  std::size_t large_total = 0;
  std::string large_head;
  std::string large;
  int parts = 0;
  bool large_done = false;
  int drained = 0;
  int ends = 0;
  std::optional<ChannelEnd> end;
  std::function<void(std::string_view)> on_message;
  std::function<void()> on_part;
  std::function<void()> on_end;
};

}  // namespace wampgate::test

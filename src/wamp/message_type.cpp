#include <fmt/core.h>

#include <array>
#include <iterator>

#include "wamp/message.hpp"

namespace wampgate::wamp {
namespace {

enum Sender : std::uint8_t { kClient = 1, kRouter = 2, kBoth = 3 };

struct Row {
  MessageType type;
  std::string_view name;
  Sender sender;
  // Elements after the type code (spec 3.5). ABORT may carry arguments, as the WAMP specification has it.
  std::uint8_t shortest;
  std::uint8_t longest;
};

constexpr Row kRows[] = {
    {MessageType::kHello, "HELLO", kClient, 2, 2},
    {MessageType::kWelcome, "WELCOME", kRouter, 2, 2},
    {MessageType::kAbort, "ABORT", kBoth, 2, 4},
    {MessageType::kChallenge, "CHALLENGE", kRouter, 2, 2},
    {MessageType::kAuthenticate, "AUTHENTICATE", kClient, 2, 2},
    {MessageType::kGoodbye, "GOODBYE", kBoth, 2, 2},
    {MessageType::kError, "ERROR", kBoth, 4, 6},
    {MessageType::kPublish, "PUBLISH", kClient, 3, 5},
    {MessageType::kPublished, "PUBLISHED", kRouter, 2, 2},
    {MessageType::kSubscribe, "SUBSCRIBE", kClient, 3, 3},
    {MessageType::kSubscribed, "SUBSCRIBED", kRouter, 2, 2},
    {MessageType::kUnsubscribe, "UNSUBSCRIBE", kClient, 2, 3},
    {MessageType::kUnsubscribed, "UNSUBSCRIBED", kRouter, 1, 2},
    {MessageType::kEvent, "EVENT", kRouter, 3, 5},
    {MessageType::kEventReceived, "EVENT_RECEIVED", kClient, 1, 1},
    {MessageType::kCall, "CALL", kClient, 3, 5},
    {MessageType::kCancel, "CANCEL", kClient, 2, 2},
    {MessageType::kResult, "RESULT", kRouter, 2, 4},
    {MessageType::kRegister, "REGISTER", kClient, 3, 3},
    {MessageType::kRegistered, "REGISTERED", kRouter, 2, 2},
    {MessageType::kUnregister, "UNREGISTER", kClient, 2, 3},
    {MessageType::kUnregistered, "UNREGISTERED", kRouter, 1, 2},
    {MessageType::kInvocation, "INVOCATION", kRouter, 3, 5},
    {MessageType::kInterrupt, "INTERRUPT", kRouter, 2, 2},
    {MessageType::kYield, "YIELD", kClient, 2, 4},
};

constexpr std::size_t kCodes = 512;  // all of them are below

/// By code: place of its row, counted from 1; 0 where there is none.
constexpr std::array<std::uint8_t, kCodes> kPlaces = [] {
  std::array<std::uint8_t, kCodes> places{};
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    places[static_cast<std::size_t>(kRows[i].type)] = static_cast<std::uint8_t>(i + 1);
  }
  return places;
}();

const Row* Find(std::uint64_t code) {
  const std::size_t place = code < kCodes ? kPlaces[code] : 0;
  return place == 0 ? nullptr : &kRows[place - 1];
}

const Row* Find(MessageType type) {
  return Find(static_cast<std::uint64_t>(type));
}

}  // namespace

std::string_view Name(MessageType type) {
  const Row* row = Find(type);
  return row == nullptr ? std::string_view() : row->name;
}

bool IsKnown(std::uint64_t code) {
  return Find(code) != nullptr;
}

bool IsFromClient(MessageType type) {
  const Row* row = Find(type);
  return row != nullptr && (row->sender & kClient) != 0;
}

bool IsFromRouter(MessageType type) {
  const Row* row = Find(type);
  return row != nullptr && (row->sender & kRouter) != 0;
}

Status CheckLength(MessageType type, std::size_t size) {
  const Row* row = Find(type);
  if (row == nullptr)
    return InvalidArgument(fmt::format("invalid WAMP message type {}", static_cast<int>(type)));
  if (size >= row->shortest && size <= row->longest) return OkStatus();
  const int low = row->shortest + 1;
  const int high = row->longest + 1;
  return InvalidArgument(
      low == high ? fmt::format("invalid {} message: {} elements instead of {}", row->name, size + 1, low)
                  : fmt::format("invalid {} message: {} elements instead of {} to {}", row->name, size + 1,
                                low, high));
}

}  // namespace wampgate::wamp

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/timer_wheel.hpp"
#include "http/message.hpp"
#include "http/offload.hpp"

namespace wampgate::http {

/// Reads the body of a Response::Source piece by piece on the helper thread, one piece at a time, for a
/// connection that asks for the next when it has room. Loop's thread; destroying it cancels.
class BodySender final : public net::Mortal {
 public:
  static constexpr std::size_t kPiece = 256 * 1024;  ///< octets read at most at a time

  /// `on_piece` gets each piece on the loop, never from inside Next; an empty one: the source failed.
  BodySender(net::Loop& loop, Offload& offload, Response::Source source,
             std::function<void(std::string piece)> on_piece);
  ~BodySender() override;

  /// Asks for the next piece, unless one is under way or all have been delivered.
  void Next();
  bool done() const { return delivered_ == length_; }

 private:
  struct Shared;
  void Deliver(std::string piece);

  net::Loop& loop_;
  Offload& offload_;
  std::shared_ptr<Shared> shared_;
  std::function<void(std::string)> on_piece_;
  std::uint64_t length_;
  std::uint64_t delivered_ = 0;
  bool reading_ = false;
  Timer retry_;
};

}  // namespace wampgate::http

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "wampgate/v1/session_service.pb.h"

namespace wampgate::worker {

/// The last ends of sessions and refusals of connections in this process, kept as octets: 200 to 300 of them
/// each, less than 4 KiB whatever clients have said.
class EndedSessions {
 public:
  static constexpr std::size_t kMost = 10000;

  void Add(const v1::EndedSession& ended);
  /// Numbers grow by one with each end; the newest has end() - 1, the oldest that is kept begin().
  std::uint64_t begin() const { return first_; }
  std::uint64_t end() const { return first_ + kept_.size(); }
  /// False if it is kept no more.
  bool Read(std::uint64_t number, v1::EndedSession& ended) const;

 private:
  std::uint64_t first_ = 0;
  std::deque<std::string> kept_;
};

}  // namespace wampgate::worker

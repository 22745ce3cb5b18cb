#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wamp/fault.hpp"

namespace wampgate::wamp {

/// Takes whatever a reader finds and keeps nothing: for checking a message and for finding where its elements
/// end.
struct DiscardWriter {
  static constexpr bool kDiscards = true;    ///< readers need not convert values
  static constexpr bool kTolerates = false;  ///< readers put something near in place of what has no form
  using KeyWriter = DiscardWriter&;

  bool Null() { return true; }
  bool Boolean(bool) { return true; }
  bool Unsigned(std::uint64_t) { return true; }
  bool Negative(std::uint64_t) { return true; }
  bool Double(double) { return true; }
  bool BigOctets(Sign, std::string_view) { return true; }
  bool Text(std::string_view) { return true; }
  bool KeyText(std::string_view) { return true; }
  bool Binary(std::string_view) { return true; }
  bool BeginList(std::uint64_t) { return true; }
  bool BeginMap(std::uint64_t) { return true; }
  bool EndList() { return true; }
  bool EndMap() { return true; }
  bool OpenList(std::size_t&) { return true; }
  bool OpenMap(std::size_t&) { return true; }
  bool CloseList(std::size_t, std::uint64_t) { return true; }
  bool CloseMap(std::size_t, std::uint64_t) { return true; }
};

}  // namespace wampgate::wamp

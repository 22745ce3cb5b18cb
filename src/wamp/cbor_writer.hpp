#pragma once

#include <cstdint>
#include <string_view>

#include "wamp/fault.hpp"
#include "wamp/sink.hpp"

namespace wampgate::wamp {

/// Writes CBOR (RFC 8949) in its preferred serialization: definite lengths, shortest heads, shortest floats
/// that keep the value. Each call writes one value, or one end of a container; false means the fault says
/// why.
class CborWriter {
 public:
  static constexpr bool kDiscards = false;
  static constexpr bool kTolerates = false;
  using KeyWriter = CborWriter&;  // map keys are like other values

  CborWriter(Sink& sink, Fault& fault) : sink_(sink), fault_(fault) {}

  bool Null() { return Single(0xF6); }
  bool Boolean(bool value) { return Single(value ? 0xF5 : 0xF4); }
  bool Unsigned(std::uint64_t value) { return Head(kUnsigned, value); }
  /// -1 - value.
  bool Negative(std::uint64_t value) { return Head(kNegative, value); }
  bool Double(double value);
  /// Beyond 64 bits: tag 2 or 3.
  bool BigOctets(Sign sign, std::string_view octets) {
    return Single(sign == Sign::kNegative ? 0xC3 : 0xC2) && Binary(octets);
  }
  bool Text(std::string_view text) { return Head(kText, text.size(), text); }
  /// For documents of ours: text that no rule of the serializer refuses.
  bool AnyText(std::string_view text) { return Text(text); }
  bool KeyText(std::string_view text) { return Head(kText, text.size(), text); }
  bool Binary(std::string_view octets) { return Head(kBinary, octets.size(), octets); }

  /// Containers whose size is known beforehand…
  bool BeginList(std::uint64_t count) { return Head(kList, count); }
  bool BeginMap(std::uint64_t count) { return Head(kMap, count); }
  bool EndList() { return true; }
  bool EndMap() { return true; }
  /// …and those whose size is known at their end, given what Open… returned in `mark`.
  bool OpenList(std::size_t& mark) { return Open(mark); }
  bool OpenMap(std::size_t& mark) { return Open(mark); }
  bool CloseList(std::size_t mark, std::uint64_t count) { return Close(mark, kList, count); }
  bool CloseMap(std::size_t mark, std::uint64_t count) { return Close(mark, kMap, count); }
  bool Finish() { return sink_.Keep() || fault_.TooLarge(); }

 private:
  enum Major : unsigned {
    kUnsigned = 0x00,
    kNegative = 0x20,
    kBinary = 0x40,
    kText = 0x60,
    kList = 0x80,
    kMap = 0xA0
  };

  bool Need(std::size_t octets) { return sink_.Need(octets) || fault_.TooLarge(); }
  bool Single(unsigned octet) {
    if (!Need(1)) return false;
    sink_.Put(octet);
    return true;
  }
  void PutHead(Major major, std::uint64_t value);
  bool Head(Major major, std::uint64_t value) {
    if (!Need(9)) return false;
    PutHead(major, value);
    return true;
  }
  bool Head(Major major, std::uint64_t size, std::string_view octets) {
    if (!Need(9 + octets.size())) return false;
    PutHead(major, size);
    sink_.PutText(octets);
    return true;
  }
  bool Open(std::size_t& mark) {
    mark = sink_.written();
    return Single(0);
  }
  bool Close(std::size_t mark, Major major, std::uint64_t count);

  Sink& sink_;
  Fault& fault_;
};

inline void CborWriter::PutHead(Major major, std::uint64_t value) {
  if (value < 24) {
    sink_.Put(major | static_cast<unsigned>(value));
  } else if (value <= 0xFF) {
    sink_.Put(major | 24U);
    sink_.Put(static_cast<unsigned>(value));
  } else if (value <= 0xFFFF) {
    sink_.Put(major | 25U);
    sink_.PutBigEndian(static_cast<std::uint16_t>(value));
  } else if (value <= 0xFFFFFFFF) {
    sink_.Put(major | 26U);
    sink_.PutBigEndian(static_cast<std::uint32_t>(value));
  } else {
    sink_.Put(major | 27U);
    sink_.PutBigEndian(value);
  }
}

}  // namespace wampgate::wamp

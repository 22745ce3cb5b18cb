#pragma once

#include <string_view>

#include "wamp/fault.hpp"
#include "wamp/sink.hpp"

namespace wampgate::wamp {

/// Writes MessagePack: shortest forms; floats in 32 bits where that keeps the value. Same calls as
/// CborWriter.
class MsgpackWriter {
 public:
  static constexpr bool kDiscards = false;
  static constexpr bool kTolerates = false;
  using KeyWriter = MsgpackWriter&;

  MsgpackWriter(Sink& sink, Fault& fault) : sink_(sink), fault_(fault) {}

  bool Null() { return Single(0xC0); }
  bool Boolean(bool value) { return Single(value ? 0xC3 : 0xC2); }
  bool Unsigned(std::uint64_t value);
  bool Negative(std::uint64_t value);
  bool Double(double value);
  bool BigOctets(Sign, std::string_view) { return TooBig(); }
  bool Text(std::string_view text);
  /// For documents of ours: text that no rule of the serializer refuses.
  bool AnyText(std::string_view text) { return Text(text); }
  bool KeyText(std::string_view text) { return Text(text); }
  bool Binary(std::string_view octets);

  bool BeginList(std::uint64_t count) { return Container(kList, count); }
  bool BeginMap(std::uint64_t count) { return Container(kMap, count); }
  bool EndList() { return true; }
  bool EndMap() { return true; }
  bool OpenList(std::size_t& mark) { return Open(mark); }
  bool OpenMap(std::size_t& mark) { return Open(mark); }
  bool CloseList(std::size_t mark, std::uint64_t count) { return Close(mark, kList, count); }
  bool CloseMap(std::size_t mark, std::uint64_t count) { return Close(mark, kMap, count); }
  bool Finish() { return sink_.Keep() || fault_.TooLarge(); }

 private:
  /// The first octets of a container's three heads: up to 15 elements, 16 and 32 bits of count.
  struct ContainerHeads {
    unsigned fix, wide, widest;
  };
  static constexpr ContainerHeads kList{0x90, 0xDC, 0xDD};
  static constexpr ContainerHeads kMap{0x80, 0xDE, 0xDF};

  bool Need(std::size_t octets) { return sink_.Need(octets) || fault_.TooLarge(); }
  bool TooBig() { return fault_.Unexpressible("integer beyond 64 bits"); }
  bool TooLong() { return fault_.Unexpressible("value of more than 2^32-1 elements or octets"); }
  bool Single(unsigned octet) {
    if (!Need(1)) return false;
    sink_.Put(octet);
    return true;
  }
  bool Container(const ContainerHeads& heads, std::uint64_t count);
  bool Open(std::size_t& mark) {
    mark = sink_.written();
    return Single(0);
  }
  bool Close(std::size_t mark, const ContainerHeads& heads, std::uint64_t count);

  Sink& sink_;
  Fault& fault_;
};

inline bool MsgpackWriter::Unsigned(std::uint64_t value) {
  if (!Need(9)) return false;
  if (value < 0x80) {
    sink_.Put(static_cast<unsigned>(value));
  } else if (value <= 0xFF) {
    sink_.Put(0xCC);
    sink_.Put(static_cast<unsigned>(value));
  } else if (value <= 0xFFFF) {
    sink_.Put(0xCD);
    sink_.PutBigEndian(static_cast<std::uint16_t>(value));
  } else if (value <= 0xFFFFFFFF) {
    sink_.Put(0xCE);
    sink_.PutBigEndian(static_cast<std::uint32_t>(value));
  } else {
    sink_.Put(0xCF);
    sink_.PutBigEndian(value);
  }
  return true;
}

inline bool MsgpackWriter::Text(std::string_view text) {
  if (text.size() > UINT32_MAX) return TooLong();
  if (!Need(5 + text.size())) return false;
  if (text.size() < 32) {
    sink_.Put(0xA0U | static_cast<unsigned>(text.size()));
  } else if (text.size() <= 0xFF) {
    sink_.Put(0xD9);
    sink_.Put(static_cast<unsigned>(text.size()));
  } else if (text.size() <= 0xFFFF) {
    sink_.Put(0xDA);
    sink_.PutBigEndian(static_cast<std::uint16_t>(text.size()));
  } else {
    sink_.Put(0xDB);
    sink_.PutBigEndian(static_cast<std::uint32_t>(text.size()));
  }
  sink_.PutText(text);
  return true;
}

inline bool MsgpackWriter::Container(const ContainerHeads& heads, std::uint64_t count) {
  if (count > UINT32_MAX) return TooLong();
  if (!Need(5)) return false;
  if (count < 16) {
    sink_.Put(heads.fix | static_cast<unsigned>(count));
  } else if (count <= 0xFFFF) {
    sink_.Put(heads.wide);
    sink_.PutBigEndian(static_cast<std::uint16_t>(count));
  } else {
    sink_.Put(heads.widest);
    sink_.PutBigEndian(static_cast<std::uint32_t>(count));
  }
  return true;
}

}  // namespace wampgate::wamp

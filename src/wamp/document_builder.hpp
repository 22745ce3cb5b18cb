#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "wamp/fault.hpp"

namespace wampgate::wamp {

class DocumentKeyBuilder;

/// A writer that builds a document. Control messages are taken as far as they can be: tags are skipped,
/// undefined and unknown simple values become null, MessagePack extensions their octets, and integers beyond
/// 64 bits the nearest double. Relayed messages never pass here, so nothing of a payload is changed by that.
class DocumentBuilder {
 public:
  static constexpr bool kDiscards = false;
  static constexpr bool kTolerates = true;
  using KeyWriter = DocumentKeyBuilder;

  explicit DocumentBuilder(Fault& fault) : fault_(fault) {}

  nlohmann::json Take() { return std::move(root_); }

  bool Null() { return Add(nullptr); }
  bool Boolean(bool value) { return Add(value); }
  bool Unsigned(std::uint64_t value) { return Add(value); }
  bool Negative(std::uint64_t value);
  bool Double(double value) { return Add(value); }
  bool BigOctets(Sign sign, std::string_view octets);
  bool Text(std::string_view text) { return Add(std::string(text)); }
  bool KeyText(std::string_view text) {
    key_ = text;
    return true;
  }
  bool Binary(std::string_view octets) { return Add(nlohmann::json::binary({octets.begin(), octets.end()})); }

  bool BeginList(std::uint64_t) { return Open(nlohmann::json::array()); }
  bool BeginMap(std::uint64_t) { return Open(nlohmann::json::object()); }
  bool EndList() { return Close(); }
  bool EndMap() { return Close(); }
  bool OpenList(std::size_t&) { return Open(nlohmann::json::array()); }
  bool OpenMap(std::size_t&) { return Open(nlohmann::json::object()); }
  bool CloseList(std::size_t, std::uint64_t) { return Close(); }
  bool CloseMap(std::size_t, std::uint64_t) { return Close(); }

 private:
  friend DocumentKeyBuilder;
  nlohmann::json& Place(nlohmann::json value);
  bool Add(nlohmann::json value) {
    Place(std::move(value));
    return true;
  }
  bool Open(nlohmann::json container) {
    open_.push_back(&Place(std::move(container)));
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  Fault& fault_;
  nlohmann::json root_;
  std::vector<nlohmann::json*> open_;
  std::string key_;
};

/// Map keys of a document are text; others become what JSON would write for them, binary ones U+0000 and
/// base64.
class DocumentKeyBuilder {
 public:
  static constexpr bool kDiscards = false;
  static constexpr bool kTolerates = true;
  using KeyWriter = DocumentKeyBuilder&;

  explicit DocumentKeyBuilder(DocumentBuilder& builder) : builder_(builder) {}

  bool Null() { return builder_.KeyText("null"); }
  bool Boolean(bool value) { return builder_.KeyText(value ? "true" : "false"); }
  bool Unsigned(std::uint64_t value) { return builder_.KeyText(std::to_string(value)); }
  bool Negative(std::uint64_t value);
  bool Double(double value);
  bool BigOctets(Sign, std::string_view) { return Unfit(); }
  bool Text(std::string_view text) { return builder_.KeyText(text); }
  bool KeyText(std::string_view text) { return builder_.KeyText(text); }
  bool Binary(std::string_view octets);
  bool BeginList(std::uint64_t) { return Unfit(); }
  bool BeginMap(std::uint64_t) { return Unfit(); }
  bool EndList() { return Unfit(); }
  bool EndMap() { return Unfit(); }
  bool OpenList(std::size_t&) { return Unfit(); }
  bool OpenMap(std::size_t&) { return Unfit(); }
  bool CloseList(std::size_t, std::uint64_t) { return Unfit(); }
  bool CloseMap(std::size_t, std::uint64_t) { return Unfit(); }

 private:
  bool Unfit() { return builder_.fault_.Malformed("map key that is neither text nor octets nor a number"); }

  DocumentBuilder& builder_;
};

}  // namespace wampgate::wamp

#include "wamp/document.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::wamp {
namespace {

using Json = nlohmann::json;

/// Builds a document and keeps the limits nlohmann does not have.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(Serializer serializer) : serializer_(serializer) {}

  Json Take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t&) override { return Add(value); }
  bool binary(binary_t& value) override { return Add(std::move(value)); }
  bool string(string_t& value) override;
  bool key(string_t& value) override {
    if (!IsUtf8(value)) return Fail("invalid UTF-8 in a map key");
    key_ = std::move(value);
    return true;
  }
  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    return Fail(fmt::format("malformed {} at octet {}", Name(serializer_), position));
  }

 private:
  bool Fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }
  bool Add(Json value) {
    Place(std::move(value));
    return true;
  }
  Json* Place(Json value);
  bool Open(Json container);
  bool Close() {
    open_.pop_back();
    return true;
  }

  Serializer serializer_;
  Json root_;
  std::vector<Json*> open_;
  std::string key_;
  std::string problem_;
};

Json* Builder::Place(Json value) {
  if (open_.empty()) {
    root_ = std::move(value);
    return &root_;
  }
  Json& parent = *open_.back();
  if (parent.is_array()) {
    parent.push_back(std::move(value));
    return &parent.back();
  }
  Json& slot = parent[key_];
  slot = std::move(value);
  return &slot;
}

bool Builder::Open(Json container) {
  if (open_.size() >= kMaxDepth) return Fail(fmt::format("nested deeper than {}", kMaxDepth));
  open_.push_back(Place(std::move(container)));
  return true;
}

bool Builder::string(string_t& value) {
  if (!IsUtf8(value)) return Fail("invalid UTF-8 in a string");
  if (serializer_ != Serializer::kJson || value.empty() || value[0] != '\0') return Add(std::move(value));
  const auto octets = DecodeBase64(std::string_view(value).substr(1));
  if (!octets) return Fail("malformed Base64 in a binary value");
  return Add(Json::binary({octets->begin(), octets->end()}));
}

Json::input_format_t FormatOf(Serializer serializer) {
  switch (serializer) {
    case Serializer::kJson:
      return Json::input_format_t::json;
    case Serializer::kMsgpack:
      return Json::input_format_t::msgpack;
    case Serializer::kCbor:
      return Json::input_format_t::cbor;
  }
  return Json::input_format_t::json;
}

/// A copy in which binary values are what JSON has for them: "\u0000"+Base64.
Json WithoutBinary(const Json& document) {
  if (document.is_binary()) {
    const auto& octets = document.get_binary();
    return std::string(1, '\0') +
           EncodeBase64(std::string_view(reinterpret_cast<const char*>(octets.data()), octets.size()));
  }
  Json copy = document;
  if (copy.is_structured()) {
    for (Json& element : copy) element = WithoutBinary(element);
  }
  return copy;
}

}  // namespace

StatusOr<Json> ReadDocument(Serializer serializer, std::string_view message) {
  Builder builder(serializer);
  try {
    if (Json::sax_parse(message.begin(), message.end(), &builder, FormatOf(serializer)))
      return builder.Take();
  } catch (const std::exception&) {
    return InvalidArgument(fmt::format("malformed {}", Name(serializer)));
  }
  return InvalidArgument(builder.problem());
}

void WriteDocument(Serializer serializer, const Json& document, ByteBuffer& out) {
  if (serializer == Serializer::kJson) {
    out.Append(WithoutBinary(document).dump(-1, ' ', false, Json::error_handler_t::replace));
    return;
  }
  const auto octets = serializer == Serializer::kCbor ? Json::to_cbor(document) : Json::to_msgpack(document);
  out.Append(std::string_view(reinterpret_cast<const char*>(octets.data()), octets.size()));
}

std::string WriteDocument(Serializer serializer, const Json& document) {
  ByteBuffer out;
  WriteDocument(serializer, document, out);
  return std::string(out.view());
}

}  // namespace wampgate::wamp

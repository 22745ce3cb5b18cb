#include "proxy/control_message.hpp"

#include <fmt/core.h>

#include "wamp/document.hpp"

namespace wampgate::proxy {

namespace {

using Json = nlohmann::json;

Json MakeParting(wamp::MessageType type, std::string_view uri, std::string_view text) {
  Json details = Json::object();
  if (!text.empty()) details["message"] = text;
  Json message = Json::array();
  message.push_back(static_cast<int>(type));
  message.push_back(std::move(details));
  message.push_back(uri);
  return message;
}

std::string StringAt(const Json& details, const char* key) {
  const auto found = details.find(key);
  return found != details.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Json MakeAbort(std::string_view uri, std::string_view text) {
  return MakeParting(wamp::MessageType::kAbort, uri, text);
}

Json MakeGoodbye(std::string_view uri, std::string_view text) {
  return MakeParting(wamp::MessageType::kGoodbye, uri, text);
}

Json MakeGoodbye(std::string_view uri, std::string_view text, std::uint32_t retry_after) {
  Json message = MakeGoodbye(uri, text);
  if (retry_after != 0) message[1]["retry_after"] = retry_after;
  return message;
}

StatusOr<Parting> ReadParting(wamp::Serializer serializer, std::string_view message) {
  WAMPGATE_ASSIGN_OR_RETURN(const Json document, wamp::ReadDocument(serializer, message));
  const bool is_fit = document.is_array() && document.size() >= 3 && document[0].is_number_unsigned() &&
                      document[1].is_object() && document[2].is_string();
  if (!is_fit) return InvalidArgument("malformed ABORT or GOODBYE");
  const auto type = static_cast<wamp::MessageType>(document[0].get<int>());
  WAMPGATE_RETURN_IF_ERROR(wamp::CheckLength(type, document.size() - 1));
  return Parting{document[2].get<std::string>(), StringAt(document[1], "message")};
}

std::string Welcome::Detail(const char* key) const {
  return StringAt(details, key);
}

StatusOr<Welcome> ReadWelcome(wamp::Serializer serializer, std::string_view message) {
  WAMPGATE_ASSIGN_OR_RETURN(Json document, wamp::ReadDocument(serializer, message));
  if (!document.is_array() || document.size() != 3 || !document[1].is_number_unsigned() ||
      !document[2].is_object()) {
    return InvalidArgument("malformed WELCOME");
  }
  return Welcome{document[1].get<std::uint64_t>(), std::move(document[2])};
}

}  // namespace wampgate::proxy

#include "fuzz/wamp/check.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "base/check.hpp"
#include "wamp/document.hpp"
#include "wamp/message.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::fuzz {
namespace {

using wamp::Serializer;

bool Translate(Serializer from, std::string_view message, Serializer to, std::string& translated) {
  ByteBuffer out;
  const auto result = wamp::Transcode(from, message, to, out);
  WAMPGATE_CHECK(result.ok() == result.detail.empty());
  WAMPGATE_CHECK(result.ok() || out.empty());
  translated = out.view();
  return result.ok();
}

void CheckEnvelope(Serializer serializer, std::string_view message, bool is_well_formed) {
  const auto type = wamp::PeekType(serializer, message);
  const auto envelope = wamp::Envelope::Parse(serializer, message);
  if (!envelope.ok()) return;
  WAMPGATE_CHECK(is_well_formed && type.ok() && *type == envelope->type());
  for (std::size_t i = 0; i < envelope->size(); ++i) {
    std::string element;
    WAMPGATE_CHECK(Translate(serializer, envelope->element(i), serializer, element));
    if (envelope->Id(i).ok()) WAMPGATE_CHECK(!envelope->String(i).ok());
  }
}

}  // namespace

void CheckReaders(Serializer serializer, std::string_view message) {
  std::string copy;
  const bool is_well_formed = Translate(serializer, message, serializer, copy);
  WAMPGATE_CHECK(!is_well_formed || copy == message);
  CheckEnvelope(serializer, message, is_well_formed);
  const auto document = wamp::ReadDocument(serializer, message);
  if (!document.ok()) return;
  WAMPGATE_CHECK(is_well_formed);
  const std::string written = wamp::WriteDocument(serializer, *document);
  const auto again = wamp::ReadDocument(serializer, written);
  WAMPGATE_CHECK(again.ok());
  WAMPGATE_CHECK(wamp::WriteDocument(serializer, *again) == written);
}

void CheckRoundTrip(Serializer serializer, std::string_view message, Serializer other) {
  std::string there, back, there_again;
  if (!Translate(serializer, message, other, there)) return;
  WAMPGATE_CHECK(Translate(other, there, serializer, back));
  WAMPGATE_CHECK(Translate(serializer, back, other, there_again));
  WAMPGATE_CHECK(there == there_again);
}

}  // namespace wampgate::fuzz

// Offers of any form are answered within what was offered and configured, and clients take those answers.
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "websocket/extension_offer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wampgate;
  using namespace wampgate::websocket;
  if (size < 2) return 0;
  const std::string_view header(reinterpret_cast<const char*>(data + 2), size - 2);
  DeflateOptions options;
  options.request_no_context_takeover = (data[0] & 1) != 0;
  options.request_max_window_bits = (data[0] & 2) != 0 ? 9 + data[1] % 7 : 0;
  if ((data[0] & 4) != 0) options.no_context_takeover = (data[0] & 8) != 0;
  if ((data[0] & 16) != 0) options.max_window_bits = 9 + data[1] / 7 % 7;

  const auto offers = ParseDeflateOffers(header);
  if (offers.ok()) {
    if (const auto answer = AnswerDeflateOffers(*offers, options)) {
      const DeflateParameters& ours = answer->parameters;
      WAMPGATE_CHECK(ours.deflate_window_bits >= 9 && ours.deflate_window_bits <= 15);
      WAMPGATE_CHECK(ours.inflate_window_bits >= 8 && ours.inflate_window_bits <= 15);
      const auto list = ParseExtensionList(answer->extensions);
      WAMPGATE_CHECK(list.ok() && list->size() == 1 && ReadDeflateTerms((*list)[0]).ok());
    }
  }
  (void)AcceptDeflateAnswer(header, options);
  // What one side offers the other can answer, and the first takes the answer.
  const auto own = ParseDeflateOffers(DeflateOffer(options));
  WAMPGATE_CHECK(own.ok());
  const auto answer = AnswerDeflateOffers(*own, options);
  WAMPGATE_CHECK(answer.has_value());
  const auto accepted = AcceptDeflateAnswer(answer->extensions, options);
  WAMPGATE_CHECK(accepted.ok() && accepted->has_value());
  WAMPGATE_CHECK((*accepted)->inflate_window_bits >= answer->parameters.deflate_window_bits);
  WAMPGATE_CHECK((*accepted)->deflate_window_bits <= answer->parameters.inflate_window_bits);
  return 0;
}

#include "websocket/extension_offer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wampgate::websocket {
namespace {

constexpr int kSmallestWindow = 9;  // of zlib's raw deflate
constexpr int kLargestWindow = 15;

Status IllegalValue(const ExtensionParameter& parameter) {
  return InvalidArgument(fmt::format(
      "illegal extension parameter value '{}' for parameter '{}' of extension 'permessage-deflate'",
      parameter.value.value_or(""), parameter.name));
}

/// 8…15 without leading zeros (RFC 7692 7.1.2).
StatusOr<int> ReadWindowBits(const ExtensionParameter& parameter) {
  const std::string& text = *parameter.value;
  if (text == "8" || text == "9") return text[0] - '0';
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') return 10 + text[1] - '0';
  return IllegalValue(parameter);
}

Status ReadParameter(const ExtensionParameter& parameter, DeflateTerms& terms) {
  if (parameter.name == "server_no_context_takeover" || parameter.name == "client_no_context_takeover") {
    if (parameter.value) return IllegalValue(parameter);
    (parameter.name[0] == 's' ? terms.server_no_context_takeover : terms.client_no_context_takeover) = true;
  } else if (parameter.name == "server_max_window_bits") {
    if (!parameter.value) return IllegalValue(parameter);
    WAMPGATE_ASSIGN_OR_RETURN(terms.server_max_window_bits, ReadWindowBits(parameter));
  } else if (parameter.name == "client_max_window_bits") {
    terms.has_client_max_window_bits = true;
    if (parameter.value) {
      WAMPGATE_ASSIGN_OR_RETURN(terms.client_max_window_bits, ReadWindowBits(parameter));
    }
  } else {
    return InvalidArgument(
        fmt::format("illegal extension parameter '{}' for extension 'permessage-deflate'", parameter.name));
  }
  return OkStatus();
}

bool IsAcceptable(const DeflateTerms& offer, const DeflateOptions& options) {
  if (offer.server_max_window_bits && *offer.server_max_window_bits < kSmallestWindow) return false;
  return options.request_max_window_bits == 0 || offer.has_client_max_window_bits;
}

DeflateAnswer Accept(const DeflateTerms& offer, const DeflateOptions& options) {
  DeflateAnswer answer;
  DeflateParameters& parameters = answer.parameters;
  answer.extensions = kPermessageDeflate;
  parameters.deflate_no_context_takeover =
      options.no_context_takeover.value_or(false) || offer.server_no_context_takeover;
  parameters.deflate_window_bits = std::min(options.max_window_bits.value_or(kLargestWindow),
                                            offer.server_max_window_bits.value_or(kLargestWindow));
  parameters.memory_level = options.memory_level.value_or(parameters.memory_level);
  if (offer.server_no_context_takeover) answer.extensions += "; server_no_context_takeover";
  if (offer.server_max_window_bits) {
    answer.extensions += fmt::format("; server_max_window_bits={}", parameters.deflate_window_bits);
  }
  if (options.request_no_context_takeover) {
    answer.extensions += "; client_no_context_takeover";
    parameters.inflate_no_context_takeover = true;
  }
  if (options.request_max_window_bits != 0) {
    parameters.inflate_window_bits =
        std::min(options.request_max_window_bits, offer.client_max_window_bits.value_or(kLargestWindow));
    answer.extensions += fmt::format("; client_max_window_bits={}", parameters.inflate_window_bits);
  }
  return answer;
}

}  // namespace

StatusOr<DeflateTerms> ReadDeflateTerms(const Extension& extension) {
  DeflateTerms terms;
  for (auto parameter = extension.parameters.begin(); parameter != extension.parameters.end(); ++parameter) {
    const auto is_same = [&](const ExtensionParameter& other) { return other.name == parameter->name; };
    if (std::any_of(extension.parameters.begin(), parameter, is_same)) {
      return InvalidArgument(
          fmt::format("multiple occurrence of extension parameter '{}' for extension 'permessage-deflate'",
                      parameter->name));
    }
    WAMPGATE_RETURN_IF_ERROR(ReadParameter(*parameter, terms));
  }
  return terms;
}

StatusOr<std::vector<DeflateTerms>> ParseDeflateOffers(std::string_view header) {
  WAMPGATE_ASSIGN_OR_RETURN(const std::vector<Extension> extensions, ParseExtensionList(header));
  std::vector<DeflateTerms> offers;
  for (const Extension& extension : extensions) {
    if (extension.name != kPermessageDeflate) continue;
    WAMPGATE_ASSIGN_OR_RETURN(const DeflateTerms terms, ReadDeflateTerms(extension));
    offers.push_back(terms);
  }
  return offers;
}

std::optional<DeflateAnswer> AnswerDeflateOffers(const std::vector<DeflateTerms>& offers,
                                                 const DeflateOptions& options) {
  for (const DeflateTerms& offer : offers) {
    if (IsAcceptable(offer, options)) return Accept(offer, options);
  }
  return std::nullopt;
}

std::string DeflateOffer(const DeflateOptions& options) {
  std::string offer(kPermessageDeflate);
  if (options.request_no_context_takeover) offer += "; server_no_context_takeover";
  if (options.request_max_window_bits != 0) {
    offer += fmt::format("; server_max_window_bits={}", options.request_max_window_bits);
  }
  if (options.no_context_takeover.value_or(false)) offer += "; client_no_context_takeover";
  offer += "; client_max_window_bits";
  if (options.max_window_bits) offer += fmt::format("={}", *options.max_window_bits);
  return offer;
}

StatusOr<std::optional<DeflateParameters>> AcceptDeflateAnswer(std::string_view header,
                                                               const std::optional<DeflateOptions>& options) {
  WAMPGATE_ASSIGN_OR_RETURN(const std::vector<Extension> extensions, ParseExtensionList(header));
  if (extensions.empty()) return std::optional<DeflateParameters>();
  if (extensions[0].name != kPermessageDeflate || !options) {
    return InvalidArgument(fmt::format("extension '{}' was not offered", extensions[0].name));
  }
  if (extensions.size() > 1) return InvalidArgument("more extensions than were offered");
  WAMPGATE_ASSIGN_OR_RETURN(const DeflateTerms terms, ReadDeflateTerms(extensions[0]));
  if (options->request_no_context_takeover && !terms.server_no_context_takeover) {
    return InvalidArgument("'server_no_context_takeover' was offered and not granted");
  }
  const int server_window = terms.server_max_window_bits.value_or(kLargestWindow);
  if (options->request_max_window_bits != 0 && server_window > options->request_max_window_bits) {
    return InvalidArgument(fmt::format("'server_max_window_bits={}' was offered, {} granted",
                                       options->request_max_window_bits, server_window));
  }
  if (terms.has_client_max_window_bits && terms.client_max_window_bits.value_or(0) < kSmallestWindow) {
    return InvalidArgument("'client_max_window_bits' of the answer is not a window we can make");
  }
  DeflateParameters parameters;
  parameters.deflate_no_context_takeover =
      terms.client_no_context_takeover || options->no_context_takeover.value_or(false);
  parameters.deflate_window_bits = std::min(terms.client_max_window_bits.value_or(kLargestWindow),
                                            options->max_window_bits.value_or(kLargestWindow));
  parameters.inflate_no_context_takeover = terms.server_no_context_takeover;
  parameters.inflate_window_bits = server_window;
  parameters.memory_level = options->memory_level.value_or(parameters.memory_level);
  return std::optional<DeflateParameters>(parameters);
}

}  // namespace wampgate::websocket

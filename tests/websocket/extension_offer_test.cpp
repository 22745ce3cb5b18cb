#include "websocket/extension_offer.hpp"

#include <gmock/gmock.h>

namespace wampgate::websocket {
namespace {

/// What a server configured with `options` answers, or the error, or "-" for no compression.
std::string Answer(std::string_view header, const DeflateOptions& options = {}) {
  const auto offers = ParseDeflateOffers(header);
  if (!offers.ok()) return std::string(Message(offers.status()));
  const auto answer = AnswerDeflateOffers(*offers, options);
  return answer ? answer->extensions : "-";
}

DeflateParameters Parameters(std::string_view header, const DeflateOptions& options) {
  const auto offers = ParseDeflateOffers(header);
  return offers.ok() ? AnswerDeflateOffers(*offers, options).value_or(DeflateAnswer{}).parameters
                     : DeflateParameters{};
}

TEST(ParseExtensionList, ReadsTokensQuotedValuesAndEmptyElements) {
  const auto list = ParseExtensionList(" , foo ; a = 1; B=\"x\\y\" ;c ,,bar");
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0], (Extension{"foo", {{"a", "1"}, {"b", "xy"}, {"c", std::nullopt}}}));
  EXPECT_EQ((*list)[1], (Extension{"bar", {}}));
  EXPECT_TRUE(ParseExtensionList("")->empty());
}

TEST(ParseExtensionList, RefusesBrokenSyntax) {
  for (const char* header : {"foo;", "foo; a=", "foo; a=\"", "foo; a=\"\"", "foo bar", "foo; a b", "=",
                             "foo; a=\"x y\"", "foo; a=\"x\\", "\x01", "foo;;a"}) {
    EXPECT_FALSE(ParseExtensionList(header).ok()) << header;
  }
}

TEST(AnswerDeflateOffers, AnswersInTheOrderOfTheSpec) {
  EXPECT_EQ(Answer("permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(Answer("permessage-deflate; client_max_window_bits"), "permessage-deflate");
  EXPECT_EQ(
      Answer(
          "permessage-deflate; client_max_window_bits; server_max_window_bits=12; server_no_context_takeover",
          {.request_no_context_takeover = true, .request_max_window_bits = 13}),
      "permessage-deflate; server_no_context_takeover; server_max_window_bits=12; "
      "client_no_context_takeover; "
      "client_max_window_bits=13");
  EXPECT_EQ(Answer(""), "-");
  EXPECT_EQ(Answer("x-webkit-deflate-frame, bbf-usp-protocol; id=1"), "-");
}

TEST(AnswerDeflateOffers, TakesTheFirstOfferThatLetsItLimitTheClientsWindow) {
  const DeflateOptions limited{.request_max_window_bits = 10};
  EXPECT_EQ(Answer("permessage-deflate", limited), "-");
  EXPECT_EQ(Answer("permessage-deflate; server_max_window_bits=9, permessage-deflate; client_max_window_bits",
                   limited),
            "permessage-deflate; client_max_window_bits=10");
}

TEST(AnswerDeflateOffers, AnswersTheStricterWindowOfBothSides) {
  const DeflateOptions wide{.request_max_window_bits = 13, .max_window_bits = 14};
  EXPECT_EQ(Answer("permessage-deflate; client_max_window_bits=11; server_max_window_bits=10", wide),
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11");
  const auto narrow =
      Parameters("permessage-deflate; client_max_window_bits=11; server_max_window_bits=10", wide);
  EXPECT_EQ(narrow.deflate_window_bits, 10);
  EXPECT_EQ(narrow.inflate_window_bits, 11);
  EXPECT_EQ(Answer("permessage-deflate; server_max_window_bits=15", {.max_window_bits = 11}),
            "permessage-deflate; server_max_window_bits=11");
  EXPECT_EQ(Parameters("permessage-deflate", {.max_window_bits = 11}).deflate_window_bits, 11);
}

TEST(AnswerDeflateOffers, GrantsNoContextTakeoverAlsoWhereTheConfigurationSaysFalse) {
  const DeflateOptions explicit_false{.no_context_takeover = false};
  EXPECT_EQ(Answer("permessage-deflate; server_no_context_takeover", explicit_false),
            "permessage-deflate; server_no_context_takeover");
  EXPECT_TRUE(Parameters("permessage-deflate; server_no_context_takeover", explicit_false)
                  .deflate_no_context_takeover);
  EXPECT_FALSE(Parameters("permessage-deflate", explicit_false).deflate_no_context_takeover);
  EXPECT_TRUE(Parameters("permessage-deflate", {.no_context_takeover = true}).deflate_no_context_takeover);
  EXPECT_TRUE(
      Parameters("permessage-deflate", {.request_no_context_takeover = true}).inflate_no_context_takeover);
  // The client's own hint binds nobody unless it is answered.
  EXPECT_FALSE(Parameters("permessage-deflate; client_no_context_takeover", {}).inflate_no_context_takeover);
}

TEST(AnswerDeflateOffers, PassesTheMemoryLevelOn) {
  EXPECT_EQ(Parameters("permessage-deflate", {.memory_level = 3}).memory_level, 3);
  EXPECT_EQ(Parameters("permessage-deflate", {}).memory_level, 8);
}

TEST(AnswerDeflateOffers, HandlesWindowsOf8) {
  EXPECT_EQ(Answer("permessage-deflate; server_max_window_bits=8"), "-");
  EXPECT_EQ(Answer("permessage-deflate; server_max_window_bits=8, permessage-deflate"), "permessage-deflate");
  EXPECT_EQ(Answer("permessage-deflate; client_max_window_bits=8"), "permessage-deflate");
  EXPECT_EQ(Answer("permessage-deflate; client_max_window_bits=8", {.request_max_window_bits = 9}),
            "permessage-deflate; client_max_window_bits=8");
}

TEST(ParseDeflateOffers, NamesWhatIsWrongWithAnyOffer) {
  const auto value = [](const char* v, const char* p) {
    return std::string("illegal extension parameter value '") + v + "' for parameter '" + p +
           "' of extension 'permessage-deflate'";
  };
  EXPECT_EQ(Answer("permessage-deflate; x"),
            "illegal extension parameter 'x' for extension 'permessage-deflate'");
  EXPECT_EQ(Answer("permessage-deflate, permessage-deflate; y=1"),
            "illegal extension parameter 'y' for extension 'permessage-deflate'");
  for (const char* bits : {"7", "16", "0", "-9", "09", "115", "1a", "9x", "abc"}) {
    EXPECT_EQ(Answer(std::string("permessage-deflate; server_max_window_bits=") + bits),
              value(bits, "server_max_window_bits"));
    EXPECT_EQ(Answer(std::string("permessage-deflate; client_max_window_bits=") + bits),
              value(bits, "client_max_window_bits"));
  }
  EXPECT_EQ(Answer("permessage-deflate; server_max_window_bits"), value("", "server_max_window_bits"));
  EXPECT_EQ(Answer("permessage-deflate; server_no_context_takeover=1"),
            value("1", "server_no_context_takeover"));
  EXPECT_EQ(Answer("permessage-deflate; client_no_context_takeover=true"),
            value("true", "client_no_context_takeover"));
  EXPECT_EQ(Answer("permessage-deflate; client_max_window_bits; client_max_window_bits=9"),
            "multiple occurrence of extension parameter 'client_max_window_bits' for extension "
            "'permessage-deflate'");
}

/// What a client that offered `options` makes of an answer: parameters, or the error as text.
std::string Accept(std::string_view header, const std::optional<DeflateOptions>& options) {
  const auto accepted = AcceptDeflateAnswer(header, options);
  if (!accepted.ok()) return std::string(Message(accepted.status()));
  if (!*accepted) return "-";
  const DeflateParameters& p = **accepted;
  return std::to_string(p.deflate_window_bits) + (p.deflate_no_context_takeover ? "r" : "") + "/" +
         std::to_string(p.inflate_window_bits) + (p.inflate_no_context_takeover ? "r" : "");
}

TEST(DeflateOffer, OffersWhatTheOptionsAskFor) {
  EXPECT_EQ(DeflateOffer({}), "permessage-deflate; client_max_window_bits");
  EXPECT_EQ(DeflateOffer({.request_no_context_takeover = true,
                          .request_max_window_bits = 10,
                          .no_context_takeover = true,
                          .max_window_bits = 12}),
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; "
            "client_no_context_takeover; "
            "client_max_window_bits=12");
}

TEST(AcceptDeflateAnswer, TakesTheStricterTermsOfBothSides) {
  const DeflateOptions any;
  EXPECT_EQ(Accept("", any), "-");
  EXPECT_EQ(Accept("", std::nullopt), "-");
  EXPECT_EQ(Accept("permessage-deflate", any), "15/15");
  EXPECT_EQ(Accept("permessage-deflate; client_max_window_bits=10; server_max_window_bits=8", any), "10/8");
  EXPECT_EQ(Accept("permessage-deflate; client_no_context_takeover; server_no_context_takeover", any),
            "15r/15r");
  EXPECT_EQ(Accept("permessage-deflate; client_max_window_bits=15", DeflateOptions{.max_window_bits = 9}),
            "9/15");
  EXPECT_EQ(Accept("permessage-deflate", DeflateOptions{.no_context_takeover = true}), "15r/15");
}

TEST(AcceptDeflateAnswer, RefusesWhatWasNotOffered) {
  EXPECT_EQ(Accept("permessage-deflate", std::nullopt), "extension 'permessage-deflate' was not offered");
  EXPECT_EQ(Accept("foo", DeflateOptions{}), "extension 'foo' was not offered");
  EXPECT_EQ(Accept("permessage-deflate, permessage-deflate", DeflateOptions{}),
            "more extensions than were offered");
  EXPECT_EQ(Accept("permessage-deflate", DeflateOptions{.request_no_context_takeover = true}),
            "'server_no_context_takeover' was offered and not granted");
  EXPECT_EQ(
      Accept("permessage-deflate; server_max_window_bits=12", DeflateOptions{.request_max_window_bits = 11}),
      "'server_max_window_bits=11' was offered, 12 granted");
  EXPECT_EQ(Accept("permessage-deflate; client_max_window_bits=8", DeflateOptions{}),
            "'client_max_window_bits' of the answer is not a window we can make");
  EXPECT_EQ(Accept("permessage-deflate; client_max_window_bits", DeflateOptions{}),
            "'client_max_window_bits' of the answer is not a window we can make");
}

}  // namespace
}  // namespace wampgate::websocket

#include "auth/authenticator.hpp"

#include <utility>
#include <vector>

#include "auth/methods.hpp"
#include "wamp/uri.hpp"

namespace wampgate::auth {
namespace {

/// The first of the client's methods that is configured decides.
class MethodAuthenticator final : public Authenticator {
 public:
  explicit MethodAuthenticator(const std::optional<Options>& options)
      : builtin_(!options), options_(options.value_or(Options{})) {}

  Outcome OnHello(std::string_view realm, const nlohmann::json& details,
                  const wamp::TransportDetails& transport) override {
    if (builtin_) return AcceptAnonymous(AnonymousOptions{}, realm, details);
    for (const std::string& method : Offered(details)) {
      if (method == "anonymous" && options_.anonymous)
        return AcceptAnonymous(*options_.anonymous, realm, details);
      if (method == "anonymous-proxy" && options_.anonymous_proxy)
        return AcceptAnonymousProxy(details, transport);
      if (method == "ticket" && options_.ticket) return Challenged(realm, details);
    }
    return Denial{std::string(wamp::uri::kNoAuthMethod), "no suitable authmethod found"};
  }

  Outcome OnAuthenticate(std::string_view signature, const nlohmann::json&) override {
    if (!candidate_)
      return Denial{std::string(wamp::uri::kProtocolViolation), "AUTHENTICATE without a CHALLENGE"};
    Principal candidate = *std::exchange(candidate_, std::nullopt);  // one try for each CHALLENGE
    return AcceptTicket(*options_.ticket, login_, std::move(candidate), signature);
  }

 private:
  Outcome Challenged(std::string_view realm, const nlohmann::json& details) {
    Outcome outcome = ChallengeForTicket(*options_.ticket, realm, details);
    if (const auto* challenge = std::get_if<Challenge>(&outcome)) {
      login_ = details.at("authid").get<std::string>();
      candidate_ = challenge->candidate;
    }
    return outcome;
  }

  /// HELLO.Details.authmethods in the client's order; absent or empty means anonymous (spec 5.4).
  static std::vector<std::string> Offered(const nlohmann::json& details) {
    std::vector<std::string> methods;
    if (const auto given = details.find("authmethods"); given != details.end() && given->is_array()) {
      for (const auto& method : *given) {
        if (method.is_string()) methods.push_back(method.get<std::string>());
      }
    }
    if (methods.empty()) methods.emplace_back("anonymous");
    return methods;
  }

  const bool builtin_;
  const Options options_;
  std::string login_;  ///< authid in HELLO
  std::optional<Principal> candidate_;
};

}  // namespace

std::unique_ptr<Authenticator> MakeAuthenticator(const std::optional<Options>& options) {
  return std::make_unique<MethodAuthenticator>(options);
}

}  // namespace wampgate::auth

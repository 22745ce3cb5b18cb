#include "auth/authenticator.hpp"

#include "auth/methods.hpp"
#include "wamp/uri.hpp"

namespace wampgate::auth {
namespace {

/// The methods that answer HELLO at once; nothing is left for AUTHENTICATE.
class ImmediateAuthenticator final : public Authenticator {
 public:
  explicit ImmediateAuthenticator(const std::optional<Options>& options)
      : builtin_(!options), options_(options.value_or(Options{})) {}

  Outcome OnHello(std::string_view realm, const nlohmann::json& details,
                  const wamp::TransportDetails& transport) override {
    if (builtin_) return AcceptAnonymous(AnonymousOptions{}, realm, details);
    for (const std::string& method : Offered(details)) {
      if (method == "anonymous" && options_.anonymous)
        return AcceptAnonymous(*options_.anonymous, realm, details);
      if (method == "anonymous-proxy" && options_.anonymous_proxy)
        return AcceptAnonymousProxy(details, transport);
    }
    return Denial{std::string(wamp::uri::kNoAuthMethod), "no suitable authmethod found"};
  }

  Outcome OnAuthenticate(std::string_view, const nlohmann::json&) override {
    return Denial{std::string(wamp::uri::kProtocolViolation), "AUTHENTICATE without a CHALLENGE"};
  }

 private:
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
};

}  // namespace

std::unique_ptr<Authenticator> MakeAuthenticator(const std::optional<Options>& options) {
  return std::make_unique<ImmediateAuthenticator>(options);
}

}  // namespace wampgate::auth

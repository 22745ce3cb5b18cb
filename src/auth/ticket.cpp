#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <utility>

#include "auth/methods.hpp"
#include "wamp/hello_details.hpp"
#include "wamp/uri.hpp"

namespace wampgate::auth {
namespace {

constexpr std::string_view kMethod = "ticket";

Denial Refuse(std::string message) {
  return {std::string(wamp::uri::kNotAuthorized), std::move(message), std::string(kMethod)};
}

std::array<unsigned char, SHA256_DIGEST_LENGTH> Digest(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

/// Of digests, so that not even the length of the ticket shows in the time.
bool IsSame(std::string_view expected, std::string_view given) {
  const auto wanted = Digest(expected), found = Digest(given);
  return CRYPTO_memcmp(wanted.data(), found.data(), wanted.size()) == 0;
}

}  // namespace

Outcome ChallengeForTicket(const TicketOptions& options, std::string_view realm,
                           const nlohmann::json& details) {
  const auto given = details.find("authid");
  const std::string login =
      given != details.end() && given->is_string() ? given->get<std::string>() : std::string();
  const auto found = options.principals.find(login);
  if (login.empty() || found == options.principals.end()) {
    return Refuse(fmt::format("no principal with authid \"{}\" exists", wamp::WantedAuthid(details)));
  }
  const TicketPrincipal& configured = found->second;
  Challenge challenge{.method = std::string(kMethod), .extra = nlohmann::json::object(), .candidate = {}};
  Principal& candidate = challenge.candidate;
  candidate.realm = configured.realm.value_or(std::string(realm));
  candidate.authid = configured.authid.value_or(login);
  candidate.role = configured.role;
  candidate.method = kMethod;
  if (const auto extra = details.find("authextra"); extra != details.end() && extra->is_object()) {
    candidate.extra = *extra;
  }
  return challenge;
}

Outcome AcceptTicket(const TicketOptions& options, std::string_view login, Principal candidate,
                     std::string_view signature) {
  const auto found = options.principals.find(login);
  const bool has_ticket = found != options.principals.end() && found->second.ticket.has_value();
  if (has_ticket && IsSame(*found->second.ticket, signature)) return candidate;
  return Refuse("ticket in static WAMP-Ticket authentication is invalid");
}

}  // namespace wampgate::auth

#include "address.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace wampgate::ctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHere = "wampgate.sock";
constexpr const char* kSystem = "/run/wampgate/wampgate.sock";

std::optional<std::string> SetAddress(const std::string& address, const std::string& from, Target& target) {
  constexpr std::string_view kUnix = "unix:";
  if (address.starts_with(kUnix)) {
    target.socket = address.substr(kUnix.size());
    return std::nullopt;
  }
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return from + ": expected unix:PATH or HOST:PORT, found \"" + address + "\"";
  }
  target.address = address;
  return std::nullopt;
}

std::optional<std::string> Locate(const AddressOptions& options, Target& target) {
  std::error_code ignored;
  if (!options.address.empty()) return SetAddress(options.address, "--address", target);
  if (!options.socket.empty()) {
    target.socket = options.socket;
  } else if (!options.node_directory.empty()) {
    target.socket = (fs::path(options.node_directory) / kHere).string();
  } else if (const char* address = std::getenv("WAMPGATE_ADDRESS"); address != nullptr && *address != '\0') {
    return SetAddress(address, "$WAMPGATE_ADDRESS", target);
  } else {
    target.socket = !fs::exists(kHere, ignored) && fs::exists(kSystem, ignored) ? kSystem : kHere;
  }
  return std::nullopt;
}

std::optional<std::string> ReadFile(const char* flag, const std::string& path, std::string& content) {
  if (path.empty()) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  content.assign(std::istreambuf_iterator<char>(file), {});
  if (file && !content.empty()) return std::nullopt;
  return std::string(flag) + " " + path + ": cannot be read, or is empty";
}

}  // namespace

void AddAddressOptions(CLI::App& app, AddressOptions& options) {
  app.add_option(
         "--address", options.address,
         "Where the node is. Default: $WAMPGATE_ADDRESS, ./wampgate.sock, /run/wampgate/wampgate.sock")
      ->option_text("unix:PATH|HOST:PORT");
  app.add_option("--socket", options.socket, "The node's Unix socket; as --address unix:FILE")
      ->option_text("FILE");
  app.add_option("--node-dir", options.node_directory, "The node's directory, with wampgate.sock in it")
      ->option_text("DIR");
  app.add_option("--cert", options.certificate, "Over TCP: a client certificate, PEM")->option_text("FILE");
  app.add_option("--key", options.key, "Its key, PEM")->option_text("FILE");
  app.add_option("--ca", options.ca,
                 "Over TCP: what the node's certificate is signed by, PEM. Default: what "
                 "the system trusts")
      ->option_text("FILE");
  app.add_option("--token-file", options.token_file, "Over TCP: a file with a bearer token")
      ->option_text("FILE");
}

std::optional<std::string> FindNode(const AddressOptions& options, Target& target) {
  if (auto wrong = Locate(options, target)) return wrong;
  if (options.certificate.empty() != options.key.empty()) return "--cert and --key belong together";
  if (auto wrong = ReadFile("--cert", options.certificate, target.certificate)) return wrong;
  if (auto wrong = ReadFile("--key", options.key, target.key)) return wrong;
  if (auto wrong = ReadFile("--ca", options.ca, target.ca)) return wrong;
  if (auto wrong = ReadFile("--token-file", options.token_file, target.token)) return wrong;
  while (!target.token.empty() && (target.token.back() == '\n' || target.token.back() == '\r')) {
    target.token.pop_back();
  }
  return std::nullopt;
}

}  // namespace wampgate::ctl

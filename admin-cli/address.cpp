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

constexpr std::string_view kUnix = "unix:";

std::optional<std::string> SetAddress(const std::string& address, const std::string& from, Target& target) {
  if (!IsAddress(address)) return from + ": expected unix:PATH or HOST:PORT, found \"" + address + "\"";
  if (address.starts_with(kUnix)) {
    target.socket = address.substr(kUnix.size());
  } else {
    target.address = address;
  }
  return std::nullopt;
}

/// What the command line does not say itself.
void Complete(std::string& option, const std::string& of_context) {
  if (option.empty()) option = of_context;
}

/// The one that is named, else the one in use; `found` stays empty if there is neither.
std::optional<std::string> FindContext(AddressOptions& options, std::optional<Context>& found) {
  const std::string path = ContextsPath();
  const auto contexts = ReadContexts(path);
  if (!contexts.ok()) return std::string(Message(contexts.status()));
  const std::string& name = options.context.empty() ? contexts->current : options.context;
  if (name.empty()) return std::nullopt;
  const auto context = contexts->all.find(name);
  if (context == contexts->all.end()) {
    return "there is no context \"" + name + "\" in " + path +
           "; `wampgatectl context list` shows those that there are, `wampgatectl context use` takes another";
  }
  found = context->second;
  if (options.certificate.empty() && options.key.empty()) {  // they belong together
    options.certificate = found->certificate;
    options.key = found->key;
  }
  Complete(options.ca, found->ca);
  Complete(options.token_file, found->token_file);
  return std::nullopt;
}

std::optional<std::string> Locate(AddressOptions& options, Target& target) {
  if (!options.address.empty()) return SetAddress(options.address, "--address", target);
  if (!options.socket.empty()) {
    target.socket = options.socket;
    return std::nullopt;
  }
  if (!options.node_directory.empty()) {
    target.socket = (fs::path(options.node_directory) / kHere).string();
    return std::nullopt;
  }
  const char* address = std::getenv("WAMPGATE_ADDRESS");
  if (options.context.empty() && address != nullptr && *address != '\0') {
    return SetAddress(address, "$WAMPGATE_ADDRESS", target);
  }
  std::optional<Context> context;
  if (auto wrong = FindContext(options, context)) return wrong;
  if (context) return SetAddress(context->address, "the context's address", target);
  std::error_code ignored;
  target.socket = !fs::exists(kHere, ignored) && fs::exists(kSystem, ignored) ? kSystem : kHere;
  return std::nullopt;
}

std::string Absolute(const std::string& path) {
  std::error_code ignored;
  return path.empty() ? "" : fs::absolute(path, ignored).lexically_normal().string();
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
  app.add_option("--address", options.address,
                 "Where the node is. Default: $WAMPGATE_ADDRESS, the context in use, ./wampgate.sock, "
                 "/run/wampgate/wampgate.sock")
      ->option_text("unix:PATH|HOST:PORT");
  app.add_option("--socket", options.socket, "The node's Unix socket; as --address unix:FILE")
      ->option_text("FILE");
  app.add_option("--node-dir", options.node_directory, "The node's directory, with wampgate.sock in it")
      ->option_text("DIR");
  app.add_option(
         "--context", options.context,
         "The node of this name, whatever $WAMPGATE_ADDRESS says; `wampgatectl context` keeps the names")
      ->option_text("NAME");
  app.add_option("--cert", options.certificate, "Over TCP: a client certificate, PEM")->option_text("FILE");
  app.add_option("--key", options.key, "Its key, PEM")->option_text("FILE");
  app.add_option("--ca", options.ca,
                 "Over TCP: what the node's certificate is signed by, PEM. Default: what "
                 "the system trusts")
      ->option_text("FILE");
  app.add_option("--token-file", options.token_file, "Over TCP: a file with a bearer token")
      ->option_text("FILE");
}

std::optional<std::string> FindNode(AddressOptions options, Target& target) {
  const bool is_named =
      !options.address.empty() || !options.socket.empty() || !options.node_directory.empty();
  if (is_named && !options.context.empty()) {
    return "--context says where the node is; --address, --socket and --node-dir do not go with it";
  }
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

Context ContextOf(const AddressOptions& options) {
  Context context;
  std::string socket;
  if (options.address.starts_with(kUnix)) {
    socket = options.address.substr(kUnix.size());
  } else if (!options.address.empty()) {
    context.address = options.address;
  } else if (!options.socket.empty()) {
    socket = options.socket;
  } else if (!options.node_directory.empty()) {
    socket = (fs::path(options.node_directory) / kHere).string();
  }
  if (!socket.empty()) context.address = std::string(kUnix) + Absolute(socket);
  context.certificate = Absolute(options.certificate);
  context.key = Absolute(options.key);
  context.ca = Absolute(options.ca);
  context.token_file = Absolute(options.token_file);
  return context;
}

bool IsAddress(const std::string& address) {
  if (address.starts_with(kUnix)) return address.size() > kUnix.size();
  const auto colon = address.rfind(':');
  return colon != std::string::npos && colon != 0 && colon + 1 != address.size();
}

}  // namespace wampgate::ctl

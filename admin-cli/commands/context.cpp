// context list, use, set and delete: names for nodes, in a file of the user.

#include <iostream>
#include <memory>

#include "commands/commands.hpp"
#include "contexts.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

ExitCode Fail(const std::string& message) {
  PrintError(message);
  return kError;
}

ExitCode Fail(const Status& status) {
  return Fail(std::string(Message(status)));
}

nlohmann::ordered_json AsJson(const std::string& name, const Context& context, bool is_current) {
  return {{"name", name},
          {"current", is_current},
          {"address", context.address},
          {"cert", context.certificate},
          {"key", context.key},
          {"ca", context.ca},
          {"tokenFile", context.token_file}};
}

ExitCode List(const Invocation& invocation) {
  const auto contexts = ReadContexts(ContextsPath());
  if (!contexts.ok()) return Fail(contexts.status());
  auto listed = nlohmann::ordered_json::array();
  Table table(
      Widened({"IN USE", "CONTEXT", "ADDRESS"}, invocation.wide, {"CERT", "KEY", "CA", "TOKEN FILE"}));
  for (const auto& [name, context] : contexts->all) {
    const bool is_current = name == contexts->current;
    listed.push_back(AsJson(name, context, is_current));
    table.Add(Widened(
        {is_current ? "*" : "-", name, context.address}, invocation.wide,
        {OrDash(context.certificate), OrDash(context.key), OrDash(context.ca), OrDash(context.token_file)}));
  }
  invocation.output == Output::kTable ? table.Print() : Print(invocation.output, {{"contexts", listed}});
  return kOk;
}

ExitCode Use(const std::string& name) {
  const std::string path = ContextsPath();
  auto contexts = ReadContexts(path);
  if (!contexts.ok()) return Fail(contexts.status());
  if (!contexts->all.contains(name)) return Fail("there is no context \"" + name + "\" in " + path);
  contexts->current = name;
  if (const Status status = WriteContexts(path, *contexts); !status.ok()) return Fail(status);
  std::cout << name << " is in use: " << Printable(contexts->all[name].address) << "\n";
  return kOk;
}

ExitCode Set(const std::string& name, const CLI::App& app, const AddressOptions& options) {
  if (!IsContextName(name)) {
    return Fail("a context's name has letters, digits, '.', '_' and '-', at most 100; found \"" + name +
                "\"");
  }
  const std::string path = ContextsPath();
  auto contexts = ReadContexts(path);
  if (!contexts.ok()) return Fail(contexts.status());
  Context& context = contexts->all[name];
  const Context said = ContextOf(options);
  if (!said.address.empty()) context.address = said.address;
  if (app.count("--cert") > 0) context.certificate = said.certificate;
  if (app.count("--key") > 0) context.key = said.key;
  if (app.count("--ca") > 0) context.ca = said.ca;
  if (app.count("--token-file") > 0) context.token_file = said.token_file;
  if (!IsAddress(context.address)) {
    return Fail(context.address.empty()
                    ? "where is the node? --address unix:PATH or HOST:PORT, --socket or --node-dir"
                    : "--address: expected unix:PATH or HOST:PORT, found \"" + context.address + "\"");
  }
  if (context.certificate.empty() != context.key.empty()) return Fail("--cert and --key belong together");
  if (const Status status = WriteContexts(path, *contexts); !status.ok()) return Fail(status);
  std::cout << name << " is " << Printable(context.address);
  if (contexts->current != name) {
    std::cout << "; `wampgatectl context use " << name << "` makes it the one that commands go to";
  }
  std::cout << "\n";
  return kOk;
}

ExitCode Delete(const std::string& name) {
  const std::string path = ContextsPath();
  auto contexts = ReadContexts(path);
  if (!contexts.ok()) return Fail(contexts.status());
  if (contexts->all.erase(name) == 0) return Fail("there is no context \"" + name + "\" in " + path);
  const bool was_current = contexts->current == name;
  if (was_current) contexts->current.clear();
  if (const Status status = WriteContexts(path, *contexts); !status.ok()) return Fail(status);
  std::cout << name << " is deleted" << (was_current ? "; no context is in use now" : "") << "\n";
  return kOk;
}

}  // namespace

void AddContextCommands(CLI::App& app, Invocation& invocation, const AddressOptions& address) {
  auto* noun = app.add_subcommand(
      "context", "Names for nodes: address and credentials, in ~/.config/wampgate/contexts.yaml");
  noun->require_subcommand(1);
  noun->footer(
      "Example: wampgatectl context set edge1 --address edge1.example.com:7443 --token-file token\n"
      "         wampgatectl context use edge1");
  const auto runs = [&invocation](CLI::App* command, std::function<ExitCode()> run) {
    command->callback([&invocation, run = std::move(run)] {
      invocation.needs_node = false;
      invocation.run = run;
    });
  };
  auto* list = noun->add_subcommand("list", "All contexts, and which is in use");
  list->footer("Example: wampgatectl context list -o wide");
  runs(list, [&invocation] { return List(invocation); });

  const auto verb = [noun](const char* name, const char* help, const char* operand) {
    auto* command = noun->add_subcommand(name, help);
    auto context = std::make_shared<std::string>();
    command->add_option("context", *context, operand)->required();
    return std::pair(command, context);
  };
  const auto [use, used] = verb("use", "Send commands to this node unless they name another", "Its name");
  use->footer("Example: wampgatectl context use edge1");
  runs(use, [name = used] { return Use(*name); });

  const auto [set, changed] = verb("set",
                                   "Add or change a context: what --address, --cert, --key, --ca and "
                                   "--token-file say; \"\" takes one away",
                                   "Its name");
  set->footer(
      "Example: wampgatectl context set edge1 --address edge1.example.com:7443 --cert ops.pem --key ops.key "
      "--ca node-ca.pem");
  runs(set, [name = changed, &app, &address] { return Set(*name, app, address); });

  const auto [forget, forgotten] =
      verb("delete", "Forget a context; the files that it names stay", "Its name");
  forget->footer("Example: wampgatectl context delete edge1");
  runs(forget, [name = forgotten] { return Delete(*name); });
}

}  // namespace wampgate::ctl

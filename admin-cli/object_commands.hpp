#pragma once

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "change_flags.hpp"
#include "commands/commands.hpp"
#include "input_file.hpp"
#include "object_name.hpp"
#include "pages.hpp"
#include "plan_printer.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {

struct ObjectFlags {
  std::string name;
  std::string file;
  std::string etag;
  std::string filter;
  std::string order_by;
  bool object_only = false;
  bool worker_backend = false;
  ChangeFlags change;
};

/// `list`, `get`, `create`, `update` and `delete` of one noun. `Noun` has the service's Stub and its
/// messages, kNoun, kShape ("WORKER/TRANSPORT"), kExample (a file), kAll (the parent of a list of all),
/// Names() (the collections), Headings(), Row(view), WideHeadings(), WideRow(view) (what -o wide has more),
/// Views(response), ViewOf(result), SetName(name, request) and the five methods of the stub, kList to
/// kDelete.
template <typename Noun>
class ObjectCommands {
 public:
  static void Add(CLI::App& app, Invocation& invocation) {
    auto* noun = app.add_subcommand(Noun::kNoun, Noun::kHelp);
    noun->require_subcommand(1);
    noun->footer(std::string("Example: wampgatectl ") + Noun::kNoun + " list -o wide");
    AddList(*noun, invocation);
    AddGet(*noun, invocation);
    const std::string object = std::string("a ") + Noun::kNoun;
    AddChange<typename Noun::CreateRequest>(*noun, invocation, "create",
                                            "Add " + object + " while the node runs", &Create);
    AddChange<typename Noun::UpdateRequest>(
        *noun, invocation, "update", "Make " + object + " what a file says; `get --object` prints what it is",
        &Update);
    AddDelete(*noun, invocation);
  }

 private:
  using Flags = std::shared_ptr<ObjectFlags>;

  static std::unique_ptr<typename Noun::Stub> StubOf(const Invocation& invocation) {
    return Noun::Service::NewStub(Connect(invocation.target));
  }
  static std::optional<std::string> NameOf(const ObjectFlags& flags) {
    auto name = FullName(flags.name, Noun::Names());
    if (!name) {
      PrintError("expected " + std::string(Noun::kShape) + ", found \"" + flags.name +
                 "\" (a '/' within a part is written %2F)");
    }
    return name;
  }
  static void AddName(CLI::App& command, ObjectFlags& flags) {
    command.add_option("name", flags.name, std::string(Noun::kShape) + ", or the full resource name")
        ->required();
  }

  template <typename AllViews>
  static void PrintTable(const AllViews& views, bool wide) {
    Table table(Widened(Noun::Headings(), wide, Noun::WideHeadings()));
    for (const auto& view : views) table.Add(Widened(Noun::Row(view), wide, Noun::WideRow(view)));
    table.Print();
  }

  static void AddList(CLI::App& noun, Invocation& invocation) {
    auto flags = std::make_shared<ObjectFlags>();
    auto* list = noun.add_subcommand("list", std::string("All ") + Noun::kNoun + "s, or those of one worker");
    list->footer(std::string("Example: wampgatectl ") + Noun::kNoun + " list --filter '" + Noun::kFilter +
                 "'");
    list->add_option("parent", flags->name,
                     Noun::kParentParts == 1 ? "Only those of this worker"
                                             : "Only those of WORKER, or of WORKER/TRANSPORT");
    list->add_option("--filter", flags->filter, "Only those that match, as in 'name:edge AND sessions > 0'");
    list->add_option("--order-by", flags->order_by, "By which fields, as in 'sessions desc, name'");
    list->callback(
        [&invocation, flags] { invocation.run = [&invocation, flags] { return List(invocation, *flags); }; });
  }

  static ExitCode List(const Invocation& invocation, const ObjectFlags& flags) {
    typename Noun::ListRequest request;
    std::string parent = Noun::kAll;
    if (!flags.name.empty()) {
      Collections above = Noun::Names();
      above.resize(Noun::kParentParts);
      std::string typed = flags.name;
      for (auto parts = std::count(typed.begin(), typed.end(), '/') + 1; parts < Noun::kParentParts; ++parts)
        typed += "/-";
      parent = FullName(typed, above).value_or(flags.name);  // the node says what is wrong with it
    }
    request.set_parent(parent);
    request.set_page_size(1000);
    request.set_filter(flags.filter);
    request.set_order_by(flags.order_by);
    auto stub = StubOf(invocation);
    typename Noun::ListResponse all;
    const auto status = ForEachPage<typename Noun::ListResponse>(
        invocation.target, request,
        [&](auto* context, const auto& asked, auto* page) {
          return (*stub.*Noun::kList)(context, asked, page);
        },
        [&](auto& page, auto& /*next*/) {
          Noun::Views(all).MergeFrom(Noun::Views(page));
          return Pages::kMore;
        });
    if (!status.ok()) return Report(status, invocation.target);
    if (invocation.output == Output::kName) {
      for (const auto& view : Noun::Views(all)) PrintName(view.name());
    } else if (invocation.output == Output::kTable) {
      PrintTable(Noun::Views(all), invocation.wide);
    } else {
      Print(invocation.output, AsJson(all));
    }
    return kOk;
  }

  static void AddGet(CLI::App& noun, Invocation& invocation) {
    auto flags = std::make_shared<ObjectFlags>();
    auto* get = noun.add_subcommand(
        "get", std::string("One ") + Noun::kNoun + ": what it does now, and how a node file spells it");
    get->footer(std::string("Example: wampgatectl ") + Noun::kNoun + " get " + Noun::kExampleName +
                " --object -o yaml");
    AddName(*get, *flags);
    get->add_flag("--object", flags->object_only,
                  "Only the object, as a node file spells it; update -f takes it");
    get->callback(
        [&invocation, flags] { invocation.run = [&invocation, flags] { return Get(invocation, *flags); }; });
  }

  static ExitCode Get(const Invocation& invocation, const ObjectFlags& flags) {
    const auto name = NameOf(flags);
    if (!name) return kError;
    typename Noun::GetRequest request;
    request.set_name(*name);
    const bool yaml =
        invocation.output == Output::kYaml || (invocation.output == Output::kTable && !flags.object_only);
    request.set_text_format(yaml ? v1::YAML_TEXT : v1::JSON_TEXT);
    typename Noun::View view;
    auto stub = StubOf(invocation);
    const auto context = NewContext(invocation.target);
    if (const auto status = (*stub.*Noun::kGet)(context.get(), request, &view); !status.ok()) {
      return Report(status, invocation.target);
    }
    if (flags.object_only) {
      PrintDocument(view.text());
    } else if (invocation.output == Output::kName) {
      PrintName(view.name());
    } else if (invocation.output == Output::kTable) {
      PrintTable(std::vector{view}, invocation.wide);
      std::cout << "etag " << view.etag() << "\n\n";
      PrintDocument(view.text());
    } else {
      Print(invocation.output, AsJson(view));
    }
    return kOk;
  }

  template <typename Request>
  using Change = ExitCode (*)(const Invocation&, const ObjectFlags&, Request&);

  template <typename Request>
  static void AddChange(CLI::App& noun, Invocation& invocation, const std::string& verb,
                        const std::string& help, Change<Request> change) {
    auto flags = std::make_shared<ObjectFlags>();
    auto* command = noun.add_subcommand(verb, help);
    command->footer("Example: wampgatectl " + std::string(Noun::kNoun) + " " + verb + " " +
                    Noun::kExampleName + " -f FILE, where FILE says, as a node file would:\n  " +
                    Noun::kExample);
    AddName(*command, *flags);
    command->add_option("-f,--file", flags->file, "The object, JSON or YAML; - reads standard input")
        ->required();
    if (verb == "update") command->add_option("--etag", flags->etag, "Refuse if it is not as it was read");
    if (verb == "create") Noun::AddFlags(*command, *flags);
    AddChangeFlags(*command, flags->change);
    command->callback([&invocation, flags, change] {
      invocation.run = [&invocation, flags, change] {
        Request request;
        std::string text;
        if (!ReadAll(flags->file, text)) return kError;
        auto& spelled = *request.mutable_text();
        (IsYaml(flags->file, text) ? spelled.mutable_yaml() : spelled.mutable_json())
            ->assign(std::move(text));
        spelled.set_worker_backend(flags->worker_backend);
        *request.mutable_options() = OptionsOf(flags->change);
        return change(invocation, *flags, request);
      };
    });
  }

  static ExitCode Create(const Invocation& invocation, const ObjectFlags& flags,
                         typename Noun::CreateRequest& request) {
    if (!Noun::SetName(flags.name, request)) return NameOf(flags), kError;
    typename Noun::Result result;
    auto stub = StubOf(invocation);
    const auto context = NewContext(invocation.target);
    return Done(invocation, (*stub.*Noun::kCreate)(context.get(), request, &result), result);
  }

  static ExitCode Update(const Invocation& invocation, const ObjectFlags& flags,
                         typename Noun::UpdateRequest& request) {
    const auto name = NameOf(flags);
    if (!name) return kError;
    request.set_name(*name);
    request.set_etag(flags.etag);
    typename Noun::Result result;
    auto stub = StubOf(invocation);
    const auto context = NewContext(invocation.target);
    return Done(invocation, (*stub.*Noun::kUpdate)(context.get(), request, &result), result);
  }

  static ExitCode Done(const Invocation& invocation, const grpc::Status& status,
                       const typename Noun::Result& result) {
    if (!status.ok()) return Report(status, invocation.target);
    if (invocation.output == Output::kName) {
      PrintName(Noun::ViewOf(result).name());
    } else if (invocation.output == Output::kTable) {
      PrintResult(invocation.output, result.result());
    } else {
      Print(invocation.output, AsJson(result));
    }
    return kOk;
  }

  static void AddDelete(CLI::App& noun, Invocation& invocation) {
    auto flags = std::make_shared<ObjectFlags>();
    auto* command =
        noun.add_subcommand("delete", std::string("Remove a ") + Noun::kNoun + " while the node runs");
    command->footer(std::string("Example: wampgatectl ") + Noun::kNoun + " delete " + Noun::kExampleName +
                    " --dry-run");
    AddName(*command, *flags);
    command->add_option("--etag", flags->etag, "Refuse if it is not as it was read");
    AddChangeFlags(*command, flags->change);
    command->callback([&invocation, flags] {
      invocation.run = [&invocation, flags] { return Delete(invocation, *flags); };
    });
  }

  static ExitCode Delete(const Invocation& invocation, const ObjectFlags& flags) {
    const auto name = NameOf(flags);
    if (!name) return kError;
    typename Noun::DeleteRequest request;
    request.set_name(*name);
    request.set_etag(flags.etag);
    *request.mutable_options() = OptionsOf(flags.change);
    v1::ApplyResult result;
    auto stub = StubOf(invocation);
    const auto context = NewContext(invocation.target);
    if (const auto status = (*stub.*Noun::kDelete)(context.get(), request, &result); !status.ok()) {
      return Report(status, invocation.target);
    }
    if (invocation.output == Output::kName) {
      PrintName(*name);
    } else {
      PrintResult(invocation.output, result);
    }
    return kOk;
  }
};

}  // namespace wampgate::ctl

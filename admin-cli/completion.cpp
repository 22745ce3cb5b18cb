#include "completion.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string_view>

#include "command_line.hpp"
#include "object_name.hpp"

namespace wampgate::ctl {
namespace {

constexpr unsigned kLongest = 5;  // seconds
constexpr const char* kFile = ":file";
constexpr const char* kDirectory = ":directory";

struct Candidate {
  std::string word, help;
};

/// Where in the command line the word to complete is.
struct Place {
  const CLI::App* command = nullptr;
  const CLI::Option* awaited = nullptr;  ///< whose value comes next
  std::size_t operands = 0;              ///< that have been typed
  std::vector<std::string> node;         ///< options that say which node
};

/// Of the command; option groups are commands without a name below it.
std::vector<const CLI::Option*> OptionsOf(const CLI::App& command) {
  std::vector<const CLI::Option*> options = command.get_options();
  for (const CLI::App* group :
       command.get_subcommands([](const CLI::App* one) { return one->get_name().empty(); })) {
    const auto more = OptionsOf(*group);
    options.insert(options.end(), more.begin(), more.end());
  }
  return options;
}

const CLI::Option* FindOption(const CLI::App* command, const std::string& word) {
  for (; command != nullptr; command = command->get_parent()) {
    for (const CLI::Option* option : OptionsOf(*command)) {
      if (!option->get_positional() && option->check_name(word)) return option;
    }
  }
  return nullptr;
}

bool TakesValue(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

std::string LongName(const CLI::Option& option) {
  return option.get_lnames().empty() ? "" : option.get_lnames().front();
}

bool SaysWhichNode(const CLI::Option& option) {
  static const std::vector<std::string> kNames{"address", "socket", "node-dir", "context",
                                               "cert",    "key",    "ca",       "token-file"};
  return std::find(kNames.begin(), kNames.end(), LongName(option)) != kNames.end();
}

void Take(const std::string& word, Place& place) {
  if (place.awaited != nullptr) {
    if (SaysWhichNode(*place.awaited))
      place.node.insert(place.node.end(), {"--" + LongName(*place.awaited), word});
    place.awaited = nullptr;
    return;
  }
  if (word.size() > 1 && word.front() == '-') {
    const std::size_t equals = word.find('=');
    const CLI::Option* option = FindOption(place.command, word.substr(0, equals));
    if (option == nullptr || !TakesValue(*option)) return;
    place.awaited = option;
    if (equals != std::string::npos) Take(word.substr(equals + 1), place);
    return;
  }
  const auto named =
      place.command->get_subcommands([&](const CLI::App* one) { return one->get_name() == word; });
  if (!word.empty() && place.operands == 0 && !named.empty()) {
    place.command = named.front();
  } else {
    ++place.operands;
  }
}

/// "{table,json}" and "file|config" as words; nothing if the text is no choice.
std::vector<Candidate> Choices(const CLI::Option& option) {
  std::string text = option.get_type_name();
  const std::size_t open = text.find('{'), close = text.find('}');
  char separator = ',';
  if (open != std::string::npos && close != std::string::npos && open < close) {
    text = text.substr(open + 1, close - open - 1);
  } else {
    text = option.get_option_text();
    text = text.substr(0, text.find(' '));
    separator = '|';
    if (text.find('|') == std::string::npos ||
        text.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ:") != std::string::npos)
      return {};
  }
  std::vector<Candidate> words;
  std::istringstream stream(text);
  for (std::string word; std::getline(stream, word, separator);) words.push_back({word, ""});
  return words;
}

/// Whether a shell takes the word as it is.
bool IsPlain(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._~%:/@+,=-";
  return !word.empty() && word.find_first_not_of(kPlain) == std::string::npos;
}

/// What `wampgatectl NOUN list -o name` prints, short as tables have it.
std::vector<Candidate> NamesOf(const std::string& noun, const Place& place, const std::string& typed) {
  std::vector<std::string> words = place.node;
  words.insert(words.end(), {"--timeout", "4", noun, "list", "-o", "name"});
  std::ostringstream names, complaints;
  auto* const out = std::cout.rdbuf(names.rdbuf());
  auto* const error = std::cerr.rdbuf(complaints.rdbuf());
  const int code = CommandLine().Run(words);
  std::cout.rdbuf(out);
  std::cerr.rdbuf(error);
  std::vector<Candidate> candidates;
  if (code != kOk) return candidates;
  const bool full = typed.starts_with("workers/") || noun == "context";
  std::istringstream lines(names.str());
  for (std::string name; std::getline(lines, name);) {
    std::string word = full ? name : ShortName(name);
    if (noun == "certificate") word = Decode(word);
    if (IsPlain(word)) candidates.push_back({std::move(word), ""});
  }
  return candidates;
}

bool HasList(const CLI::App& app, const std::string& noun) {
  const auto found = app.get_subcommands([&](const CLI::App* one) { return one->get_name() == noun; });
  return !found.empty() &&
         !found.front()
              ->get_subcommands([](const CLI::App* one) { return one->get_name() == "list"; })
              .empty();
}

/// Whose names the option or operand takes; empty if it is no object's.
std::string NounOf(const CLI::Option& option, const CLI::App& command, const CLI::App& app) {
  if (!option.get_positional()) return HasList(app, LongName(option)) ? LongName(option) : "";
  const std::string operand = option.get_name(true);
  if (HasList(app, operand)) return operand;
  const bool is_new = command.get_name() == "create";
  const CLI::App* noun = command.get_parent();
  return operand == "name" && !is_new && noun != nullptr && HasList(app, noun->get_name()) ? noun->get_name()
                                                                                           : "";
}

bool Contains(const std::string& text, std::string_view word) {
  return text.find(word) != std::string::npos;
}

std::vector<Candidate> ValuesOf(const CLI::Option& option, const Place& place, const CLI::App& app,
                                const std::string& typed) {
  if (auto words = Choices(option); !words.empty()) return words;
  const bool is_create = place.command->get_name() == "set";  // a context's name may be a new one
  if (const std::string noun = NounOf(option, *place.command, app); !noun.empty() && !is_create)
    return NamesOf(noun, place, typed);
  if (Contains(option.get_option_text(), "DIR")) return {{kDirectory, ""}};
  if (Contains(option.get_option_text(), "FILE") || LongName(option) == "file") return {{kFile, ""}};
  return {};
}

std::vector<Candidate> OptionNames(const CLI::App* command) {
  std::vector<Candidate> names;
  for (; command != nullptr; command = command->get_parent()) {
    for (const CLI::Option* option : OptionsOf(*command)) {
      if (!LongName(*option).empty()) names.push_back({"--" + LongName(*option), option->get_description()});
    }
  }
  return names;
}

std::vector<Candidate> CommandNames(const CLI::App& command) {
  std::vector<Candidate> names;
  for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; })) {
    if (!one->get_name().empty()) names.push_back({one->get_name(), one->get_description()});
  }
  return names;
}

std::vector<Candidate> OperandValues(const Place& place, const CLI::App& app, const std::string& typed) {
  std::size_t number = 0;
  for (const CLI::Option* option : OptionsOf(*place.command)) {
    if (option->get_positional() && number++ == place.operands) return ValuesOf(*option, place, app, typed);
  }
  return {};
}

/// `before` is the part of the word that no candidate has: "--output=".
void PrintAll(const std::vector<Candidate>& candidates, const std::string& before, const std::string& typed) {
  for (const Candidate& candidate : candidates) {
    if (candidate.word == kFile || candidate.word == kDirectory) {
      std::cout << candidate.word << "\n";
    } else if (candidate.word.starts_with(typed)) {
      const std::string first_line = candidate.help.substr(0, candidate.help.find('\n'));
      std::cout << before << candidate.word << "\t" << first_line << "\n";
    }
  }
}

}  // namespace

int Complete(const std::vector<std::string>& words) {
  ::alarm(kLongest);
  const CommandLine line;
  const CLI::App& app = line.app();
  Place place;
  place.command = &app;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) Take(words[i], place);
  const std::string typed = words.empty() ? "" : words.back();
  if (place.awaited != nullptr) {
    PrintAll(ValuesOf(*place.awaited, place, app, typed), "", typed);
    return kOk;
  }
  if (typed.starts_with("-")) {
    const std::size_t equals = typed.find('=');
    const CLI::Option* option = FindOption(place.command, typed.substr(0, equals));
    if (equals == std::string::npos) {
      PrintAll(OptionNames(place.command), "", typed);
    } else if (option != nullptr && TakesValue(*option)) {
      const std::string value = typed.substr(equals + 1);
      PrintAll(ValuesOf(*option, place, app, value), typed.substr(0, equals + 1), value);
    }
    return kOk;
  }
  const auto commands = CommandNames(*place.command);
  PrintAll(commands.empty() ? OperandValues(place, app, typed) : commands, "", typed);
  return kOk;
}

}  // namespace wampgate::ctl

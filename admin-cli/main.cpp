#include "command_line.hpp"
#include "completion.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words.front() == wampgate::ctl::kCompleteWord) {
    return wampgate::ctl::Complete({words.begin() + 1, words.end()});
  }
  return wampgate::ctl::CommandLine().Run(words);
}

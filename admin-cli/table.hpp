#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wampgate::ctl {

using Cells = std::vector<std::string>;

/// `cells`, with `more` at their end where the table is a wide one.
Cells Widened(Cells cells, bool wide, Cells more);

/// Rows under headings. On a terminal in columns as wide as they need to be, with colours; in a pipe with one
/// tab between the cells. Cells may be anybody's text: they are printed in printable characters, without
/// what is longer than a screen has room for (`-o json` has it).
class Table {
 public:
  explicit Table(Cells headings) : headings_(std::move(headings)) {}
  /// As many cells as there are headings.
  void Add(Cells row);
  void Print() const;

 private:
  void PrintAligned() const;

  Cells headings_;
  std::vector<Cells> rows_;
};

}  // namespace wampgate::ctl

#include "table.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <iterator>

#include "printable.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

constexpr std::size_t kLongestCell = 1000;  // characters
constexpr std::size_t kLongestColumn = 80;  // on a terminal; but the last column pushes nothing away
constexpr int kFewDays = 30, kTooFewDays = 7;

Paint PaintOfCell(const std::string& heading, const std::string& cell) {
  if (heading == "STATE" || heading == "HEALTH") return PaintOfState(cell);
  if (heading != "DAYS LEFT") return Paint::kNone;
  int days = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), days);
  if (error != std::errc() || end != cell.data() + cell.size()) return Paint::kBad;
  return days < kTooFewDays ? Paint::kBad : days < kFewDays ? Paint::kWarning : Paint::kNone;
}

}  // namespace

Cells Widened(Cells cells, bool wide, Cells more) {
  if (wide)
    cells.insert(cells.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return cells;
}

void Table::Add(Cells row) {
  const bool aligned = IsTerminal(Stream::kOut);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = Shortened(row[i], aligned && i + 1 < row.size() ? kLongestColumn : kLongestCell);
  }
  rows_.push_back(std::move(row));
}

void Table::Print() const {
  if (IsTerminal(Stream::kOut)) return PrintAligned();
  const auto print = [](const Cells& row) {
    for (std::size_t i = 0; i < row.size(); ++i) std::cout << (i == 0 ? "" : "\t") << row[i];
    std::cout << "\n";
  };
  print(headings_);
  std::for_each(rows_.begin(), rows_.end(), print);
}

void Table::PrintAligned() const {
  std::vector<std::size_t> widths;
  const auto measure = [&widths](const Cells& row) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Columns(row[i]));
  };
  measure(headings_);
  std::for_each(rows_.begin(), rows_.end(), measure);
  const auto print = [&](const Cells& row, auto paint_of) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::cout << Painted(row[i], paint_of(i, row[i]));
      if (i + 1 < row.size()) std::cout << std::string(widths[i] - Columns(row[i]) + 2, ' ');
    }
    std::cout << "\n";
  };
  print(headings_, [](std::size_t, const std::string&) { return Paint::kHeading; });
  for (const auto& row : rows_) {
    print(row, [this](std::size_t column, const std::string& cell) {
      return column < headings_.size() ? PaintOfCell(headings_[column], cell) : Paint::kNone;
    });
  }
}

}  // namespace wampgate::ctl

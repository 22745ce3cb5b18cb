#include "http/head_scanner.hpp"

namespace wampgate::http {
namespace {

bool IsControl(char octet) {
  const auto value = static_cast<unsigned char>(octet);
  return (value < 0x20 && octet != '\t') || value == 0x7f;
}

}  // namespace

HeadScanner::Result HeadScanner::Scan(std::string_view head) {
  while (scanned_ < head.size() && !complete_) {
    if (!Accept(head[scanned_])) return Result::kMalformed;
    ++scanned_;
    if (lines_ > max_fields_ + 1) return Result::kTooManyFields;
  }
  return complete_ ? Result::kComplete : Result::kIncomplete;
}

bool HeadScanner::Accept(char octet) {
  if (after_cr_) {
    if (octet != '\n') return false;
    after_cr_ = false;
    complete_ = column_ == 0;
    if (!complete_) ++lines_;
    column_ = 0;
    return true;
  }
  if (octet == '\r') {
    after_cr_ = true;
    return true;
  }
  if (IsControl(octet)) return false;
  const bool is_space = octet == ' ' || octet == '\t';
  return !(column_++ == 0 && is_space);
}

}  // namespace wampgate::http

#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <string_view>

/// Making and reading absl statuses with std::string_view (Debian's abseil has a string_view of its own).
namespace wampgate {

using absl::Status;
using absl::StatusCode;
using absl::StatusOr;

inline Status MakeStatus(StatusCode code, std::string_view message) {
  return Status(code, absl::string_view(message.data(), message.size()));
}
inline Status OkStatus() {
  return absl::OkStatus();
}
inline Status InvalidArgument(std::string_view message) {
  return MakeStatus(StatusCode::kInvalidArgument, message);
}
inline Status NotFound(std::string_view message) {
  return MakeStatus(StatusCode::kNotFound, message);
}
inline Status AlreadyExists(std::string_view message) {
  return MakeStatus(StatusCode::kAlreadyExists, message);
}
inline Status FailedPrecondition(std::string_view message) {
  return MakeStatus(StatusCode::kFailedPrecondition, message);
}
inline Status ResourceExhausted(std::string_view message) {
  return MakeStatus(StatusCode::kResourceExhausted, message);
}
inline Status Unavailable(std::string_view message) {
  return MakeStatus(StatusCode::kUnavailable, message);
}
inline Status DeadlineExceeded(std::string_view message) {
  return MakeStatus(StatusCode::kDeadlineExceeded, message);
}
inline Status Aborted(std::string_view message) {
  return MakeStatus(StatusCode::kAborted, message);
}
inline Status Internal(std::string_view message) {
  return MakeStatus(StatusCode::kInternal, message);
}

/// strerror, thread-safe, beginning with a small letter: "connection refused".
std::string ErrnoText(int error_number);
/// "<what>: <ErrnoText>" with the code that fits the error number (ENOENT → NOT_FOUND, …).
Status ErrnoStatus(int error_number, std::string_view what);

inline std::string_view Message(const Status& status) {
  return {status.message().data(), status.message().size()};
}

/// The same code, with "<prefix>: " before the message.
Status Annotate(const Status& status, std::string_view prefix);

}  // namespace wampgate

/// Returns from the calling function with the status of `expression` unless it is OK.
#define WAMPGATE_RETURN_IF_ERROR(expression)                                                   \
  do {                                                                                         \
    if (auto wampgate_status_ = (expression); !wampgate_status_.ok()) return wampgate_status_; \
  } while (false)

#define WAMPGATE_CONCAT_INNER_(a, b) a##b
#define WAMPGATE_CONCAT_(a, b) WAMPGATE_CONCAT_INNER_(a, b)
/// WAMPGATE_ASSIGN_OR_RETURN(auto port, ParsePort(text)): the value, or return the error.
#define WAMPGATE_ASSIGN_OR_RETURN(declaration, expression)      \
  auto WAMPGATE_CONCAT_(wampgate_or_, __LINE__) = (expression); \
  if (!WAMPGATE_CONCAT_(wampgate_or_, __LINE__).ok())           \
    return WAMPGATE_CONCAT_(wampgate_or_, __LINE__).status();   \
  declaration = *std::move(WAMPGATE_CONCAT_(wampgate_or_, __LINE__))

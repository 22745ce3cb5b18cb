#include "wamp/session_state.hpp"

#include <cstddef>

#include "base/check.hpp"

namespace wampgate::wamp {
namespace {

constexpr std::size_t kStates = static_cast<std::size_t>(SessionState::kClosed) + 1;
constexpr std::size_t kEvents = static_cast<std::size_t>(SessionEvent::kLinkEnded) + 1;

using enum SessionState;
using Action = SessionAction;

// One row per state, one entry per event in the order of SessionEvent. Results of an authentication or a join
// that come after their state was left (the client has gone meanwhile) are ignored.
constexpr SessionTransition kTable[kStates][kEvents] = {
    // kWaitHello
    {
        {kAuthenticating, Action::kAuthenticateClient},  // kHello
        {kClosed, Action::kViolation},                   // kAuthenticate
        {kClosed, Action::kClose},                       // kAbort
        {kClosed, Action::kViolation},                   // kGoodbye
        {kClosed, Action::kViolation},                   // kOtherMessage
        {kWaitHello, Action::kIgnore},                   // kAccepted
        {kWaitHello, Action::kIgnore},                   // kDenied
        {kWaitHello, Action::kIgnore},                   // kWelcomed
        {kWaitHello, Action::kIgnore},                   // kRefused
        {kClosed, Action::kAbort},                       // kPeerGoodbye: the node stops
        {kWaitHello, Action::kIgnore},                   // kPeerLost
        {kClosed, Action::kAbort},                       // kDeadline
        {kClosed, Action::kNone},                        // kLinkEnded
    },
    // kAuthenticating
    {
        {kClosed, Action::kViolation},             // kHello
        {kAuthenticating, Action::kContinueAuth},  // kAuthenticate
        {kClosed, Action::kClose},                 // kAbort
        {kClosed, Action::kViolation},             // kGoodbye
        {kClosed, Action::kViolation},             // kOtherMessage
        {kJoining, Action::kJoin},                 // kAccepted
        {kClosed, Action::kAbort},                 // kDenied
        {kAuthenticating, Action::kIgnore},        // kWelcomed
        {kClosed, Action::kAbort},                 // kRefused: no such realm, no route
        {kClosed, Action::kAbort},                 // kPeerGoodbye
        {kAuthenticating, Action::kIgnore},        // kPeerLost
        {kClosed, Action::kAbort},                 // kDeadline
        {kClosed, Action::kNone},                  // kLinkEnded
    },
    // kJoining
    {
        {kClosed, Action::kViolation},  // kHello
        {kJoining, Action::kRelay},     // kAuthenticate: transparent mode, the router has sent CHALLENGE
        {kClosed, Action::kClose},      // kAbort
        {kClosed, Action::kViolation},  // kGoodbye
        {kClosed, Action::kViolation},  // kOtherMessage
        {kJoining, Action::kIgnore},    // kAccepted
        {kClosed, Action::kAbort},      // kDenied
        {kOpen, Action::kWelcome},      // kWelcomed
        {kClosed, Action::kAbort},      // kRefused
        {kClosed, Action::kAbort},      // kPeerGoodbye
        {kClosed, Action::kAbort},      // kPeerLost
        {kClosed, Action::kAbort},      // kDeadline
        {kClosed, Action::kNone},       // kLinkEnded
    },
    // kOpen
    {
        {kClosed, Action::kViolation},  // kHello
        {kClosed, Action::kViolation},  // kAuthenticate
        {kClosed, Action::kClose},      // kAbort
        {kClosing, Action::kGoodbye},   // kGoodbye
        {kOpen, Action::kRelay},        // kOtherMessage
        {kOpen, Action::kIgnore},       // kAccepted
        {kOpen, Action::kIgnore},       // kDenied
        {kOpen, Action::kIgnore},       // kWelcomed
        {kOpen, Action::kIgnore},       // kRefused
        {kClosing, Action::kGoodbye},   // kPeerGoodbye
        {kClosing, Action::kGoodbye},   // kPeerLost
        {kClosed, Action::kClose},      // kDeadline: a slow consumer would not take a GOODBYE
        {kClosed, Action::kNone},       // kLinkEnded
    },
    // kClosing
    {
        {kClosing, Action::kIgnore},  // kHello
        {kClosing, Action::kIgnore},  // kAuthenticate
        {kClosed, Action::kClose},    // kAbort
        {kClosed, Action::kClose},    // kGoodbye: the answer to ours
        {kClosing, Action::kIgnore},  // kOtherMessage
        {kClosing, Action::kIgnore},  // kAccepted
        {kClosing, Action::kIgnore},  // kDenied
        {kClosing, Action::kIgnore},  // kWelcomed
        {kClosing, Action::kIgnore},  // kRefused
        {kClosed, Action::kGoodbye},  // kPeerGoodbye: the backend's answer to the client's, passed on
        {kClosed, Action::kGoodbye},  // kPeerLost: the client still gets its answer
        {kClosed, Action::kClose},    // kDeadline
        {kClosed, Action::kNone},     // kLinkEnded
    },
    // kClosed
    {
        {kClosed, Action::kIgnore},  // kHello
        {kClosed, Action::kIgnore},  // kAuthenticate
        {kClosed, Action::kIgnore},  // kAbort
        {kClosed, Action::kIgnore},  // kGoodbye
        {kClosed, Action::kIgnore},  // kOtherMessage
        {kClosed, Action::kIgnore},  // kAccepted
        {kClosed, Action::kIgnore},  // kDenied
        {kClosed, Action::kIgnore},  // kWelcomed
        {kClosed, Action::kIgnore},  // kRefused
        {kClosed, Action::kIgnore},  // kPeerGoodbye
        {kClosed, Action::kIgnore},  // kPeerLost
        {kClosed, Action::kIgnore},  // kDeadline
        {kClosed, Action::kNone},    // kLinkEnded
    },
};

}  // namespace

SessionTransition Next(SessionState state, SessionEvent event) {
  const auto row = static_cast<std::size_t>(state);
  const auto column = static_cast<std::size_t>(event);
  WAMPGATE_CHECK(row < kStates && column < kEvents);
  return kTable[row][column];
}

std::string_view Name(SessionState state) {
  switch (state) {
    case kWaitHello:
      return "wait_hello";
    case kAuthenticating:
      return "authenticating";
    case kJoining:
      return "joining";
    case kOpen:
      return "open";
    case kClosing:
      return "closing";
    case kClosed:
      return "closed";
  }
  return "";
}

std::string_view Name(SessionEvent event) {
  switch (event) {
    case SessionEvent::kHello:
      return "hello";
    case SessionEvent::kAuthenticate:
      return "authenticate";
    case SessionEvent::kAbort:
      return "abort";
    case SessionEvent::kGoodbye:
      return "goodbye";
    case SessionEvent::kOtherMessage:
      return "other_message";
    case SessionEvent::kAccepted:
      return "accepted";
    case SessionEvent::kDenied:
      return "denied";
    case SessionEvent::kWelcomed:
      return "welcomed";
    case SessionEvent::kRefused:
      return "refused";
    case SessionEvent::kPeerGoodbye:
      return "peer_goodbye";
    case SessionEvent::kPeerLost:
      return "peer_lost";
    case SessionEvent::kDeadline:
      return "deadline";
    case SessionEvent::kLinkEnded:
      return "link_ended";
  }
  return "";
}

}  // namespace wampgate::wamp

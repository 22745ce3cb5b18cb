#pragma once

#include <cstdint>
#include <string_view>

namespace wampgate::wamp {

/// The frontend half of a WAMP session, seen from the node (design 4, spec 5.2). A table, no I/O:
///
///   WaitHello --hello--> Authenticating --accept--> Joining --welcome--> Open --goodbye (either side)-->
///   Closing
///        |                    |  ^ challenge/authenticate    |                                             |
///        +--- anything else --+------------ deny / backend refuses: ABORT ---------------> Closed <--------+
///
/// In transparent mode the router authenticates: kAccepted follows kHello at once and an AUTHENTICATE while
/// joining is relayed. In authenticating mode the node has done that, so there an AUTHENTICATE while joining
/// is kOtherMessage. In kClosing, reached by the client's GOODBYE, kPeerGoodbye is the backend's answer; once
/// the node itself has sent GOODBYE to the client, the surroundings have let go of the backend and report
/// nothing more of it.
enum class SessionState : std::uint8_t { kWaitHello, kAuthenticating, kJoining, kOpen, kClosing, kClosed };

enum class SessionEvent : std::uint8_t {
  kHello,         ///< HELLO from the client
  kAuthenticate,  ///< AUTHENTICATE from the client
  kAbort,         ///< ABORT from the client
  kGoodbye,       ///< GOODBYE from the client
  kOtherMessage,  ///< any other message from the client
  kAccepted,      ///< authentication succeeded (at once in transparent mode)
  kDenied,        ///< authentication refused
  kWelcomed,      ///< the backend (or realm) took the session
  kRefused,       ///< the backend refused or could not be reached
  kPeerGoodbye,   ///< GOODBYE from the backend, or the node ends the session
  kPeerLost,      ///< the backend is gone
  kDeadline,      ///< the deadline of the present state
  kLinkEnded,     ///< the client's connection is gone
};

/// What the surroundings do when a transition is taken.
enum class SessionAction : std::uint8_t {
  kNone,
  kAuthenticateClient,  ///< look at HELLO
  kContinueAuth,        ///< look at AUTHENTICATE
  kJoin,                ///< connect and join a backend
  kWelcome,             ///< WELCOME to the client, start to relay
  kRelay,               ///< pass the message on
  kAbort,               ///< ABORT with the reason at hand, close
  kViolation,           ///< ABORT wamp.error.protocol_violation, close
  kGoodbye,             ///< start or answer the GOODBYE exchange
  kClose,               ///< close the connection without a WAMP message
  kIgnore,              ///< late message while closing
};

struct SessionTransition {
  SessionState state;
  SessionAction action;
};

/// The table; every (state, event) pair has an entry.
SessionTransition Next(SessionState state, SessionEvent event);

std::string_view Name(SessionState state);
std::string_view Name(SessionEvent event);

}  // namespace wampgate::wamp

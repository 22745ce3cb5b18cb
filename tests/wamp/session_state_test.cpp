#include "wamp/session_state.hpp"

#include <gtest/gtest.h>

namespace wampgate::wamp {

bool operator==(const SessionTransition& left, const SessionTransition& right) {
  return left.state == right.state && left.action == right.action;
}

namespace {

using enum SessionState;

TEST(SessionState, LeadsAClientFromHelloToGoodbye) {
  EXPECT_EQ(Next(kWaitHello, SessionEvent::kHello),
            (SessionTransition{kAuthenticating, SessionAction::kAuthenticateClient}));
  EXPECT_EQ(Next(kAuthenticating, SessionEvent::kAuthenticate),
            (SessionTransition{kAuthenticating, SessionAction::kContinueAuth}));
  EXPECT_EQ(Next(kAuthenticating, SessionEvent::kAccepted),
            (SessionTransition{kJoining, SessionAction::kJoin}));
  EXPECT_EQ(Next(kJoining, SessionEvent::kWelcomed), (SessionTransition{kOpen, SessionAction::kWelcome}));
  EXPECT_EQ(Next(kOpen, SessionEvent::kOtherMessage), (SessionTransition{kOpen, SessionAction::kRelay}));
  EXPECT_EQ(Next(kOpen, SessionEvent::kGoodbye), (SessionTransition{kClosing, SessionAction::kGoodbye}));
  EXPECT_EQ(Next(kClosing, SessionEvent::kPeerGoodbye),
            (SessionTransition{kClosed, SessionAction::kGoodbye}));
}

TEST(SessionState, CallsMessagesOutOfTurnViolations) {
  for (SessionState state : {kWaitHello, kAuthenticating, kJoining}) {
    EXPECT_EQ(Next(state, SessionEvent::kOtherMessage),
              (SessionTransition{kClosed, SessionAction::kViolation}));
    EXPECT_EQ(Next(state, SessionEvent::kGoodbye), (SessionTransition{kClosed, SessionAction::kViolation}));
  }
  for (SessionState state : {kAuthenticating, kJoining, kOpen}) {
    EXPECT_EQ(Next(state, SessionEvent::kHello), (SessionTransition{kClosed, SessionAction::kViolation}));
  }
  EXPECT_EQ(Next(kWaitHello, SessionEvent::kAuthenticate),
            (SessionTransition{kClosed, SessionAction::kViolation}));
  EXPECT_EQ(Next(kOpen, SessionEvent::kAuthenticate),
            (SessionTransition{kClosed, SessionAction::kViolation}));
}

TEST(SessionState, TellsTheClientWhenTheBackendIsLost) {
  EXPECT_EQ(Next(kJoining, SessionEvent::kPeerLost), (SessionTransition{kClosed, SessionAction::kAbort}));
  EXPECT_EQ(Next(kOpen, SessionEvent::kPeerLost), (SessionTransition{kClosing, SessionAction::kGoodbye}));
}

TEST(SessionState, EndsEveryStateWhenTheLinkEndsOrTheDeadlinePasses) {
  for (SessionState state : {kWaitHello, kAuthenticating, kJoining, kOpen, kClosing, kClosed}) {
    EXPECT_EQ(Next(state, SessionEvent::kLinkEnded).state, kClosed);
    EXPECT_EQ(Next(state, SessionEvent::kDeadline).state, kClosed);
    EXPECT_FALSE(Name(state).empty());
  }
}

TEST(SessionState, StaysClosed) {
  for (int event = 0; event <= static_cast<int>(SessionEvent::kLinkEnded); ++event) {
    const auto transition = Next(kClosed, static_cast<SessionEvent>(event));
    EXPECT_EQ(transition.state, kClosed);
    EXPECT_TRUE(transition.action == SessionAction::kIgnore || transition.action == SessionAction::kNone);
    EXPECT_FALSE(Name(static_cast<SessionEvent>(event)).empty());
  }
}

}  // namespace
}  // namespace wampgate::wamp

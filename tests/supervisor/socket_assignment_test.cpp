#include "supervisor/socket_assignment.hpp"

#include <gtest/gtest.h>

namespace wampgate::supervisor {
namespace {

TEST(SocketAssignment, GivesEachProcessItsOwnSocket) {
  EXPECT_EQ(AssignSockets(3, {0, 1, 2}, {}), (SocketHolders{{0}, {1}, {2}}));
}

TEST(SocketAssignment, LetsAllProcessesShareASingleSocket) {
  EXPECT_EQ(AssignSockets(1, {0, 1, 2}, {}), (SocketHolders{{0, 1, 2}}));
}

TEST(SocketAssignment, LeavesSocketsToTheKernelsQueueWhileNobodyServes) {
  EXPECT_EQ(AssignSockets(2, {}, {{0}, {1}}), (SocketHolders{{}, {}}));
}

TEST(SocketAssignment, GivesTheFirstProcessThatServesEverything) {
  EXPECT_EQ(AssignSockets(3, {1}, {{}, {}, {}}), (SocketHolders{{1}, {1}, {1}}));
}

TEST(SocketAssignment, GivesTheSocketOfADeadProcessToOneSibling) {
  const SocketHolders holders = AssignSockets(3, {0, 2}, {{0}, {}, {2}});
  EXPECT_EQ(holders[0], (std::set<std::uint32_t>{0}));
  EXPECT_EQ(holders[1].size(), 1u);
  EXPECT_EQ(holders[2], (std::set<std::uint32_t>{2}));
}

TEST(SocketAssignment, SpreadsTheSocketsOfSeveralDeadProcesses) {
  const SocketHolders holders = AssignSockets(4, {0, 1}, {{0}, {1}, {}, {}});
  EXPECT_NE(holders[2], holders[3]);
}

TEST(SocketAssignment, LeavesAnAdoptedSocketWhereItIs) {
  const SocketHolders present = AssignSockets(4, {0, 1, 2}, {{0}, {1}, {2}, {}});
  const SocketHolders after = AssignSockets(4, {0, 1, 2}, present);
  EXPECT_EQ(after, present);
}

TEST(SocketAssignment, MovesAnAdoptedSocketOnWhenItsHolderDies) {
  const SocketHolders after = AssignSockets(3, {2}, {{}, {0}, {2}});
  EXPECT_EQ(after, (SocketHolders{{2}, {2}, {2}}));
}

TEST(SocketAssignment, TakesAnAdoptedSocketBackForTheSuccessor) {
  EXPECT_EQ(AssignSockets(2, {0, 1}, {{0}, {0}}), (SocketHolders{{0}, {1}}));
}

TEST(SocketAssignment, GivesSocketsThatLeaveToThoseThatStay) {
  // Scale-down from 4 to 2: the endpoint has its 4 sockets until those of the leavers are drained.
  const SocketHolders holders = AssignSockets(4, {0, 1}, {{0}, {1}, {2}, {3}});
  EXPECT_EQ(holders[0], (std::set<std::uint32_t>{0}));
  EXPECT_EQ(holders[1], (std::set<std::uint32_t>{1}));
  for (const std::size_t socket : {2u, 3u}) {
    ASSERT_EQ(holders[socket].size(), 1u);
    EXPECT_LT(*holders[socket].begin(), 2u);
  }
  EXPECT_EQ(AssignSockets(2, {0, 1}, holders), (SocketHolders{{0}, {1}}));
}

TEST(SocketAssignment, GivesANewProcessItsSocketAfterScaleUp) {
  EXPECT_EQ(AssignSockets(2, {0, 1}, {{0}, {0}}), (SocketHolders{{0}, {1}}));
}

}  // namespace
}  // namespace wampgate::supervisor

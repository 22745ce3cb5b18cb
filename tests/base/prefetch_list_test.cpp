#include "base/prefetch_list.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace wampgate {
namespace {

TEST(PrefetchList, MayNameMemoryThatIsGoneOrNeverWas) {
  PrefetchList list;
  list.Add(nullptr, 1000);
  {
    const std::vector<char> gone(100'000);
    list.Add(gone.data(), gone.size());
  }
  list.Prefetch();
}

TEST(PrefetchList, LeavesOutWhatIsTooMuch) {
  PrefetchList list;
  const int object = 0;
  for (std::size_t i = 0; i < 3 * PrefetchList::kMost; ++i) list.Add(&object, sizeof object);
  list.Add(&object, 0);
  list.Prefetch();
}

}  // namespace
}  // namespace wampgate

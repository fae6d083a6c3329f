#include "storage/environment.h"

#include <chrono>
#include <thread>

namespace codeanatomy::storage {
namespace {

class SystemClock : public Clock {
 public:
  int64_t NowMilliseconds() override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }
  void Sleep(int64_t milliseconds) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  }
};

}  // namespace

std::unique_ptr<Clock> OpenSystemClock() { return std::make_unique<SystemClock>(); }

}  // namespace codeanatomy::storage

// Environment: what a Delta table is read and written with. Everything outside of the process is
// here.
#pragma once

#include <cstdint>
#include <memory>

#include "storage/file_system.h"
#include "storage/parquet_io.h"

namespace codeanatomy::storage {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t NowMilliseconds() = 0;  // since 1970, UTC
  virtual void Sleep(int64_t milliseconds) = 0;
};

std::unique_ptr<Clock> OpenSystemClock();

/// Borrowed; all three may be used from several threads.
struct Environment {
  FileSystem& files;
  ParquetIo& parquet;  // only checkpoints touch it
  Clock& clock;
};

}  // namespace codeanatomy::storage

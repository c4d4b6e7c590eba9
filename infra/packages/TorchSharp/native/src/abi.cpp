#include "abi.h"

namespace shim {

std::atomic<int64_t> live_tensors{0};

std::string& last_error() {
  thread_local std::string text;
  return text;
}

std::vector<at::Tensor> unwrap_list(const TensorHandle* handles, int64_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int64_t i = 0; i < count; i++) tensors.push_back(unwrap_optional(handles[i]));
  return tensors;
}

}  // namespace shim

SHIM_EXPORT const char* shim_last_error() { return shim::last_error().c_str(); }

SHIM_EXPORT int64_t shim_live_tensors() { return shim::live_tensors.load(); }

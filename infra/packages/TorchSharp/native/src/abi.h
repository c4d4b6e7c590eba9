// The C ABI of the shim: opaque handles, status codes, no exception ever crosses it.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <atomic>
#include <cstdint>
#include <exception>
#include <string>

#define SHIM_EXPORT extern "C" __attribute__((visibility("default")))

namespace shim {

using TensorHandle = at::Tensor*;
using GeneratorHandle = at::Generator*;

// Live handles, so that a leak is a number and not a guess.
extern std::atomic<int64_t> live_tensors;

// Text of the last error of this thread; empty when the last call succeeded.
std::string& last_error();

inline TensorHandle wrap(at::Tensor tensor) {
  if (!tensor.defined()) return nullptr;
  live_tensors.fetch_add(1, std::memory_order_relaxed);
  return new at::Tensor(std::move(tensor));
}

inline at::Tensor unwrap_optional(const at::Tensor* handle) { return handle ? *handle : at::Tensor(); }

std::vector<at::Tensor> unwrap_list(const TensorHandle* handles, int64_t count);

// Runs the body; an exception becomes status 1 and a text that shim_last_error returns.
template <typename Body>
int32_t guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& error) {
    last_error() = error.what_without_backtrace();
  } catch (const std::exception& error) {
    last_error() = error.what();
  } catch (...) {
    last_error() = "unknown native error";
  }
  return 1;
}

}  // namespace shim

// What the kernels share: dispatch on the element type, rows in parallel.
#pragma once

#include "../abi.h"
#include "../blas.h"
#include "loops.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

namespace shim {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <typename T>
T* data(const at::Tensor& tensor) { return static_cast<T*>(tensor.data_ptr()); }

// Calls body with a null pointer of the element type that the loops use.
template <typename Body>
void dispatch(const at::Tensor& tensor, Body&& body) {
  if (tensor.scalar_type() == at::kFloat) body(static_cast<float*>(nullptr));
  else if (tensor.scalar_type() == at::kBFloat16) body(static_cast<BFloat16Bits*>(nullptr));
  else TORCH_CHECK(false, "kernel for ", tensor.scalar_type(), " is not available");
}

// Grains of about 16k elements keep small tensors on one thread.
template <typename Body>
void parallel_rows(int64_t rows, int64_t width, Body&& body) {
  at::parallel_for(0, rows, std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width)), body);
}

}  // namespace shim

#define LOOP_TYPE(pointer) std::remove_pointer_t<decltype(pointer)>

#include "abi.h"
#include "compat.h"

#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>

using shim::guarded;
using shim::TensorHandle;
using shim::unwrap_list;

SHIM_EXPORT int32_t shim_backward(const TensorHandle* tensors, int64_t count, const TensorHandle* grads, int64_t grad_count, int32_t retain_graph,
                                  int32_t create_graph, const TensorHandle* inputs, int64_t input_count) {
  return guarded([&] {
    shim::optional<bool> retain;
    if (retain_graph >= 0) retain = retain_graph != 0;
    torch::autograd::backward(unwrap_list(tensors, count), unwrap_list(grads, grad_count), retain, create_graph != 0,
                              unwrap_list(inputs, input_count));
  });
}

SHIM_EXPORT int32_t shim_grad(const TensorHandle* outputs, int64_t output_count, const TensorHandle* inputs, int64_t input_count,
                              const TensorHandle* grad_outputs, int64_t grad_count, int32_t retain_graph, int32_t create_graph,
                              int32_t allow_unused, TensorHandle* results) {
  return guarded([&] {
    shim::optional<bool> retain;
    if (retain_graph >= 0) retain = retain_graph != 0;
    auto grads = torch::autograd::grad(unwrap_list(outputs, output_count), unwrap_list(inputs, input_count),
                                       unwrap_list(grad_outputs, grad_count), retain, create_graph != 0, allow_unused != 0);
    for (size_t i = 0; i < grads.size(); i++) results[i] = shim::wrap(grads[i]);
  });
}

SHIM_EXPORT int32_t shim_grad_mode() { return at::GradMode::is_enabled(); }
SHIM_EXPORT void shim_set_grad_mode(int32_t enabled) { at::GradMode::set_enabled(enabled != 0); }

SHIM_EXPORT int32_t shim_inference_mode() { return c10::InferenceMode::is_enabled(); }
SHIM_EXPORT void* shim_inference_mode_enter(int32_t enabled) { return new c10::InferenceMode(enabled != 0); }
SHIM_EXPORT void shim_inference_mode_leave(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

SHIM_EXPORT int32_t shim_anomaly_mode() { return torch::autograd::AnomalyMode::is_enabled(); }

SHIM_EXPORT int32_t shim_anomaly_check_nan() {
  return torch::autograd::AnomalyMode::is_enabled() && torch::autograd::AnomalyMode::should_check_nan();
}

SHIM_EXPORT void shim_set_anomaly_mode(int32_t enabled, int32_t check_nan) {
  torch::autograd::AnomalyMode::set_enabled(enabled != 0, check_nan != 0);
}

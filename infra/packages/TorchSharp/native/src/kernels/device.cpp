// Building blocks for tensors on any device: compositions of the library's own operators with hand-written gradients, and
// fused operators where this libtorch has them. Those are found by name, since their schemas grow from version to version.
#include "common.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

using namespace shim;

namespace {

// Calls an operator with its leading arguments, the rest by default and some by name; false when there is none that takes them.
bool call(const char* name, std::vector<c10::IValue> leading, const std::vector<std::pair<std::string, c10::IValue>>& named, torch::jit::Stack& stack) {
  auto op = c10::Dispatcher::singleton().findSchema({name, ""});
  if (!op) return false;
  const auto& arguments = op->schema().arguments();
  for (size_t i = 0; i < arguments.size(); i++) {
    auto given = std::find_if(named.begin(), named.end(), [&](const auto& pair) { return pair.first == arguments[i].name(); });
    if (i < leading.size()) stack.push_back(leading[i]);
    else if (given != named.end()) stack.push_back(given->second);
    else if (arguments[i].default_value()) stack.push_back(*arguments[i].default_value());
    else return false;
  }
  op->callBoxed(&stack);
  return true;
}

// x turned by the tables: (a, b) to (a·cos − b·sin, b·cos + a·sin); sign −1 turns back.
at::Tensor turned(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, double sign) {
  int64_t half = cos.size(-1), width = x.size(-1);
  auto y = at::empty(x.sizes(), x.options());
  auto first = x.narrow(-1, 0, half), second = x.narrow(-1, half, half);
  auto upper = y.narrow(-1, 0, half), lower = y.narrow(-1, half, half);
  at::mul_out(upper, first, cos);
  upper.addcmul_(second, sin, -sign);
  at::mul_out(lower, second, cos);
  lower.addcmul_(first, sin, sign);
  if (2 * half < width) y.narrow(-1, 2 * half, width - 2 * half).copy_(x.narrow(-1, 2 * half, width - 2 * half));
  return y;
}

struct Turn : torch::autograd::Function<Turn> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor x, at::Tensor cos, at::Tensor sin) {
    ctx->save_for_backward({cos, sin});
    return turned(x, cos, sin, 1);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    return {turned(grads[0], saved[0], saved[1], -1), {}, {}};
  }
};

// Rows are distinct, so their gradients are copied and not added up.
struct SelectRows : torch::autograd::Function<SelectRows> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor x, at::Tensor rows) {
    ctx->save_for_backward({rows});
    ctx->saved_data["count"] = x.size(0);
    return at::index_select(x, 0, rows);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto sizes = grads[0].sizes().vec();
    sizes[0] = ctx->saved_data["count"].toInt();
    return {at::zeros(sizes, grads[0].options()).index_copy_(0, ctx->get_saved_variables()[0], grads[0]), {}};
  }
};

}  // namespace

SHIM_EXPORT int32_t shim_device_rotate(TensorHandle x, TensorHandle cos, TensorHandle sin, TensorHandle* result) {
  return guarded([&] { *result = wrap(Turn::apply(*x, *cos, *sin)); });
}

SHIM_EXPORT int32_t shim_device_select_rows(TensorHandle x, TensorHandle rows, TensorHandle* result) {
  return guarded([&] { *result = wrap(SelectRows::apply(*x, *rows)); });
}

// Null without a fused operator, which libtorch has from 2.9.
SHIM_EXPORT int32_t shim_device_rms_norm(TensorHandle x, TensorHandle weight, double epsilon, TensorHandle* result) {
  return guarded([&] {
    *result = nullptr;
    if (!c10::Dispatcher::singleton().findSchema({"aten::_fused_rms_norm", ""})) return;
    torch::jit::Stack stack;
    if (call("aten::rms_norm", {*x, std::vector<int64_t>{x->size(-1)}, *weight, epsilon}, {}, stack)) *result = wrap(stack[0].toTensor());
  });
}

// Causal attention within runs of tokens: heads [tokens, h, hd] and the bounds of the runs, int32 [runs + 1]. Flash kernels for the
// half types, memory-efficient ones for float32; null where this libtorch has neither for the type.
SHIM_EXPORT int32_t shim_device_attention(TensorHandle query, TensorHandle key, TensorHandle value, TensorHandle bounds, int64_t longest, double scale,
                                          int64_t window, TensorHandle* result) {
  return guarded([&] {
    *result = nullptr;
    auto q = *query, k = *key, v = *value;
    bool narrow = q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf;
    torch::jit::Stack stack;
    if (narrow && q.size(-1) % 8 == 0 && q.size(-1) <= 256) {
      std::vector<std::pair<std::string, c10::IValue>> named{{"scale", scale}};
      if (window > 0) {
        named.emplace_back("window_size_left", window - 1);
        named.emplace_back("window_size_right", int64_t{0});
      }
      if (call("aten::_flash_attention_forward", {q, k, v, *bounds, *bounds, longest, longest, 0.0, true, false}, named, stack))
        *result = wrap(stack[0].toTensor());
    } else if (q.scalar_type() == at::kFloat && window == 0) {
      auto group = q.size(1) / k.size(1);
      auto shared = [&](const at::Tensor& x) { return group == 1 ? x.unsqueeze(0) : x.repeat_interleave(group, 1).unsqueeze(0); };
      bool learns = at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad());
      if (call("aten::_efficient_attention_forward",
               {q.unsqueeze(0), shared(k), shared(v), c10::IValue(), *bounds, *bounds, longest, longest, 0.0, int64_t{1}, learns}, {{"scale", scale}}, stack))
        *result = wrap(stack[0].toTensor().squeeze(0));
    }
  });
}

// Fills `result` from NF4 codes: `pairs` [256] int64 holds the two float32 levels of each byte, `scales` one factor for 64 elements.
SHIM_EXPORT int32_t shim_device_nf4(TensorHandle codes, TensorHandle scales, TensorHandle pairs, TensorHandle result) {
  return guarded([&] {
    auto levels = at::index_select(*pairs, 0, codes->flatten().to(at::kInt)).view(at::kFloat).view({-1, 64});
    auto blocks = result->view({-1, 64});
    at::mul_out(blocks, levels, scales->view({-1, 1}));
  });
}

// Norm of each tensor [count], of their type.
SHIM_EXPORT int32_t shim_device_norms(const TensorHandle* tensors, int64_t count, TensorHandle* result) {
  return guarded([&] { *result = wrap(at::stack(at::_foreach_norm(unwrap_list(tensors, count), 2))); });
}

SHIM_EXPORT int32_t shim_device_scale(const TensorHandle* tensors, int64_t count, double factor) {
  return guarded([&] { at::_foreach_mul_(unwrap_list(tensors, count), factor); });
}

// One AdamW step of float32 tensors on an accelerator; `done` is 0 where this libtorch has no fused one.
SHIM_EXPORT int32_t shim_device_adamw(const TensorHandle* parameters, const TensorHandle* gradients, const TensorHandle* first,
                                      const TensorHandle* second, int64_t count, double learning_rate, double beta1, double beta2, double epsilon,
                                      double weight_decay, int64_t step, int32_t* done) {
  return guarded([&] {
    auto weights = unwrap_list(parameters, count);
    std::vector<at::Tensor> steps(count, at::full({}, static_cast<double>(step), weights[0].options()));
    torch::jit::Stack stack;
    *done = call("aten::_fused_adamw_", {weights, unwrap_list(gradients, count), unwrap_list(first, count), unwrap_list(second, count),
                                         std::vector<at::Tensor>{}, steps},
                 {{"lr", learning_rate}, {"beta1", beta1}, {"beta2", beta2}, {"weight_decay", weight_decay}, {"eps", epsilon}, {"amsgrad", false},
                  {"maximize", false}}, stack);
  });
}

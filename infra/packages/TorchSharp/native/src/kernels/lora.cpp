// A frozen linear layer with a low-rank update, as one graph node: nothing but its input and the r-wide middle is kept.
#include "common.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>

using namespace shim;

namespace {

at::Tensor rows_of(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

struct LoraLinear : torch::autograd::Function<LoraLinear> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor x, at::Tensor weight, c10::IValue bias, at::Tensor update, at::Tensor a, at::Tensor b,
                            double scaling) {
    auto type = x.scalar_type();
    auto x2 = rows_of(x), u2 = update.is_same(x) ? x2 : rows_of(update);
    auto na = a.to(type), nb = b.to(type);
    auto middle = at::mm(u2, na.t());
    auto y = bias.isNone() ? at::linear(x2, weight) : at::linear(x2, weight, bias.toTensor());
    y.addmm_(middle, nb.t(), 1, scaling);
    ctx->save_for_backward({weight, u2, na, nb, middle});
    ctx->saved_data["scaling"] = scaling;
    ctx->saved_data["same"] = update.is_same(x);
    auto sizes = x.sizes().vec();
    ctx->saved_data["sizes"] = sizes;
    ctx->saved_data["type"] = static_cast<int64_t>(a.scalar_type());
    sizes.back() = weight.size(0);
    return y.view(sizes);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &weight = saved[0], &u2 = saved[1], &a = saved[2], &b = saved[3], &middle = saved[4];
    auto dy = grads[0].reshape({-1, grads[0].size(-1)});
    auto scaling = ctx->saved_data["scaling"].toDouble();
    auto type = static_cast<at::ScalarType>(ctx->saved_data["type"].toInt());
    auto sizes = ctx->saved_data["sizes"].toIntVector();
    auto dmiddle = at::mm(dy, b).mul_(scaling);
    at::Tensor dx, du, da, db;
    bool same = ctx->saved_data["same"].toBool();
    // Inputs count as x, weight, update, a, b; a shared input gets its whole gradient as x.
    if (ctx->needs_input_grad(0)) {
      dx = at::mm(dy, weight);
      if (same) dx.addmm_(dmiddle, a);
      dx = dx.view(sizes);
    }
    if (!same && ctx->needs_input_grad(2)) du = at::mm(dmiddle, a).view(sizes);
    if (ctx->needs_input_grad(3)) da = at::mm(dmiddle.t(), u2).to(type);
    if (ctx->needs_input_grad(4)) db = at::mm(dy.t(), middle).mul_(scaling).to(type);
    return {dx, {}, {}, du, da, db, {}};
  }
};

// The low-rank part alone, on top of a product that was made elsewhere, such as from a quantised weight.
struct LoraUpdate : torch::autograd::Function<LoraUpdate> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor product, at::Tensor update, at::Tensor a, at::Tensor b, double scaling) {
    auto type = product.scalar_type();
    auto u2 = rows_of(update), na = a.to(type), nb = b.to(type);
    auto middle = at::mm(u2, na.t());
    auto y = at::addmm(rows_of(product), middle, nb.t(), 1, scaling);
    ctx->save_for_backward({u2, na, nb, middle});
    ctx->saved_data["scaling"] = scaling;
    ctx->saved_data["sizes"] = update.sizes().vec();
    ctx->saved_data["type"] = static_cast<int64_t>(a.scalar_type());
    return y.view(product.sizes());
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &u2 = saved[0], &a = saved[1], &b = saved[2], &middle = saved[3];
    auto dy = grads[0].reshape({-1, grads[0].size(-1)});
    auto scaling = ctx->saved_data["scaling"].toDouble();
    auto type = static_cast<at::ScalarType>(ctx->saved_data["type"].toInt());
    auto dmiddle = at::mm(dy, b).mul_(scaling);
    at::Tensor du, da, db;
    if (ctx->needs_input_grad(1)) du = at::mm(dmiddle, a).view(ctx->saved_data["sizes"].toIntVector());
    if (ctx->needs_input_grad(2)) da = at::mm(dmiddle.t(), u2).to(type);
    if (ctx->needs_input_grad(3)) db = at::mm(dy.t(), middle).mul_(scaling).to(type);
    return {grads[0], du, da, db, {}};
  }
};

}  // namespace

SHIM_EXPORT int32_t shim_kernel_lora_linear(TensorHandle x, TensorHandle weight, TensorHandle bias, TensorHandle update, TensorHandle a, TensorHandle b,
                                            double scaling, TensorHandle* result) {
  return guarded([&] {
    c10::IValue optional_bias = bias ? c10::IValue(*bias) : c10::IValue();
    *result = wrap(LoraLinear::apply(*x, *weight, optional_bias, *update, *a, *b, scaling));
  });
}

SHIM_EXPORT int32_t shim_kernel_lora_update(TensorHandle product, TensorHandle update, TensorHandle a, TensorHandle b, double scaling,
                                            TensorHandle* result) {
  return guarded([&] { *result = wrap(LoraUpdate::apply(*product, *update, *a, *b, scaling)); });
}

// A frozen linear layer with a low-rank update, as one graph node: nothing but its input and the r-wide middle is kept.
#include "nf4.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>

using namespace shim;

namespace {

at::Tensor rows_of(const at::Tensor& x) { return x.reshape({-1, x.size(-1)}); }

// A weight [outputs, inputs] as it is, or in few bits.
struct Frozen {
  at::Tensor dense;
  Nf4 packed;
  int64_t outputs;

  at::Tensor in(const at::Tensor& x) const {
    if (dense.defined()) return dense;
    auto restored = at::empty({outputs, x.size(-1)}, x.options());
    packed.restore(restored);
    return restored;
  }
};

struct LoraLinear : torch::autograd::Function<LoraLinear> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor x, Frozen frozen, c10::IValue bias, at::Tensor update, at::Tensor a, at::Tensor b,
                            double scaling) {
    auto type = x.scalar_type();
    auto x2 = rows_of(x), u2 = update.is_same(x) ? x2 : rows_of(update);
    auto na = a.to(type), nb = b.to(type);
    auto middle = at::mm(u2, na.t());
    auto weight = frozen.in(x);
    auto y = bias.isNone() ? at::linear(x2, weight) : at::linear(x2, weight, bias.toTensor());
    y.addmm_(middle, nb.t(), 1, scaling);
    const auto& packed = frozen.packed;
    ctx->save_for_backward({frozen.dense, packed.codes, packed.scales, packed.nested, packed.levels, u2, na, nb, middle});
    ctx->saved_data["offset"] = packed.offset;
    ctx->saved_data["outputs"] = frozen.outputs;
    ctx->saved_data["scaling"] = scaling;
    ctx->saved_data["same"] = update.is_same(x);
    auto sizes = x.sizes().vec();
    ctx->saved_data["sizes"] = sizes;
    ctx->saved_data["type"] = static_cast<int64_t>(a.scalar_type());
    sizes.back() = frozen.outputs;
    return y.view(sizes);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &u2 = saved[5], &a = saved[6], &b = saved[7], &middle = saved[8];
    auto dy = grads[0].reshape({-1, grads[0].size(-1)});
    auto scaling = ctx->saved_data["scaling"].toDouble();
    auto type = static_cast<at::ScalarType>(ctx->saved_data["type"].toInt());
    auto sizes = ctx->saved_data["sizes"].toIntVector();
    auto dmiddle = at::mm(dy, b).mul_(scaling);
    at::Tensor dx, du, da, db;
    bool same = ctx->saved_data["same"].toBool();
    // Inputs count as x, update, a, b; a shared input gets its whole gradient as x.
    if (ctx->needs_input_grad(0)) {
      Frozen frozen{saved[0], {saved[1], saved[2], saved[3], saved[4], ctx->saved_data["offset"].toDouble()}, ctx->saved_data["outputs"].toInt()};
      dx = at::mm(dy, frozen.in(u2));
      if (same) dx.addmm_(dmiddle, a);
      dx = dx.view(sizes);
    }
    if (!same && ctx->needs_input_grad(1)) du = at::mm(dmiddle, a).view(sizes);
    if (ctx->needs_input_grad(2)) da = at::mm(dmiddle.t(), u2).to(type);
    if (ctx->needs_input_grad(3)) db = at::mm(dy.t(), middle).mul_(scaling).to(type);
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

c10::IValue optional(TensorHandle tensor) { return tensor ? c10::IValue(*tensor) : c10::IValue(); }

}  // namespace

SHIM_EXPORT int32_t shim_kernel_lora_linear(TensorHandle x, TensorHandle weight, TensorHandle bias, TensorHandle update, TensorHandle a, TensorHandle b,
                                            double scaling, TensorHandle* result) {
  return guarded([&] { *result = wrap(LoraLinear::apply(*x, Frozen{*weight, {}, weight->size(0)}, optional(bias), *update, *a, *b, scaling)); });
}

SHIM_EXPORT int32_t shim_kernel_lora_nf4(TensorHandle x, TensorHandle codes, TensorHandle scales, TensorHandle nested, TensorHandle levels, double offset,
                                         int64_t outputs, TensorHandle bias, TensorHandle update, TensorHandle a, TensorHandle b, double scaling,
                                         TensorHandle* result) {
  return guarded([&] {
    Frozen frozen{{}, {*codes, *scales, unwrap_optional(nested), unwrap_optional(levels), offset}, outputs};
    *result = wrap(LoraLinear::apply(*x, frozen, optional(bias), *update, *a, *b, scaling));
  });
}

SHIM_EXPORT int32_t shim_kernel_lora_update(TensorHandle product, TensorHandle update, TensorHandle a, TensorHandle b, double scaling,
                                            TensorHandle* result) {
  return guarded([&] { *result = wrap(LoraUpdate::apply(*product, *update, *a, *b, scaling)); });
}

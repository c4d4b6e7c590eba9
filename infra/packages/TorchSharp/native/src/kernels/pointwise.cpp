// RMSNorm, rotary embedding and gated activation.
#include "common.h"

#include <ATen/ops/zeros.h>

using namespace shim;

namespace {

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor x, at::Tensor weight, double epsilon, bool adds_one) {
    x = x.contiguous();
    int64_t width = x.size(-1), rows = x.numel() / width;
    auto y = at::empty_like(x);
    auto rstd = at::empty({rows}, x.options().dtype(at::kFloat));
    dispatch(x, [&](auto* type) {
      using T = LOOP_TYPE(type);
      parallel_rows(rows, width, [&](int64_t begin, int64_t end) {
        loops_of<T>().rms_norm(data<T>(x) + begin * width, data<T>(weight), data<T>(y) + begin * width, data<float>(rstd) + begin, end - begin, width,
                               static_cast<float>(epsilon), adds_one);
      });
    });
    ctx->save_for_backward({x, weight, rstd});
    ctx->saved_data["adds_one"] = adds_one;
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &x = saved[0], &weight = saved[1], &rstd = saved[2];
    auto dy = grads[0].contiguous();
    int64_t width = x.size(-1), rows = x.numel() / width;
    bool adds_one = ctx->saved_data["adds_one"].toBool(), wants_weight = ctx->needs_input_grad(1);
    auto dx = at::empty_like(x);
    auto dweight = wants_weight ? at::zeros({width}, x.options().dtype(at::kFloat)) : at::Tensor();
    dispatch(x, [&](auto* type) {
      using T = LOOP_TYPE(type);
      auto run = [&](int64_t begin, int64_t end) {
        loops_of<T>().rms_norm_backward(data<T>(x) + begin * width, data<T>(weight), data<T>(dy) + begin * width, data<float>(rstd) + begin,
                                        data<T>(dx) + begin * width, wants_weight ? data<float>(dweight) : nullptr, end - begin, width, adds_one);
      };
      // The weight's gradient is a sum over rows: one order, one thread.
      if (wants_weight) run(0, rows);
      else parallel_rows(rows, width, run);
    });
    return {dx, wants_weight ? dweight.to(weight.scalar_type()) : at::Tensor(), {}, {}};
  }
};

at::Tensor rotated(const at::Tensor& input, const at::Tensor& cos, const at::Tensor& sin, float sign) {
  auto x = input.stride(3) == 1 && input.stride(2) == input.size(3) && input.stride(0) == input.size(1) * input.stride(1) ? input : input.contiguous();
  int64_t tokens = x.size(0) * x.size(1), heads = x.size(2), width = x.size(3), half = cos.size(-1), table = cos.numel() / half;
  auto y = at::empty({x.size(0), x.size(1), heads, width}, x.options());
  dispatch(x, [&](auto* type) {
    using T = LOOP_TYPE(type);
    parallel_rows(tokens, heads * width, [&](int64_t begin, int64_t end) {
      // A table of one row serves every row of the batch; a piece may start inside it.
      for (int64_t token = begin; token < end;) {
        int64_t at = token % table, count = std::min(end - token, table - at);
        loops_of<T>().rotate(data<T>(x) + token * x.stride(1), x.stride(1), data<T>(cos) + at * half, data<T>(sin) + at * half, count,
                             data<T>(y) + token * heads * width, count, heads, width, half, sign);
        token += count;
      }
    });
  });
  return y;
}

struct Rotate : torch::autograd::Function<Rotate> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor x, at::Tensor cos, at::Tensor sin) {
    cos = cos.contiguous();
    sin = sin.contiguous();
    ctx->save_for_backward({cos, sin});
    return rotated(x, cos, sin, 1);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    return {rotated(grads[0], saved[0], saved[1], -1), {}, {}};
  }
};

struct Gate : torch::autograd::Function<Gate> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor gate, at::Tensor up, bool tanh_gelu) {
    gate = gate.contiguous();
    up = up.contiguous();
    auto y = at::empty_like(gate);
    dispatch(gate, [&](auto* type) {
      using T = LOOP_TYPE(type);
      parallel_rows(gate.numel(), 1, [&](int64_t begin, int64_t end) {
        loops_of<T>().gate(data<T>(gate) + begin, data<T>(up) + begin, data<T>(y) + begin, end - begin, tanh_gelu);
      });
    });
    ctx->save_for_backward({gate, up});
    ctx->saved_data["tanh_gelu"] = tanh_gelu;
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &gate = saved[0], &up = saved[1];
    auto dy = grads[0].contiguous();
    auto dgate = at::empty_like(gate), dup = at::empty_like(up);
    bool tanh_gelu = ctx->saved_data["tanh_gelu"].toBool();
    dispatch(gate, [&](auto* type) {
      using T = LOOP_TYPE(type);
      parallel_rows(gate.numel(), 1, [&](int64_t begin, int64_t end) {
        loops_of<T>().gate_backward(data<T>(gate) + begin, data<T>(up) + begin, data<T>(dy) + begin, data<T>(dgate) + begin, data<T>(dup) + begin,
                                    end - begin, tanh_gelu);
      });
    });
    return {dgate, dup, {}};
  }
};

at::Tensor dropped(const at::Tensor& input, double probability, int64_t seed) {
  auto x = input.contiguous();
  auto y = at::empty_like(x);
  auto threshold = static_cast<uint32_t>(std::min(4294967295.0, probability * 4294967296.0));
  dispatch(x, [&](auto* type) {
    using T = LOOP_TYPE(type);
    parallel_rows(x.numel(), 1, [&](int64_t begin, int64_t end) {
      loops_of<T>().dropout(data<T>(x) + begin, data<T>(y) + begin, begin, end - begin, threshold, static_cast<uint64_t>(seed),
                            static_cast<float>(1 / (1 - probability)));
    });
  });
  return y;
}

// The mask is a function of the seed, so that backward makes it again instead of keeping it.
struct Dropout : torch::autograd::Function<Dropout> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor x, double probability, int64_t seed) {
    ctx->saved_data["probability"] = probability;
    ctx->saved_data["seed"] = seed;
    return dropped(x, probability, seed);
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    return {dropped(grads[0], ctx->saved_data["probability"].toDouble(), ctx->saved_data["seed"].toInt()), {}, {}};
  }
};

}  // namespace

SHIM_EXPORT int32_t shim_kernel_dropout(TensorHandle x, double probability, int64_t seed, TensorHandle* result) {
  return guarded([&] { *result = wrap(Dropout::apply(*x, probability, seed)); });
}

SHIM_EXPORT int32_t shim_kernel_rms_norm(TensorHandle x, TensorHandle weight, double epsilon, int32_t adds_one, TensorHandle* result) {
  return guarded([&] { *result = wrap(RmsNorm::apply(*x, *weight, epsilon, adds_one != 0)); });
}

SHIM_EXPORT int32_t shim_kernel_rotate(TensorHandle x, TensorHandle cos, TensorHandle sin, TensorHandle* result) {
  return guarded([&] { *result = wrap(Rotate::apply(*x, *cos, *sin)); });
}

SHIM_EXPORT int32_t shim_kernel_gate(TensorHandle gate, TensorHandle up, int32_t tanh_gelu, TensorHandle* result) {
  return guarded([&] { *result = wrap(Gate::apply(*gate, *up, tanh_gelu != 0)); });
}

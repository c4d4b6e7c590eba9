// The last step of DoRA: each output times m/‖W + sBA‖, where the norm counts as a constant (arXiv 2402.09353, section 4.3).
#include "common.h"

#include <ATen/ops/div.h>
#include <ATen/ops/zeros.h>

using namespace shim;

namespace {

// Columns are shared among threads, so that a sum over rows has one order.
template <typename Body>
void parallel_columns(int64_t width, int64_t rows, Body&& body) {
  at::parallel_for(0, width, std::max<int64_t>(64, 65536 / std::max<int64_t>(1, rows)), body);
}

struct ScaleColumns : torch::autograd::Function<ScaleColumns> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor x, at::Tensor magnitude, at::Tensor norm, c10::IValue bias) {
    x = x.contiguous();
    auto factors = at::div(magnitude, norm).contiguous();
    auto y = at::empty_like(x);
    int64_t width = x.size(-1), rows = x.numel() / width;
    dispatch(x, [&](auto* type) {
      using T = LOOP_TYPE(type);
      auto offset = bias.isNone() ? at::Tensor() : bias.toTensor().contiguous();
      parallel_rows(rows, width, [&](int64_t begin, int64_t end) {
        loops_of<T>().scale_columns(data<T>(x) + begin * width, data<float>(factors), offset.defined() ? data<T>(offset) : nullptr,
                                    data<T>(y) + begin * width, end - begin, width, 0, width);
      });
    });
    ctx->save_for_backward({x, factors, norm});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    auto &x = saved[0], &factors = saved[1], &norm = saved[2];
    auto dy = grads[0].contiguous();
    auto dx = at::empty_like(x);
    auto dfactors = at::zeros(factors.sizes(), factors.options());
    int64_t width = x.size(-1), rows = x.numel() / width;
    dispatch(x, [&](auto* type) {
      using T = LOOP_TYPE(type);
      parallel_columns(width, rows, [&](int64_t begin, int64_t end) {
        loops_of<T>().scale_columns_backward(data<T>(x), data<float>(factors), data<T>(dy), data<T>(dx), data<float>(dfactors), rows, width, begin, end);
      });
    });
    return {dx, dfactors.div_(norm), {}, {}};
  }
};

}  // namespace

SHIM_EXPORT int32_t shim_kernel_scale_columns(TensorHandle x, TensorHandle magnitude, TensorHandle norm, TensorHandle bias, TensorHandle* result) {
  return guarded([&] { *result = wrap(ScaleColumns::apply(*x, *magnitude, *norm, bias ? c10::IValue(*bias) : c10::IValue())); });
}

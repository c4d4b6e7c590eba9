// Weights in 4-bit NormalFloat, restored for the products that need them.
#pragma once

#include "common.h"

namespace shim {

// Two codes a byte. Either one float32 scale for 64 elements, or (`nested` is defined) an 8-bit code of it, with `levels` for the
// codes, one factor for 256 of them, and an offset.
struct Nf4 {
  at::Tensor codes, scales, nested, levels;
  double offset = 0;

  // Fills `result`, a contiguous tensor.
  void restore(at::Tensor& result) const;
};

}  // namespace shim
